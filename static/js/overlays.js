// What opens over the page: dialogs, the question before a danger, menus under their buttons, lists of search boxes.
(() => {
  "use strict";

  // dialogs
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog-open]");
    if (opener) {
      opener.closest("[popover]")?.hidePopover();
      document.getElementById(opener.dataset.dialogOpen)?.showModal();
    }
    if (event.target.closest("[data-dialog-close]")) event.target.closest("dialog")?.close();
    if (event.target.matches("dialog.px-dialog")) {
      const box = event.target.getBoundingClientRect();
      const outside = event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
      if (outside && event.clientX + event.clientY > 0 && !event.target.querySelector("[data-guard]")) event.target.close();
    }
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "dialog-body") return;
    const dialog = document.getElementById("dialog");
    const title = dialog.querySelector(".px-dialog-title");
    if (title) dialog.setAttribute("aria-label", title.textContent);
    if (!dialog.open && event.detail.target.childElementCount) dialog.showModal();
  });
  document.addEventListener("px:dialog-close", () => document.querySelectorAll("dialog[open]").forEach((dialog) => dialog.close()));

  // the question: the button is pressed again once the person said yes
  const question = document.getElementById("confirm");
  let asked = null;
  document.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest("[data-confirm]");
      if (!button || button === question) return;
      if (button.dataset.confirmed) {
        delete button.dataset.confirmed;
        return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
      asked = button;
      question.querySelector("[data-confirm-text]").textContent = button.dataset.confirm;
      const detail = question.querySelector("p[data-confirm-detail]");
      detail.textContent = button.dataset.confirmDetail ?? "";
      detail.hidden = !button.dataset.confirmDetail;
      const yes = question.querySelector("button[data-confirm-yes]");
      yes.textContent = button.dataset.confirmYes || yes.dataset.default;
      question.showModal();
    },
    true,
  );
  question.addEventListener("close", () => {
    const button = asked;
    asked = null;
    if (question.returnValue === "yes" && button?.isConnected) {
      button.dataset.confirmed = "1";
      button.click();
    }
    question.returnValue = "";
  });

  // menus: the style sheet places them under their button; where the browser cannot do that yet, this does
  const placed = CSS.supports("position-area", "block-end");
  const place = (menu, button) => {
    if (placed || !button) return;
    const at = button.getBoundingClientRect();
    const rtl = getComputedStyle(button).direction === "rtl";
    const alignRight = rtl !== menu.hasAttribute("data-end");
    const wide = menu.offsetWidth;
    const left = Math.min(Math.max(8, alignRight ? at.right - wide : at.left), document.documentElement.clientWidth - wide - 8);
    const below = at.bottom + 4 + menu.offsetHeight < innerHeight || at.top < menu.offsetHeight;
    menu.style.left = `${left}px`;
    menu.style.top = below ? `${at.bottom + 4}px` : `${at.top - menu.offsetHeight - 4}px`;
  };
  const items = (menu) => [...menu.querySelectorAll(".px-menu-item:not([disabled])")];
  document.addEventListener(
    "toggle",
    (event) => {
      const menu = event.target;
      if (!menu.matches?.("[data-menu]")) return;
      const button = document.querySelector(`[popovertarget="${menu.id}"]`);
      button?.setAttribute("aria-expanded", String(event.newState === "open"));
      if (event.newState !== "open") return;
      place(menu, button);
      items(menu)[0]?.focus({ preventScroll: true });
    },
    true,
  );
  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.("[data-menu], .px-choice, #palette");
    if (!menu || !["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
    const all = items(menu);
    if (!all.length || (menu.id !== "palette" && event.target.matches("textarea"))) return;
    if (event.target.matches("input") && ["Home", "End"].includes(event.key)) return;
    event.preventDefault();
    const now = all.indexOf(document.activeElement);
    const next = { ArrowDown: now + 1, ArrowUp: now < 0 ? all.length - 1 : now - 1, Home: 0, End: all.length - 1 }[event.key];
    all[(next + all.length) % all.length].focus();
  });

  // search boxes: picking an option writes its id into the hidden field
  document.addEventListener("click", (event) => {
    const option = event.target.closest("[data-choice-pick]");
    const box = option?.closest("[data-choice]");
    if (!box) return;
    const value = box.querySelector("[data-choice-value]");
    const text = box.querySelector("[data-choice-text]");
    value.value = option.dataset.choicePick;
    text.value = option.dataset.choiceLabel;
    text.setAttribute("aria-expanded", "false");
    box.querySelector("[role=listbox]").replaceChildren();
    text.focus();
    value.dispatchEvent(new Event("change", { bubbles: true }));
  });
  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-choice-text]")) return;
    event.target.closest("[data-choice]").querySelector("[data-choice-value]").value = "";
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const text = event.detail.target.closest?.("[data-choice]")?.querySelector("[data-choice-text]");
    text?.setAttribute("aria-expanded", String(event.detail.target.childElementCount > 0));
  });
})();
