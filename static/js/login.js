// The session ended: the login form opens over the page, what was typed stays, and the request is sent again.
(() => {
  "use strict";
  const { px, htmx } = window;
  const dialog = document.getElementById("login-again");
  const body = dialog.querySelector("[data-login-body]");
  let waiting = [];

  const here = () => location.pathname + location.search;
  const read = async (response) => new DOMParser().parseFromString(await response.text(), "text/html");
  const formOf = (page) => page.querySelector("form[data-login-form]");

  const ask = async () => {
    const response = await fetch(`/login?next=${encodeURIComponent(here())}`, { credentials: "same-origin", headers: { Accept: "text/html" } });
    take(await read(response), response.url);
  };

  const take = (page, url) => {
    const form = formOf(page);
    const token = page.querySelector("meta[name=csrf-token]")?.content;
    if (form) {
      const shown = document.importNode(form, true);
      shown.action = new URL(form.getAttribute("action") || url, location.origin).pathname;
      body.replaceChildren(shown);
      if (token) document.querySelector("meta[name=csrf-token]").content = token;
      if (!dialog.open) dialog.showModal();
      (shown.querySelector("[aria-invalid=true], [autofocus]") ?? shown.querySelector("input:not([type=hidden])"))?.focus();
      return;
    }
    if (token) px.renew(token);
    dialog.close("in");
    body.replaceChildren();
    const held = waiting;
    waiting = [];
    held.forEach(repeat);
  };

  const repeat = ({ form, button, ...request }) => (form ? send(form, button) : again(request));

  const again = ({ verb, path, values, source, target, swap }) => {
    if (!source.isConnected) return;
    values.delete?.("csrf_token");
    if (verb !== "get") values.set?.("csrf_token", px.token());
    htmx.ajax(verb.toUpperCase(), path, { source, target, values, ...(swap ? { swap } : {}) });
  };

  document.addEventListener("htmx:responseError", (event) => {
    const { xhr, requestConfig, target, elt } = event.detail;
    if (xhr.status !== 401) return;
    const values = requestConfig.formData ?? new FormData();
    waiting.push({ verb: requestConfig.verb, path: requestConfig.path, values, source: elt, target, swap: elt.closest("[hx-swap]")?.getAttribute("hx-swap") });
    if (!dialog.open) ask().catch(() => px.toast(px.text("Offline"), "danger"));
  });

  // a plain form with something typed would lose it at a closed door, and the text to the browser's error page: ask first
  let asked = null;
  const isTyped = (field) => /^(text|textarea|search|email|tel|url|number)$/.test(field.type) && field.value !== field.defaultValue;
  const send = (form, button) => {
    if (!form.isConnected) return;
    asked = form;
    form.requestSubmit(button?.isConnected ? button : null);
    asked = null;
  };
  const check = async (form, button) => {
    try {
      const { status } = await fetch("/live", { credentials: "same-origin", headers: { Accept: "application/json" } });
      if (status !== 401) return send(form, button);
      waiting = [{ form, button }];
      if (!dialog.open) await ask();
    } catch {
      px.toast(px.text("Offline"), "danger");
    }
  };
  document.addEventListener(
    "submit",
    (event) => {
      const { target: form, submitter } = event;
      if (form === asked || form.method !== "post" || form.hasAttribute("hx-post") || !form.closest("main")) return;
      if (!document.querySelector("[data-bell-count]") || ![...form.elements].some(isTyped)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      check(form, submitter);
    },
    true,
  );

  dialog.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form[data-login-form]")) return;
    event.preventDefault();
    const data = new FormData(form, event.submitter);
    try {
      const response = await fetch(form.action, { method: "POST", body: data, credentials: "same-origin", headers: { Accept: "text/html" } });
      take(await read(response), response.url);
    } catch {
      px.toast(px.text("Offline"), "danger");
    }
  });
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "in") waiting = [];
    dialog.returnValue = "";
  });
})();
