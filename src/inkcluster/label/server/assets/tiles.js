/* Images in a list: drawn from a sheet at a fixed size, moved over with arrows, marked by key, click or touch. */

import { sheet } from "./api.js";
import { app, make } from "./app.js";

const inked = { "light on dark": "light-ink", "dark on light": "dark-ink" };

// A list of images; `caption(image)` is a text under each, `marked()` is called after a mark.
export const tiles = (list, label, { kind = "", caption, marks = app.marks, changed = () => {} } = {}) => {
  const [height, width] = app.state.tile;
  const made = make("ul", {
    className: `tiles ${kind}`,
    aria: { role: "listbox", "aria-multiselectable": "true", "aria-label": label },
  });
  const canvases = list.map((image, at) => {
    const canvas = make("canvas", { width, height, className: inked[app.state.ink] ?? "", aria: { "aria-hidden": "true" } });
    if (Math.max(width, height) <= 16) canvas.classList.add("coarse");
    const under = caption?.(image);
    const says = `image ${image.row}${image.file ? `, file ${image.file}` : ""}${under ? `, ${under}` : ""}`;
    const tile = make("li", {
      className: "tile", tabIndex: at ? -1 : 0, title: image.file || `image ${image.row}`,
      aria: { role: "option", "aria-label": says, "aria-selected": String(marks.has(image.row)), "data-row": image.row },
    }, canvas);
    if (caption) tile.append(make("span", { textContent: under, dir: "auto" }));
    tile.addEventListener("click", () => { focus(tile); mark(tile, marks); changed(); });
    tile.marks = marks;
    tile.changed = changed;
    made.append(tile);
    return canvas;
  });
  if (list.length) {
    sheet(list.map((one) => one.row)).then((from) => canvases.forEach((canvas, at) => {
      canvas.getContext("2d").drawImage(from, 0, at * height, width, height, 0, 0, width, height);
    })).catch(() => {});
  }
  return made;
};

const focus = (tile) => {
  for (const other of tile.parentElement.children) other.tabIndex = other === tile ? 0 : -1;
  tile.focus();
};

const mark = (tile, marks) => {
  const row = Number(tile.dataset.row);
  if (!marks.delete(row)) marks.add(row);
  for (const same of document.querySelectorAll(`.tile[data-row="${row}"]`)) {
    same.setAttribute("aria-selected", String(marks.has(row)));
  }
};

// Move over the images of `where`, from the one that has the focus.
export const move = (key, where) => {
  const all = [...where.querySelectorAll(".tile")];
  if (!all.length) return;
  const at = all.indexOf(document.activeElement);
  const across = getComputedStyle(all[0].parentElement).gridTemplateColumns.split(" ").length;
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -across, ArrowDown: across }[key];
  focus(all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + step))]);
};

export const markFocused = () => {
  const tile = document.activeElement;
  if (!tile?.classList.contains("tile")) return false;
  mark(tile, tile.marks);
  tile.changed();
  return true;
};
