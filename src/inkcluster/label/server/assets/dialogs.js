/* What opens over the card: the keys, the names, the images of a name, accepting the rest. */

import { get } from "./api.js";
import { app, byId, colourOf, images, make, percent, say } from "./app.js";
import { commands, shownKey } from "./commands.js";
import { tiles } from "./tiles.js";

const open = (title, ...content) => {
  byId("dialog-title").textContent = title;
  byId("dialog-body").replaceChildren(...content);
  if (!byId("dialog").open) byId("dialog").showModal();
};
export const close = () => byId("dialog").close();
const button = (textContent, run, className = "") => {
  const made = make("button", { type: "button", textContent, className });
  made.addEventListener("click", run);
  return made;
};

export const help = () => {
  const lines = commands().filter((one) => one.works).map((one) => [
    [shownKey(one), one.letter].filter(Boolean).join(" or "), one.label,
  ]);
  lines.push(["Arrows", "Move over the images"], [". or Insert", "Mark the image (or click it); a name's key then names the marked ones"], ["/ or +", "Type a name, new or known"]);
  for (const name of app.state.names) if (name.key) lines.push([name.key.toUpperCase(), name.text]);
  open("The keys that work now", make("dl", {}, ...lines.flatMap(([key, label]) => [
    make("dt", {}, make("kbd", { textContent: key })), make("dd", { textContent: label, dir: "auto" }),
  ])));
};

// Who acts: the log and the table say it of every answer.
const me = (callMe) => {
  const field = make("input", { value: app.state.who, maxLength: 100, dir: "auto", id: "who" });
  const form = make("form", { className: "row" }, make("label", { htmlFor: "who", textContent: "You, in the log:" }), field, make("button", { textContent: "Change" }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.value.trim()) callMe(field.value.trim());
  });
  return form;
};

export const editNames = (change, callMe) => open("Names", me(callMe), ...(app.state.names.length ? app.state.names.map((name) => {
  const field = (label, more) => make("input", { ...more, aria: { "aria-label": `${label} of ${name.text}` } });
  const text = field("Name", { value: name.text, maxLength: 200, dir: "auto" });
  const key = field("Key", { value: name.key, maxLength: 1, className: "key" });
  const colour = field("Colour", { type: "color", value: colourOf(name) });
  const form = make("form", { className: "row" }, text, key, colour, make("button", { textContent: "Change" }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const fields = { name: name.code };
    if (text.value !== name.text) fields.text = text.value;
    if (key.value !== name.key) fields.key = key.value;
    if (colour.value !== colourOf(name)) fields.colour = colour.value;
    if (Object.keys(fields).length > 1) change(fields);
  });
  return form;
}) : [make("p", { textContent: "There are no names yet. Press / on a card to make one." })]));

// The images of a name, the largest doubt first; those marked are given another name.
export const wall = async (name, rename, show, start = 0) => {
  const found = await get(`names/${name.code}?start=${start}`);
  const marks = new Set();
  const others = app.state.names.filter((one) => one.code !== name.code);
  const row = make("div", { className: "row" });
  const changed = () => row.replaceChildren(...(marks.size
    ? others.map((one) => button(`${images(marks.size)} → ${one.text}`, () => rename([...marks], one.code)))
    : [make("p", { textContent: "Mark those that have another name." })]));
  changed();
  const groups = found.groups.slice(0, 40).map((one) => button(images(one.size), () => show(one.group)));
  const turn = [];
  if (start > 0) turn.push(button("Earlier", () => wall(name, rename, show, Math.max(0, start - 240))));
  if (start + found.images.length < found.count) turn.push(button("More", () => wall(name, rename, show, start + 240)));
  open(`${images(found.count)}: ${name.text}`, make("p", { textContent: "The largest doubt comes first." }),
    tiles(found.images, `Images named ${name.text}`, { kind: "many", marks, changed }), row, make("div", { className: "row" }, ...turn),
    make("h3", { textContent: "Its groups" }), make("div", { className: "row" }, ...groups));
};

// From which confidence on the names believed are accepted: chosen, then confirmed.
export const rest = async (accept) => {
  const steps = await get("rest");
  const slider = make("input", { type: "range", min: 0, max: steps.length - 1, value: 10, aria: { "aria-label": "Least confidence" } });
  const says = make("p");
  const row = make("div", { className: "row" });
  const changed = () => {
    const { confidence, count, estimate } = steps[Number(slider.value)];
    const right = estimate
      ? `Of ${estimate.checked} checked images as sure as this, ${estimate.right} were right (${percent(estimate.low)} to ${percent(estimate.high)} of all).`
      : "No image as sure as this was checked yet.";
    says.textContent = `Confidence ${confidence.toFixed(2)} or more: ${images(count)}. ${right}`;
    slider.setAttribute("aria-valuetext", says.textContent);
    const first = button(`Accept ${images(count)}…`, () => {
      const sure = button(`Yes, accept ${images(count)}`, () => accept(confidence, count), "main");
      row.replaceChildren(make("p", { textContent: "Each gets the name believed. Undo takes it back." }), sure);
      sure.focus();
    });
    first.disabled = !count;
    row.replaceChildren(first);
  };
  slider.addEventListener("input", changed);
  changed();
  open("Accept the rest", make("p", { textContent: "Images without a name get the one believed, from this confidence on." }), slider, says, row);
  slider.focus();
};

export const failed = (error) => { close(); say(error.message, true); };
