/* The images behind a number that is clicked: what they are, and walls of them, opened below it. */
ink.behind = (() => {
  const made = (tag, text = "", more = {}) => Object.assign(document.createElement(tag), { textContent: text, ...more });
  const count = (n, noun = "image") => `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
  // Somebody's text inside a sentence: short, and with its own direction of writing.
  const quoted = (text) => `\u2068${text.length > 60 ? `${text.slice(0, 59)}…` : text}\u2069`;

  const wall = async (level, { title, rows }) => {
    const [part, head, list] = ["div", "div", "ol"].map((tag) => made(tag));
    head.className = "behind-head";
    head.append(made(level, title));
    list.className = "wall-list";
    list.setAttribute("aria-label", title);
    part.append(head);
    if (!rows.length) return part;
    if (ink.explore) {
      const button = made("button", "Show on the map", { type: "button" });
      button.setAttribute("aria-label", `Show on the map: ${title}`);
      button.addEventListener("click", () => ink.explore.select(rows, title));
      head.append(button);
    }
    const pictured = await ink.pictured(rows);
    if (pictured.length < rows.length) {
      part.append(made("p", `This file holds the pictures of ${pictured.length.toLocaleString("en")} of them.`, { className: "note" }));
    }
    part.append(list);
    await ink.wall.show(list, pictured, (row) => ink.large(row, pictured));
    return part;
  };

  // A place for images: `show(at, walls, says)` opens it after the element `at`, each wall a title and rows.
  const place = (label) => {
    const [box, said] = [made("section", "", { className: "behind" }), made("p")];
    box.setAttribute("aria-label", label);
    said.setAttribute("role", "status");
    let asked = 0;
    const show = async (at, walls, says = "") => {
      const mine = ++asked;
      const level = at.closest(".exhibit") ? "h4" : "h3";
      const parts = await Promise.all(walls.map((one) => wall(level, one)));
      if (mine !== asked) return;
      if (at.nextElementSibling !== box) at.after(box);
      box.replaceChildren(said, ...parts);
      box.classList.toggle("many", walls.length > 3);
      said.className = says ? "" : "unseen";
      said.textContent = says || walls[0].title;
      parts[0].scrollIntoView({ block: "nearest" });
    };
    return { show, close() { asked++; box.remove(); } };
  };
  return { place, made, count, quoted };
})();
