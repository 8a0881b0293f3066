// SLA pills count down by the minute. Words and units come from the server in the language of the page; the instant is its, too.
(() => {
  "use strict";
  const { px } = window;

  const span = (minutes, words) => {
    const days = Math.floor(minutes / 1440);
    const hours = Math.floor((minutes % 1440) / 60);
    const parts = [];
    if (days) parts.push(words.days.replace("{n}", days));
    if (hours) parts.push(words.hours.replace("{n}", hours));
    if (!days && (minutes % 60 || !hours)) parts.push(words.minutes.replace("{n}", minutes % 60));
    return parts.join(" ");
  };

  const show = (pill) => {
    const left = Math.round((Date.parse(pill.dataset.due) - Date.now()) / 60_000);
    const text = pill.querySelector("[data-sla-text]");
    if (Number.isNaN(left) || !text) return;
    text.textContent = (left >= 0 ? pill.dataset.left : pill.dataset.over).replace("{time}", span(Math.abs(left), pill.dataset));
    if (left < 0 && pill.dataset.state !== "breached") {
      pill.dataset.state = "breached";
      pill.dataset.tone = "danger";
      const use = pill.querySelector("use");
      use?.setAttribute("href", use.getAttribute("href").replace(/#.*/, "#urgent"));
    }
  };

  const all = (part) => part.querySelectorAll?.("[data-due]").forEach(show);
  px.whenAdded(all);
  setInterval(() => all(document), 60_000);
  document.addEventListener("visibilitychange", () => document.hidden || all(document));
})();
