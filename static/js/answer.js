/* Respondents' pages. Everything works without this file; it saves while answering, hides questions that are not asked,
   searches the list of units, and keeps answers on the device while there is no connection. */
(() => {
  "use strict";

  const form = document.getElementById("page-form");
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));

  // --- a page filled in for somebody else is never shown again from the browser's memory ---
  window.addEventListener("pageshow", (event) => {
    if (event.persisted && "fresh" in document.body.dataset) location.reload();
  });

  // --- what the page tells comes into focus ---------------------------------
  const told = document.querySelector("[data-focus]");
  if (told) told.focus();

  // --- a second press of the last button sends nothing new --------------------
  for (const once of all("form[data-once]")) {
    let sent = false;
    once.addEventListener("submit", (event) => {
      if (sent) event.preventDefault();
      sent = true;
    });
    window.addEventListener("pageshow", () => { sent = false; });
  }
  for (const forgetting of all("form[data-forget]")) {
    forgetting.addEventListener("submit", () => wipe(forgetting.dataset.forget));
  }
  function wipe(keepsake) {
    try {
      Object.keys(localStorage).filter((key) => key.startsWith(`ddci:${keepsake}:`))
        .forEach((key) => localStorage.removeItem(key));
    } catch { /* a browser that keeps nothing has nothing to forget */ }
  }
  clearDelivered();
  if (!form) return;

  // What was kept while leaving a page is removed once a later page shows that the server has it.
  function clearDelivered() {
    const shown = document.querySelector("[data-revision]");
    const done = document.querySelector("[data-done]");
    try {
      const left = JSON.parse(sessionStorage.getItem("ddci:left") || "null");
      if (left && shown && Number(shown.dataset.revision) > left.seen) {
        localStorage.removeItem(left.shelf);
        sessionStorage.removeItem("ddci:left");
      }
      if (done) wipe(done.dataset.done);
    } catch { /* nothing was kept */ }
  }

  // --- questions asked only after a certain answer ---------------------------
  const fieldsets = all("[data-question]", form);
  const byCode = new Map(fieldsets.map((each) => [each.dataset.question, each]));

  function answerOf(fieldset) {
    const chosen = fieldset.querySelector("input[type=radio]:checked");
    const typed = fieldset.querySelector("input[type=text]");
    if (typed && typed.value.trim()) return typed.value.trim();
    return chosen ? chosen.value : "";
  }

  function showAsked() {
    for (const fieldset of fieldsets) {
      const on = byCode.get(fieldset.dataset.dependsOn);
      if (on) fieldset.hidden = on.hidden || !fieldset.dataset.dependsAnswers.split(" ").includes(answerOf(on));
    }
  }
  for (const sentence of all(".question-if", form)) sentence.classList.add("question-if--quiet");

  // A number and "not applicable" exclude each other.
  form.addEventListener("input", ({ target }) => {
    const fieldset = target.closest("[data-question]");
    if (!fieldset) return;
    const typed = fieldset.querySelector("input[type=text]");
    if (target === typed && typed.value.trim()) {
      all("input[type=radio]", fieldset).forEach((radio) => { radio.checked = false; });
    } else if (typed && target.type === "radio") {
      typed.value = "";
    }
    showAsked();
  });
  showAsked();

  // --- choosing units ---------------------------------------------------------
  const search = document.getElementById("search");
  if (search) choosing();

  function choosing() {
    const found = document.getElementById("search-count");
    const chips = document.getElementById("chips");
    const options = all("[data-search]", form);
    const plain = (text) => text.toLowerCase().replace(/đ/g, "d").normalize("NFD").replace(/[\u0300-\u036f]/g, "");
    document.querySelector(".picker-search").hidden = false;

    search.addEventListener("input", () => {
      const words = plain(search.value).split(/\s+/).filter(Boolean);
      let number = 0;
      for (const option of options) {
        option.hidden = !words.every((word) => option.dataset.search.includes(word));
        number += option.hidden ? 0 : 1;
      }
      for (const group of all(".picker-group", form)) {
        const inside = all("[data-search]", group);
        group.hidden = words.length > 0 && inside.every((option) => option.hidden);
      }
      found.textContent = !words.length ? "" : number ? found.dataset.found.replace("{number}", number) : found.dataset.none;
    });
    search.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });

    function chip(box) {
      const item = document.createElement("li");
      const remove = document.createElement("button");
      const name = box.closest("label").textContent.trim();
      item.className = "chip";
      item.append(name, remove);
      remove.type = "button";
      remove.className = "chip-remove";
      remove.setAttribute("aria-label", chips.dataset.remove.replace("{name}", name));
      remove.textContent = "×";
      remove.addEventListener("click", () => {
        box.checked = false;
        box.dispatchEvent(new Event("input", { bubbles: true }));
        (chips.querySelector("button") || search).focus();
      });
      return item;
    }

    function count() {
      const boxes = all("input[type=checkbox]:checked", form);
      chips.hidden = boxes.length === 0;
      chips.replaceChildren(...boxes.map(chip));
      for (const group of all(".picker-group", form)) {
        const now = group.querySelector(".picker-now");
        if (!now) continue;
        const number = all("input:checked", group).length;
        const over = number - Number(group.dataset.maximum);
        const words = group.dataset.count.replace("{number}", number) + (over > 0 ? `. ${group.dataset.over.replace("{number}", over)}` : "");
        if (now.textContent !== words) now.textContent = words;
        group.querySelector(".picker-count").classList.toggle("picker-count--bad", over > 0);
      }
    }
    form.addEventListener("input", ({ target }) => { if (target.type === "checkbox") count(); });
    count();
  }

  // --- saving while answering -------------------------------------------------
  if (!("autosave" in form.dataset) || !window.fetch) return;

  const status = document.getElementById("save-status");
  const notice = document.getElementById("notice");
  const shelf = `ddci:${form.dataset.keepsake}:${form.getAttribute("action").replace(/^.*\/s\/[^/]+/, "")}`;
  const WAIT = 900;
  let timer = 0, retry = 0, pause = 2000, dirty = false, leaving = false, running = null;

  const say = (text, failed = false) => {
    if (status.textContent !== text) status.textContent = text;
    status.classList.toggle("save-status--failed", failed);
  };
  const warn = (text) => { notice.textContent = text; notice.hidden = !text; };
  const entries = () => Array.from(new FormData(form)).filter(([name]) => !["tab", "turn", "seen", "go"].includes(name));

  function keep() {
    try { localStorage.setItem(shelf, JSON.stringify(entries())); } catch { /* full or forbidden: the page still has them */ }
  }
  function forget() {
    try { localStorage.removeItem(shelf); } catch { /* nothing was kept */ }
  }

  function putBack() {
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(shelf)); } catch { return; }
    if (!Array.isArray(kept)) return;
    if (JSON.stringify(kept) === JSON.stringify(entries())) return forget();
    const wanted = new Map();
    for (const [name, value] of kept) wanted.set(name, [...(wanted.get(name) || []), value]);
    for (const field of Array.from(form.elements)) {
      if (!field.name || ["tab", "turn", "seen", "go"].includes(field.name)) continue;
      const values = wanted.get(field.name) || [];
      if (field.type === "checkbox" || (field.type === "radio" && values.length)) field.checked = values.includes(field.value);
      else if (field.type !== "radio" && values.length) field.value = values[0];
    }
    showAsked();
    warn(form.dataset.restored);
    dirty = true;
    save();
  }

  function marked(faults) {
    for (const fieldset of fieldsets) {
      const line = fieldset.querySelector(".field-error");
      const words = faults[fieldset.dataset.question] || "";
      if (!line) continue;
      if (line.textContent !== words) line.textContent = words;
      line.hidden = !words;
      fieldset.classList.toggle("question--error", Boolean(words));
      const typed = fieldset.querySelector("input[type=text], textarea");
      if (typed) words ? typed.setAttribute("aria-invalid", "true") : typed.removeAttribute("aria-invalid");
    }
  }

  async function save(keepalive = false) {
    clearTimeout(timer);
    if (!dirty || leaving || (running && !keepalive)) return;
    dirty = false;
    form.elements.turn.value = Number(form.elements.turn.value) + 1;
    const body = new URLSearchParams(new FormData(form));
    body.set("go", "autosave");
    running = new AbortController();
    say(form.dataset.saving);
    try {
      const answer = await fetch(form.getAttribute("action"), {
        method: "POST", body, keepalive, signal: running.signal, headers: { Accept: "application/json" },
      });
      const told = await answer.json();
      if (!answer.ok) return refused(told, answer.status);
      form.elements.seen.value = told.revision;
      pause = 2000;
      if (!dirty) forget();
      marked(told.faults);
      if (told.notice) warn(told.notice);
      say(told.status);
    } catch (error) {
      if (error.name !== "AbortError") lost();
    } finally {
      running = null;
      if (dirty && !retry) timer = setTimeout(save, WAIT);
    }
  }

  function refused(told, code) {
    if (code >= 500 || code === 429) return lost();
    keep();
    say(told.message, true);
    warn(told.message);
  }

  function lost() {
    dirty = true;
    keep();
    say(form.dataset.lost, true);
    clearTimeout(retry);
    retry = setTimeout(() => { retry = 0; save(); }, pause);
    pause = Math.min(pause * 2, 60000);
  }

  function changed(event) {
    if (event.target === search) return;
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, WAIT);
  }
  form.addEventListener("input", changed);
  window.addEventListener("online", () => { clearTimeout(retry); retry = 0; pause = 2000; save(); });
  window.addEventListener("pagehide", () => save(true));
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(true); });

  form.addEventListener("submit", (event) => {
    if (navigator.onLine === false) {
      event.preventDefault();
      dirty = true;
      lost();
      status.scrollIntoView({ block: "nearest" });
      return;
    }
    // What is sent now is newer than any autosave on its way; its turn says so to the server.
    form.elements.turn.value = Number(form.elements.turn.value) + 1;
    clearTimeout(timer);
    keep();
    try {
      sessionStorage.setItem("ddci:left", JSON.stringify({ shelf, seen: Number(form.elements.seen.value) }));
    } catch { /* then it is kept until this page is opened again */ }
    dirty = false;
    leaving = true;
  });
  window.addEventListener("pageshow", ({ persisted }) => {
    leaving = false;
    if (!persisted) return;
    dirty = true;
    save();
  });
  putBack();
})();
