/* Two clusterings side by side: how many images each two of their groups share, and which change group. */
(() => {
  const root = document.getElementById("pairs");
  if (!root || !ink.colouring) return;
  const MOST = 12;  // groups shown of each, the largest
  const { made, count, place } = ink.behind;
  const part = (name) => root.querySelector(`[data-pair="${name}"]`);
  const [scroll, behind] = [root.querySelector(".scroll"), place("Images of both clusterings")];
  const { clusterings, columns } = ink.index;

  const title = (one, e) => {
    const { name, number, more } = one.entries[e];
    return number === undefined ? name : one.kind === "label" ? `label ${ink.quoted(name)}` : `group ${name}${more}`;
  };
  const read = (one) => ({ one, k: one.entries.filter((entry) => entry.number !== undefined).length });
  // How many images each two groups share; a group that is no group comes after the others.
  const crossed = (a, b, n) => {
    const [rows, wide] = [a.k + 1, b.k + 1];
    const counts = new Float64Array(rows * wide);
    let both = 0;
    for (let i = 0; i < n; i++) {
      if (a.one.codes[i] > a.k || b.one.codes[i] > b.k) continue;  // outside the sample of one
      counts[a.one.codes[i] * wide + b.one.codes[i]]++;
      both++;
    }
    return { counts, rows, wide, both };
  };
  // Lines of the table: the largest groups in this order, the rest together, no group.
  const lines = (side, sizes, first = []) => {
    const order = [...Array(side.k).keys()].filter((e) => sizes[e]).sort((p, q) => sizes[q] - sizes[p]);
    const shown = order.slice(0, MOST);
    const sorted = [...new Set([...first.filter((e) => shown.includes(e)), ...shown])];
    const found = sorted.map((e) => ({ name: title(side.one, e), short: side.one.entries[e].short, codes: [e] }));
    const rest = order.slice(MOST);
    if (rest.length) found.push({ name: `${count(rest.length, "other group")}`, short: "others", codes: rest });
    if (sizes[side.k]) found.push({ name: title(side.one, side.k), short: side.one.entries[side.k].name, codes: [side.k] });
    return found;
  };

  let asked = 0;
  const show = async () => {
    const mine = ++asked;
    const [a, b] = (await Promise.all(["rows", "columns"].map((side) => ink.colouring.of(part(side).value)))).map(read);
    if (mine !== asked) return;
    const { counts, rows, wide, both } = crossed(a, b, ink.index.n);
    const inner = new Float64Array(a.k * b.k);
    for (let i = 0; i < a.k; i++) for (let j = 0; j < b.k; j++) inner[i * b.k + j] = counts[i * wide + j];
    const matched = ink.matching(inner, a.k, b.k);
    const sizes = [new Float64Array(rows), new Float64Array(wide)];
    counts.forEach((c, at) => { sizes[0][Math.floor(at / wide)] += c; sizes[1][at % wide] += c; });
    const down = lines(a, sizes[0]);
    const across = lines(b, sizes[1], matched ? down.flatMap(({ codes }) => (codes.length === 1 && codes[0] < a.k ? [matched[codes[0]]] : [])) : []);
    const [lineOf, placeOf] = [[down, rows], [across, wide]].map(([found, size]) => {
      const held = new Int32Array(size).fill(-1);
      found.forEach(({ codes }, line) => { for (const code of codes) held[code] = line; });
      return held;
    });
    const cells = down.map(() => new Float64Array(across.length));
    counts.forEach((c, at) => { if (c) cells[lineOf[Math.floor(at / wide)]][placeOf[at % wide]] += c; });

    const stays = (i) => (a.one.codes[i] === a.k ? b.one.codes[i] === b.k : matched[a.one.codes[i]] === b.one.codes[i]);
    const within = (i) => a.one.codes[i] <= a.k && b.one.codes[i] <= b.k;
    const moved = [];
    if (matched) for (let i = 0; i < ink.index.n; i++) if (within(i) && !stays(i)) moved.push(i);
    const [names, total] = [[a.one.name, b.one.name], both.toLocaleString("en")];
    const judged = [a, b].some((side) => side.one.kind === "label");
    const verb = judged ? (moved.length === 1 ? "has another label than its group" : "have another label than their group")
      : moved.length === 1 ? "changes group" : "change group";
    part("says").textContent = !both ? "No image is in both samples."
      : matched ? `${moved.length.toLocaleString("en")} of ${total} images ${verb}, when groups are matched one to one so that most images stay.`
        : "They have too many groups to be matched one to one.";
    part("moved").hidden = !moved.length;
    part("moved").textContent = `Show ${moved.length === 1 ? "it" : "them"}`;
    part("moved").onclick = () => behind.show(scroll, [{ title: `${count(moved.length)} ${moved.length === 1 ? "differs" : "differ"} between ${names[0]} and ${names[1]}`, rows: moved, doubt: true }]);

    const table = made("table", "", { className: "pairs-grid" });
    scroll.replaceChildren(table);
    behind.close();
    table.append(made("caption", `Rows: ${names[0]}; columns: ${names[1]}`));
    const head = table.createTHead().insertRow();
    head.append(made("td"), ...across.map(({ short, name }) => {
      const heading = made("th", "", { scope: "col", className: "num", title: name });
      heading.append(made("bdi", short));
      return heading;
    }));
    const body = table.createTBody();
    down.forEach(({ short, name }, r) => {
      const row = body.insertRow();
      const heading = made("th", "", { scope: "row", className: "num", title: name });
      heading.append(made("bdi", short));
      const size = cells[r].reduce((sum, c) => sum + c, 0);
      row.append(heading, ...[...cells[r]].map((c) => {
        const cell = made("td", c ? c.toLocaleString("en") : "", { className: "num" });
        const heat = Math.round(10 * c / Math.max(size, 1));
        if (c) Object.assign(cell.style, { background: `var(--ic-heat${heat})`, color: heat < 6 ? "var(--ic-ink)" : "var(--ic-paper)" });
        return cell;
      }));
    });
    const at = (cell) => [cell.parentElement.sectionRowIndex, cell.cellIndex - 1];
    const pair = (r, c) => [`${down[r].name} of ${names[0]}`, `${across[c].name} of ${names[1]}`];
    const press = (cell) => {
      const [r, c] = at(cell);
      const kept = [[], [], []];
      for (let i = 0; i < ink.index.n; i++) {
        if (!within(i)) continue;
        const [first, second] = [lineOf[a.one.codes[i]] === r, placeOf[b.one.codes[i]] === c];
        if (first || second) kept[first && second ? 0 : first ? 1 : 2].push(i);
      }
      const [row, column] = pair(r, c);
      const walls = [`both in ${row} and in ${column}`, `only in ${row}`, `only in ${column}`];
      behind.show(scroll, walls.map((words, w) => ({ title: `${count(kept[w].length)} ${words}`, rows: kept[w], doubt: true })));
    };
    ink.cells.inTable(table, (cell) => {
      const [r, c] = at(cell);
      return cells[r][c] ? `${count(cells[r][c])} both in ${pair(r, c).join(" and in ")}` : "";
    }, press);
  };

  const names = [...clusterings.map((one) => one.name), ...(columns.label ? ["label"] : [])];
  for (const side of ["rows", "columns"]) {
    part(side).append(...names.map((name) => made("option", name, { value: name })));
    part(side).addEventListener("change", show);
  }
  part("columns").value = names[1];
  root.hidden = false;
  new IntersectionObserver(([seen], watch) => {
    if (!seen.isIntersecting) return;
    watch.disconnect();
    show();
  }, { rootMargin: "400px" }).observe(root);
})();
