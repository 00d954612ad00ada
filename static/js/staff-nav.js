// On a phone the row of links is pushed sideways: it starts where the page is that one is on.
(function () {
  "use strict";
  var row = document.querySelector(".staff-nav ul");
  var here = row && row.querySelector('[aria-current="page"]');
  if (here) row.scrollLeft = here.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
})();
