// What changed since the last answer, for those who do not see it change, and for the tab's name.

import { afterVerdict, looksOf, saidIn } from "./parts.js";

/** More changes at once are said as a number: a screen reader would read each sentence. */
const MOST_SENTENCES = 3;

export class Watch {
  #app;
  #known = new Map();
  #worst = "";

  constructor(app) {
    this.#app = app;
  }

  /** groups as an answer has them; the first call only remembers. */
  notice(groups) {
    const { say, announce } = this.#app;
    const changes = groups.filter(({ group, verdict }) => (this.#known.get(group) ?? verdict) !== verdict);
    groups.forEach(({ group, verdict }) => this.#known.set(group, verdict));
    if (changes.length > MOST_SENTENCES) {
      announce(say("watch.many", { count: changes.length }));
      return;
    }
    for (const change of changes) {
      const { group, verdict } = change;
      const sentence = afterVerdict(verdict, saidIn(this.#app, change));
      announce(say("watch.change", { group, verdict: this.#word(verdict), sentence }));
    }
  }

  /** The platform's verdict, which the tab's name begins with where something is wrong. */
  title(name, verdict = this.#worst) {
    this.#worst = verdict;
    return [...(!verdict || looksOf(verdict).calm ? [] : [this.#word(verdict)]), `${name} – Pairstream`].join(" · ");
  }

  #word(verdict) {
    return this.#app.words.find(`verdict.${verdict}`) ?? verdict;
  }
}
