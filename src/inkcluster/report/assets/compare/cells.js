/* Cells that show their images: numbers of a table as buttons, and squares of a figure. */
ink.cells = (() => {
  // Numbers of `table` become buttons, named by `name(cell)`; one stop of the Tab key, arrow keys go between them.
  const inTable = (table, name, chosen) => {
    const buttons = [];
    for (const cell of table.querySelectorAll("tbody td")) {
      const words = name(cell);
      if (!words) continue;
      const button = ink.behind.made("button", "", { type: "button", className: "cell", tabIndex: -1 });
      button.append(...cell.childNodes);
      button.setAttribute("aria-label", words);
      button.setAttribute("aria-pressed", "false");
      cell.append(button);
      buttons.push(button);
    }
    if (buttons.length) buttons[0].tabIndex = 0;
    const inRow = (row) => [...row.querySelectorAll("button.cell")];
    const column = (button) => button.closest("td").cellIndex;
    // The next number of the row; above and below, the nearest one of the next row that has any.
    const next = (button, key) => {
      const row = button.closest("tr");
      const along = key === "ArrowUp" || key === "ArrowLeft" ? -1 : 1;
      if (key === "ArrowLeft" || key === "ArrowRight") return inRow(row)[inRow(row).indexOf(button) + along];
      const rows = [...row.parentElement.rows];
      for (let r = rows.indexOf(row) + along; rows[r]; r += along) {
        const far = (one) => Math.abs(column(one) - column(button));
        const [nearest] = inRow(rows[r]).sort((a, b) => far(a) - far(b));
        if (nearest) return nearest;
      }
      return undefined;
    };
    const press = (pressed) => {
      for (const button of buttons) {
        button.setAttribute("aria-pressed", String(button === pressed));
        button.tabIndex = button === pressed ? 0 : -1;
      }
      if (!pressed && buttons.length) buttons[0].tabIndex = 0;
    };
    table.addEventListener("keydown", (event) => {
      const button = event.target.closest("button.cell");
      if (!button || !event.key.startsWith("Arrow") || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      const to = next(button, event.key);
      if (!to) return;
      for (const one of buttons) one.tabIndex = one === to ? 0 : -1;
      to.focus();
    });
    table.addEventListener("click", (event) => {
      const button = event.target.closest("button.cell");
      if (!button) return;
      press(button);
      chosen(button.closest("td"));
    });
    return { press };
  };

  // Squares of the heat maps in `figure`: `name(row, column)` says what one is, `chosen` is called with its place.
  const inFigure = (figure, name, chosen) => {
    const svg = figure?.querySelector("svg");
    const areas = [...(svg?.querySelectorAll("[id*='-cells-'] > path") ?? [])].map((path) => {
      const [, rows, columns] = path.parentElement.id.match(/-cells-(\d+)x(\d+)-\d+$/).map(Number);
      return { path, rows, columns };
    });
    if (!areas.length) return false;
    const mark = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    for (const [key, value] of Object.entries({ fill: "none", stroke: "var(--ic-ink)", "stroke-width": 1.5, "pointer-events": "none" })) {
      mark.setAttribute(key, value);
    }
    const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
    svg.append(title);
    const under = (event) => {
      for (const { path, rows, columns } of areas) {
        const box = path.getBBox();
        const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(path.getScreenCTM().inverse());
        const [column, row] = [(point.x - box.x) / box.width * columns, (point.y - box.y) / box.height * rows].map(Math.floor);
        if (row < 0 || column < 0 || row >= rows || column >= columns) continue;
        const words = name(row, column);
        return words ? { row, column, words, box, wide: box.width / columns, high: box.height / rows } : null;
      }
      return null;
    };
    svg.addEventListener("pointermove", (event) => {
      const cell = under(event);
      svg.classList.toggle("on-cell", Boolean(cell));
      title.textContent = cell ? cell.words : "";
      if (!cell) { mark.remove(); return; }
      const place = { x: cell.box.x + cell.column * cell.wide, y: cell.box.y + cell.row * cell.high, width: cell.wide, height: cell.high };
      for (const [key, value] of Object.entries(place)) mark.setAttribute(key, value);
      svg.append(mark);
    });
    svg.addEventListener("pointerleave", () => mark.remove());
    svg.addEventListener("click", (event) => {
      const cell = under(event);
      if (cell) chosen(cell.row, cell.column);
    });
    return true;
  };
  return { inTable, inFigure };
})();
