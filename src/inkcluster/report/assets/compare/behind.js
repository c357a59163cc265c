/* The images behind a number that is clicked: what they are, and walls of them, opened below it. */
ink.behind = (() => {
  const made = (tag, text = "", more = {}) => Object.assign(document.createElement(tag), { textContent: text, ...more });
  const count = (n, noun = "image") => `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
  // The images of `rows` of which it is least sure in what group they are come first.
  const byDoubt = async (rows) => {
    const sure = ink.index.columns.confidence && await ink.column("confidence");
    return sure ? [...rows].sort((a, b) => sure[a] - sure[b] || a - b) : rows;
  };

  const wall = async (level, { title, rows: unsorted, doubt = false }) => {
    const rows = doubt ? await byDoubt(unsorted) : unsorted;
    const [part, head, list] = ["div", "div", "ol"].map((tag) => made(tag));
    head.className = "behind-head";
    head.append(made(level, title));
    list.className = "wall-list";
    list.setAttribute("aria-label", title);
    part.append(head);
    if (!rows.length) return part;
    if (rows.length > 1 && rows !== unsorted) head.append(made("span", "Least sure first"));
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
  return { place, made, count };
})();
