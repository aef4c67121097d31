// What the browser remembers between visits: ids, never pictures. Words and the API key only until
// the tab is closed. A browser that keeps nothing (private windows) is no reason to stop working.

const PAIRS = "pairstream.pairs";
const LANGUAGE = "pairstream.language";
const HINT = "pairstream.hint";
const KEY = "pairstream.key";
const WORDS = "pairstream.words";

/** Older ones are forgotten. */
const MOST_PAIRS = 100;

export class Memory {
  #key = "";

  constructor() {
    this.#key = read(() => sessionStorage, KEY) ?? "";
  }

  language() {
    return read(() => localStorage, LANGUAGE);
  }

  rememberLanguage(language) {
    write(() => localStorage, LANGUAGE, language);
  }

  /** The language hint that was chosen last. */
  lastHint() {
    return read(() => sessionStorage, HINT) ?? "";
  }

  rememberHint(hint) {
    write(() => sessionStorage, HINT, hint);
  }

  key() {
    return this.#key;
  }

  rememberKey(key) {
    this.#key = key;
    write(() => sessionStorage, KEY, key === "" ? null : key);
  }

  /** What was sent, the oldest first. */
  pairs() {
    const captions = json(read(() => sessionStorage, WORDS), {});
    return this.#entries().map((entry) => ({
      key: entry.key,
      id: entry.id,
      sentAt: new Date(entry.sentAt),
      caption: typeof captions[entry.key] === "string" ? captions[entry.key] : "",
      language: "",
      file: null,
    }));
  }

  remember(pair) {
    const entries = this.#entries().filter((entry) => entry.key !== pair.key);
    entries.push({ key: pair.key, id: pair.id ?? "", sentAt: pair.sentAt.getTime() });
    write(() => localStorage, PAIRS, JSON.stringify(entries.slice(-MOST_PAIRS)));
    this.#rememberWords(pair.key, pair.caption);
  }

  forget(pair) {
    const entries = this.#entries().filter((entry) => entry.key !== pair.key);
    write(() => localStorage, PAIRS, entries.length === 0 ? null : JSON.stringify(entries));
    this.#rememberWords(pair.key, undefined);
  }

  #rememberWords(key, caption) {
    const captions = json(read(() => sessionStorage, WORDS), {});
    const kept = new Set(this.#entries().map((entry) => entry.key));
    captions[key] = caption;
    for (const other of Object.keys(captions)) {
      if (!kept.has(other)) {
        delete captions[other];
      }
    }
    write(() => sessionStorage, WORDS, JSON.stringify(captions));
  }

  #entries() {
    const entries = json(read(() => localStorage, PAIRS), []);
    return Array.isArray(entries)
      ? entries.filter(
          (entry) =>
            typeof entry?.key === "string" &&
            /^[0-9a-f]{32}$|^$/.test(entry.id) &&
            Number.isFinite(entry.sentAt),
        )
      : [];
  }
}

function read(storage, name) {
  try {
    return storage().getItem(name);
  } catch {
    return null;
  }
}

function write(storage, name, value) {
  try {
    if (value === null) {
      storage().removeItem(name);
    } else {
      storage().setItem(name, value);
    }
  } catch {
    // Full or forbidden: then it is not remembered.
  }
}

function json(text, otherwise) {
  try {
    return JSON.parse(text) ?? otherwise;
  } catch {
    return otherwise;
  }
}
