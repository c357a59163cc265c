/* Talks to the server: every answer is JSON or a sheet of pictures; an action is sent again under its id. */

const hex = (bytes) => Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (b) => b.toString(16).padStart(2, "0")).join("");
export const tab = hex(8);
export const mine = new Set(); // ids of this tab's actions
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// Who acts, as the log says it: whoever started the server, or as this browser was told to call them.
let person = "";
let starter = "";
const kept = (what) => { try { return what(localStorage, `called instead of ${starter}`) ?? ""; } catch { return ""; } };
export const callMe = (name) => {
  person = name;
  kept((store, key) => store.setItem(key, name));
};

export class Refused extends Error {
  constructor(status, sentence) { super(sentence); this.status = status; }
}

const parsed = async (response) => {
  const content = await response.json().catch(() => ({ error: "The server's answer cannot be read." }));
  if (!response.ok) throw new Refused(response.status, content.error);
  return content;
};

export const get = async (path) => parsed(await fetch(`api/${path}`));

export const getState = async () => {
  if (!starter) {
    starter = (await get("state")).who;
    person = kept((store, key) => store.getItem(key));
  }
  for (;;) {
    const asked = person;
    const state = await get(`state?who=${encodeURIComponent(asked)}`);
    if (asked === person) return state;
  }
};

export const act = async (kind, fields = {}) => {
  const id = hex(16);
  mine.add(id);
  const body = JSON.stringify({ id, kind, ...(person && { who: person }), ...fields });
  for (const pause of [300, 1000, 2500, 0]) {
    let response;
    try {
      response = await fetch("api/act", { method: "POST", headers: { "Content-Type": "application/json" }, body });
    } catch {
      if (pause) { await sleep(pause); continue; }
      throw new Refused(0, "The server does not answer. Is `inkcluster label` still running? What it confirmed is kept.");
    }
    return parsed(response);
  }
};

// Call `heard` with what changes, for ever.
export const listen = async (since, heard) => {
  for (;;) {
    try {
      const { seq, believed, held } = since();
      await heard(await get(`changes?after=${seq}&believed=${believed}&tab=${tab}&held=${held}`));
    } catch {
      await sleep(2000);
    }
  }
};

const sheets = new Map();
// Pictures of images, one below the other; kept for the last few cards.
export const sheet = (rows) => {
  const key = rows.join(",");
  if (!sheets.has(key)) {
    sheets.set(key, fetch(`api/sheet?rows=${key}`).then((r) => r.blob()).then((b) => createImageBitmap(b)));
    sheets.get(key).catch(() => sheets.delete(key));
    if (sheets.size > 24) sheets.delete(sheets.keys().next().value);
  }
  return sheets.get(key);
};
