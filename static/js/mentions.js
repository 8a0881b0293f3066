// Naming a colleague in a note: after "@" and a letter the server offers who may see the case; the one picked is written.
(() => {
  const NAMING = /(?:^|[^\w.+-])@([^\s@]{1,64})$/u;
  const PAUSE = 150;
  let timer = 0;

  const shown = (field) => document.getElementById(`${field.id}-colleagues`);
  // the list stands under its text field, as that of a search box does, and is made when it is first needed
  const listOf = (field) => {
    if (shown(field)) return shown(field);
    const list = document.createElement("div");
    Object.assign(list, { id: `${field.id}-colleagues`, className: "px-choice-list" });
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", field.dataset.mentionsLabel);
    list.setAttribute("aria-live", "polite");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", list.id);
    field.parentElement.classList.add("px-choice");
    field.after(list);
    return list;
  };
  const typed = (field) => NAMING.exec(field.value.slice(0, field.selectionStart))?.[1] ?? "";
  const close = (field) => shown(field)?.replaceChildren();
  const fieldOf = (list) => document.querySelector(`[aria-controls="${list.id}"]`);

  const offer = async (field) => {
    const text = typed(field);
    if (!text) return close(field);
    const list = listOf(field);
    await htmx.ajax("GET", `${field.dataset.mentions}?q=${encodeURIComponent(text)}`, { target: list, swap: "innerHTML" });
    if (typed(field) !== text) close(field); // typed on meanwhile: the next answer is for what stands there now
  };

  document.addEventListener("input", ({ target }) => {
    if (!target.matches("textarea[data-mentions]")) return;
    clearTimeout(timer);
    timer = setTimeout(offer, PAUSE, target);
  });
  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (field.matches("textarea[data-mentions]") && event.key === "ArrowDown") {
      const first = shown(field)?.firstElementChild;
      if (!first) return;
      event.preventDefault();
      first.focus();
    } else if (event.key === "Escape" && (field.matches("textarea[data-mentions]") || field.matches("[data-mention]"))) {
      const writing = field.matches("[data-mention]") ? fieldOf(field.parentElement) : field;
      close(writing);
      writing.focus();
    }
  });
  document.addEventListener("click", (event) => {
    const option = event.target.closest("[data-mention]");
    if (!option) return;
    const field = fieldOf(option.parentElement);
    const end = field.selectionStart;
    field.setRangeText(`@${option.dataset.mention} `, end - typed(field).length - 1, end, "end");
    close(field);
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
})();
