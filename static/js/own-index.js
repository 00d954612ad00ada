// A reader's own index: the sliders stand beside the number fields, the table is ranked anew at once, and the address follows.
// The same arithmetic as scoring/engine/reweigh.py; without this script the form asks the server.
(function () {
  "use strict";
  var form = document.querySelector("[data-own-form]");
  var table = document.querySelector("[data-own-table]");
  if (!form || !table) return;
  var language = document.documentElement.lang || "vi";
  var facts = table.dataset;
  var fields = Array.from(form.querySelectorAll("input[type=number]"));
  var official = fields.map(function (field) {
    return field.closest(".own-weight").dataset;
  });
  var rows = Array.from(table.tBodies[0].rows).map(function (row, place) {
    return {
      row: row,
      place: place,
      name: row.dataset.name,
      parts: row.dataset.parts.split(",").map(function (text) {
        return text === "" ? null : Number(text);
      }),
      bonus: Number(row.dataset.bonus),
      rank: row.dataset.rank === "" ? null : Number(row.dataset.rank),
      order: Number(row.dataset.order)
    };
  });
  var status = document.querySelector("[data-own-moved]");
  var fault = form.querySelector("[data-own-fault]");
  var link = form.querySelector("[data-own-link]");
  var later = { address: 0, said: 0 };

  function same(x) {
    return x;
  }
  // A mean of powers is the arithmetic mean of bent scores, bent back.
  var bent = {
    arithmetic: [same, same],
    geometric: [Math.log, Math.exp],
    harmonic: [function (x) { return 1 / x; }, function (x) { return 1 / x; }],
    power_half: [Math.sqrt, function (x) { return x * x; }]
  }[facts.mean];
  var positiveOnly = facts.mean !== "arithmetic";

  function written(value, places) {
    return new Intl.NumberFormat(language, { minimumFractionDigits: places, maximumFractionDigits: places }).format(value).replace("-", "\u2212");
  }

  function total(parts, weights, bonus) {
    var mass = 0, sum = 0, present = 0, used = 0, all = 0;
    for (var s = 0; s < weights.length; s += 1) {
      if (weights[s] <= 0) continue;
      used += 1;
      all += weights[s];
      if (parts[s] === null) continue;
      if (positiveOnly && parts[s] <= 0) return null;
      present += 1;
      mass += weights[s];
      sum += weights[s] * bent[0](parts[s]);
    }
    var available = facts.availability === "weight" ? mass / all : present / used;
    if (mass === 0 || available < Number(facts.threshold) - 1e-12) return null;
    return Math.round((Number(facts.multiplier) * bent[1](sum / mass) + bonus) * 1e9) / 1e9;
  }

  // The official weights are shown rounded; while every field shows its official weight, the exact ones count.
  function weightsNow() {
    var given = fields.map(function (field) {
      return field.value.trim() === "" ? NaN : Number(field.value);
    });
    var untouched = given.every(function (weight, s) {
      return weight === Number(official[s].shown);
    });
    return untouched ? official.map(function (each) { return Number(each.exact); }) : given;
  }

  function faulty(weight) {
    return !(weight >= 0 && weight <= 100);
  }

  function ranked(weights) {
    rows.forEach(function (each) {
      each.own = each.rank === null ? null : total(each.parts, weights, each.bonus);
    });
    rows.forEach(function (each) {
      each.ownRank = each.own === null ? null : 1 + rows.filter(function (other) {
        return other.own !== null && other.own > each.own;
      }).length;
      each.shift = each.ownRank === null ? null : each.rank - each.ownRank;
    });
    return rows.slice().sort(function (a, b) {
      return (a.ownRank === null) - (b.ownRank === null) || a.ownRank - b.ownRank || a.order - b.order;
    });
  }

  function shown(each) {
    function cell(name) {
      return each.row.querySelector("[data-own=" + name + "]");
    }
    cell("rank").textContent = each.ownRank === null ? "–" : written(each.ownRank, 0);
    cell("total").textContent = each.own === null ? "–" : written(each.own, 2);
    cell("shift").textContent = each.shift === null ? "–" : (each.shift > 0 ? "+" : "") + written(each.shift, 0);
    cell("shift").classList.toggle("is-up", each.shift > 0);
    cell("shift").classList.toggle("is-down", each.shift < 0);
    table.tBodies[0].append(each.row);
  }

  function filled(text, values) {
    return text.replace(/\{(\w+)\}/g, function (_whole, name) {
      return values[name];
    });
  }

  function sentence(order) {
    var moved = order.filter(function (each) { return each.shift; });
    var farthest = moved.reduce(function (most, each) {
      return most && Math.abs(most.shift) >= Math.abs(each.shift) ? most : each;
    }, null);
    var all = order.filter(function (each) { return each.rank !== null; }).length;
    var phrase = moved.length === 0 ? facts.none : moved.length === 1 ? facts.one : facts.several;
    var said = filled(phrase, { count: moved.length, all: all });
    return farthest ? said + " " + filled(facts.farthest, { name: farthest.name, from: farthest.rank, to: farthest.ownRank }) : said;
  }

  function address() {
    var found = new URL(location.href);
    var moved = fields.some(function (field, s) {
      return Number(field.value) !== Number(official[s].shown);
    });
    fields.forEach(function (field) {
      if (moved) found.searchParams.set(field.name, field.value);
      else found.searchParams.delete(field.name);
    });
    found.hash = "";
    return found.href;
  }

  function update() {
    var weights = weightsNow();
    var sum = weights.reduce(function (a, b) { return a + b; }, 0);
    fields.forEach(function (field, s) {
      if (faulty(weights[s])) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    });
    if (weights.some(faulty)) return;
    fault.hidden = sum > 0;
    fault.textContent = sum > 0 ? "" : fault.dataset.text;
    if (sum <= 0) return;
    form.querySelectorAll("[data-own-share]").forEach(function (output, s) {
      output.textContent = written((100 * weights[s]) / sum, 1) + "%";
    });
    var order = ranked(weights);
    order.forEach(shown);
    link.value = address();
    // Browsers refuse many changes of the address a second, and a screen reader should hear the end only.
    clearTimeout(later.address);
    later.address = setTimeout(function () { history.replaceState(null, "", address()); }, 250);
    clearTimeout(later.said);
    later.said = setTimeout(function () { status.textContent = sentence(order); }, 350);
  }

  function sliding(field) {
    var place = form.querySelector('[data-own-slider="' + field.id + '"]');
    var slider = document.createElement("input");
    slider.type = "range";
    slider.min = "0";
    slider.max = "100";
    slider.step = "0.5";
    slider.value = field.value;
    slider.setAttribute("aria-labelledby", field.id + "-label");
    place.append(slider);
    slider.addEventListener("input", function () {
      field.value = slider.value;
      update();
    });
    field.addEventListener("input", function () {
      slider.value = field.value;
      update();
    });
    return slider;
  }

  function copying() {
    var button = form.querySelector("[data-own-copy]");
    var label = button.textContent;
    button.hidden = false;
    button.addEventListener("click", function () {
      link.select();
      var copied = navigator.clipboard ? navigator.clipboard.writeText(link.value) : Promise.resolve(document.execCommand("copy"));
      copied.then(function () {
        button.textContent = button.dataset.done;
        setTimeout(function () { button.textContent = label; }, 2000);
      }, function () {});
    });
  }

  var sliders = fields.map(sliding);
  form.querySelector("[data-own-submit]").hidden = true;
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    update();
  });
  form.querySelector("[data-own-reset]").addEventListener("click", function (event) {
    event.preventDefault();
    fields.forEach(function (field, s) {
      field.value = official[s].shown;
      sliders[s].value = official[s].shown;
    });
    update();
    fields[0].focus();
  });
  copying();
  update();
})();
