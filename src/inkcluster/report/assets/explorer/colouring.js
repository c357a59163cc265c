/* What the explorer colours images by: a clustering, the labels, or a value in five bands. */
ink.colouring = (() => {
  if (!ink.index) return null;
  const { n, classes, clusterings, columns } = ink.index;
  const given = ink.index.colours;  // of groups by number, and last of noise
  const [PALE, OUTSIDE, NOISE, FIRST, MANY, BANDS] = [1, 2, 3, 4, given.length - 1, 5];  // 0 is faint
  const names = [
    ...clusterings.map((one) => one.name),
    ...(columns.label ? ["label"] : []),
    ...(columns.confidence ? ["confidence"] : []),
    ...(columns.outlier ? ["outlier score"] : []),
  ];
  const made = new Map();

  const bands = async (name) => {
    const values = await ink.column(name === "confidence" ? "confidence" : "outlier");
    const codes = Uint16Array.from(values, (v) => Math.min(BANDS - 1, Math.floor(v * BANDS / 255)));
    const entries = [...Array(BANDS).keys()].map((b) => ({
      name: `${b * 100 / BANDS}–${(b + 1) * 100 / BANDS} %`,
      tone: FIRST + MANY + (name === "confidence" ? BANDS - 1 - b : b),
    }));
    return { name, kind: "value", codes, entries };
  };
  const groups = async (name) => {
    const found = clusterings.find((one) => one.name === name);
    const values = await ink.column(found ? found.column : "label");
    const k = found ? found.k : classes.length;
    const entries = [...Array(k).keys()].map((i) => ({
      name: found ? String(i) : classes[i],
      short: found ? `#${i}` : classes[i],  // what a group looks like says another number, such as that of a digit
      more: found ? ink.mostly(found, i) : "",
      number: i,
      tone: FIRST + i % MANY,
    }));
    entries.push({ name: found ? "no group" : "no label", tone: NOISE }, { name: "not in the sample", tone: OUTSIDE });
    const codes = (k > 65000 ? Uint32Array : Uint16Array).from(values, (_, row) =>
      ink.known(values, row) ?? (ink.isOutside(values, row) ? k + 1 : k));
    return { name, kind: found ? "group" : "label", codes, entries, mostly: found?.mostly };
  };
  const counted = (one) => {
    const counts = new Uint32Array(one.entries.length);
    for (const code of one.codes) counts[code]++;
    one.entries.forEach((entry, e) => { entry.count = counts[e]; entry.short ??= entry.name; });
    return one;
  };
  // A colouring by its name: `codes`, the number of each image's entry, and `entries`, each with name, tone, count.
  const of = (name) => {
    const known = names.includes(name) ? name : names[0];
    if (!made.has(known)) {
      const make = clusterings.some((one) => one.name === known) || known === "label" ? groups : bands;
      made.set(known, make(known).then(counted));
    }
    return made.get(known);
  };
  // Where a group stands: the mean place of its images in the fullest of 24 × 24 cells.
  const places = (one, x, y) => {
    const SIDE = 24;
    const counts = new Uint32Array(one.entries.length * SIDE * SIDE);
    const cell = (i) => (one.codes[i] * SIDE + Math.floor(y[i] * SIDE / 65536)) * SIDE + Math.floor(x[i] * SIDE / 65536);
    for (let i = 0; i < n; i++) counts[cell(i)]++;
    const fullest = one.entries.map((_, e) => {
      let best = e * SIDE * SIDE;
      for (let c = best; c < (e + 1) * SIDE * SIDE; c++) if (counts[c] > counts[best]) best = c;
      return best;
    });
    const sums = one.entries.map(() => [0, 0]);
    for (let i = 0; i < n; i++) {
      if (cell(i) !== fullest[one.codes[i]]) continue;
      sums[one.codes[i]][0] += x[i];
      sums[one.codes[i]][1] += y[i];
    }
    return sums.map(([h, v], e) => (counts[fullest[e]] ? [h / counts[fullest[e]], v / counts[fullest[e]]] : null));
  };
  const css = (tone) => {
    if (tone === OUTSIDE) return `color-mix(in srgb,${given[MANY]} 50%,var(--ic-paper))`;
    return tone >= FIRST + MANY ? `var(--ic-heat${2 * (tone - FIRST - MANY) + 2})` : given[tone === NOISE ? MANY : tone - FIRST];
  };
  // The colours in the page's theme, three bytes for each tone.
  const colours = () => {
    const style = getComputedStyle(document.documentElement);
    const bytes = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) || 0);
    const themed = (name) => bytes(style.getPropertyValue(`--ic-${name}`).trim());
    const mixed = (a, b, share) => a.map((v, i) => Math.round(v * share + b[i] * (1 - share)));
    const [grid, paper, noise] = [themed("grid"), themed("paper"), bytes(given[MANY])];
    const heats = [2, 4, 6, 8, 10].map((i) => themed(`heat${i}`));
    return [mixed(grid, paper, 0.6), grid, mixed(noise, paper, 0.5), noise, ...given.slice(0, MANY).map(bytes), ...heats];
  };
  return { names, of, places, colours, css, PALE };
})();
