// Sortable tables: <table data-sortable> with <th data-sort="number"> or <th data-sort="text"> in the head.
// A cell sorts by data-value if it has one, else by its text; empty cells stay last. Without JavaScript the table stands as sent.
(function () {
  "use strict";
  var collator = new Intl.Collator(document.documentElement.lang || "vi", { numeric: true });
  var arrows =
    '<svg viewBox="0 0 10 14" aria-hidden="true" focusable="false"><path class="sort-up" d="M5 0l4 5H1z"/><path class="sort-down" d="M5 14L1 9h8z"/></svg>';

  function valueOf(row, column, kind) {
    var cell = row.cells[column];
    if (!cell) return null;
    var text = cell.dataset.value !== undefined ? cell.dataset.value : cell.textContent.trim();
    if (text === "") return null;
    if (kind === "text") return text;
    var number = Number(text);
    return Number.isNaN(number) ? null : number;
  }

  function sort(table, head, column) {
    var kind = head.dataset.sort;
    var first = head.dataset.sortFirst || (kind === "number" ? "descending" : "ascending");
    var second = first === "ascending" ? "descending" : "ascending";
    var order = head.getAttribute("aria-sort") === first ? second : first;
    var sign = order === "ascending" ? 1 : -1;
    var body = table.tBodies[0];
    var rows = Array.from(body.rows).map(function (row, place) {
      return { row: row, place: place, value: valueOf(row, column, kind) };
    });
    rows.sort(function (a, b) {
      if (a.value === null || b.value === null) return (a.value === null) - (b.value === null) || a.place - b.place;
      var difference = kind === "text" ? collator.compare(a.value, b.value) : a.value - b.value;
      return sign * difference || a.place - b.place;
    });
    rows.forEach(function (each) {
      body.append(each.row);
    });
    table.querySelectorAll("[aria-sort]").forEach(function (each) {
      each.removeAttribute("aria-sort");
    });
    head.setAttribute("aria-sort", order);
    // Brackets of tied units hold only in the order of ranks.
    table.classList.toggle("is-resorted", !("sortHome" in head.dataset));
  }

  document.querySelectorAll("table[data-sortable]").forEach(function (table) {
    table.querySelectorAll("thead th[data-sort]").forEach(function (head) {
      var button = document.createElement("button");
      button.type = "button";
      button.className = "sort-button";
      button.append.apply(button, Array.from(head.childNodes));
      button.insertAdjacentHTML("beforeend", arrows);
      head.append(button);
      button.addEventListener("click", function () {
        sort(table, head, head.cellIndex);
      });
    });
  });
})();
