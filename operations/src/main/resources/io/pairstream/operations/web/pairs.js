// Looking for pairs by what people know of them. All that is looked for stands in the address, so that
// it can be kept, sent and gone back to.

import { h, fill, setAttribute, setText } from "./dom.js";
import { heading, note, skeleton, withUnit } from "./parts.js";
import { Picture, cardOf, producerName, reasonWords, sourceName, spokenName, standingChip, tally, timeOf } from "./tiles.js";

const PAGE = 50;
const STANDINGS = ["TRAINING", "VALIDATION", "TEST", "QUARANTINED", "WITHDRAWN"];
const NAMES = ["q", "standing", "reason", "source", "contributor"];

export function open(place, app, route) {
  const view = new Pairs(app);
  place.append(heading(app.say("pairs.title")), view.element);
  view.moved(route);
  return view;
}

class Pairs {
  #app;
  #asking = new AbortController();
  #next = null;
  #count = 0;
  #wanted = null;
  #fields = new Map();
  #active = h("div.row.active-filters");
  #said = tally();
  #list = h("ul.pair-list");
  #more;
  #form;

  constructor(app) {
    this.#app = app;
    this.#more = h(
      "button.button",
      { type: "button", id: "more", hidden: true, on: { click: () => this.#load(true) } },
      app.say("pairs.more"),
    );
    this.#form = this.#makeForm();
    this.element = h(
      "div.stack",
      {},
      this.#form,
      this.#active,
      this.#said,
      this.#list,
      h("div.row.more", {}, this.#more),
    );
    this.#fillChoices();
  }

  close() {
    this.#asking.abort();
  }

  moved(route) {
    const wanted = new URLSearchParams();
    for (const name of NAMES) {
      const value = (route.query.get(name) ?? "").trim();
      if (value !== "") {
        wanted.set(name, value);
      }
    }
    if (wanted.toString() === this.#wanted?.toString()) {
      return;
    }
    this.#wanted = wanted;
    for (const [name, field] of this.#fields) {
      const value = wanted.get(name) ?? "";
      if (field.tagName === "SELECT" && ![...field.options].some((option) => option.value === value)) {
        field.append(new Option(value, value));
      }
      field.value = value;
    }
    this.#showFilters();
    this.#load(false);
  }

  #makeForm() {
    const app = this.#app;
    const words = h("input", {
      id: "q",
      type: "search",
      autocomplete: "off",
      spellcheck: "false",
      "aria-describedby": "q-hint",
    });
    this.#fields.set("q", words);
    const form = h(
      "form.card.search",
      { role: "search", "aria-label": app.say("pairs.search") },
      h(
        "div.search-words",
        {},
        h("label", { for: "q" }, app.say("pairs.q")),
        h("div.row", {}, words, h("button.button.primary", { type: "submit" }, app.say("pairs.find"))),
        h("p.small.quiet", { id: "q-hint" }, app.say("pairs.qHint")),
      ),
      h(
        "div.filters",
        {},
        this.#choice("standing", STANDINGS.map((name) => [name, app.say(`standing.${name}`)])),
        this.#choice("reason", []),
        this.#choice("source", []),
        this.#text("contributor"),
      ),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#go();
    });
    return form;
  }

  #choice(name, choices) {
    const app = this.#app;
    const select = h("select", { id: name, on: { change: () => this.#go() } });
    select.append(new Option(app.say("pairs.any"), ""), ...choices.map(([value, text]) => new Option(text, value)));
    this.#fields.set(name, select);
    return h("div.field", {}, h("label", { for: name }, app.say(`pairs.${name}`)), select);
  }

  #text(name) {
    const input = h("input", { id: name, type: "text", autocomplete: "off", spellcheck: "false", on: { change: () => this.#go() } });
    this.#fields.set(name, input);
    return h("div.field", {}, h("label", { for: name }, this.#app.say(`pairs.${name}`)), input);
  }

  /** Reasons and sources are those that occur in quarantine. */
  async #fillChoices() {
    try {
      const { reasons = [], sources = [] } = await this.#app.api.get("/v1/quarantine");
      this.#offer("reason", reasons.map(({ reason }) => [reason, reasonWords(this.#app, reason)]));
      this.#offer("source", sources.map((source) => [source, sourceName(this.#app, source)]));
    } catch {
      // The lists stay short; the search says what is wrong.
    }
  }

  #offer(name, choices) {
    const select = this.#fields.get(name);
    const value = select.value;
    const rest = choices.filter(([code]) => code !== "");
    select.replaceChildren(
      new Option(this.#app.say("pairs.any"), ""),
      ...rest.map(([code, text]) => new Option(text, code)),
    );
    if (value !== "" && !rest.some(([code]) => code === value)) {
      select.append(new Option(value, value));
    }
    select.value = value;
  }

  #go() {
    const query = new URLSearchParams();
    for (const [name, field] of this.#fields) {
      if (field.value.trim() !== "") {
        query.set(name, field.value.trim());
      }
    }
    this.#app.go(`#/pairs${query.size > 0 ? `?${query}` : ""}`);
  }

  /** Each filter by name, with a way to take it away. */
  #showFilters() {
    const app = this.#app;
    fill(
      this.#active,
      [...this.#wanted]
        .filter(([name]) => name !== "q")
        .map(([name, value]) => {
          const rest = new URLSearchParams(this.#wanted);
          rest.delete(name);
          return h(
            "a.tag",
            { href: `#/pairs?${rest}`, "aria-label": app.say("pairs.without", { name: app.say(`pairs.${name}`), value }) },
            `${app.say(`pairs.${name}`)}: `,
            h("b", {}, h("bdi", {}, value)),
            h("span", { "aria-hidden": "true" }, " ×"),
          );
        }),
    );
  }

  async #load(more) {
    const app = this.#app;
    this.#asking.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    const query = new URLSearchParams(this.#wanted);
    query.set("limit", String(PAGE));
    if (more && this.#next !== null) {
      query.set("after", this.#next);
    } else {
      this.#count = 0;
      fill(this.#list, h("li", {}, skeleton(5)));
      setText(this.#said, app.say("pairs.asking"));
    }
    this.#more.disabled = true;
    try {
      const answer = await app.api.get(`/v1/pairs?${query}`, { signal });
      this.#add(answer, more);
    } catch (problem) {
      if (!signal.aborted) {
        fill(this.#list, h("li", {}, note("warn", problem.message || app.say("pairs.away"))));
        setText(this.#said, "");
      }
    } finally {
      this.#more.disabled = false;
    }
  }

  #add({ ready, pairs = [], next = null, found = null }, more) {
    const app = this.#app;
    if (!more) {
      fill(this.#list);
    }
    const rows = pairs.map((pair) => row(app, pair));
    this.#list.append(...rows);
    this.#count += pairs.length;
    this.#next = next;
    this.#more.hidden = next === null;
    setText(
      this.#said,
      ready === false
        ? app.say("pairs.notReady")
        : this.#count === 0
          ? app.say("pairs.nothing")
          : found === null
            ? app.say("pairs.shown", { count: app.format.number(this.#count) })
            : app.say("pairs.shownOf", { count: app.format.number(this.#count), found: app.format.number(found) }),
    );
    if (more) {
      rows[0]?.querySelector("a")?.focus();
    }
  }
}

function row(app, pair) {
  const isBad = pair.standing === "QUARANTINED";
  return h(
    "li.pair-row",
    {},
    new Picture(app, pair, { size: 128, address: pair.picture }).element,
    h(
      "div.pair-row-text",
      {},
      h(
        "a.pair-row-caption",
        { href: cardOf(pair.id), dir: "auto", lang: pair.language || null },
        spokenName(app, pair),
      ),
      h(
        "p.row.small",
        {},
        standingChip(app, pair.standing),
        isBad && h("span", {}, reasonWords(app, pair.reason)),
        isBad && pair.measured && h("span.quiet", {}, h("bdi", {}, withUnit(app, pair.measured))),
      ),
      h(
        "p.row.small.quiet",
        {},
        h("bdi", {}, producerName(app, pair.contributor)),
        h("span", {}, sourceName(app, pair.source_kind)),
        timeOf(app, pair.decided_at),
        h("code", {}, pair.id),
      ),
    ),
  );
}
