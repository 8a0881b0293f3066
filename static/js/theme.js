// Runs before the first paint: the theme of a person who lets the system decide, and the folded side bar.
(() => {
  "use strict";
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    if (root.dataset.theme === "auto") root.dataset.bsTheme = dark.matches ? "dark" : "light";
  };
  dark.addEventListener("change", apply);
  apply();
  try {
    if (localStorage.getItem("px:side") === "folded") root.dataset.side = "folded";
  } catch {
    // storage may be closed; the side bar then starts open
  }
})();
