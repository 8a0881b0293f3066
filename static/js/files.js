// [data-choose]: a choice of files in the words of the page, not of the browser; the input itself lies on top, so that keys,
// dropped files and screen readers meet the real one.
(() => {
  "use strict";
  const part = (name, text = "") => Object.assign(document.createElement("span"), { className: name, textContent: text });
  const dress = (input) => {
    if (input.closest(".file-choice")) return;
    const choice = part("file-choice");
    const face = part("file-face", input.dataset.choose);
    const chosen = part("file-names");
    const say = () => {
      const names = [...input.files].map(({ name }) => Object.assign(document.createElement("bdi"), { textContent: name }));
      chosen.replaceChildren(...(names.length ? names : [input.dataset.none]));
      chosen.classList.toggle("file-some", names.length > 0);
    };
    face.ariaHidden = chosen.ariaHidden = "true";
    input.before(choice);
    choice.append(input, face, chosen);
    input.addEventListener("change", say);
    input.form?.addEventListener("reset", () => setTimeout(say));
    say();
  };
  const all = (root) => root.querySelectorAll?.("input[type=file][data-choose]").forEach(dress);
  if (window.px) window.px.whenAdded(all);
  else all(document);
})();
