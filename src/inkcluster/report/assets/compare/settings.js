/* The DBSCAN map: a setting shows its groups and what is noise to it. */
(() => {
  const about = ink.index?.settings;
  const figure = document.getElementById("figure-dbscan-map");
  const caption = figure?.querySelector("figcaption");
  if (!about || !caption) return;
  const { made, count, place } = ink.behind;
  if (!about.labels) {
    caption.after(made("p", "The groups of each setting take too much room for this file; they are in the run folder, in arrays.npz of this answer: map_labels.", { className: "note hint" }));
    return;
  }
  const MOST = 12;  // groups shown, the largest
  const { eps, least, n } = about;
  const behind = place("Groups of a setting");
  const said = (i, j) => `eps ${+eps[i].toPrecision(6)}, min_samples ${least[j]}`;

  const show = async (i, j) => {
    [first.value, second.value] = [i, j];
    const [labels, rows] = [await ink.column(about.labels), about.rows && await ink.column(about.rows)];
    const groups = new Map();
    for (let at = 0; at < n; at++) {
      const group = ink.known(labels, (i * least.length + j) * n + at);
      if (!groups.has(group)) groups.set(group, []);
      groups.get(group).push(rows ? rows[at] : at);
    }
    const noise = groups.get(null) ?? [];
    groups.delete(null);
    const found = [...groups].sort((a, b) => b[1].length - a[1].length);
    const share = noise.length / n;
    const percent = share > 0 && share < 0.005 ? "under 1" : share < 1 && share >= 0.995 ? "over 99" : Math.round(100 * share);
    const says = `${said(i, j)}: ${count(found.length, "group")}${found.length > MOST ? `, the ${MOST} largest shown` : ""}; ${percent} % of ${count(n)} are noise, in no group.`;
    const walls = found.slice(0, MOST).map(([group, held]) => ({ title: `Group ${group}: ${count(held.length)}`, rows: held }));
    if (noise.length) walls.push({ title: `Noise: ${count(noise.length)}`, rows: noise });
    await behind.show(bar, walls, says);
  };

  const chosen = (name, values) => {
    const select = made("select");
    select.append(...values.map((value, at) => made("option", String(+value.toPrecision(6)), { value: at })));
    const label = made("label", `${name} `);
    label.append(select);
    return [label, select];
  };
  const bar = made("p", "", { className: "pairs-bar" });
  const [[a, first], [b, second]] = [chosen("eps", eps), chosen("min_samples", least)];
  const button = made("button", "Show its groups", { type: "button" });
  button.addEventListener("click", () => show(Number(first.value), Number(second.value)));
  bar.append(a, " ", b, " ", button);
  figure.querySelector(".ic-scroll").after(bar);
  const isOpen = ink.cells.inFigure(figure, (row, column) => `${said(column, row)}: show its groups`, (row, column) => show(column, row));
  if (isOpen) caption.after(made("p", "A click on a cell shows the groups of that setting.", { className: "note hint" }));
})();
