// A page in a language. What it has no words for, the service says in English.

import { h } from "./dom.js";

const LANGUAGES = ["en", "zh"];
const REMEMBERED = "pairstream.language";

/** What was chosen before, or the first of the reader's languages that the page speaks, or English. */
export function preferredLanguage() {
  const wanted = [kept(REMEMBERED), ...navigator.languages].map((tag) => tag?.toLowerCase().split("-")[0]);
  return wanted.find((language) => LANGUAGES.includes(language)) ?? "en";
}

/** Loads the words, with what reasons.json has in this language, and says all that stands in the page's HTML. */
export async function speakIn(language) {
  const [own, facts] = await Promise.all([load(`/assets/words.${language}.json`), load("/assets/reasons.json")]);
  const words = new Words(language, { ...mapped(facts, (names) => mapped(names, (said) => said[language] ?? null)), ...own });
  document.documentElement.lang = language;
  document.querySelectorAll("[data-text]").forEach((it) => (it.textContent = words.say(it.dataset.text)));
  document.querySelectorAll("[data-label]").forEach((it) => it.setAttribute("aria-label", words.say(it.dataset.label)));
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === language));
  }
  return words;
}

async function load(file) {
  const answer = await fetch(file);
  if (!answer.ok) {
    throw new Error(`the page's words are not there: status ${answer.status}`);
  }
  return answer.json();
}

function mapped(object, change) {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));
}

/** Calls back with the language that the user chooses, and keeps it. */
export function onLanguage(chosen) {
  for (const button of document.querySelectorAll("[data-language]")) {
    button.addEventListener("click", () => {
      keep(REMEMBERED, button.dataset.language);
      chosen(button.dataset.language);
    });
  }
}

export class Words {
  #texts;

  /** texts: sections of names and texts; the first part of a name is its section. */
  constructor(language, texts) {
    this.language = language;
    this.#texts = texts;
  }

  /** The text of a name like "lag.title", with {places} replaced; the name where there is none. */
  say = (name, values = {}) => this.find(name, values) ?? name;

  /** The same, but null where there is none: for words of codes that may be newer than this page. */
  find(name, values = {}) {
    const dot = name.indexOf(".");
    const section = this.#texts[name.slice(0, dot)] ?? {};
    const text = Object.hasOwn(section, name.slice(dot + 1)) ? section[name.slice(dot + 1)] : null;
    return typeof text === "string" ? text.replace(/\{(\w+)\}/g, (whole, place) => values[place] ?? whole) : text;
  }

  /** What a rejection rests on: the number with its unit, or the text in its place; empty where there is none. */
  measured(by, numberOf = String) {
    if (!by?.measure) {
      return by?.translations?.[this.language] ?? by?.found ?? "";
    }
    if (by.bound === "AT_MOST" && by.value === by.limit) {
      return this.say("unit.more", { value: this.withUnit(by.value, by.unit, numberOf) });
    }
    const [said, limit] = [by.value, by.limit].map((value) => this.withUnit(value, by.unit, numberOf));
    return said === limit ? this.withUnit(by.value, by.unit) : said;
  }

  /** The limit that it breaks. */
  limit(by, numberOf = String) {
    const value = by?.measure ? this.withUnit(by.limit, by.unit, numberOf) : "";
    return this.find(`bound.${by?.bound}`, { value }) ?? by?.allowed ?? "";
  }

  withUnit(value, unit, numberOf = String) {
    const number = { value: unit === "schema_id" ? String(value) : numberOf(value) };
    return this.find(`unit.${unit}_${value}`, number) ?? this.find(`unit.${unit}`, number) ?? `${number.value} ${unit}`.trimEnd();
  }

  /** The names in a section, in its order. */
  names(section) {
    return Object.keys(this.#texts[section] ?? {});
  }

  /** A sentence of the service's out of its template; null where one in it has no words here. */
  sentence({ template, arguments: parts = [] } = {}) {
    const values = parts.map((part) => (typeof part === "string" ? part : this.sentence(part)));
    return values.includes(null) ? null : this.find(`sentence.${template}`, values);
  }
}

/** A line that is replaced at once would never be said, so a few stay. */
const ANNOUNCED_LINES = 6;

/** Says it to those who do not see it, when nothing else is being said. */
export function announce(text) {
  const announcer = document.getElementById("announcer");
  announcer.append(h("span", `${text} `));
  [...announcer.children].slice(0, -ANNOUNCED_LINES).forEach((line) => line.remove());
}

/** What the browser keeps; null where it keeps nothing, as in a private window. */
export function kept(name, storage = () => localStorage) {
  try {
    return storage().getItem(name);
  } catch {
    return null;
  }
}

/** value: null to keep it no longer. Full or forbidden: then it is not kept. */
export function keep(name, value, storage = () => localStorage) {
  try {
    if (value === null) {
      storage().removeItem(name);
    } else {
      storage().setItem(name, value);
    }
  } catch {
    // The page works without.
  }
}
