// Draws the question that is being written into the phones beside the form, a moment after the last key.
(() => {
  "use strict";
  const form = document.querySelector("form[data-sketch]");
  if (!form) return;
  const buttons = [...document.querySelectorAll("[data-sketch-button]")];
  const draw = async (button) => {
    const frame = document.querySelector(`iframe[name="${CSS.escape(button.formTarget)}"]`);
    const answer = await fetch(button.formAction, { method: "POST", body: new FormData(form), credentials: "same-origin" });
    if (answer.ok && frame) frame.srcdoc = await answer.text();
  };
  const all = () => buttons.forEach((button) => draw(button).catch(() => {})); // away: the next key tries again
  let timer;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(all, 400);
  };
  form.addEventListener("input", later);
  buttons.forEach((button) => (button.hidden = true)); // without this script they draw by themselves
  all();
})();
