/* What can be done now, and the key that does it: a letter that a name has claimed gives way to Alt and the letter. */

import { app } from "./app.js";

let does = {};
export const connect = (actions) => { does = actions; };

const nameOfKey = (key) => app.state?.names.find((one) => one.key && one.key === key.toLowerCase());

export const shownKey = ({ key }) => (/^[a-z]$/i.test(key) && nameOfKey(key) ? `Alt+${key}` : key);

// The commands of the mode in hand.
export const commands = () => {
  const { card, mode, state, marks } = app;
  const tools = [
    { key: "Z", label: state?.undo ? `Undo: ${state.undo}` : "Undo", works: !!state?.undo, run: () => does.back("undo"), tool: true },
    { key: "Shift+Z", label: "Redo", works: !!state?.redo, run: () => does.back("redo"), tool: true },
    { key: "R", label: "Accept the rest", works: state?.believed > 0 && !state.review, run: () => does.rest(), tool: true },
    { key: "?", label: "Keys", works: true, run: () => does.help(), tool: true },
  ];
  const suggested = card && card.suggestion !== null && card.suggestion !== undefined;
  const named = suggested ? does.nameOf(card.suggestion) : "No suggestion";
  const answers = {
    group: () => [
      { key: "Enter", label: suggested && !card.sure ? "Unsure" : named, works: card.sure, main: card.sure, run: () => does.name(card.suggestion),
        why: `${suggested ? `“${named}” is not sure enough for Enter` : "Nothing is suggested"}: press a name's key, or / to type one.` },
      { key: "Space", label: "Later", works: true, run: () => does.later() },
      { key: "A", label: "Page by page", works: card.size > 1, run: () => does.walk() },
      { key: "S", label: "Split", works: card.size > 1, run: () => does.split() },
      { key: "M", label: "Merge", works: card.alike !== null, run: () => does.merge() },
      { key: "X", label: "Take out marked", works: marks.size > 0, run: () => does.takeOut(), why: "Mark the images to take out first: click them." },
    ],
    merge: () => [
      { key: "Enter", letter: "M", label: "Merge", works: true, main: true, run: () => does.doMerge() },
      { key: "Esc", label: "Cancel", works: true, run: () => does.leave() },
    ],
    split: () => [
      { key: "Enter", letter: "S", label: "Split", works: true, main: true, run: () => does.doSplit() },
      { key: "Esc", label: "Cancel", works: true, run: () => does.leave() },
    ],
    walk: () => [
      { key: "Enter", label: named, works: suggested, main: suggested, run: () => does.name(card.suggestion) },
      { key: "Esc", label: "Back", works: true, run: () => does.leave() },
    ],
    page: () => [
      { key: "Enter", letter: "Y", label: "All of them", works: true, main: true, run: () => does.page(true) },
      { key: "N", label: "Not all", works: true, run: () => does.page(false) },
      { key: "Space", label: "Go on later", works: true, run: () => does.later() },
    ],
    check: () => [
      { key: "Enter", label: marks.size || app.renamed.size ? "The others are right" : "All are right", works: true, main: true, run: () => does.check() },
    ],
    done: () => [],
  };
  return [...(card ? answers[mode]() : []), ...tools];
};

const KEYS = { Enter: "Enter", " ": "Space", Escape: "Esc", "?": "?" };

// What a key does now: a command, a name, or nothing.
export const meaning = (event) => {
  const all = commands();
  const letter = /^Key[A-Z]$/.test(event.code) ? event.code.slice(3) : event.key.toUpperCase();
  const by = (key) => all.find((one) => one.key === key || one.letter === key);
  if (event.altKey) return { command: by(event.shiftKey && letter === "Z" ? "Shift+Z" : letter) };
  if (KEYS[event.key]) return { command: by(KEYS[event.key]) };
  const name = nameOfKey(event.key);
  if (name && !(event.shiftKey && letter === "Z")) return { name };
  if (event.key.length > 1) return {};
  return { command: by(event.shiftKey && letter === "Z" ? "Shift+Z" : event.key.toUpperCase()) };
};
