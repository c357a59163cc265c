/* Draws the card in hand: what the images are, what is suggested and why, the buttons with their keys. */

import { app, byId, colourOf, images, make, nameOf, number, percent } from "./app.js";
import { commands, shownKey } from "./commands.js";
import { tiles } from "./tiles.js";

const because = (card) => {
  if (card.suggestion === null) return "Nothing near these images has a name yet.";
  const near = app.state.review ? "of what is near these has the label" : "of what is linked to these images is named";
  return `${percent(card.share)} ${near} “${nameOf(card.suggestion)}”.`;
};

const heads = {
  group: (card) => [
    `${images(card.size)} that look alike`,
    `${app.state.names.length
      ? `What are they? Choose their name or press its key${card.suggestion === null ? "" : ", or Enter for the suggestion"}.`
      : "What are they? Press /, type a name for all of them, then Enter. The next images come by themselves."} ${because(card)}`,
  ],
  merge: (card) => [`Merge ${images(card.size)} with ${images(app.preview.size)}?`,
    `The second row is the group most alike${app.preview.name >= 0 ? `, named “${nameOf(app.preview.name)}”` : ""}. Enter merges them, Esc keeps them apart.`],
  split: () => ["Split into these two parts?", "Enter splits them, Esc keeps them together."],
  walk: (card) => [`Name ${images(card.size)} page by page`, "Choose the name to check or press its key; Esc goes back."],
  page: (card) => [`Are all of these “${nameOf(card.walking)}”?`,
    `Images ${number(card.page[0] + 1)} to ${number(card.page[1])} of ${number(card.size)}, the most typical first. Pages are skipped while all are right.`],
  check: (card) => ["Spot check: which of these names are wrong?",
    `${images(card.size)} drawn at random. Mark the wrong ones, or give them their name by its key; then Enter.`],
  done: () => ["Everything has a name", "Go through the images of a name by its count, or write the table with: inkcluster export RUN labels.csv"],
};

const plates = (card) => {
  if (app.mode === "split") {
    return app.preview.halves.flatMap((half, i) => [
      make("h2", { className: "part", textContent: `${i ? "Second" : "First"} part, ${images(half.size)}` }), tiles(half.images, `Part ${i + 1}`),
    ]);
  }
  if (card.kind === "done") return [];
  if (card.kind === "check") {
    const believed = new Map(card.typical.map((one, i) => [one.row, card.believed[i]]));
    const caption = (one) => nameOf(app.renamed.get(one.row) ?? believed.get(one.row));
    return [tiles(card.typical, "Images to check", { kind: "checked", caption, changed: drawButtons })];
  }
  const parts = [make("h2", { className: "part", textContent: card.kind === "page" ? "This page" : "Most typical" }),
    tiles(card.typical, card.kind === "page" ? "Images of this page" : "Typical images", { changed: drawButtons })];
  if (card.extreme.length) {
    parts.push(make("h2", { className: "part", textContent: "Least typical" }), tiles(card.extreme, "Least typical images", { changed: drawButtons }));
  }
  if (app.mode === "merge") {
    const other = app.preview;
    parts.splice(2, 2, make("h2", { className: "part", textContent: "Most alike" }), tiles(other.typical, "Images of the other group"));
  }
  return parts;
};

export const draw = () => {
  const [title, hint] = heads[app.mode](app.card);
  byId("title").textContent = title;
  byId("hint").textContent = hint;
  byId("plates").replaceChildren(...plates(app.card));
  drawButtons();
};

const button = (command) => {
  const made = make("button", { type: "button", disabled: !command.works, className: command.main ? "main" : "", title: command.label },
    make("kbd", { textContent: shownKey(command) }), make("bdi", { textContent: command.label }));
  made.addEventListener("click", (event) => {
    if (event.detail) byId("card").focus({ preventScroll: true });
    command.run();
  });
  return made;
};

export const drawButtons = () => {
  const all = commands();
  byId("answers").replaceChildren(...all.filter((one) => !one.tool).map(button));
  byId("tools").replaceChildren(...all.filter((one) => one.tool).map(button));
};

export const drawState = (chosen, opened) => {
  const { state } = app;
  document.title = `${state.data} · Label`;
  byId("data").textContent = state.data.slice(0, 60);
  const named = state.looked_at + state.by_group + state.accepted;
  const right = state.estimate
    ? ` · ${number(state.estimate.right)} of ${number(state.estimate.checked)} checked were right (${percent(state.estimate.low)} to ${percent(state.estimate.high)} of all)` : "";
  byId("progress").textContent = `${number(state.answers)} ${state.answers === 1 ? "answer" : "answers"} · ${percent(named / state.images)} named · ${percent(state.believed / state.images)} more believed${right}`;
  byId("names").replaceChildren(...state.names.map((name) => {
    const give = make("button", { type: "button" }, make("kbd", { textContent: name.key.toUpperCase() || "/" }), make("bdi", { textContent: name.text }));
    give.style.setProperty("--name", colourOf(name));
    give.addEventListener("click", (event) => {
      if (event.detail) byId("card").focus({ preventScroll: true });
      chosen(name.code);
    });
    const count = make("button", { type: "button", className: "count", textContent: number(name.given + name.believed),
      aria: { "aria-label": `Go through the ${images(name.given + name.believed)} named ${name.text}` } });
    count.addEventListener("click", () => opened(name));
    return make("li", {}, give, count);
  }));
  if (state.trouble) byId("notice").textContent = state.trouble;
};
