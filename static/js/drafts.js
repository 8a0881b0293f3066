// Nothing typed is lost: a question before leaving a changed form, and text that survives a switch of language.
(() => {
  "use strict";
  const { px } = window;
  const KEPT = "px:kept:";
  const DRAFT = "px:draft:";
  const dirty = new Set();
  let leaving = false;

  // [data-draft]: the text survives a reload of this tab until it is sent; a closed tab forgets it (shared computers)
  const draftOf = (field) => DRAFT + field.dataset.draft;
  const store = (act) => {
    try {
      return act(sessionStorage);
    } catch {
      return null;
    }
  };
  document.addEventListener("input", ({ target }) => {
    if (target.matches("[data-draft]")) store((kept) => (target.value ? kept.setItem(draftOf(target), target.value) : kept.removeItem(draftOf(target))));
  });
  document.addEventListener("submit", ({ target }) => {
    target.querySelectorAll("[data-draft]").forEach((field) => store((kept) => kept.removeItem(draftOf(field))));
  });
  px.whenAdded((part) => {
    part.querySelectorAll?.("[data-draft]").forEach((field) => {
      const text = store((kept) => kept.getItem(draftOf(field)));
      if (!text || field.value !== field.defaultValue) return;
      // [data-add]: what the page brings comes after what was typed before, once
      const brought = "add" in field.dataset ? field.defaultValue.trim() : "";
      field.value = !brought || text.includes(brought) ? text : `${text.trimEnd()}\n\n${brought}`;
    });
  });

  const mainForms = () => [...document.querySelectorAll("main form")];
  const fieldsOf = (form) => [...form.elements].filter((field) => (field.name || field.id) && !["hidden", "password", "file", "submit", "button"].includes(field.type));

  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form?.matches("[data-guard]")) dirty.add(form);
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[hx-post], [hx-put], [hx-patch], [hx-delete]")) leaving = true;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest?.("form");
    if (form && event.detail.xhr.status > 0 && event.detail.xhr.status < 400) dirty.delete(form);
  });
  addEventListener("beforeunload", (event) => {
    const open = [...dirty].some((form) => form.isConnected);
    if (open && !leaving) event.preventDefault();
    leaving = false;
  });

  const snapshot = () =>
    mainForms().map((form) =>
      fieldsOf(form).map((field) => ({
        key: `${field.name || field.id}|${["radio", "checkbox"].includes(field.type) ? field.value : ""}`,
        value: field.value,
        checked: field.checked,
        chosen: field.multiple ? [...field.selectedOptions].map((option) => option.value) : null,
        changed: field.value !== field.defaultValue || field.checked !== field.defaultChecked,
      })),
    );

  const restore = (kept) => {
    let any = false;
    mainForms().forEach((form, place) => {
      const values = new Map((kept[place] ?? []).map((entry) => [entry.key, entry]));
      fieldsOf(form).forEach((field) => {
        const found = values.get(`${field.name || field.id}|${["radio", "checkbox"].includes(field.type) ? field.value : ""}`);
        if (!found) return;
        if (found.chosen) [...field.options].forEach((option) => (option.selected = found.chosen.includes(option.value)));
        else if (["radio", "checkbox"].includes(field.type)) field.checked = found.checked;
        else field.value = found.value;
        if (found.changed && /^(text|textarea|search|email|tel|url)$/.test(field.type) && field.value) any = true;
        if (found.changed && form.matches("[data-guard]")) dirty.add(form);
      });
    });
    if (any) px.toast(px.text("Kept"), "info");
  };

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-keeps-text]")) return;
    event.target.elements.next.value = location.pathname + location.search; // a filter may have moved on since the page came
    try {
      sessionStorage.setItem(KEPT + location.pathname, JSON.stringify(snapshot()));
    } catch {
      leaving = false; // no storage: let the guard ask
    }
  });

  document.addEventListener("DOMContentLoaded", () => {
    try {
      const kept = sessionStorage.getItem(KEPT + location.pathname);
      sessionStorage.removeItem(KEPT + location.pathname);
      if (kept) restore(JSON.parse(kept));
    } catch {
      // nothing was kept
    }
  });
})();
