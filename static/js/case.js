// A case: the tabs of what can be written on it, the steps of the bar on a phone, and pictures in place.
(() => {
  "use strict";
  const { px } = window;
  const isPlain = (event) => !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button);

  // tabs: links without this; with it the panels are there already, and the address remembers which one is shown
  const tabsOf = (tab) => [...tab.closest("[role=tablist]").querySelectorAll("[role=tab]")];
  const panelOf = (tab) => document.getElementById(tab.getAttribute("aria-controls"));
  const show = (tab) => {
    tabsOf(tab).forEach((each) => {
      each.setAttribute("aria-selected", each === tab);
      each.tabIndex = each === tab ? 0 : -1;
      panelOf(each).hidden = each !== tab;
    });
    const address = new URL(tab.href);
    new URLSearchParams(location.search).forEach((value, name) => name !== "compose" && address.searchParams.set(name, value));
    address.hash = "";
    history.replaceState(history.state, "", address);
  };
  document.addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (!tab || !isPlain(event)) return;
    event.preventDefault();
    show(tab);
  });
  document.addEventListener("keydown", (event) => {
    const tab = event.target.closest?.("[role=tab]");
    if (!tab) return;
    const all = tabsOf(tab);
    const onward = getComputedStyle(tab).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const step = { [onward]: 1, [onward === "ArrowLeft" ? "ArrowRight" : "ArrowLeft"]: -1 }[event.key];
    const next = { Home: all[0], End: all.at(-1), " ": tab }[event.key] ?? (step && all[(all.indexOf(tab) + step + all.length) % all.length]);
    if (!next) return;
    event.preventDefault();
    show(next);
    next.focus();
  });
  px.whenAdded((part) => part.querySelectorAll?.("[role=tab]").forEach((tab) => (tab.tabIndex = tab.ariaSelected === "true" ? 0 : -1)));

  // a step that asks for something: its form opens, and its first field is where one writes
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-step-open]");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    field.closest("details")?.setAttribute("open", "");
    field.focus();
  });

  // a picture: shown over the page, and let go of when it is closed
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-picture]");
    const dialog = document.getElementById("picture");
    if (!link || !dialog || !isPlain(event)) return;
    event.preventDefault();
    const image = dialog.querySelector("img");
    image.src = link.href;
    image.alt = link.dataset.picture;
    dialog.querySelector("[data-picture-name]").textContent = link.dataset.picture;
    dialog.showModal();
  });
  document.addEventListener("close", ({ target }) => target.id === "picture" && target.querySelector("img").removeAttribute("src"), true);
})();
