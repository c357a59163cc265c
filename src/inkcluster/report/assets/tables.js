/* Tables that show all their rows are sorted by a click on a heading, or its key. */
(() => {
  const value = (cell) => {
    const text = cell.textContent.trim();
    const number = Number(text.replace(/,/g, "").replace("−", "-"));
    return text === "–" || text === "" ? null : Number.isNaN(number) ? text : number;
  };
  // Numbers before words; what is missing comes last either way.
  const compare = (a, b, down) => {
    if (a === null || b === null) return (a === null) - (b === null);
    const both = typeof a === "number" && typeof b === "number";
    const order = both ? a - b : typeof a === typeof b ? a.localeCompare(b, "en", { numeric: true })
      : typeof a === "number" ? -1 : 1;
    return down ? -order : order;
  };

  for (const table of document.querySelectorAll("table[data-sorts]")) {
    const [body] = table.tBodies;
    const headings = [...table.tHead.rows[0].cells];
    const rows = [...body.rows];
    headings.forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        const isNumber = heading.classList.contains("num");
        const now = heading.getAttribute("aria-sort");
        const next = now === null ? (isNumber ? "descending" : "ascending")
          : now === "ascending" ? "descending" : "ascending";
        for (const other of headings) other.removeAttribute("aria-sort");
        heading.setAttribute("aria-sort", next);
        const keyed = rows.map((row) => [value(row.cells[column]), row]);
        keyed.sort(([a], [b]) => compare(a, b, next === "descending"));
        body.append(...keyed.map(([, row]) => row));
      });
    });
  }
})();
