// What was turned away: a board of reasons and sources, the contact sheet of a cell, and the
// decisions of people about its pairs. The cell is a part of the address.

import { h, fill, setAttribute, setText, whileUnpressed } from "./dom.js";
import { heading, note, saidIn, scrolling, skeleton, withUnit } from "./parts.js";
import { DECISIONS, MOST_PAIRS, ReviewBar } from "./review.js";
import { Picture, cardOf, producerName, reasonWords, remedyWords, sourceName, spokenName, tally, timeOf } from "./tiles.js";

const BOARD_EVERY_MS = 15_000;
const PAGE = 50;
const PRODUCERS_NAMED = 6;
const FRESH_NAMED = 6;

export function open(place, app, route) {
  const board = new Board(app);
  const sheet = new Sheet(app, { onDecided: () => board.refresh() });
  place.append(
    heading(app.say("quarantine.title")),
    board.element,
    sheet.element,
  );
  const follow = (to, lead) => {
    const cell = cellOf(to.query);
    board.mark(cell);
    sheet.show(cell, board, lead);
  };
  board.start(() => sheet.name(board));
  follow(route, false);
  return {
    // Who opens a cell is led to it.
    moved: (to) => follow(to, true),
    close() {
      board.close();
      sheet.close();
    },
  };
}

/** What a contact sheet is asked for; null where nothing is chosen. */
function cellOf(query) {
  const cell = {
    reason: query.get("reason") ?? "",
    source: query.get("source") ?? "",
    contributor: query.get("contributor") ?? "",
  };
  return Object.values(cell).some((value) => value !== "") ? cell : null;
}

function addressOf({ reason = "", source = "", contributor = "" }) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ reason, source, contributor })) {
    if (value !== "") {
      query.set(name, value);
    }
  }
  return `#/quarantine?${query}`;
}

/* ---- The board ---- */

class Board {
  #app;
  #poll = null;
  #answer = null;
  #cell = null;
  #change;
  #said = h("p.lead", { role: "status" });
  #table = h("div.card.board", {}, skeleton(6));
  #fresh = h("section.card.fresh-card", { "aria-labelledby": "fresh-title", hidden: true });

  constructor(app) {
    this.#app = app;
    this.element = h("div", {}, this.#said, h("div.board-row", {}, this.#table, this.#fresh));
    this.#change = whileUnpressed(this.element);
  }

  start(onAnswer) {
    this.#poll = this.#app.api.poll(
      "/v1/quarantine",
      BOARD_EVERY_MS,
      (answer) => {
        const same = JSON.stringify(answer) === JSON.stringify(this.#answer);
        this.#answer = answer;
        if (!same) {
          this.#change(() => {
            this.#draw();
            onAnswer();
          });
        }
      },
      (problem) => {
        if (this.#answer === null) {
          fill(this.#table, note("warn", problem.message || this.#app.say("pairs.away")));
        }
      },
    );
  }

  refresh() {
    this.#poll.now();
  }

  close() {
    this.#poll.close();
  }

  /** What is known of a reason; the code alone where nothing is. */
  reason(code) {
    return this.#answer?.reasons?.find((known) => known.reason === code) ?? { reason: code, remedy: "" };
  }

  /** Shows which cell is open. */
  mark(cell) {
    this.#cell = cell;
    for (const link of this.#table.querySelectorAll("a[data-reason]")) {
      const open =
        cell !== null && link.dataset.reason === cell.reason && link.dataset.source === cell.source;
      setAttribute(link, "aria-current", open ? "true" : null);
    }
  }

  #draw() {
    const app = this.#app;
    const { cells = [], sources = [], total, ready } = this.#answer;
    const fresh = cells.reduce((sum, cell) => sum + cell.last_24h, 0);
    setText(
      this.#said,
      ready === false
        ? app.say("pairs.notReady")
        : total === 0
          ? app.say("quarantine.empty")
          : app.say("quarantine.said", { count: app.format.number(total), fresh: app.format.number(fresh) }),
    );
    this.#table.hidden = cells.length === 0;
    const rows = rowsOf(cells);
    const most = Math.max(1, ...cells.map((cell) => cell.count));
    const focused = document.activeElement?.dataset?.reason === undefined ? null : document.activeElement.dataset;
    fill(
      this.#table,
      h("h2", {}, app.say("quarantine.board")),
      scrolling(
        app.say("quarantine.board"),
        h(
          "table.matrix",
          {},
          h("caption.unseen", {}, app.say("quarantine.board")),
          h(
            "thead",
            {},
            h(
              "tr",
              {},
              h("th", { scope: "col" }, app.say("quarantine.reason")),
              sources.map((source) => h("th.number", { scope: "col" }, sourceName(app, source))),
              h("th.number", { scope: "col" }, app.say("quarantine.all")),
            ),
          ),
          h("tbody", {}, rows.map((row) => this.#row(row, sources, most))),
          h(
            "tfoot",
            {},
            h(
              "tr",
              {},
              h("th", { scope: "row" }, app.say("quarantine.all")),
              sources.map((source) => this.#cellOf("", source, sumOf(cells.filter((cell) => cell.source === source)), 0)),
              h("td.number.sum", {}, app.format.number(total)),
            ),
          ),
        ),
      ),
    );
    this.#drawFresh(cells);
    this.mark(this.#cell);
    if (focused !== null) {
      [...this.#table.querySelectorAll("a[data-reason]")]
        .find((link) => link.dataset.reason === focused.reason && link.dataset.source === focused.source)
        ?.focus({ preventScroll: true });
    }
  }

  /** What came in the last 24 hours, the most first: what broke today is at the top. */
  #drawFresh(cells) {
    const app = this.#app;
    const fresh = cells
      .filter((cell) => cell.last_24h > 0)
      .sort((a, b) => b.last_24h - a.last_24h)
      .slice(0, FRESH_NAMED);
    this.#fresh.hidden = fresh.length === 0;
    fill(
      this.#fresh,
      h("h2", { id: "fresh-title" }, app.say("quarantine.newest")),
      h(
        "ol.fresh-list",
        {},
        fresh.map((cell) => {
          const line = h(
            "li",
            {},
            h(
              "a",
              { href: addressOf(cell) },
              h("span.fresh-count", {}, app.format.number(cell.last_24h)),
              h("span.fresh-words", {}, reasonWords(app, cell.reason)),
            ),
            h(
              "p.small.quiet",
              {},
              sourceName(app, cell.source),
              cell.newest_at ? [" · ", app.say("quarantine.last"), " ", timeOf(app, cell.newest_at)] : null,
            ),
          );
          line.style.setProperty("--part", `${(100 * cell.last_24h) / fresh[0].last_24h}%`);
          return line;
        }),
      ),
    );
  }

  #row({ reason, cells }, sources, most) {
    const words = reasonWords(this.#app, reason);
    return h(
      "tr",
      {},
      h(
        "th",
        { scope: "row" },
        h("span.reason-words", {}, words),
        words !== reason && h("code.small.quiet", {}, reason),
      ),
      sources.map((source) => this.#cellOf(reason, source, sumOf(cells.filter((cell) => cell.source === source)), most)),
      this.#cellOf(reason, "", sumOf(cells), 0),
    );
  }

  /** most: the largest count of the board, for the shade behind it; 0 for sums, which have none. */
  #cellOf(reason, source, { count, fresh }, most) {
    const app = this.#app;
    if (count === 0) {
      return h("td.number.none", {}, "0");
    }
    if (reason === "" && source === "") {
      // Nothing can be asked for by having no source.
      return h("td.number.sum", {}, app.format.number(count));
    }
    const cell = h(
      "td.number",
      { class: most === 0 ? "number sum" : "number" },
      h(
        "a.cell",
        { href: addressOf({ reason, source }), data: { reason, source } },
        h("span.count", {}, app.format.number(count)),
        fresh > 0 && h("span.fresh", {}, app.say("quarantine.fresh", { count: app.format.number(fresh) })),
      ),
    );
    if (most > 0) {
      cell.style.setProperty("--heat", `${Math.round(10 + 55 * Math.sqrt(count / most))}%`);
    }
    return cell;
  }
}

/** Reasons with their cells, the most frequent first. */
function rowsOf(cells) {
  const rows = new Map();
  for (const cell of cells) {
    if (!rows.has(cell.reason)) {
      rows.set(cell.reason, { reason: cell.reason, cells: [] });
    }
    rows.get(cell.reason).cells.push(cell);
  }
  return [...rows.values()].sort((a, b) => sumOf(b.cells).count - sumOf(a.cells).count);
}

function sumOf(cells) {
  return {
    count: cells.reduce((sum, cell) => sum + cell.count, 0),
    fresh: cells.reduce((sum, cell) => sum + cell.last_24h, 0),
  };
}

/* ---- The contact sheet of a cell ---- */

class Sheet {
  #app;
  #onDecided;
  #cell = null;
  #asking = new AbortController();
  #tiles = [];
  #next = null;
  #found = null;
  #anchor = null;
  #title = h("h2", { tabindex: "-1", id: "sheet-title" });
  #remedy = h("p.quiet");
  #producers = h("div.row.producers");
  #chosenLine = tally();
  #all = h("button.button", { type: "button", id: "choose-all" });
  #none;
  #reveal = h("button.button", { type: "button", id: "reveal-all", "aria-pressed": "false" });
  #export = h("a.button", { download: true });
  #list = h("ul.tiles", { "aria-labelledby": "sheet-title" });
  #more = h("button.button", { type: "button", id: "more" });
  #shownLine = tally();
  #bar;
  #barPlace;
  #unwatch;

  constructor(app, { onDecided }) {
    this.#app = app;
    this.#onDecided = onDecided;
    this.#bar = new ReviewBar(app, {
      chosen: () => this.#chosen().map((tile) => tile.pair),
      onDone: (decision, results) => this.#decided(decision, results),
    });
    this.#none = h(
      "button.plain",
      { type: "button", id: "choose-none", on: { click: () => this.#choose(this.#tiles, false) } },
      app.say("quarantine.chooseNone"),
    );
    this.#unwatch = app.session.watch(() => this.#bar.update());
    this.#all.addEventListener("click", () => this.#chooseAll());
    this.#more.addEventListener("click", () => this.#load(true));
    this.#reveal.addEventListener("click", () => this.#revealAll(this.#reveal.getAttribute("aria-pressed") !== "true"));
    this.#list.addEventListener("keydown", (event) => this.#walk(event));
    this.#barPlace = h(
      "div.review-bar",
      {},
      h("div.row.chosen", {}, this.#chosenLine, this.#all, this.#none),
      this.#bar.element,
    );
    this.element = h(
      "section.sheet",
      { "aria-labelledby": "sheet-title", hidden: true },
      h(
        "div.sheet-head",
        {},
        h("div", {}, this.#title, this.#remedy, this.#producers),
        h("div.row", {}, this.#reveal, this.#export),
      ),
      this.#barPlace,
      h("p.small.quiet.keys", {}, app.say("quarantine.keys")),
      this.#list,
      h("div.row.more", {}, this.#shownLine, this.#more),
    );
  }

  close() {
    this.#asking.abort();
    this.#unwatch();
  }

  show(cell, board, lead) {
    if (JSON.stringify(cell) === JSON.stringify(this.#cell)) {
      return;
    }
    this.#cell = cell;
    this.element.hidden = cell === null;
    this.#tiles = [];
    this.#next = null;
    this.#found = null;
    this.#anchor = null;
    fill(this.#list);
    if (cell !== null) {
      this.name(board);
      this.#revealAll(false);
      this.#load(false);
      if (lead) {
        this.#title.focus();
      }
    }
  }

  /** Says which cell it is, as well as it is known by now. */
  name(board) {
    if (this.#cell === null) {
      return;
    }
    const { reason, source, contributor } = this.#cell;
    const known = board.reason(reason);
    const parts = [
      reason === "" ? null : h("span", {}, reasonWords(this.#app, reason)),
      source === "" ? null : sourceName(this.#app, source),
      contributor === "" ? null : h("bdi", {}, contributor),
    ].filter((part) => part !== null);
    fill(this.#title, parts.flatMap((part, index) => (index === 0 ? [part] : [" · ", part])));
    fill(this.#remedy, remedyWords(this.#app, reason, known.remedy));
    const query = new URLSearchParams({ reason, source });
    setAttribute(this.#export, "href", `/v1/quarantine/export?${query}`);
    setText(this.#export, this.#app.say("quarantine.export"));
  }

  async #load(more) {
    const app = this.#app;
    this.#asking.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    this.#more.disabled = true;
    if (!more) {
      setText(this.#shownLine, app.say("pairs.asking"));
    }
    try {
      const answer = await this.#ask(PAGE, signal);
      const firstNew = this.#add(answer);
      if (more) {
        firstNew?.focus();
      }
    } catch (problem) {
      if (!signal.aborted) {
        setText(this.#shownLine, problem.message || this.#app.say("pairs.away"));
      }
    } finally {
      this.#more.disabled = false;
    }
  }

  #ask(limit, signal) {
    const query = new URLSearchParams({ standing: "QUARANTINED", limit: String(limit) });
    for (const [name, value] of Object.entries(this.#cell)) {
      if (value !== "") {
        query.set(name, value);
      }
    }
    if (this.#next !== null) {
      query.set("after", this.#next);
    }
    return this.#app.api.get(`/v1/pairs?${query}`, { signal });
  }

  /** Gives the first tile that is new. */
  #add(answer) {
    const before = this.#tiles.length;
    this.#next = answer.next ?? null;
    this.#found = answer.found ?? null;
    const reveal = this.#reveal.getAttribute("aria-pressed") === "true";
    for (const pair of answer.pairs ?? []) {
      const tile = new Tile(this.#app, pair, (event) => this.#clicked(tile, event));
      tile.reveal(reveal);
      this.#tiles.push(tile);
      this.#list.append(tile.element);
    }
    this.#reach(this.#tiles[before] ?? this.#tiles[0]);
    this.#count();
    this.#nameProducers();
    return this.#tiles[before];
  }

  #chosen() {
    return this.#tiles.filter((tile) => tile.isChosen());
  }

  /** A click chooses one; with Shift, all from the last one to it. */
  #clicked(tile, { shift }) {
    if (shift && this.#anchor !== null) {
      const [from, to] = [this.#tiles.indexOf(this.#anchor), this.#tiles.indexOf(tile)].sort((a, b) => a - b);
      this.#choose(this.#tiles.slice(from, to + 1), tile.isChosen());
    } else {
      this.#count();
    }
    this.#anchor = tile;
    this.#reach(tile);
  }

  #choose(tiles, chosen) {
    tiles.forEach((tile) => tile.choose(chosen));
    this.#count();
  }

  async #chooseAll() {
    const wanted = Math.min(this.#found ?? this.#tiles.length, MOST_PAIRS);
    this.#all.disabled = true;
    try {
      while (this.#next !== null && this.#tiles.length < wanted) {
        this.#add(await this.#ask(Math.min(PAGE, wanted - this.#tiles.length), this.#asking.signal));
      }
      this.#choose(this.#tiles.filter((tile) => !tile.isDecided()).slice(0, MOST_PAIRS), true);
    } catch (problem) {
      this.#app.announce(problem.message || this.#app.say("pairs.away"));
    } finally {
      this.#all.disabled = false;
    }
  }

  #count() {
    const { say, format } = this.#app;
    const chosen = this.#chosen().length;
    const open = this.#tiles.filter((tile) => !tile.isDecided()).length;
    const rest = this.#found === null ? 0 : Math.max(0, this.#found - this.#tiles.length);
    setText(
      this.#chosenLine,
      chosen === 0 ? say("quarantine.chosenNone") : say("quarantine.chosen", { count: format.number(chosen) }),
    );
    this.#none.hidden = chosen === 0;
    setAttribute(this.#barPlace, "data-any", chosen > 0);
    const all = open + rest;
    this.#all.hidden = all === 0;
    setText(
      this.#all,
      all > MOST_PAIRS
        ? say("quarantine.chooseFirst", { count: format.number(MOST_PAIRS) })
        : say("quarantine.chooseAll", { count: format.number(all) }),
    );
    this.#more.hidden = this.#next === null;
    setText(this.#more, say("quarantine.more", { count: format.number(Math.min(PAGE, rest || PAGE)) }));
    setText(
      this.#shownLine,
      this.#tiles.length === 0
        ? say("quarantine.cellEmpty")
        : this.#found === null
          ? say("quarantine.shown", { count: format.number(this.#tiles.length) })
          : say("quarantine.shownOf", {
              count: format.number(this.#tiles.length),
              found: format.number(this.#found),
            }),
    );
    setText(this.#reveal, say("quarantine.reveal"));
    this.#bar.update();
  }

  /** Whose pairs these are: who broke something is seen at once. */
  #nameProducers() {
    const { say, format } = this.#app;
    const counts = new Map();
    for (const { pair } of this.#tiles) {
      const name = pair.contributor ?? "";
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    const sorted = [...counts].sort(([, a], [, b]) => b - a);
    fill(
      this.#producers,
      sorted.length > 0 && h("span.small.quiet", {}, say("quarantine.from")),
      sorted.slice(0, PRODUCERS_NAMED).map(([name, count]) =>
        h(
          name === "" ? "span.tag" : "a.tag",
          name === "" ? {} : { href: addressOf({ ...this.#cell, contributor: name }) },
          h("bdi", {}, producerName(this.#app, name)),
          " ",
          h("b", {}, format.number(count)),
        ),
      ),
      sorted.length > PRODUCERS_NAMED &&
        h("span.small.quiet", {}, say("review.andMore", { count: format.number(sorted.length - PRODUCERS_NAMED) })),
      this.#cell.contributor !== "" &&
        h("a.small", { href: addressOf({ ...this.#cell, contributor: "" }) }, say("quarantine.allProducers")),
    );
  }

  #revealAll(shown) {
    setAttribute(this.#reveal, "aria-pressed", String(shown));
    this.#tiles.forEach((tile) => tile.reveal(shown));
  }

  /** The Tab key reaches one tile; the arrow keys lead to the others. */
  #reach(tile) {
    this.#tiles.forEach((other) => other.reachable(other === tile));
  }

  #walk(event) {
    const at = this.#tiles.findIndex((tile) => tile.holds(document.activeElement));
    const to = at + steps(event.key, this.#columns(), at, this.#tiles.length);
    if (at < 0 || to === at || this.#tiles[to] === undefined || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    event.preventDefault();
    if (event.shiftKey) {
      const [from, end] = at < to ? [at, to] : [to, at];
      this.#choose(this.#tiles.slice(from, end + 1), true);
    }
    this.#anchor = this.#tiles[to];
    this.#reach(this.#tiles[to]);
    this.#tiles[to].focus();
  }

  #columns() {
    const top = this.#tiles[0]?.element.offsetTop;
    const second = this.#tiles.findIndex((tile) => tile.element.offsetTop !== top);
    return second < 1 ? Math.max(1, this.#tiles.length) : second;
  }

  /** Decided pairs stay where they are, with what became of them. */
  #decided(decision, results) {
    const byId = new Map(results.map((result) => [result.id, result]));
    for (const tile of this.#tiles) {
      const result = byId.get(tile.pair.id);
      if (result !== undefined) {
        tile.become(decision, result);
      }
    }
    this.#count();
    this.#onDecided();
  }
}

function steps(key, columns, at, count) {
  switch (key) {
    case "ArrowRight":
      return 1;
    case "ArrowLeft":
      return -1;
    case "ArrowDown":
      return columns;
    case "ArrowUp":
      return -columns;
    case "Home":
      return -at;
    case "End":
      return count - 1 - at;
    default:
      return 0;
  }
}

/** One pair on the sheet. */
class Tile {
  #app;
  #box;
  #picture;
  #link;
  #outcome = h("p.outcome", { hidden: true });

  constructor(app, pair, onChoose) {
    this.#app = app;
    this.pair = pair;
    this.#picture = new Picture(app, pair, { size: 256, address: pair.picture });
    this.#box = h("input", { type: "checkbox" });
    let shift = false;
    this.#box.addEventListener("keydown", (event) => (shift = event.shiftKey));
    this.#box.addEventListener("click", (event) => {
      onChoose({ shift: event.shiftKey || shift });
      this.#mark();
      shift = false;
    });
    this.#picture.element.addEventListener("click", (event) => {
      if (!this.isDecided() && !event.target.closest("button")) {
        this.#box.checked = !this.#box.checked;
        onChoose({ shift: event.shiftKey });
        this.#mark();
      }
    });
    // A Shift-click would mark text.
    this.#picture.element.addEventListener("mousedown", (event) => event.shiftKey && event.preventDefault());
    this.#link = h(
      "a.small",
      { href: cardOf(pair.id), "aria-label": app.say("quarantine.cardOf", { caption: spokenName(app, pair) }) },
      app.say("quarantine.card"),
    );
    this.element = h(
      "li.tile",
      {},
      this.#picture.element,
      h("label.tile-name", {}, this.#box, h("span.caption", { dir: "auto", lang: pair.language || null }, spokenName(app, pair))),
      (pair.measured || pair.limit) && measuredLine(app, pair),
      h(
        "p.tile-foot.small.quiet",
        {},
        h("bdi", {}, producerName(app, pair.contributor)),
        timeOf(app, pair.decided_at),
        this.#link,
      ),
      this.#outcome,
    );
    this.reachable(false);
  }

  isChosen() {
    return this.#box.checked && !this.isDecided();
  }

  isDecided() {
    return this.#box.disabled;
  }

  choose(chosen) {
    this.#box.checked = chosen && !this.isDecided();
    this.#mark();
  }

  #mark() {
    setAttribute(this.element, "data-chosen", this.isChosen() ? "true" : null);
  }

  reveal(shown) {
    this.#picture.show(shown);
  }

  reachable(reachable) {
    for (const part of [this.#box, this.#picture.button, this.#link]) {
      part?.setAttribute("tabindex", reachable ? "0" : "-1");
    }
  }

  holds(element) {
    return this.element.contains(element);
  }

  focus() {
    (this.isDecided() ? this.#link : this.#box).focus();
  }

  become(decision, result) {
    const app = this.#app;
    const done = result.outcome === "DONE";
    if (done) {
      this.#box.checked = false;
      this.#box.disabled = true;
    }
    this.#mark();
    this.#outcome.hidden = false;
    setAttribute(this.element, "data-outcome", done ? "done" : "failed");
    setText(
      this.#outcome,
      done && DECISIONS.includes(decision)
        ? app.say(`review.was.${decision}`)
        : app.say("review.wasNot", { detail: saidIn(app, result, "detail") }),
    );
  }
}

function measuredLine(app, pair) {
  const measured = pair.measured === pair.caption ? "" : pair.measured;
  return h(
    "p.tile-measured.small",
    {},
    measured && h("b", {}, h("bdi", {}, withUnit(app, measured))),
    pair.limit && h("span.quiet", {}, ` ${app.say("pair.limitIs", { limit: withUnit(app, pair.limit) })}`),
  );
}
