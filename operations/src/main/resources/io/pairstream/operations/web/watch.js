// What changed since the last answer, for those who do not see it change, and for the tab's name.

import { afterVerdict, saidIn } from "./parts.js";

/** More changes at once are said as a number: nobody listens to a hundred sentences. */
const MOST_SENTENCES = 3;

const CALM = new Set(["OK", "IDLE"]);

export class Watch {
  #app;
  #known = new Map();
  #worst = "";

  constructor(app) {
    this.#app = app;
  }

  /** groups as an answer has them; the first call only remembers. */
  notice(groups) {
    const changes = groups.filter((group) => this.#known.has(group.group) && this.#known.get(group.group) !== group.verdict);
    groups.forEach((group) => this.#known.set(group.group, group.verdict));
    if (changes.length > MOST_SENTENCES) {
      this.#app.announce(this.#app.say("watch.many", { count: changes.length }));
      return;
    }
    for (const change of changes) {
      const { group, verdict } = change;
      const sentence = afterVerdict(verdict, saidIn(this.#app, change));
      this.#app.announce(this.#app.say("watch.change", { group, verdict: this.#word(verdict), sentence }));
    }
  }

  /** The platform's verdict, which the tab's name begins with where something is wrong. */
  title(name, verdict = this.#worst) {
    this.#worst = verdict;
    const title = `${name} – Pairstream`;
    return verdict === "" || CALM.has(verdict) ? title : `${this.#word(verdict)} · ${title}`;
  }

  #word(verdict) {
    return this.#app.words.find(`verdict.${verdict}`) ?? verdict;
  }
}
