/* Clusters against classes: a cell shows its images, such as those labelled 4 in the group of the 9s. */
(() => {
  if (!ink.index) return;
  const { count, made, place } = ink.behind;

  for (const { key, clustering, groups, classes, counts } of ink.index.crossings) {
    const exhibit = document.getElementById(`table-${key}-classes`);
    const figure = document.getElementById(`figure-${key}-confusion`);
    const one = ink.index.clusterings[clustering];
    const behind = place("Images of a cell");
    const says = (row, column) => (counts[row]?.[column]
      ? `${count(counts[row][column])} labelled ${ink.quoted(ink.index.classes[classes[column]])} in group ${groups[row]}${ink.mostly(one, groups[row])} of ${one.name}` : "");
    const show = async (row, at, where) => {
      const [labels, found] = [await ink.column("label"), await ink.column(one.column)];
      const rows = [];
      labels.forEach((label, i) => { if (label === classes[at] && found[i] === groups[row]) rows.push(i); });
      await behind.show(where, [{ title: says(row, at), rows, doubt: true }]);
    };
    const table = exhibit?.querySelector("table");
    if (table) {
      const number = new Map([...table.tBodies[0].rows].map((row, i) => [row, i]));  // also after a sort
      const place = (cell) => [number.get(cell.parentElement), cell.cellIndex - 1];
      ink.cells.inTable(table, (cell) => says(...place(cell)), (cell) => show(...place(cell), table.closest(".scroll")));
      exhibit.querySelector(".says").after(made("p", "Choose a number to see its images; arrow keys go between numbers.", { className: "note hint" }));
    }
    const isOpen = ink.cells.inFigure(figure, says, (row, at) => show(row, at, figure.querySelector(".ic-scroll")));
    if (!isOpen || !exhibit) continue;
    const [hint, link] = [made("p", "A click on a cell shows its images. ", { className: "note hint" }), made("a", "The table below does by keyboard too.")];
    link.href = `#${exhibit.id}`;
    hint.append(link);
    figure.querySelector("figcaption").after(hint);
  }
})();
