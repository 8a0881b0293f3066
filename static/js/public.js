// Patient pages work without this. It only keeps a second tap from sending a form twice.
(() => {
  "use strict";
  const forms = () => document.querySelectorAll("form");
  const free = (form) => {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    // aria-disabled, not disabled: the pressed button's own value must still be sent
    form.querySelectorAll("button:not([type=button])").forEach((button) => button.setAttribute("aria-disabled", "true"));
    setTimeout(() => free(form), 8000); // a slow or failed line: let the person try again
  });
  addEventListener("pageshow", () => forms().forEach(free));
  addEventListener("offline", () => forms().forEach(free));
})();
