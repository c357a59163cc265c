/* The map: where every image is a point. A person moves on it, finds the nearest image, and encloses images. */
ink.map = (() => {
  const host = document.querySelector("[data-map]");
  if (!host || !ink.index?.columns.x) return null;
  const [CELLS, NEAREST, DEEPEST, MARGIN] = [256, 14, 400, 18];  // cells a side; pixels; zoom; pixels
  const [svg, ring] = [host.querySelector("svg"), host.querySelector(".map-ring")];
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const on = { hover: () => {}, choose: () => {}, enclose: () => {}, leave: () => {}, fit: () => {}, view: () => {} };
  const between = (low, value, high) => Math.min(Math.max(value, low), high);
  let [x, y, n, painter, grid, tones, colours] = [null, null, 0, null, null, null, []];
  let [view, home, extent, cursor, mode, marks, pictures] = [null, null, null, -1, "move", [], []];
  let [width, height, asked, going] = [0, 0, 0, 0];

  // The images by cells of the map: those of cell c are items[starts[c]] to items[starts[c + 1] - 1].
  const sorted = () => {
    const starts = new Uint32Array(CELLS * CELLS + 1);
    const cells = Uint16Array.from(x, (v, i) => (y[i] >> 8) << 8 | v >> 8);
    for (const cell of cells) starts[cell + 1]++;
    for (let c = 0; c < CELLS * CELLS; c++) starts[c + 1] += starts[c];
    const [items, next] = [new Uint32Array(n), starts.slice()];
    for (let i = 0; i < n; i++) items[next[cells[i]]++] = i;
    return { starts, items };
  };
  // Call `see` with each image that is not faint in the cells at a distance of `ring` cells.
  const around = (h, v, ring, see) => {
    for (let r = Math.max(0, v - ring); r <= Math.min(CELLS - 1, v + ring); r++) {
      const step = Math.abs(r - v) === ring ? 1 : Math.max(1, 2 * ring);
      for (let c = h - ring; c <= h + ring; c += step) {
        if (c < 0 || c >= CELLS) continue;
        const cell = r * CELLS + c;
        for (let i = grid.starts[cell]; i < grid.starts[cell + 1]; i++) {
          if (tones[grid.items[i]]) see(grid.items[i]);
        }
      }
    }
  };
  // The image with the least cost; none that is `most` units away or more.
  const least = (h, v, cost, most = Infinity) => {
    let [found, best] = [-1, most];
    const [col, row] = [between(0, h >> 8, CELLS - 1), between(0, v >> 8, CELLS - 1)];
    for (let ring = 0; ring < CELLS && (ring - 1) * 256 < best; ring++) {
      around(col, row, ring, (i) => {
        const value = cost(x[i] - h, y[i] - v);
        if (value < best) [found, best] = [i, value];
      });
    }
    return found;
  };
  const nearest = (left, top, within = NEAREST) =>
    least(view.left + left / view.scale, view.top + top / view.scale, Math.hypot, within / view.scale);
  // The next image to the right, left, below or above: nearest, and more in that direction than beside it.
  const towards = (row, right, down) => least(x[row], y[row], (h, v) => {
    const [along, beside] = [h * right + v * down, Math.abs(h * down) + Math.abs(v * right)];
    return along > 0 && along >= beside ? Math.hypot(along, 2 * beside) : Infinity;
  });
  // The images at the place of `row`, itself among them.
  const here = (row) => {
    const found = [];
    around(x[row] >> 8, y[row] >> 8, 0, (i) => { if (x[i] === x[row] && y[i] === y[row]) found.push(i); });
    return found;
  };
  // The next image in a direction: those at one place one after the other, up and to the left backwards.
  const step = (row, right, down) => {
    const by = right + down;
    const same = here(row);
    const next = same[same.indexOf(row) + by];
    if (next !== undefined) return next;
    const to = towards(row, right, down);
    return to < 0 ? to : here(to).at(by > 0 ? 0 : -1);
  };
  const at = (row) => [(x[row] - view.left) * view.scale, (y[row] - view.top) * view.scale];

  const radius = () => between(0.6, 0.24 * Math.sqrt(width * height / n), 3.4) * Math.min(3, (view.scale / home.scale) ** 0.4);
  const draw = () => {
    asked = 0;
    if (!view || !tones) return;
    const ratio = painter.canvas.width / width;
    painter.draw({ left: view.left, top: view.top, scale: view.scale * ratio, radius: radius() * ratio, colours });
    for (const { element, h, v, dx, dy } of marks.concat(pictures)) {
      const [left, top] = [(h - view.left) * view.scale + dx, (v - view.top) * view.scale + dy];
      element.style.transform = `translate(${left.toFixed(1)}px,${top.toFixed(1)}px)`;
      element.hidden = left < 0 || top < 0 || left > width || top > height;
    }
    ring.hidden = cursor < 0;
    if (cursor >= 0) ring.style.transform = `translate(${at(cursor).map((p) => `${p.toFixed(1)}px`).join(",")})`;
    host.classList.toggle("near", view.scale > home.scale * 1.001);
    host.classList.toggle("deep", view.scale > home.scale * 5);
    on.view();
  };
  const redraw = () => { asked ||= requestAnimationFrame(draw); };
  // No empty view: the middle of the frame stays on the map.
  const see = (to) => {
    const scale = between(home.scale, to.scale, home.scale * DEEPEST);
    const [across, down] = [width / scale, height / scale];
    if (scale <= home.scale * 1.0001) view = { ...home };
    else view = {
      left: between(0, to.left + across / 2, extent.right) - across / 2,
      top: between(0, to.top + down / 2, extent.bottom) - down / 2,
      scale,
    };
    redraw();
  };
  const go = (to) => {
    cancelAnimationFrame(going);
    if (calm.matches) { see(to); return; }
    const [from, start] = [{ ...view }, performance.now()];
    const step = (now) => {
      const t = between(0, (now - start) / 180, 1);
      const mix = (key) => from[key] + (to[key] - from[key]) * t * (2 - t);
      see(t < 1 ? { left: mix("left"), top: mix("top"), scale: mix("scale") } : to);
      if (t < 1) going = requestAnimationFrame(step);
    };
    going = requestAnimationFrame(step);
  };
  // What is under a point of the frame stays there.
  const zoomed = (by, left = width / 2, top = height / 2) => {
    const scale = between(home.scale, view.scale * by, home.scale * DEEPEST);
    return { left: view.left + left / view.scale - left / scale, top: view.top + top / view.scale - top / scale, scale };
  };
  const centred = (row, scale = Math.max(view.scale, home.scale * 4)) =>
    ({ left: x[row] - width / 2 / scale, top: y[row] - height / 2 / scale, scale });
  const fit = () => {
    const wasHome = !view || view.scale <= home.scale;
    const middle = view && [view.left + width / 2 / view.scale, view.top + height / 2 / view.scale];
    if (!host.clientWidth || !host.clientHeight) return;  // not shown, as in print
    [width, height] = [host.clientWidth, host.clientHeight];
    const ratio = Math.min(devicePixelRatio || 1, 3);
    Object.assign(painter.canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const [across, down] = [extent.right || 1, extent.bottom || 1];
    const scale = Math.min((width - 2 * MARGIN) / across, (height - 2 * MARGIN) / down);
    home = { left: (across - width / scale) / 2, top: (down - height / scale) / 2, scale };
    if (wasHome) view = { ...home };
    else see({ left: middle[0] - width / 2 / view.scale, top: middle[1] - height / 2 / view.scale, scale: view.scale });
    cancelAnimationFrame(asked);
    draw();  // at once: a canvas that changes its size is empty
    on.fit();
  };

  // The images inside a closed line through the points `path` of the frame.
  const inside = (path) => {
    const line = path.map(([left, top]) => [view.left + left / view.scale, view.top + top / view.scale]);
    const [hs, vs] = [line.map((p) => p[0]), line.map((p) => p[1])];
    const [l, r, t, b] = [Math.min(...hs), Math.max(...hs), Math.min(...vs), Math.max(...vs)];
    const found = [];
    for (let i = 0; i < n; i++) {
      const [h, v] = [x[i], y[i]];
      if (!tones[i] || h < l || h > r || v < t || v > b) continue;
      let odd = false;
      for (let j = 0, k = line.length - 1; j < line.length; k = j++) {
        if ((vs[j] > v) !== (vs[k] > v) && h < (hs[k] - hs[j]) * (v - vs[j]) / (vs[k] - vs[j]) + hs[j]) odd = !odd;
      }
      if (odd) found.push(i);
    }
    return found;
  };

  const moveCursor = (row, follow, byKey = false) => {
    if (row < 0) return;
    cursor = row;
    const [left, top] = at(row);
    if (follow && (left < 0 || top < 0 || left > width || top > height)) go(centred(row, view.scale));
    redraw();
    on.hover(row, byKey);
  };
  const keys = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const zooms = { "+": 1.6, "=": 1.6, "-": 1 / 1.6 };
    if (event.key in steps && event.shiftKey) {
      const [right, down] = steps[event.key];
      go({ ...view, left: view.left + right * width / 5 / view.scale, top: view.top + down * height / 5 / view.scale });
    } else if (event.key in steps) {
      moveCursor(cursor < 0 ? nearest(width / 2, height / 2, Infinity) : step(cursor, ...steps[event.key]), true, true);
    } else if (event.key in zooms) go(zoomed(zooms[event.key], ...(cursor < 0 ? [] : at(cursor))));
    else if (event.key === "0") go(home);
    else if (event.key === "Escape") { cursor = -1; redraw(); on.leave(); }
    else if ((event.key === "Enter" || event.key === " ") && cursor >= 0) on.choose(cursor);
    else return;
    event.preventDefault();
  };

  const pointers = () => {
    const down = new Map();
    let [path, moved, hovering] = [null, 0, null];
    const of = (event) => {
      const box = host.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    const outline = () => svg.firstElementChild.setAttribute("points", (path ?? []).map((p) => p.join(",")).join(" "));
    const hover = () => {
      if (!hovering) return;
      const row = nearest(...hovering);
      hovering = null;
      if (row >= 0 && row !== cursor) moveCursor(row);
    };
    host.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      const now = of(event);
      cancelAnimationFrame(going);
      down.set(event.pointerId, now);
      try { host.setPointerCapture(event.pointerId); } catch { /* the pointer has left */ }
      moved = down.size > 1 ? 99 : 0;
      path = down.size === 1 && (mode !== "move" || event.shiftKey) ? [now] : null;
      outline();
    });
    host.addEventListener("pointermove", (event) => {
      const [last, now] = [down.get(event.pointerId), of(event)];
      if (!last) {
        hovering ??= requestAnimationFrame(hover) && now;
        [hovering[0], hovering[1]] = now;
        return;
      }
      moved += Math.hypot(now[0] - last[0], now[1] - last[1]);
      const others = [...down].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
      down.set(event.pointerId, now);
      if (path) {
        const [a] = path;
        if (mode === "box" && !event.shiftKey) path = [a, [now[0], a[1]], now, [a[0], now[1]]];
        else path.push(now);
        outline();
      } else if (others.length) {
        const [other] = others;
        const apart = (p) => Math.hypot(p[0] - other[0], p[1] - other[1]) || 1;
        const [before, after] = [[0, 1].map((i) => (last[i] + other[i]) / 2), [0, 1].map((i) => (now[i] + other[i]) / 2)];
        const to = zoomed(apart(now) / apart(last), ...before);
        see({ ...to, left: to.left - (after[0] - before[0]) / to.scale, top: to.top - (after[1] - before[1]) / to.scale });
      } else if (moved > 3) {
        see({ ...view, left: view.left - (now[0] - last[0]) / view.scale, top: view.top - (now[1] - last[1]) / view.scale });
      }
    });
    const ends = (event) => {
      if (!down.delete(event.pointerId)) return;
      const isUp = event.type === "pointerup";
      if (isUp && path && moved > 8) on.enclose(inside(path));
      else if (isUp && moved <= 3 && !down.size) {
        const row = nearest(...of(event), event.pointerType === "touch" ? 2 * NEAREST : NEAREST);
        moveCursor(row);
        if (row >= 0) on.choose(row);
      }
      path = null;
      outline();
    };
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) host.addEventListener(end, ends);
    host.addEventListener("dblclick", (event) => go(zoomed(2.5, ...of(event))));
    // Without a key the wheel goes on scrolling the page, unless the map was clicked.
    host.addEventListener("wheel", (event) => {
      const wanted = event.ctrlKey || event.metaKey || document.activeElement === host;
      if (!wanted || (event.deltaY > 0 && !event.ctrlKey && view.scale <= home.scale)) return;
      event.preventDefault();
      cancelAnimationFrame(going);
      const turned = between(-120, event.deltaY * (event.deltaMode === 1 ? 16 : 1), 120);
      see(zoomed(Math.exp(-turned / (event.ctrlKey ? 100 : 250)), ...of(event)));
    }, { passive: false });
    // Two fingers are for the map: the page must not scroll away under them.
    host.addEventListener("touchmove", (event) => { if (event.touches.length > 1) event.preventDefault(); }, { passive: false });
  };

  const ready = (async () => {
    const [across, up] = await Promise.all([ink.column("x"), ink.column("y")]);
    n = across.length;
    let [right, bottom] = [0, 0];
    for (let i = 0; i < n; i++) { right = Math.max(right, across[i]); bottom = Math.max(bottom, up[i]); }
    [x, y] = [across, up.map((v) => bottom - v)];  // the page counts down
    extent = { right, bottom };
    painter = ink.points.make(host.querySelector("canvas"), x, y, redraw);
    grid = sorted();
    host.dataset.map = painter.kind;
    host.addEventListener("keydown", keys);
    pointers();
    fit();
    new ResizeObserver(fit).observe(host);
  })();

  return {
    ready, on, redraw,
    // Colour each image by the number of a colour; 0 is faint, and cannot be pointed at. Drawn in this order.
    paint(newTones, order, newColours) {
      [tones, colours] = [newTones, newColours];
      painter.paint(tones, order);
      redraw();
    },
    // Elements that stay dx, dy pixels beside a place h, v.
    mark(elements) { marks = elements; redraw(); },
    show(elements) { pictures = elements; redraw(); },
    // What marks are placed by.
    state: () => ({ view, home, width, height, bottom: extent.bottom, x, y, tones, grid, cells: CELLS, at }),
    here,
    isRight: (row) => at(row)[0] > width / 2,
    point(row) { moveCursor(row, true); },
    centre(row) { moveCursor(row); go(centred(row)); },
    zoom(by) { go(by ? zoomed(by) : home); },
    use(newMode) { mode = newMode; host.dataset.mode = mode; },
  };
})();
