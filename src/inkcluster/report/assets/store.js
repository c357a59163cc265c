"use strict";
/* What the page holds of every image: its columns and thumbnails, decoded when they are first asked for. */
const ink = (() => {
  const text = (id) => document.getElementById(id)?.textContent ?? "";
  const index = JSON.parse(text("ic-index") || "null");
  const TYPES = { uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array };
  const kept = new Map();
  const once = (key, make) => { if (!kept.has(key)) kept.set(key, make()); return kept.get(key); };

  // Blocks that the page opens on stand before this script, the others after it: these are there once all is read.
  const first = new Set([...document.querySelectorAll("script[type='text/plain']")].map((block) => block.id));
  const read = new Promise((done) => {
    if (document.readyState === "loading") addEventListener("DOMContentLoaded", done); else done();
  });
  const bytes = async (id) => {
    if (!first.has(id)) await read;
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text(id));
    const held = atob(text(id));
    const found = new Uint8Array(held.length);
    for (let i = 0; i < held.length; i++) found[i] = held.charCodeAt(i);
    return found;
  };
  const unpacked = async (id) => {
    const held = await bytes(id);
    const stream = new DecompressionStream("deflate");
    const into = stream.writable.getWriter();
    into.write(held);
    into.close();
    return new Response(stream.readable).arrayBuffer();
  };

  // The values of a column, a typed array or a list of names; null if the page has none.
  const column = (name) => once(`column ${name}`, async () => {
    const about = index.columns[name];
    if (!about) return null;
    const held = about.raw ? (await bytes(about.id)).buffer : await unpacked(about.id);
    if (about.type === "utf8") return new TextDecoder().decode(held).split("\n");
    return new TYPES[about.type](held);
  });
  // What the map opens on, begun at once: one after the other would wait for the reading of the page each time.
  for (const name of index ? ["x", "y", "c0", "label", "confidence"] : []) column(name);
  // What a column says of an image: null for no label, no group or an image outside the sample.
  const known = (values, row) => {
    const top = values instanceof Uint8Array ? 255 : values instanceof Uint16Array ? 65535 : 4294967295;
    return values[row] < top - 1 ? values[row] : null;
  };
  const isOutside = (values, row) => known(values, row) === null && values[row] % 2 === 0;

  // A sheet of pictures, by its number among the thumbnails' or the name of its block. Decoded sheets are large:
  // only those used last are kept.
  const SHEETS = 10;
  const sheets = new Map();
  const sheet = (i) => {
    const id = typeof i === "string" ? i : index.sheets.ids[i];
    const found = sheets.get(i) ??
      bytes(id).then((file) => createImageBitmap(new Blob([file], { type: "image/png" })));
    sheets.delete(i);
    sheets.set(i, found);
    if (sheets.size > SHEETS) sheets.delete(sheets.keys().next().value);
    return found;
  };
  if (index?.means) sheet(index.means.id);
  // Where an image stands among the thumbnails; -1 if it has none.
  const place = async (row) => {
    if (!index.sheets) return -1;
    const rows = await column("rows");
    if (rows.length === index.n) return row;
    let [low, high] = [0, rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rows[middle] < row) low = middle + 1; else high = middle;
    }
    return rows[low] === row ? low : -1;
  };
  // Those of `rows` that have a thumbnail.
  const pictured = async (rows) => {
    if (!index.sheets) return [];
    const held = await column("rows");
    if (held.length === index.n) return rows;
    const has = new Set(held);
    return rows.filter((row) => has.has(row));
  };
  // The class of a picture, so that its ink is dark on a light page and light on a dark one.
  const inked = (kind) => ({ "light on dark": "light-ink", "dark on light": "dark-ink" })[kind] ?? "picture";
  // Draw an image's thumbnail on a canvas, one pixel a pixel; whether it has one.
  const draw = async (row, canvas) => {
    const at = await place(row);
    const { height, width, across, each, ink: kind } = index.sheets ?? {};
    if (at < 0) return false;
    const from = await sheet(Math.floor(at / each));
    const cell = at % each;
    Object.assign(canvas, { width, height });
    canvas.classList.remove("light-ink", "dark-ink");
    canvas.classList.add(inked(kind));
    canvas.classList.toggle("coarse", Math.max(height, width) <= 16);
    canvas.getContext("2d").drawImage(from, (cell % across) * width, Math.floor(cell / across) * height,
      width, height, 0, 0, width, height);
    return true;
  };

  const label = async (row) => {
    const values = await column("label");
    const at = values && known(values, row);
    return at === null || at === undefined ? null : index.classes[at];
  };
  // Somebody's text inside a sentence: short, and with its own direction of writing.
  const quoted = (words, most = 60) => {
    const letters = [...words];
    return `\u2068${letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : words}\u2069`;
  };
  // After the number of a group of `clustering`, which says nothing: the most frequent label in it.
  const mostly = (clustering, number) => {
    const at = clustering.mostly?.[number] ?? -1;
    return at < 0 ? "" : ` (mostly ${quoted(index.classes[at], 24)})`;
  };
  const name = async (row) => (index.named ? (await column("names"))[row] : null);
  // A file with these lines of text, saved by the browser.
  const save = (lines, filename, type = "text/csv") => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([lines.join("\n") + "\n"], { type }));
    link.download = filename;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };
  return { index, column, known, isOutside, sheet, place, pictured, draw, inked, label, quoted, mostly, name, save };
})();
