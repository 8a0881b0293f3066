// The frame: folding side bar, theme at once, search over everything.
(() => {
  "use strict";
  const { px, htmx } = window;
  const root = document.documentElement;

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-fold]")) return;
    const folded = root.dataset.side !== "folded";
    if (folded) root.dataset.side = "folded";
    else delete root.dataset.side;
    try {
      localStorage.setItem("px:side", folded ? "folded" : "open");
    } catch {
      // without storage it folds for this page only
    }
  });

  // theme: shown at once, told to the server meanwhile
  const setButton = (form) => (form.querySelector("[data-theme-button]").value = root.dataset.bsTheme === "dark" ? "light" : "dark");
  document.querySelectorAll("[data-theme-form]").forEach((form) => {
    setButton(form);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const data = new FormData(form, event.submitter ?? form.querySelector("[data-theme-button]"));
      root.dataset.theme = root.dataset.bsTheme = data.get("theme");
      setButton(form);
      const headers = { "X-CSRFToken": px.token(), "X-Requested-With": "fetch" };
      fetch(form.action, { method: "POST", body: data, headers, credentials: "same-origin", redirect: "manual" }).catch(() => px.toast(px.text("Offline"), "danger"));
    });
  });

  // search: a dialog where scripts run, a page where they do not
  const palette = document.getElementById("palette");
  const openPalette = () => {
    if (!palette || palette.open) return;
    palette.showModal();
    const field = palette.querySelector("input");
    field.select();
    if (!palette.querySelector("#search-results").childElementCount) htmx.trigger(field, "search");
  };
  px.openSearch = openPalette;
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-search-open]") || event.ctrlKey || event.metaKey || !palette) return;
    event.preventDefault();
    openPalette();
  });
  palette?.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault(); // a search field would only be emptied by it
    palette.close();
  });
  palette?.addEventListener("submit", (event) => {
    const first = palette.querySelector("#search-results a[href]");
    if (!first || document.activeElement !== palette.querySelector("input")) return;
    event.preventDefault();
    location.assign(first.href);
  });
})();
