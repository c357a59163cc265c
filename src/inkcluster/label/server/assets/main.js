/* The page: shows a card, sends what the person answers, brings the next card, and tells what others do. */

import { Refused, act, callMe, get, getState, listen, mine, sheet, tab } from "./api.js";
import { app, byId, make, nameOf, say, touch } from "./app.js";
import { draw, drawButtons, drawState } from "./card.js";
import { connect, meaning } from "./commands.js";
import * as dialogs from "./dialogs.js";
import { markFocused, move } from "./tiles.js";

const heldBy = (card) => (card?.kind === "check" ? 0 : card?.group);
const held = (...cards) => cards.map(heldBy).filter((one) => one !== null && one !== undefined);
let ahead = null; // the card after this one, once it is here

const fetchNext = (...cards) => {
  ahead = null;
  const coming = get(`card?tab=${tab}&held=${held(...cards).join(",")}`);
  app.next = coming;
  coming.then((card) => {
    if (app.next !== coming) return;
    ahead = card;
    if (card.typical.length) sheet(card.typical.map((one) => one.row));
    if (card.extreme.length) sheet(card.extreme.map((one) => one.row));
  }).catch(() => { if (app.next === coming) app.next = null; });
};

const put = (card) => {
  Object.assign(app, { card, mode: card.kind, preview: null });
  app.marks.clear();
  app.renamed.clear();
  draw();
  if (!byId("dialog").open) byId("card").focus({ preventScroll: true });
};

// Show the next card, and have the one after it fetched.
const advance = async () => {
  if (!app.next) fetchNext();
  let card = await app.next;
  if (card.kind === "done" || heldBy(card) === heldBy(app.card)) {
    fetchNext();
    card = await app.next;
  }
  put(card);
  fetchNext(card);
};

const show = async (group) => {
  const before = app.card;
  const card = await get(`group/${group}`);
  put(card);
  if (before && before.kind !== "done" && before.group !== group && ahead?.group !== before.group) fetchNext(card);
  else if (!ahead || ahead.group === group) fetchNext(card);
};

// The card in hand as it is now; the next one if its group is gone or was named meanwhile.
const again = async () => {
  const { group, version } = app.card ?? {};
  if (group === null || group === undefined) return app.card && draw();
  const card = await get(`group/${group}`).catch((error) => { if (error.status !== 409) throw error; return null; });
  if (card?.version === version) return draw();
  if (card && card.name < 0) return put(card);
  app.next = null;
  return advance();
};

const update = (state) => {
  app.state = state;
  drawState(chosen, (name) => guarded(() => dialogs.wall(name, rename, (group) => { dialogs.close(); guarded(() => show(group)); })));
  if (app.card) drawButtons();
};

// One thing at a time; what goes wrong is said, and the card stays.
const guarded = async (what) => {
  if (app.busy) return;
  app.busy = document.body.toggleAttribute("data-busy", true);
  try {
    await what();
  } catch (error) {
    if (!(error instanceof Refused)) { dialogs.failed(new Error("The server does not answer; your card is still here.")); return; }
    dialogs.failed(error);
    if (error.status === 409) {
      if (app.card?.kind === "check") app.next = null;
      await (app.card?.kind === "check" ? advance() : again()).catch(() => {});
    }
  } finally {
    app.busy = document.body.toggleAttribute("data-busy", false);
  }
};

const send = (kind, fields) => guarded(async () => {
  const said = await act(kind, fields);
  update(said.state);
  const right = kind === "check" && said.state.believed > 0 && !said.state.review && fields.names.every((name, i) => name === app.card.believed[i]);
  say(`You ${said.says}${right ? ": all are right. “Accept the rest” gives the others the names believed" : ""}.`);
  if (["add name", "change name", "accept"].includes(kind)) return;
  if (said.show === null && ["undo", "redo", "rename"].includes(kind)) { await again(); return; }
  await (said.show === null ? advance() : show(said.show));
});

const seen = () => ({ group: app.card.group, version: app.card.version });
const rename = async (rows, name) => { dialogs.close(); await send("rename", { rows, name }); };

// A name was chosen, by key, by click, or typed; `name` is its number or the text of a new one.
const chosen = (name) => {
  const { card, mode, marks } = app;
  if (!card || mode === "done") return undefined;
  if (mode === "check") return nameChecked(name);
  if (mode === "merge" || mode === "split") return say(`${touch ? "The first button" : "Enter"} does it, ${touch ? "Cancel" : "Esc"} goes back.`);
  if (mode === "page") return say("Are all of these so named, or not all?");
  if (mode === "walk") return send("walk", { ...seen(), name });
  if (marks.size) return send("name some", { ...seen(), name, rows: [...marks] });
  return send("name", { ...seen(), name });
};

const nameChecked = (name) => {
  if (!app.marks.size) return say("Mark the wrong images first.");
  for (const row of app.marks) app.renamed.set(row, name);
  app.marks.clear();
  draw();
  return say(`They will be named ${nameOf(name)}.`);
};

const check = () => {
  const { typical, believed } = app.card;
  const names = typical.map((one, i) => (app.renamed.has(one.row) ? app.renamed.get(one.row) : app.marks.has(one.row) ? null : believed[i]));
  return send("check", { rows: typical.map((one) => one.row), names });
};

const preview = (mode, path) => guarded(async () => {
  app.preview = await get(path);
  app.mode = mode;
  draw();
});

const leave = () => {
  Object.assign(app, { mode: app.card.kind, preview: null });
  draw();
};

connect({
  nameOf: (code) => nameOf(code),
  name: (code) => (app.mode === "group" && app.marks.size ? say("Images are marked: press a name's key for them, or X to take them out.") : chosen(code)),
  later: () => send("later", seen()),
  merge: () => preview("merge", `group/${app.card.alike}`),
  doMerge: () => send("merge", { ...seen(), other: app.preview.group, other_version: app.preview.version }),
  split: () => preview("split", `halves/${app.card.group}`),
  doSplit: () => send("split", { group: app.card.group, version: app.preview.version }),
  takeOut: () => send("take out", { ...seen(), rows: [...app.marks] }),
  walk: () => { app.mode = "walk"; draw(); },
  page: (right) => send("page", { ...seen(), start: app.card.page[0], stop: app.card.page[1], right }),
  check,
  leave,
  back: (kind) => send(kind),
  rest: () => guarded(() => dialogs.rest(async (confidence, count) => { dialogs.close(); await send("accept", { confidence, count }); })),
  help: dialogs.help,
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.isComposing || !app.state) return;
  const within = byId("dialog").open ? byId("dialog") : document;
  const { target } = event;
  if (target.matches("input, textarea, select")) {
    if (event.key === "Escape" && within === document) byId("card").focus();
    return;
  }
  const onTile = target.classList.contains("tile");
  if (event.key.startsWith("Arrow") && (onTile || within === document) && target.id !== "names") { event.preventDefault(); move(event.key, within); return; }
  if ((event.key === "." || event.key === "Insert") && markFocused()) { event.preventDefault(); return; }
  if (within !== document || event.repeat) return;
  if (target.closest("button, a, summary") && ["Enter", " "].includes(event.key)) return;
  if (["/", "+"].includes(event.key)) { event.preventDefault(); byId("new-text").focus(); return; }
  const { command, name } = meaning(event);
  if (name) { event.preventDefault(); chosen(name.code); }
  if (command) {
    event.preventDefault();
    if (command.works) command.run(); else if (command.why) say(command.why);
  }
  if (!name && !command && !event.altKey && /^[\p{L}\p{N}]$/u.test(event.key) && ["group", "walk"].includes(app.mode)) {
    event.preventDefault(); // the beginning of a new name
    byId("new-text").value = event.key;
    byId("new-text").focus();
  }
});

byId("new").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = byId("new-text").value.trim();
  if (!text) return;
  byId("new-text").value = "";
  byId("card").focus();
  chosen(app.state.names.find((one) => one.text === text)?.code ?? text);
});
byId("edit").addEventListener("click", () => dialogs.editNames(
  async (fields) => { dialogs.close(); await send("change name", fields); },
  async (name) => {
    dialogs.close();
    callMe(name);
    await guarded(async () => update(await getState()));
    say(`The log calls you “${app.state.who}” from now on.`);
  },
));
byId("dialog-close").addEventListener("click", dialogs.close);
byId("dialog").addEventListener("close", () => byId("card").focus({ preventScroll: true }));

const notice = (event) => {
  const parts = [`${event.who} ${event.says}. `];
  if (event.group !== null && event.group !== undefined) {
    const look = make("button", { type: "button", textContent: "Show" });
    look.addEventListener("click", () => guarded(() => show(event.group)));
    parts.push(look);
  }
  byId("notice").replaceChildren(...parts);
};

let told = 0; // the last action that was heard of; the state may be ahead of it, as every answer brings one

const heard = async ({ events, seq, believed_at: believed }) => {
  told = seq;
  const foreign = events.filter((one) => !mine.has(one.id.split(".")[0]) && !(one.kind === "add name" && one.who === app.state.who));
  if (foreign.length) notice(foreign.at(-1));
  if (!app.busy && (seq > app.state.seq || believed > app.state.believed_at || foreign.length)) {
    const state = await getState();
    if (state.seq >= app.state.seq) update(state);
  }
  await new Promise((done) => setTimeout(done, 100));
};

update(await getState());
told = app.state.seq;
await guarded(advance);
document.body.dataset.ready = "yes";
listen(() => ({ seq: told, believed: app.state.believed_at, held: held(app.card, ahead).join(",") }), heard);
