// League tables: the links in the heads sort in place, a field finds units, and pointing at a unit marks those that cannot be
// told apart from it. Without JavaScript the links load the page in that order.
(function () {
  "use strict";
  var language = document.documentElement.lang || "vi";
  var collator = new Intl.Collator(language, { numeric: true });

  function cellOf(row, column, key) {
    if (!row.classList.contains("league-unranked")) return row.cells[column];
    return key === "name" ? row.cells[1] : key === "n" ? row.cells[row.cells.length - 1] : null;
  }

  function valueOf(row, column, key) {
    var cell = cellOf(row, column, key);
    var text = cell ? cell.dataset.value : "";
    if (!text) return null;
    return key === "name" ? text : Number(text);
  }

  function compare(a, b, key, sign) {
    if (a.value === null || b.value === null) return (a.value === null) - (b.value === null) || a.place - b.place;
    var difference = key === "name" ? collator.compare(a.value, b.value) : a.value - b.value;
    return sign * difference || a.place - b.place;
  }

  function linksOf(table) {
    return document.querySelectorAll("#" + table.id + " a[data-sort-key], a[data-sort-table=" + table.id + "]");
  }

  function headOf(table, key) {
    return table.querySelector("a[data-sort-key=" + key + "]").closest("th");
  }

  // Each link leads to the order its column is sorted in first; that of the sorted column to the other order.
  function linksTurned(table, key, ascending) {
    linksOf(table).forEach(function (each) {
      var address = new URL(each.href);
      var own = each.dataset.sortKey === key;
      var first = each.dataset.sortKey === "rank" || each.dataset.sortKey === "name" ? "asc" : "desc";
      address.searchParams.set("order", own ? (ascending ? "desc" : "asc") : first);
      each.href = address.search + address.hash;
      if (each.dataset.sortTable) each.toggleAttribute("aria-current", own);
    });
  }

  function sort(table, link, ranked) {
    var key = link.dataset.sortKey;
    var head = headOf(table, key);
    var address = new URL(link.href);
    var ascending = address.searchParams.get("order") === "asc";
    var rows = ranked.map(function (row, place) {
      return { row: row, place: place, value: valueOf(row, head.cellIndex, key) };
    });
    rows.sort(function (a, b) {
      return compare(a, b, key, ascending ? 1 : -1);
    });
    rows.forEach(function (each) {
      table.tBodies[0].append(each.row);
    });
    table.querySelectorAll("[aria-sort]").forEach(function (each) {
      each.removeAttribute("aria-sort");
    });
    head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
    // Brackets of tied units hold only in the order of ranks.
    table.classList.toggle("is-resorted", !(key === "rank" && ascending));
    history.replaceState(null, "", address.search + address.hash);
    linksTurned(table, key, ascending);
  }

  function sortable(table) {
    var rows = Array.from(table.tBodies[0].rows);
    // Equal rows keep the order of ranks, whatever order the page came in.
    var ranked = rows.slice().sort(function (a, b) {
      return compare({ value: valueOf(a, 0, "rank"), place: rows.indexOf(a) }, { value: valueOf(b, 0, "rank"), place: rows.indexOf(b) }, "rank", 1);
    });
    document.addEventListener("click", function (event) {
      var link = event.target.closest("a[data-sort-key]");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      if (!table.contains(link) && link.dataset.sortTable !== table.id) return;
      event.preventDefault();
      sort(table, link, ranked);
    });
  }

  function marking(table) {
    function mark(event) {
      var row = event.target.closest ? event.target.closest("tr[data-tied]") : null;
      var tied = row && event.type !== "mouseleave" && event.type !== "focusout" ? row.dataset.tied.split(" ") : [];
      Array.from(table.tBodies[0].rows).forEach(function (each) {
        each.classList.toggle("is-tied", tied.indexOf(each.dataset.unit) >= 0);
      });
    }
    ["mouseover", "focusin", "focusout"].forEach(function (kind) {
      table.tBodies[0].addEventListener(kind, mark);
    });
    table.tBodies[0].addEventListener("mouseleave", mark);
  }

  function plain(text) {
    return text.toLocaleLowerCase(language).normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/g, "d");
  }

  function filtered(place) {
    var table = document.getElementById(place.dataset.leagueFilter);
    var label = document.createElement("label");
    var field = document.createElement("input");
    var status = document.createElement("span");
    field.type = "search";
    field.className = "input";
    field.autocomplete = "off";
    status.className = "muted";
    status.setAttribute("role", "status");
    label.append(place.dataset.label, field);
    place.append(label, status);
    field.addEventListener("input", function () {
      var wanted = plain(field.value.trim());
      var shown = 0;
      Array.from(table.tBodies[0].rows).forEach(function (row) {
        row.hidden = plain(row.cells[1].dataset.value).indexOf(wanted) < 0;
        shown += row.hidden ? 0 : 1;
      });
      status.textContent = wanted ? place.dataset.count + " " + shown : "";
      table.classList.toggle("is-resorted", Boolean(wanted));
    });
  }

  document.querySelectorAll("table[data-league]").forEach(function (table) {
    sortable(table);
    marking(table);
  });
  document.querySelectorAll("[data-league-filter]").forEach(filtered);
})();
