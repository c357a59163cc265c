/* Draws the card in hand: what the images are, what is suggested and why, the buttons with their keys. */

import { app, byId, byKey, colourOf, images, make, nameOf, number, percent, touch } from "./app.js";
import { commands, shownKey } from "./commands.js";
import { tiles } from "./tiles.js";

const because = (card) => {
  if (card.suggestion === null && card.around !== null) return `There is no label; most labels around are “${nameOf(card.around)}”.`;
  if (card.suggestion === null) return "Nothing near these images has a name yet.";
  const [name, share] = [nameOf(card.suggestion), percent(card.share)];
  const [its, it] = card.size === 1 ? ["Its", "it"] : ["Their", "them"];
  if (app.state.review) {
    const others = card.around === card.suggestion || card.around === null ? "" : `; most are “${nameOf(card.around)}”`;
    return `${its} label is “${name}”. Of the labels around ${it} ${share} are the same${others}.`;
  }
  return `“${name}” is likeliest, at ${share}${card.sure ? "" : " only: not sure enough to suggest"}.`;
};

const asks = (card) => {
  const what = card.size === 1 ? "What is it? Choose its" : "What are they? Choose their";
  if (!app.state.names.length) return `What are they? ${touch ? "Type a name for all of them, then Use" : "Press /, type a name for all of them, then Enter"}. The next images come by themselves.`;
  return touch ? `${what} name, or type a new one.` : `${what} name or press its key${card.sure ? `, or Enter for the ${app.state.review ? "label" : "suggestion"}` : ""}.`;
};

const heads = {
  group: (card) => [
    card.size === 1 ? "1 image" : `${images(card.size)} that look alike`,
    `${asks(card)} ${because(card)}`,
  ],
  merge: (card) => [`Merge ${images(card.size)} with ${images(app.preview.size)}?`,
    `The second row is the group most alike${app.preview.name >= 0 ? `, named “${nameOf(app.preview.name)}”` : ""}: ${percent(card.alike_share)} of the links that leave the first lead to it.${byKey(" Enter merges them, Esc keeps them apart.")}`],
  split: () => ["Split into these two parts?", byKey("Enter splits them, Esc keeps them together.")],
  walk: (card) => [`Name ${images(card.size)} page by page`, `Choose the name to check${byKey(" or press its key; Esc goes back")}.`],
  page: (card) => [`Are all of these “${nameOf(card.walking)}”?`,
    `Images ${number(card.page[0] + 1)} to ${number(card.page[1])} of ${number(card.size)}, the most typical first. Pages are skipped while all are right.`],
  check: (card) => ["Spot check: which of these names are wrong?",
    `${images(card.size)} drawn at random. Mark the wrong ones; a name you then choose is given to them.${byKey(" Enter goes on.")}`],
  done: () => [app.state.review ? "No group is left whose labels its neighbours contradict" : "Every group has a name", `${app.state.denied
    ? `${images(app.state.denied)} without one, as you marked what was believed of them wrong: they come first where you go through the images of a name. ` : ""}Go through the images of a name by its count, or write the table with: inkcluster export RUN labels.csv`],
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
  const rest = state.review ? `${number(state.contradicted)} other labels contradicted by their neighbours` : `${number(state.likely)} more believed with confidence ${state.likely_from}`;
  byId("progress").textContent = `${number(state.answers)} ${state.answers === 1 ? "answer" : "answers"} · ${number(named)} of ${number(state.images)} ${state.review ? "checked" : "named"} · ${rest}${right}`;
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
