// Light or dark as the reader chose; without a choice the system decides. Runs in <head> so that nothing flashes.
(function () {
  "use strict";
  var root = document.documentElement;
  var kept = null;
  try {
    kept = localStorage.getItem("theme");
  } catch (error) {
    kept = null;
  }
  if (kept === "light" || kept === "dark") root.dataset.theme = kept;

  function isDark() {
    if (root.dataset.theme) return root.dataset.theme === "dark";
    return window.matchMedia("(prefers-color-scheme: dark)").matches;
  }

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("[data-theme-switch]").forEach(function (button) {
      button.hidden = false;
      button.setAttribute("aria-pressed", String(isDark()));
      button.addEventListener("click", function () {
        root.dataset.theme = isDark() ? "light" : "dark";
        button.setAttribute("aria-pressed", String(isDark()));
        try {
          localStorage.setItem("theme", root.dataset.theme);
        } catch (error) {
          return;
        }
      });
    });
  });
})();
