// The page in a language. What it has no words for, the service says in English.

export const LANGUAGES = ["en", "zh"];

/** The first of the reader's languages that the page speaks; English where it speaks none. */
export function preferredLanguage(wanted, spoken = LANGUAGES) {
  for (const tag of wanted) {
    const language = tag.toLowerCase().split("-")[0];
    if (spoken.includes(language)) {
      return language;
    }
  }
  return "en";
}

export async function loadWords(language) {
  const answer = await fetch(`/assets/words.${language}.json`);
  if (!answer.ok) {
    throw new Error(`the page's words are not there: status ${answer.status}`);
  }
  return new Words(language, await answer.json());
}

export class Words {
  #texts;

  /** texts: sections of names and texts; the first part of a name is its section. */
  constructor(language, texts) {
    this.language = language;
    this.#texts = texts;
  }

  /** The text of a name like "lag.title", with {places} replaced; the name where there is none. */
  say(name, values = {}) {
    return this.find(name, values) ?? name;
  }

  /** The same, but null where there is none: for words of codes that may be newer than this page. */
  find(name, values = {}) {
    const dot = name.indexOf(".");
    const text = this.#texts[name.slice(0, dot)]?.[name.slice(dot + 1)];
    return typeof text === "string"
      ? text.replace(/\{(\w+)\}/g, (whole, place) => values[place] ?? whole)
      : null;
  }

  /** A sentence of the service's out of its template; null where one in it has no words here. */
  sentence({ template, arguments: parts = [] } = {}) {
    const values = parts.map((part) => (typeof part === "string" ? part : this.sentence(part)));
    return values.includes(null) ? null : this.find(`sentence.${template}`, values);
  }
}
