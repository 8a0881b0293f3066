// Short messages at the foot of the page: from the server (HX-Trigger px:toast), from flashes, from scripts.
(() => {
  "use strict";
  const { px } = window;
  const region = document.getElementById("toasts");
  const SECONDS = { success: 5, info: 6, warning: 9, danger: 12, error: 12 };
  const SHAPES = { success: "circle-check", warning: "alert-triangle", danger: "alert-circle", error: "alert-circle" };
  const sprite = () => (document.querySelector("svg use")?.getAttribute("href") ?? "").split("#")[0];

  const icon = (name) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "px-icon");
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `${sprite()}#${name}`);
    svg.append(use);
    return svg;
  };

  const rise = () => {
    // an open dialog lies in the top layer: the region follows it there, so that the message is seen
    if (!region.showPopover) return;
    region.popover = "manual";
    if (region.matches(":popover-open")) region.hidePopover();
    region.showPopover();
  };

  const live = (toast) => {
    const close = document.createElement("button");
    close.type = "button";
    close.setAttribute("aria-label", px.text("Close"));
    close.append(icon("x"));
    close.addEventListener("click", () => toast.remove());
    toast.append(close);
    let timer;
    const start = () => (timer = setTimeout(() => toast.remove(), 1000 * (SECONDS[toast.dataset.level] ?? 6)));
    ["pointerenter", "focusin"].forEach((name) => toast.addEventListener(name, () => clearTimeout(timer)));
    ["pointerleave", "focusout"].forEach((name) => toast.addEventListener(name, start));
    start();
  };

  px.toast = (message, level = "info") => {
    if (!message) return;
    const toast = document.createElement("div");
    toast.className = "px-toast";
    toast.dataset.level = level;
    const words = document.createElement("span");
    words.textContent = message;
    toast.append(icon(SHAPES[level] ?? "info-circle"), words);
    live(toast);
    region.append(toast);
    rise();
  };

  region.querySelectorAll("[data-toast]").forEach(live);
  if (region.querySelector("[data-toast]")) rise();
  document.addEventListener("px:toast", (event) => px.toast(event.detail.message, event.detail.level));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-toast-show]");
    if (button) px.toast(button.dataset.toastShow, "success");
  });
})();
