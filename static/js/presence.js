// Who else has the case open, or one of the rows: asked with the live poll, shown as text that the server wrote.
(() => {
  "use strict";
  const { px } = window;
  const PAUSE = 20_000; // who typed nothing for so long is not writing any more
  let typed = 0;
  let seen = "";

  document.addEventListener("input", ({ target }) => {
    if (target.closest("main form:not([method=get])") && px.isTyping(target)) typed = Date.now();
  });

  const marks = () => [...document.querySelectorAll("[data-here-row]")];
  const said = (holder, { name, writing }) => (writing ? holder.dataset.textWriting : holder.dataset.textHere).replace("{n}", () => name);

  const showHere = (holder, people) => {
    holder.hidden = !people.length;
    holder.querySelector("[data-here-list]").replaceChildren(
      ...people.map((each) => {
        const one = document.createElement("bdi");
        one.textContent = said(holder, each);
        one.toggleAttribute("data-writing", each.writing);
        return one;
      }),
    );
  };

  const showRow = (mark, people) => {
    const text = people.map((each) => said(mark, each)).join(" · ");
    mark.hidden = !people.length;
    mark.title = text;
    mark.querySelector("[data-here-text]").textContent = text;
  };

  px.presence = {
    /** Give what the poll asks: the case of this page, whether somebody types in it, and the rows shown. */
    asked: () => {
      const here = document.querySelector("[data-here]")?.dataset.here;
      const sort = document.querySelector("[data-here-rows]")?.dataset.hereRows;
      const asked = {};
      if (here) Object.assign(asked, { here, writing: Date.now() - typed < PAUSE ? "1" : "0" });
      if (sort) asked.rows = `${sort}:${marks().map((mark) => mark.dataset.hereRow).join(",")}`;
      if (seen && (here || sort)) asked.seen = seen;
      return asked;
    },
    /** Show who is there, as the poll answered. */
    show: (answer) => {
      seen = answer.seen ?? "";
      const holder = document.querySelector("[data-here]");
      if (holder && answer.here) showHere(holder, answer.here);
      if (answer.rows) marks().forEach((mark) => showRow(mark, answer.rows[mark.dataset.hereRow] ?? []));
    },
  };
})();
