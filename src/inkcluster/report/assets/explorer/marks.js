/* Pictures or names of the groups on the map, where most of their images are, covering as few images as can be. */
ink.marks = (() => {
  if (!ink.map || !ink.colouring) return null;
  const { means } = ink.index;
  const box = document.querySelector(".map-marks");
  const MOST = 60;  // groups that are marked
  let [at, marks] = [[], []];

  // The cells of the map that a rectangle of pixels in a view meets: left, right, top, bottom.
  const cellsOf = ({ cells }, { left, top, scale }, l, t, r, b) => [[l, left], [r, left], [t, top], [b, top]]
    .map(([pixels, from]) => Math.min(Math.max(0, Math.floor((from + pixels / scale) / 256)), cells - 1));
  // How many images are in a rectangle of the whole map.
  const crowd = (map, ...box) => {
    const [l, r, t, b] = cellsOf(map, map.home, ...box);
    let found = 0;
    for (let c = t * map.cells; c <= b * map.cells; c += map.cells) found += map.grid.starts[c + r + 1] - map.grid.starts[c + l];
    return found;
  };
  // The images in the frame that are not faint, with their places; none if there are more than `most`.
  const visible = (most) => {
    const map = ink.map.state();
    const { view, width, height, grid, tones, x, y, cells } = map;
    const [[l, r, t, b], found] = [cellsOf(map, view, 0, 0, width, height), []];
    for (let c = t * cells; c <= b * cells && found.length <= most; c += cells) {
      for (let i = grid.starts[c + l]; i < grid.starts[c + r + 1] && found.length <= most; i++) {
        const [row, [left, top]] = [grid.items[i], map.at(grid.items[i])];
        if (tones[row] && left > 0 && top > 0 && left < width && top < height) found.push({ row, h: x[row], v: y[row] });
      }
    }
    return found.length > most ? [] : found;
  };

  const picture = (sheet, where) => {
    const { height, width, across, ink: kind } = { ...ink.index.sheets, ...means };
    const [plate, canvas] = ["div", "canvas"].map((tag) => document.createElement(tag));
    Object.assign(canvas, { width, height, className: ink.inked(kind) });
    canvas.getContext("2d").drawImage(sheet, where % across * width, Math.floor(where / across) * height,
      width, height, 0, 0, width, height);
    plate.className = "plate-of";
    plate.append(canvas);
    return plate;
  };
  // Beside the group's densest place or on it, where fewest images and marks are covered.
  const spread = () => {
    const map = ink.map.state();
    const { width, height, home, bottom } = map;
    if (!width || !height) return;  // not laid out yet; the map calls again
    const taken = [];
    const side = Math.min(40, Math.max(28, Math.sqrt(0.2 * width * height / Math.max(1, at.length))));
    box.style.setProperty("--mark", `${side - 4}px`);
    marks = at.map(({ element, h, up, name }) => {
      const [wide, high] = name === undefined ? [side, side] : [22 + 6 * Math.min(name.length, 12), 20];
      const [left, top] = [(h - home.left) * home.scale, (bottom - up - home.top) * home.scale];
      let [best, least] = [[0, 0], Infinity];
      for (const [x, y] of [[0, 0], [0, -1], [1, 0], [0, 1], [-1, 0], [1, -1], [1, 1], [-1, 1], [-1, -1]]) {
        for (const far of x || y ? [1.15, 1.7, 2.3] : [0]) {
          const [dx, dy] = [x * wide * far, y * high * far];
          const [l, t] = [left + dx - wide / 2, top + dy - high / 2];
          const over = taken.filter(([a, b]) => Math.abs(a - l) < wide && Math.abs(b - t) < high).length;
          const out = l < 0 || t < 10 || l + wide + 8 > width || t + high > height;
          const cost = crowd(map, l, t, l + wide, t + high) + ink.index.n * (over + out + far / 1000);
          if (cost < least) [best, least] = [[dx, dy], cost];
        }
      }
      taken.push([left + best[0] - wide / 2, top + best[1] - high / 2]);
      return { element, h, v: bottom - up, dx: best[0], dy: best[1] };
    });
    ink.map.mark(marks);
  };
  ink.map.on.fit = spread;

  // Where few images are in the frame, they stand at their points themselves.
  const FEW = 120;
  const standing = new Map();
  let [waiting, colours] = [0, null];
  const stand = async () => {
    const found = visible(FEW);
    const rows = new Set(found.map((one) => one.row));
    if (rows.size === standing.size && [...rows].every((row) => standing.has(row))) return;
    for (const [row, element] of standing) if (!rows.has(row)) { element.remove(); standing.delete(row); }
    box.parentElement.classList.toggle("standing", rows.size > 0);
    for (const { row } of found) {
      if (standing.has(row)) continue;
      const [element, plate, canvas] = ["div", "div", "canvas"].map((tag) => document.createElement(tag));
      element.className = "point";
      plate.className = "plate-of";
      element.style.color = ink.colouring.css(colours.entries[colours.codes[row]].tone);
      plate.append(canvas);
      element.append(plate);
      standing.set(row, element);
      ink.draw(row, canvas).then((has) => { if (has && standing.get(row) === element) box.append(element); });
    }
    ink.map.show(found.map(({ row, h, v }) => ({ element: standing.get(row), h, v, dx: 0, dy: 0 })));
  };
  ink.map.on.view = () => { clearTimeout(waiting); waiting = setTimeout(stand, 120); };

  // Mark the groups or labels of a colouring; the pictures are of the clustering on which the page opens.
  return async (colouring) => {
    colours = colouring;
    standing.clear();
    ink.map.show([]);
    const named = colouring.kind !== "value" && colouring.entries.length <= MOST + 2;
    const places = named ? ink.colouring.places(colouring, await ink.column("x"), await ink.column("y")) : [];
    const sheet = means && colouring.name === ink.colouring.names[0] ? await ink.sheet(means.id) : null;
    at = places.flatMap((place, e) => {
      const entry = colouring.entries[e];
      if (!place || entry.number === undefined) return [];
      const [element, name] = ["div", "bdi"].map((tag) => document.createElement(tag));
      const where = sheet ? means.numbers.indexOf(entry.number) : -1;
      if (where >= 0) element.append(picture(sheet, where));
      name.textContent = entry.short;
      element.append(name);
      element.style.color = ink.colouring.css(entry.tone);
      return [{ element, h: place[0], up: place[1], name: where >= 0 ? undefined : entry.short, count: entry.count }];
    }).sort((a, b) => b.count - a.count);
    box.replaceChildren(...at.map((one) => one.element));
    spread();
  };
})();
