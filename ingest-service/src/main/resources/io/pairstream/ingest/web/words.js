// The page in a language: every text it shows, and the words for reasons and problems.

export const LANGUAGES = ["en", "zh"];

/** The first of the reader's languages that the page speaks; English where it speaks none. */
export function preferredLanguage(wanted, spoken) {
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

  constructor(language, texts) {
    this.language = language;
    this.#texts = texts;
  }

  /** A text of the page, with {names} replaced. */
  say(key, values = {}) {
    const text = this.#texts.page[key] ?? key;
    return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  }

  /** A measured value or a limit, such as "12 bytes", with its unit in the page's language. */
  measure(text) {
    return text.replace(/^([\d.,]+) ([a-z]+)$/, (whole, value, unit) => `${value} ${this.#texts.units[unit] ?? unit}`);
  }

  standing(standing) {
    return this.#texts.standings[standing] ?? standing;
  }

  /** What a reason means and what would be right; the service's own words where we have none. */
  reason(code, fallback) {
    return this.#texts.reasons[code] ?? fallback;
  }

  /** What a problem means and what would be right; the service's own words where we have none. */
  problem(name, fallback) {
    return this.#texts.problems[name] ?? fallback;
  }

  time(date) {
    const today = new Date().toDateString() === date.toDateString();
    return new Intl.DateTimeFormat(this.language, {
      dateStyle: today ? undefined : "medium",
      timeStyle: "short",
    }).format(date);
  }

  number(value) {
    return new Intl.NumberFormat(this.language, { maximumFractionDigits: 1 }).format(value);
  }

  languageName(tag) {
    try {
      return new Intl.DisplayNames([this.language], { type: "language" }).of(tag);
    } catch {
      return tag;
    }
  }
}
