// What was rejected: a board of reasons and sources, the pairs of one of its cells, and the decisions of people about
// them. The cell is a part of the address.

import { h } from "./dom.js";
import { addressOf, codeOf, follow, heading, measuredOf, note, saidIn, scrolling, skeleton, tally, timeOf } from "./parts.js";
import { MOST_PAIRS, reviewBar } from "./review.js";
import { PairList, Shown, cardOf, inItsLanguage, picture, producerName, reasonWords, remedyWords, revealAll, sourceName, spokenName } from "./tiles.js";

const EVERY_MS = 15_000;
const PAGE = 50;
const PRODUCERS_NAMED = 6;
const CANARY = "pairstream-canary";
const FILTERS = ["reason", "source", "contributor"];

export function open(place, app, route) {
  let sheet = null;
  const questions = { board: { path: () => "/v1/quarantine", every: EVERY_MS } };
  const view = follow(place, app, questions, ({ board: answer, problem }) => [
    heading(app.say("quarantine.title")),
    note("warn", problem),
    h("p.lead", { role: "status" }, answer && summary(app, answer)),
    answer?.canaries > 0 &&
      h("p.small", h("a", { href: addressOf("quarantine", { contributor: CANARY }) }, app.say("quarantine.canaries", { count: app.format.number(answer.canaries) }))),
    answer ? answer.cells?.length > 0 && board(app, answer, sheet?.cell) : h("div.card", skeleton()),
    sheet?.draw(answer?.reasons ?? []),
  ]);
  const choose = (query, lead) => {
    const given = FILTERS.map((name) => [name, query.get(name) ?? ""]).filter(([, value]) => value !== "");
    const cell = given.length > 0 ? Object.fromEntries(given) : null;
    if (JSON.stringify(cell) !== JSON.stringify(sheet?.cell ?? null)) {
      sheet?.list.close();
      sheet = cell && new Sheet(app, cell, place, view);
      view.redraw();
      if (lead) {
        place.querySelector("#sheet-title")?.focus();
      }
    }
  };
  choose(route.query, false);
  return {
    // Who opens a cell is led to it.
    moved: (to) => choose(to.query, true),
    close() {
      sheet?.list.close();
      view.close();
    },
  };
}

/* ---- The board ---- */

function summary({ say, format }, { ready, total, cells = [] }) {
  if (ready === false || total === 0) {
    return say(ready === false ? "pairs.notReady" : "quarantine.empty");
  }
  return say("quarantine.said", { count: format.number(total), fresh: format.number(sumOf(cells).fresh) });
}

function sumOf(cells) {
  const sum = (name) => cells.reduce((all, cell) => all + cell[name], 0);
  return { count: sum("count"), fresh: sum("last_24h") };
}

function board(app, { cells, sources, total }, open) {
  const { say, format } = app;
  const most = Math.max(1, ...cells.map(({ count }) => count));
  const of = (reason, source) => cells.filter((cell) => (reason ?? cell.reason) === cell.reason && (source ?? cell.source) === cell.source);
  // The most frequent first.
  const reasons = [...new Set(cells.map(({ reason }) => reason))].sort((a, b) => sumOf(of(b)).count - sumOf(of(a)).count);
  const cell = (query, found, isSum) => boardCell(app, query, sumOf(found), isSum ? 0 : most, open);
  return h(
    "div.card",
    h("h2", say("quarantine.board")),
    scrolling(
      say("quarantine.board"),
      h(
        "table.matrix",
        h("caption.unseen", say("quarantine.board")),
        h(
          "thead",
          h(
            "tr",
            h("th", { scope: "col" }, say("quarantine.reason")),
            h("th.number", { scope: "col" }, say("quarantine.all")),
            sources.map((source) => h("th.number", { scope: "col" }, sourceName(app, source))),
          ),
        ),
        h(
          "tbody",
          reasons.map((reason) =>
            h(
              "tr",
              { key: reason },
              h("th", { scope: "row" }, h("span.reason-words", reasonWords(app, reason)), codeOf(reason, ".small.quiet")),
              cell({ reason, source: "" }, of(reason), true),
              sources.map((source) => cell({ reason, source }, of(reason, source), false)),
            ),
          ),
        ),
        h(
          "tfoot",
          h(
            "tr",
            h("th", { scope: "row" }, say("quarantine.all")),
            h("td.number.sum", format.number(total)),
            sources.map((source) => cell({ reason: "", source }, of(undefined, source), true)),
          ),
        ),
      ),
    ),
  );
}

/** most: the largest count of the board, for the shade behind it; 0 for sums, which have none. */
function boardCell(app, query, { count, fresh }, most, open) {
  const text = app.format.number(count);
  const className = most === 0 ? "td.number.sum" : "td.number";
  if (count === 0 || (query.reason === "" && query.source === "")) {
    // Nothing can be asked for by having no source.
    return h(count === 0 ? "td.number.none" : className, text);
  }
  const isOpen = query.reason === (open?.reason ?? "") && query.source === (open?.source ?? "");
  const heat = most === 0 ? 0 : Math.round(10 + 55 * Math.sqrt(count / most));
  return h(
    className,
    { vars: { heat: `${heat}%` } },
    h(
      "a.cell",
      {
        href: addressOf("quarantine", query),
        "data-reason": query.reason,
        "data-source": query.source,
        "aria-current": isOpen ? "true" : null,
      },
      h("span.count", text),
      fresh > 0 && h("span.fresh", app.say("quarantine.fresh", { count: app.format.number(fresh) })),
    ),
  );
}

/* ---- The pairs of a cell ---- */

class Sheet {
  list;
  #app;
  #place;
  #view;
  #shown = new Shown();
  #chosen = new Set();
  #outcomes = new Map();

  constructor(app, cell, place, view) {
    this.#app = app;
    this.cell = cell;
    this.#place = place;
    this.#view = view;
    this.list = new PairList(app, { status: "QUARANTINED", ...cell }, view.redraw, "quarantine.cellEmpty");
    this.list.load(PAGE);
  }

  draw(reasons) {
    const { pairs } = this.list;
    const { reason, source, contributor } = this.cell;
    const known = reasons.find((one) => one.reason === reason);
    const title = [reason && reasonWords(this.#app, reason), source && sourceName(this.#app, source), contributor];
    const say = this.#app.say;
    return h(
      "section.sheet",
      { key: JSON.stringify(this.cell), "aria-labelledby": "sheet-title" },
      h(
        "div.sheet-head",
        h(
          "div",
          h("h2", { id: "sheet-title", tabindex: "-1" }, title.filter(Boolean).join(" · ")),
          h("p.quiet", remedyWords(this.#app, reason, known?.remedy)),
          this.#producers(pairs),
        ),
        revealAll(this.#app, this.#shown, this.#view.redraw),
      ),
      this.#bar(pairs),
      h("ul.tiles", { "aria-labelledby": "sheet-title" }, pairs.map((pair) => this.#tile(pair))),
      h("div.row.more", tally(this.list.summary), this.list.more((index) => this.#focus(index))),
    );
  }

  #bar(pairs) {
    const { say, format } = this.#app;
    const count = this.#chosen.size;
    const all = pairs.filter((pair) => !this.#isDone(pair)).length + Math.max(0, (this.list.found ?? 0) - pairs.length);
    const most = Math.min(all, MOST_PAIRS);
    const none = () => this.#choose(pairs, false);
    const name = all > MOST_PAIRS ? "quarantine.chooseFirst" : "quarantine.chooseAll";
    return h(
      "div.review-bar",
      { "data-any": count > 0 },
      h(
        "div.row.chosen",
        tally(count === 0 ? say("quarantine.chosenNone") : say("quarantine.chosen", { count: format.number(count) })),
        all > 0 &&
          h("button.button", { type: "button", id: "choose-all", on: { click: () => this.#chooseAll() } }, say(name, { count: format.number(most) })),
        count > 0 && h("button.plain", { type: "button", id: "choose-none", on: { click: none } }, say("quarantine.chooseNone")),
      ),
      reviewBar(this.#app, pairs.filter(({ id }) => this.#chosen.has(id)), (...decided) => this.#decided(...decided)),
    );
  }

  /** Whose pairs these are: who broke something is seen at once. */
  #producers(pairs) {
    const { say, format } = this.#app;
    const counts = new Map();
    pairs.forEach(({ contributor = "" }) => counts.set(contributor, (counts.get(contributor) ?? 0) + 1));
    const sorted = [...counts].sort(([, a], [, b]) => b - a);
    const rest = sorted.length - PRODUCERS_NAMED;
    const address = (contributor) => addressOf("quarantine", { ...this.cell, contributor });
    const tag = ([name, count]) =>
      h(
        name === "" ? "span.tag" : "a.tag",
        { key: name, href: name === "" ? null : address(name) },
        producerName(this.#app, name),
        " ",
        h("b", format.number(count)),
      );
    return h(
      "div.row.producers",
      sorted.length > 0 && h("span.small.quiet", say("quarantine.from")),
      sorted.slice(0, PRODUCERS_NAMED).map(tag),
      rest > 0 && h("span.small.quiet", say("review.andMore", { count: format.number(rest) })),
      this.cell.contributor && h("a.small", { href: address("") }, say("quarantine.allProducers")),
    );
  }

  #tile(pair) {
    const { say } = this.#app;
    const { id, caption } = pair;
    const { measured, limit } = measuredOf(this.#app, pair);
    const isDone = this.#isDone(pair);
    const isChosen = this.#chosen.has(id);
    const outcome = this.#outcomes.get(id);
    const label = say("quarantine.cardOf", { caption: spokenName(this.#app, pair) });
    const click = (event) => event.target.closest("button") || this.#choose([pair], !isChosen);
    return h(
      "li.tile",
      { key: id, "data-chosen": isChosen ? "true" : null, "data-outcome": outcome && (isDone ? "done" : "failed") },
      picture(this.#app, pair, this.#shown, { on: { click } }),
      h(
        "label.tile-name",
        h("input", { type: "checkbox", checked: isChosen, disabled: isDone, on: { click } }),
        h("span.caption", inItsLanguage(pair), spokenName(this.#app, pair)),
      ),
      h(
        "p.tile-measured.small",
        measured && measured !== caption && h("b", h("bdi", measured)),
        limit && h("span.quiet", ` ${say("pair.limitIs", { limit })}`),
      ),
      h(
        "p.tile-foot.small.quiet",
        producerName(this.#app, pair.contributor),
        timeOf(this.#app, pair.decided_at),
        h("a.small", { href: cardOf(id), "aria-label": label }, say("quarantine.card")),
      ),
      outcome && h("p.outcome", outcome.text),
    );
  }

  #isDone({ id }) {
    return this.#outcomes.get(id)?.isDone === true;
  }

  #choose(pairs, isChosen) {
    const open = pairs.filter((pair) => !this.#isDone(pair));
    open.forEach(({ id }) => (isChosen ? this.#chosen.add(id) : this.#chosen.delete(id)));
    this.#view.redraw();
  }

  async #chooseAll() {
    const wanted = Math.min(this.list.found ?? this.list.pairs.length, MOST_PAIRS);
    let isMore = true;
    while (isMore && !this.list.isWhole && this.list.pairs.length < wanted) {
      isMore = await this.list.load(Math.min(PAGE, wanted - this.list.pairs.length));
    }
    this.#choose(this.list.pairs.filter((pair) => !this.#isDone(pair)).slice(0, MOST_PAIRS), true);
  }

  #focus(index) {
    this.#place.querySelectorAll(".tile")[index]?.querySelector("input:enabled, a").focus();
  }

  /** Decided pairs stay where they are, with what became of them. */
  #decided(decision, results) {
    const { say } = this.#app;
    for (const result of results) {
      const isDone = result.outcome === "DONE";
      const text = isDone ? say(`review.was.${decision}`) : say("review.wasNot", { detail: saidIn(this.#app, result, "detail") });
      this.#outcomes.set(result.id, { isDone, text });
      if (isDone) {
        this.#chosen.delete(result.id);
      }
    }
    this.#view.redraw();
    this.#view.again("board");
  }
}
