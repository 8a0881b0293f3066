// Keys of queues: j k o x on rows, a c for what the row or the page offers ([data-key]), s to the steps of a case, / for its search, Ctrl K, ?. And selecting rows.
(() => {
  "use strict";
  const { px } = window;
  const rows = () => [...document.querySelectorAll("[data-queue] tbody tr, [data-queue] [data-row]")];
  const current = () => document.querySelector(".px-at");

  const standAt = (row) => {
    current()?.classList.remove("px-at");
    row.classList.add("px-at");
    (row.querySelector("[data-open]") ?? row.querySelector("a[href]") ?? row).focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };

  const go = (step) => {
    const all = rows();
    if (!all.length) return;
    const now = all.indexOf(current());
    standAt(all[Math.min(Math.max(now + step, 0), all.length - 1)]);
  };

  // Back from a case lands on its row, wherever it stands by then: the page is fetched anew, its place in the history remembers
  document.addEventListener("click", (event) => {
    const row = event.target.closest?.("a[href]")?.closest("[data-queue] tbody tr[id]");
    if (row) history.replaceState({ ...history.state, row: row.id }, "");
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted || performance.getEntriesByType("navigation")[0]?.type !== "back_forward") return;
    const row = document.getElementById(history.state?.row ?? "");
    if (row) standAt(row);
  });

  const offered = (part, key) => [...(part?.querySelectorAll(`[data-key="${key}"]`) ?? [])];
  const press = (key) => {
    const all = [...offered(current(), key), ...offered(document.querySelector("main"), key)];
    const found = all.find((each) => each.checkVisibility()) ?? all[0];
    if (px.isTyping(found)) found.focus();
    else found?.click();
  };

  const ACTS = {
    j: () => go(1),
    k: () => go(-1),
    o: () => (current()?.querySelector("[data-open]") ?? current()?.querySelector("a[href]"))?.click(),
    x: () => current()?.querySelector("[data-select]")?.click(),
    a: () => {
      if (!document.querySelector("[data-select]:checked")) current()?.querySelector("[data-select]")?.click(); // nothing selected: the row itself
      press("a");
    },
    c: () => press("c"),
    s: () => document.querySelector("#steps :is(summary, button)")?.focus(), // a step is taken by Enter, never by a letter alone
    "/": () => (document.querySelector("[data-list-search]") ?? { focus: px.openSearch }).focus(),
    "?": () => document.getElementById("keys")?.showModal(),
  };
  // the same keys on an Arabic keyboard, by the place of the key
  const PLACES = { KeyJ: "j", KeyK: "k", KeyO: "o", KeyX: "x", KeyA: "a", KeyC: "c", KeyS: "s" };

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.code === "KeyK") {
      event.preventDefault();
      px.openSearch();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || px.isTyping(event.target)) return;
    if (document.querySelector("dialog[open], [data-menu]:popover-open")) return;
    const act = ACTS[event.key] ?? (event.shiftKey ? undefined : ACTS[PLACES[event.code]]) ?? (event.key === "؟" ? ACTS["?"] : undefined);
    if (!act) return;
    event.preventDefault();
    act();
  });

  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.("[data-queue] tbody tr, [data-queue] [data-row]");
    if (!row || row === current()) return;
    current()?.classList.remove("px-at");
    row.classList.add("px-at");
  });

  // selecting
  const boxes = () => [...document.querySelectorAll("[data-select]")];
  const showSelected = () => {
    const all = boxes();
    const chosen = all.filter((box) => box.checked).length;
    document.querySelectorAll("[data-bulk]").forEach((bar) => {
      bar.hidden = chosen === 0;
      bar.querySelector("[data-bulk-text]").textContent = bar.dataset.text.replace("{n}", chosen);
    });
    document.querySelectorAll("[data-select-all]").forEach((box) => {
      box.checked = chosen > 0 && chosen === all.length;
      box.indeterminate = chosen > 0 && chosen < all.length;
    });
  };
  let last = null;
  document.addEventListener("click", (event) => {
    const box = event.target;
    if (box.matches("[data-select]")) {
      const all = boxes();
      if (event.shiftKey && last?.isConnected) {
        const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((one, two) => one - two);
        all.slice(from, to + 1).forEach((each) => (each.checked = box.checked));
      }
      last = box;
    }
    if (box.matches("[data-select-all]")) boxes().forEach((each) => (each.checked = box.checked));
    if (box.closest("[data-select-none]")) boxes().forEach((each) => (each.checked = false));
    if (box.matches("[data-select], [data-select-all]") || box.closest("[data-select-none]")) showSelected();
  });
  px.whenAdded(showSelected);
})();
