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

  // --- a page that answered a form stands at its own address ------------------
  // So going back and loading again ask for it anew instead of sending the form once more.
  if (document.body.dataset.address) history.replaceState(null, "", document.body.dataset.address);
  const able = "SubmitEvent" in window && "submitter" in SubmitEvent.prototype && "FormDataEvent" in window;
  if (able) {
    for (const each of all("form[data-step], form[data-once]")) {
      const script = document.createElement("input");
      Object.assign(script, { type: "hidden", name: "script", value: "1" });
      each.append(script);
    }
  }

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

  // What was kept while leaving a page is removed once a later page shows that the server has it; what nobody came back
  // for, after a week: others may use this device too.
  function clearDelivered() {
    const shown = document.querySelector("[data-revision]");
    const done = document.querySelector("[data-done]");
    try {
      const left = JSON.parse(sessionStorage.getItem("ddci:left") || "null");
      if (left && shown && Number(shown.dataset.revision) > left.seen) {
        left.shelves.forEach((shelf) => localStorage.removeItem(shelf));
        sessionStorage.removeItem("ddci:left");
      }
      if (done) wipe(done.dataset.done);
      Object.keys(localStorage).filter((key) => key.startsWith("ddci:"))
        .filter((key) => !(JSON.parse(localStorage.getItem(key)).at > Date.now() - 7 * 86400000))
        .forEach((key) => localStorage.removeItem(key));
    } catch { /* nothing was kept */ }
  }

  // --- questions asked only after a certain answer ---------------------------
  const fieldsets = () => all("[data-question]", form);

  function answerOf(fieldset) {
    const chosen = fieldset.querySelector("input[type=radio]:checked");
    const typed = fieldset.querySelector("input[type=text]");
    if (typed && typed.value.trim()) return typed.value.trim();
    return chosen ? chosen.value : "";
  }

  function showAsked() {
    const byCode = new Map(fieldsets().map((each) => [each.dataset.question, each]));
    for (const fieldset of byCode.values()) {
      const on = byCode.get(fieldset.dataset.dependsOn);
      if (on) fieldset.hidden = on.hidden || !fieldset.dataset.dependsAnswers.split(" ").includes(answerOf(on));
    }
  }
  const quieten = () => all(".question-if", form).forEach((each) => each.classList.add("question-if--quiet"));
  quieten();

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
    const below = () => form.style.setProperty("--below-top", `${document.querySelector(".answer-top").offsetHeight}px`);
    window.addEventListener("resize", below);
    below();

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
  const questions = document.getElementById("questions");
  const OURS = ["tab", "turn", "seen", "go", "script"];
  const WAIT = 900;
  // Answers on pages about the same unit that were turned since the last save, by page.
  const unsaved = new Map();
  const sheets = all("template[data-step]");
  let revision = Number(form.elements.seen.value);
  let here = { key: form.dataset.step, address: form.getAttribute("action") };
  let timer = 0, retry = 0, pause = 2000, dirty = false, leaving = false, running = null, bare = false;

  const say = (text, failed = false) => {
    if (status.textContent !== text) status.textContent = text;
    status.classList.toggle("save-status--failed", failed);
  };
  const warn = (text) => { notice.textContent = text; notice.hidden = !text; };
  const shelfOf = (page) => `ddci:${form.dataset.keepsake}:${page.address.replace(/^.*\/s\/[^/]+/, "")}`;
  function entries() {
    bare = true;
    const found = Array.from(new FormData(form)).filter(([name]) => !OURS.includes(name));
    bare = false;
    return found;
  }
  form.addEventListener("formdata", ({ formData }) => {
    if (!bare) for (const { filled } of unsaved.values()) filled.forEach(([name, value]) => formData.append(name, value));
  });
  const waiting = () => [{ ...here, filled: entries() }, ...unsaved.values()];

  function keep() {
    for (const page of waiting()) {
      try {
        localStorage.setItem(shelfOf(page), JSON.stringify({ at: Date.now(), filled: page.filled }));
      } catch { /* full or forbidden: the page still has them */ }
    }
  }
  function forget(pages) {
    try { pages.forEach((page) => localStorage.removeItem(shelfOf(page))); } catch { /* nothing was kept */ }
  }

  function putBack() {
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(shelfOf(here))).filled; } catch { return; }
    if (!Array.isArray(kept)) return;
    if (JSON.stringify(kept) === JSON.stringify(entries())) return dirty ? undefined : forget([here]);
    const wanted = new Map();
    for (const [name, value] of kept) wanted.set(name, [...(wanted.get(name) || []), value]);
    for (const field of Array.from(form.elements)) {
      if (!field.name || OURS.includes(field.name)) continue;
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
    for (const fieldset of fieldsets()) {
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
    const sent = waiting();
    body.set("go", "autosave");
    running = new AbortController();
    say(form.dataset.saving);
    try {
      const answer = await fetch(here.address, {
        method: "POST", body, keepalive, signal: running.signal, headers: { Accept: "application/json" },
      });
      const told = await answer.json();
      if (!answer.ok) return refused(told, answer.status);
      revision = told.revision;
      pause = 2000;
      for (const page of sent) if (unsaved.get(page.key)?.filled === page.filled) unsaved.delete(page.key);
      if (!dirty) forget(sent);
      marked(told.faults);
      if (told.notice || notice.textContent === form.dataset.kept) warn(told.notice);
      say(told.status);
    } catch (error) {
      if (error.name !== "AbortError") lost(form.dataset.lost);
    } finally {
      running = null;
      if (dirty && !retry) timer = setTimeout(save, WAIT);
    }
  }

  function refused(told, code) {
    if (code >= 500 || code === 429) return lost(code >= 500 ? told.message : form.dataset.lost);
    keep();
    say(told.message, true);
    warn(told.message);
  }

  function lost(words) {
    dirty = true;
    keep();
    say(words, true);
    warn(form.dataset.kept);
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

  // --- turning to the other pages about the same unit without asking the server ---
  const pages = able && sheets.length ? [
    { ...here, title: document.title, where: document.querySelector(".answer-where").textContent, number: document.querySelector(".progress").value },
    ...sheets.map((each) => ({ ...each.dataset, key: each.dataset.step, content: each.content })),
  ] : [];
  const at = (key) => pages.findIndex((page) => page.key === key);
  if (pages.length) history.replaceState({ step: here.key }, "");

  // Everything is answered, and no number needs a second look.
  function complete() {
    return fieldsets().every((fieldset) => {
      const typed = fieldset.querySelector("input[type=text]");
      if (fieldset.hidden || fieldset.dataset.question === "comment") return true;
      if (fieldset.classList.contains("question--error")) return false;
      if (!typed || !typed.value.trim()) return answerOf(fieldset) !== "";
      const value = Number(typed.value.trim());
      return /^\d{1,9}$/.test(typed.value.trim()) && value >= Number(typed.dataset.minimum) && value <= Number(typed.dataset.maximum);
    });
  }

  function turnTo(page) {
    const head = document.querySelector(".answer-head");
    const before = pages[at(here.key)];
    if (dirty || running) unsaved.set(here.key, { ...here, filled: entries() });
    unsaved.delete(page.key);
    if (before.nodes === undefined) before.nodes = [document.createElement("div"), document.createElement("div")];
    before.nodes[0].replaceChildren(...head.childNodes);
    before.nodes[1].replaceChildren(...questions.childNodes);
    if (!page.nodes) page.nodes = Array.from(page.content.children);
    head.replaceChildren(...page.nodes[0].childNodes);
    questions.replaceChildren(...page.nodes[1].childNodes);
    here = { key: page.key, address: page.address };
    form.setAttribute("action", page.address);
    document.title = page.title;
    document.querySelector(".answer-where").textContent = page.where;
    document.querySelector(".progress").value = page.number;
    document.querySelector(".told").replaceChildren();
    document.querySelector(".answer-actions .button").value = "next";
    if (notice.textContent !== form.dataset.kept) warn("");
    quieten();
    showAsked();
    putBack();
    window.scrollTo(0, 0);
    const heading = head.querySelector("h1");
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }
  window.addEventListener("popstate", ({ state }) => {
    const place = state ? at(state.step) : -1;
    if (place >= 0 && pages[place].key !== here.key) turnTo(pages[place]);
    else if (pages.length && location.pathname !== here.address) location.reload();
  });

  form.addEventListener("submit", (event) => {
    const go = event.submitter?.value || "next";
    const there = pages[at(here.key) + { next: 1, skip: 1, back: -1 }[go]];
    if (there && (go === "back" || complete() || (go === "skip" && !form.querySelector("input[type=text]")))) {
      event.preventDefault();
      history.pushState({ step: there.key }, "", there.address);
      return turnTo(there);
    }
    if (navigator.onLine === false || retry) {
      event.preventDefault();
      dirty = true;
      clearTimeout(retry);
      retry = 0;
      if (navigator.onLine === false) lost(form.dataset.lost); else save();
      status.scrollIntoView({ block: "nearest" });
      return;
    }
    // What is sent now is newer than any autosave on its way; its turn says so to the server.
    form.elements.turn.value = Number(form.elements.turn.value) + 1;
    clearTimeout(timer);
    keep();
    try {
      const shelves = waiting().map(shelfOf);
      sessionStorage.setItem("ddci:left", JSON.stringify({ shelves, seen: revision }));
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
