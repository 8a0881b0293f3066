// The base of the staff pages: the shared name `px`, the CSRF header, and what happens to refused or lost HTMX requests.
(() => {
  "use strict";
  const region = () => document.getElementById("toasts");

  const px = {
    /** Give the CSRF token of this page. */
    token: () => document.querySelector("meta[name=csrf-token]")?.content ?? "",
    /** Put a new token into the page and into every form that carries one. */
    renew: (token) => {
      document.querySelector("meta[name=csrf-token]")?.setAttribute("content", token);
      document.querySelectorAll("input[name=csrf_token]").forEach((input) => (input.value = token));
    },
    /** Give a text that the server wrote in the language of the page. */
    text: (name) => region()?.dataset[`text${name}`] ?? "",
    /** Run a function now and again for every part that HTMX brings. */
    whenAdded: (run) => {
      run(document);
      document.addEventListener("htmx:load", (event) => run(event.target));
    },
    /** Tell whether somebody is typing in this element. */
    isTyping: (element) => element?.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]") != null,
  };
  window.px = px;

  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = px.token();
  });

  document.addEventListener("htmx:sendError", () => px.toast(px.text("Offline"), "danger"));
  document.addEventListener("htmx:timeout", () => px.toast(px.text("Offline"), "danger"));

  document.addEventListener("htmx:responseError", (event) => {
    const { status, responseText } = event.detail.xhr;
    if (status === 401) return; // login.js asks for the password and repeats the request
    const page = new DOMParser().parseFromString(responseText, "text/html");
    const said = page.querySelector("[data-error-message]")?.textContent.trim();
    px.toast(said || px.text("Fault"), "danger");
  });

  // A refused form comes back with its errors: go to their summary, else to the first field at fault.
  document.addEventListener("htmx:afterSettle", (event) => {
    const part = event.detail.elt;
    const first = part.querySelector?.("[data-focus]") ?? part.querySelector?.("[aria-invalid=true]");
    first?.focus();
  });

  // A form that runs once: while it does its button is out of use, and the element that `data-runs-once` names says so in words.
  const busy = (form, is) => {
    form.ariaBusy = is ? "true" : null;
    // aria-disabled, not disabled: the pressed button's own value must still be sent
    form.querySelectorAll("button").forEach((button) => (button.ariaDisabled = is ? "true" : null));
    const word = document.getElementById(form.dataset.runsOnce);
    word.textContent = is ? word.dataset.busy : "";
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !form.dataset.runsOnce) return;
    if (form.ariaBusy) {
      event.preventDefault();
      return;
    }
    busy(form, true);
    setTimeout(() => busy(form, false), 30_000); // stopped, or a line that failed: let the person try again
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[data-runs-once]").forEach((form) => busy(form, false)); // came Back
  });

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      px.toast(px.text("Copied"), "success");
    } catch {
      const range = document.createRange(); // the clipboard is closed: mark the text, so that one key copies it
      range.selectNodeContents(button.previousElementSibling ?? button);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
    }
  });
})();
