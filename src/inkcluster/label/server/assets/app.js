/* What the page knows: the state, the card in hand, what is marked; and two small helpers to write on it. */

export const app = {
  state: null,
  card: null,
  next: null, // the promise of the card after this one
  mode: "group", // group, merge, split, walk, page, check, done
  preview: null,
  marks: new Set(),
  renamed: new Map(), // images of a spot check whose right name was given: its number, or the text of a new one
  busy: false,
};

export const touch = matchMedia("(hover: none)").matches;
export const byKey = (text) => (touch ? "" : text); // what is said of keys where there are any
export const byId = (id) => document.getElementById(id);

// An element with properties and children; text is only ever set as text.
export const make = (tag, properties = {}, ...children) => {
  const { aria = {}, ...rest } = properties;
  const made = Object.assign(document.createElement(tag), rest);
  for (const [name, value] of Object.entries(aria)) made.setAttribute(name, value);
  made.append(...children);
  return made;
};

export const say = (text, wrong = false) => {
  byId("said").textContent = text;
  byId("said").classList.toggle("wrong", wrong);
};

export const number = (value) => value.toLocaleString("en");
export const images = (count) => (count === 1 ? "1 image" : `${number(count)} images`);
export const percent = (share) => `${(100 * share).toFixed(share > 0.99 && share < 1 ? 1 : 0)}\u00a0%`;
export const nameOf = (code) => (typeof code === "string" ? code : undefined) ?? app.state.names.find((one) => one.code === code)?.text ?? "";
export const COLOURS = ["#2b83d8", "#e06c05", "#1a7a49", "#9d52cf", "#b08000", "#bc4f74", "#3a9aa8", "#7a6a58", "#6a79d8", "#c0392b"];
export const colourOf = (name) => name.colour || COLOURS[Math.max(0, app.state.names.indexOf(name)) % COLOURS.length];
