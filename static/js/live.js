// One poll for the page: the bell, the bars of changed lists, and events px:changed:<name> for parts that load themselves anew.
(() => {
  "use strict";
  const bell = document.querySelector("[data-bell-count]");
  if (!bell) return; // nobody is signed in here
  const NEAR = 10_000;
  const FAR = 60_000;
  let since = "";
  let wait = NEAR;
  let timer;

  const show = ({ bell: unread, changed = [], counts = {} }) => {
    bell.hidden = !unread;
    bell.textContent = unread > 99 ? "99+" : unread || "";
    changed.forEach((name) => {
      document.querySelectorAll(`[data-live="${CSS.escape(name)}"]`).forEach((bar) => {
        bar.hidden = false;
        if (!counts[name]) return;
        const seen = Number(bar.dataset.count ?? 0) + counts[name];
        bar.dataset.count = seen;
        bar.querySelector("[data-live-text]").textContent = bar.dataset.text.replace("{n}", seen);
      });
      document.body.dispatchEvent(new CustomEvent(`px:changed:${name}`, { bubbles: true }));
    });
  };

  const poll = async () => {
    const asked = new URLSearchParams(window.px.presence.asked());
    if (since) asked.set("since", since);
    const response = await fetch(`/live?${asked}`, { credentials: "same-origin", headers: { Accept: "application/json" } });
    if (response.status === 401) return false; // signed out: the next click says so
    if (response.status === 200) {
      const answer = await response.json();
      since = answer.stamp;
      show(answer);
      window.px.presence.show(answer);
    } else if (response.status !== 204) throw new Error(String(response.status));
    return true;
  };

  const plan = (milliseconds) => {
    clearTimeout(timer);
    timer = setTimeout(turn, milliseconds * (0.85 + Math.random() * 0.3));
  };
  const turn = async () => {
    try {
      if (!(await poll())) return;
      wait = document.hidden ? FAR : NEAR;
    } catch {
      wait = Math.min(wait * 2, FAR); // away: ask more and more seldom
    }
    plan(wait);
  };
  document.addEventListener("visibilitychange", () => plan(document.hidden ? FAR : 1000));
  document.addEventListener("htmx:load", ({ target }) => {
    if (target.querySelector?.("[data-here-row]")) plan(300); // new rows: who is at them?
  });
  plan(1500);
})();
