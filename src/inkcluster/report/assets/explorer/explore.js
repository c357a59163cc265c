/* The explorer: what is coloured, shown, found and selected among all images. */
ink.explore = (() => {
  const root = document.getElementById("explorer");
  if (!root || !ink.index) return null;
  const { n, classes, columns } = ink.index;
  const part = (name) => document.querySelector(`[data-explore="${name}"]`);
  const made = (tag, text = "", more = {}) => Object.assign(document.createElement(tag), { textContent: text }, more);
  const number = (value) => value.toLocaleString("en");
  const images = (count) => `${number(count)} image${count === 1 ? "" : "s"}`;
  const opening = ink.colouring.names[0];
  const filter = { group: null, label: null, only: "" };
  const chosen = new Set();  // entries of the colouring that alone are shown; none: all
  let [colouring, groups, labels, confidence, open, selected] = [null, null, null, null, null, null];

  const nameOf = (one, entry) => (one.kind === "group" && entry.number !== undefined ? `group ${entry.name}${entry.more}` : entry.name);
  const odd = ({ mostly, codes }, row) =>
    mostly[codes[row]] >= 0 && labels.codes[row] < classes.length && labels.codes[row] !== mostly[codes[row]];
  // What is shown, in words; empty for all.
  const filtered = () => [
    [...chosen].map((e) => nameOf(colouring, colouring.entries[e])).join(", "),
    filter.group === null ? "" : nameOf(groups, groups.entries[filter.group]),
    filter.label === null ? "" : `label ${classes[filter.label]}`,
    { odd: "label and group disagree", unsure: "unsure of their group" }[filter.only] ?? "",
  ].filter((one) => one).join("; ");

  let asked = 0;
  const show = () => { asked ||= requestAnimationFrame(showNow); };
  const showNow = () => {
    asked = 0;
    const { codes, entries } = colouring;
    const { group, label, only } = filter;
    const judged = colouring.kind === "group" ? colouring : groups;
    let count = 0;
    for (let i = 0; i < n; i++) {
      open[i] = (!chosen.size || chosen.has(codes[i])) && (group === null || groups.codes[i] === group)
        && (label === null || labels.codes[i] === label)
        && (only !== "odd" || odd(judged, i)) && (only !== "unsure" || confidence[i] < 127.5) ? 1 : 0;
      count += open[i];
    }
    const what = filtered();
    part("count").textContent = what ? `${images(count)} of ${number(n)}: ${what}` : "";
    part("reset").hidden = !what;
    part("all").hidden = !what || !count;
    for (const button of part("legend").querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(chosen.has(Number(button.value))));
    }
    if (!ink.map) return;
    const [tones, order, levels] = [new Uint8Array(n), new Uint32Array(n), new Uint8Array(n)];
    const isIn = selected && new Uint8Array(n);
    for (const row of selected?.rows ?? []) isIn[row] = 1;
    const starts = [0, 0, 0, 0];
    for (let i = 0; i < n; i++) {
      if (open[i]) tones[i] = isIn && !isIn[i] ? ink.colouring.PALE : entries[codes[i]].tone;
      levels[i] = Math.min(2, tones[i]);  // the faint first, the pale next
      starts[levels[i] + 1]++;
    }
    for (let l = 1; l < 3; l++) starts[l] += starts[l - 1];
    for (let i = 0; i < n; i++) order[starts[levels[i]]++] = i;
    ink.map.paint(tones, order, ink.colouring.colours());
  };

  // The legend; each entry shows or hides its images.
  const legend = () => {
    const items = colouring.entries.map((entry, e) => {
      if (!entry.count) return null;
      const [item, button, swatch] = ["li", "button", "i"].map((tag) => made(tag));
      Object.assign(button, { type: "button", value: e, title: `${nameOf(colouring, entry)}, ${images(entry.count)}` });
      button.setAttribute("aria-label", button.title);
      button.setAttribute("aria-pressed", "false");
      swatch.style.background = ink.colouring.css(entry.tone);
      button.append(swatch, made("bdi", entry.short));
      button.addEventListener("click", () => {
        if (!chosen.delete(e)) chosen.add(e);
        show();
      });
      item.append(button);
      return item;
    });
    part("legend").replaceChildren(...items.filter((one) => one));
  };
  const colour = async (name) => {
    const next = await ink.colouring.of(name);
    chosen.clear();
    colouring = next;
    part("colour").value = next.name;
    legend();
    show();
    await ink.marks?.(colouring);
  };

  // The image that is pointed at, larger, and all that is known of it.
  let shown = -1;
  const inspect = async (row, aloud) => {
    if (row === shown && !aloud) return;
    shown = row;
    const facts = [["image", number(row)], ["file", await ink.name(row)], ["label", await ink.label(row)]];
    for (const one of colouring.kind === "group" && colouring !== groups ? [groups, colouring] : [groups]) {
      const entry = one.entries[one.codes[row]];
      facts.push([one === groups ? "group" : one.name, `${entry.name}${entry.more ?? ""}`]);
    }
    if (confidence) facts.push(["confidence", `${Math.round(confidence[row] / 2.55)} %`]);
    const here = ink.map?.here(row) ?? [];
    if (here.length > 1) facts.push(["here", `${here.indexOf(row) + 1} of ${here.length}`]);
    if (row !== shown) return;
    const box = part("image");
    box.hidden = false;
    const told = facts.filter(([, value]) => value !== null);
    box.querySelector("dl").replaceChildren(...told.flatMap(([key, value]) => [made("dt", key), made("dd", value)]));
    if (aloud) part("said").textContent = told.map((fact) => fact.join(" ")).join(", ");
    box.classList.toggle("at-left", Boolean(ink.map?.isRight(row)));  // not over what is looked at
    const canvas = box.querySelector("canvas");
    const has = await ink.draw(row, canvas);
    if (row === shown) canvas.hidden = !has;
  };

  const list = (rows) => Array.from(rows).filter((row) => Number.isInteger(row) && row >= 0 && row < n);
  const pick = async (rows, why) => {
    selected = rows.length ? { rows, why } : null;
    part("selection").hidden = !selected;
    show();
    if (!selected) { part("said").textContent = "Nothing selected"; return; }
    part("selection").querySelector("h2").textContent = `${images(rows.length)}${why ? `: ${why}` : ""}`;
    part("said").textContent = `${images(rows.length)} selected`;
    const pictured = await ink.pictured(rows);
    if (selected?.rows !== rows) return;
    part("note").hidden = pictured.length === rows.length;
    part("note").textContent = `This file holds the pictures of ${number(pictured.length)} of these images; the CSV lists all.`;
    await ink.wall.show(part("wall"), pictured, (row) => { inspect(row, true); ink.map?.point(row); });
  };
  const toggle = (row) => {
    const rows = selected?.rows ?? [];
    pick(rows.includes(row) ? rows.filter((one) => one !== row) : [...rows, row], "chosen one by one");
  };

  // A text that no spreadsheet computes, quoted where CSV asks for it.
  const cell = (value) => {
    const text = /^\s*[=+\-@＝＋－＠]/.test(value) ? `'${value}` : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const save = async () => {
    const found = await Promise.all(ink.index.clusterings.map((one) => ink.colouring.of(one.name)));
    const group = (one, row) => {
      const entry = one.entries[one.codes[row]];
      return entry.number ?? (entry.name === "no group" ? "-1" : "");
    };
    const names = ink.index.named ? await ink.column("names") : null;
    const head = ["image", ...(names ? ["name"] : []), ...(labels ? ["label"] : []),
      ...found.map((one) => one.name), ...(confidence ? ["confidence"] : [])];
    const lines = selected.rows.map((row) => [
      row,
      ...(names ? [cell(names[row])] : []),
      ...(labels ? [labels.codes[row] < classes.length ? cell(classes[labels.codes[row]]) : ""] : []),
      ...found.map((one) => group(one, row)),
      ...(confidence ? [(confidence[row] / 255).toFixed(2)] : []),
    ].join(","));
    ink.save([head.map(cell).join(","), ...lines], "selection.csv");
  };

  const find = async (text) => {
    const wanted = text.trim().toLowerCase();
    if (!wanted) return;
    const names = ink.index.named ? await ink.column("names") : [];
    let rows = names.flatMap((name, row) => (name.toLowerCase() === wanted ? [row] : []));
    if (!rows.length && /^\d[\d,]*$/.test(wanted)) rows = list([Number(wanted.replaceAll(",", ""))]);
    if (!rows.length) rows = names.flatMap((name, row) => (name.toLowerCase().includes(wanted) ? [row] : []));
    if (!rows.length) { part("said").textContent = part("count").textContent = "No image of this number or name"; return; }
    if (rows.length > 1 || !ink.map) await pick(rows, `found by “${text.trim().slice(0, 80)}”`);
    await inspect(rows[0], true);
    ink.map?.centre(rows[0]);
  };

  const controls = () => {
    const options = (select, values) => select.append(...values.map(([value, text]) => made("option", text, { value })));
    options(part("colour"), ink.colouring.names.map((name) => [name, name]));
    options(part("group"), groups.entries.flatMap((one) => (one.count && one.number !== undefined ? [[one.number, `${one.name}${one.more}`]] : [])));
    options(part("label"), classes.map((name, i) => [i, name.slice(0, 80)]));
    options(part("only"), [...(labels ? [["odd", "label and group disagree"]] : []), ...(confidence ? [["unsure", "unsure"]] : [])]);
    for (const one of root.querySelectorAll("[data-needs=label]")) one.hidden = !labels;
    part("colour").addEventListener("change", (event) => colour(event.target.value));
    for (const key of ["group", "label", "only"]) {
      part(key).addEventListener("change", ({ target: { value } }) => {
        filter[key] = key === "only" ? value : value === "" ? null : Number(value);
        show();
      });
    }
    // What is open over the page closes when something else is meant.
    const over = part("filters");
    document.addEventListener("pointerdown", ({ target }) => { if (!over.contains(target)) over.open = false; });
    over.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      over.open = false;
      over.querySelector("summary").focus();
    });
    part("find").addEventListener("keydown", (event) => { if (event.key === "Enter") find(event.target.value); });
    part("find").addEventListener("search", (event) => find(event.target.value));
    part("reset").addEventListener("click", () => {
      chosen.clear();
      Object.assign(filter, { group: null, label: null, only: "" });
      for (const key of ["group", "label", "only"]) part(key).value = "";
      show();
    });
    part("all").addEventListener("click", () => pick([...open.keys()].filter((row) => open[row]), filtered()));
    part("save").addEventListener("click", save);
    part("clear").addEventListener("click", () => pick([], ""));
  };
  const onMap = () => {
    const modes = root.querySelectorAll("[data-map-mode]");
    for (const button of modes) {
      button.addEventListener("click", () => {
        ink.map.use(button.dataset.mapMode);
        for (const other of modes) other.setAttribute("aria-pressed", String(other === button));
      });
    }
    for (const button of root.querySelectorAll("[data-zoom-map]")) {
      button.addEventListener("click", () => ink.map.zoom(Number(button.dataset.zoomMap)));
    }
    Object.assign(ink.map.on, {
      hover: (row, byKey) => inspect(row, byKey),
      choose: toggle,
      enclose: (rows) => pick(rows, "enclosed on the map"),
    });
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", show);
    new MutationObserver(show).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  };

  const start = (async () => {
    groups = await ink.colouring.of(opening);
    labels = columns.label ? await ink.colouring.of("label") : null;
    confidence = columns.confidence ? await ink.column("confidence") : null;
    open = new Uint8Array(n);
    root.hidden = false;
    root.classList.toggle("no-map", !ink.map);
    if (ink.map) { await ink.map.ready; onMap(); }
    controls();
    await colour(opening);
    const still = document.getElementById("still-map");
    if (still) still.hidden = Boolean(ink.map);
    root.dataset.ready = "";
  })();

  return {
    // Show these images as a wall, and what they are.
    async select(rows, why = "") {
      await start;
      await pick(list(rows), why);
      const head = part("selection").querySelector("h2");
      head.scrollIntoView({ block: "center" });
      head.focus({ preventScroll: true });
    },
    // Colour the map by a clustering, "label", "confidence" or "outlier score".
    async colour(name) { await start; await colour(name); },
    // Show an image, and where it is.
    async image(row) { await start; await inspect(row, true); ink.map?.centre(row); },
  };
})();
