// What the browser remembers between visits: ids, never pictures. Words and the API key only until the tab is closed.
// A browser that keeps nothing (private windows) is no reason to stop working.

import { keep, kept } from "./words.js";

const PAIRS = "pairstream.pairs";
const HINT = "pairstream.hint";
const KEY = "pairstream.key";
const WORDS = "pairstream.words";

/** Older ones are forgotten. */
const MOST_PAIRS = 100;

const session = () => sessionStorage;

let key = kept(KEY, session) ?? "";

export const apiKey = () => key;

export function rememberKey(given) {
  key = given;
  keep(KEY, key === "" ? null : key, session);
}

/** The language hint that was chosen last. */
export const lastHint = () => kept(HINT, session) ?? "";

export const rememberHint = (hint) => keep(HINT, hint, session);

/** What was sent, the oldest first. */
export function rememberedPairs() {
  const captions = json(kept(WORDS, session), {});
  return entries().map(({ key, id, sentAt }) => ({
    key,
    id,
    sentAt: new Date(sentAt),
    caption: typeof captions[key] === "string" ? captions[key] : "",
    language: "",
    file: null,
  }));
}

export function rememberPair({ key, id = "", sentAt, caption }) {
  write([...entries().filter((entry) => entry.key !== key), { key, id, sentAt: sentAt.getTime() }].slice(-MOST_PAIRS), {
    [key]: caption,
  });
}

export function forgetPair({ key }) {
  write(entries().filter((entry) => entry.key !== key), {});
}

/** The words of pairs that are forgotten go with them. */
function write(all, more) {
  keep(PAIRS, all.length === 0 ? null : JSON.stringify(all));
  const captions = { ...json(kept(WORDS, session), {}), ...more };
  const known = all.filter(({ key }) => captions[key] !== undefined).map(({ key }) => [key, captions[key]]);
  keep(WORDS, JSON.stringify(Object.fromEntries(known)), session);
}

function entries() {
  const all = json(kept(PAIRS), []);
  const isEntry = (entry) =>
    typeof entry?.key === "string" && /^[0-9a-f]{32}$|^$/.test(entry.id) && Number.isFinite(entry.sentAt);
  return Array.isArray(all) ? all.filter(isEntry) : [];
}

function json(text, otherwise) {
  try {
    return JSON.parse(text) ?? otherwise;
  } catch {
    return otherwise;
  }
}
