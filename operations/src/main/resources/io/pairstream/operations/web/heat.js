// Partitions over time: how much waited, and what the verdict was. A cell says it by its height, its
// letter and its words; the colour only says it once more.

import { h, fill, setAttribute, setText } from "./dom.js";
import { isKnown } from "./format.js";
import { looksOf, rank } from "./parts.js";

/** Columns fit beside each other; each stands for the worst of its time. */
const MOST_COLUMNS = 30;
const FEWEST_COLUMNS = 6;

/** Letters of a partition's name that fit. */
const LONGEST_NAME = { wide: 23, narrow: 13 };

/** Sizes in CSS pixels: a cell that a finger can hit, and the name of a partition. */
const CELL = 26;
const NAME = { wide: 176, narrow: 112 };
const NARROW_PX = 600;
const FIRST_ROWS = 16;

/** Height classes of a cell besides the empty one: each stands for about three times as much. */
const LEVELS = 6;

const LETTERED = new Set(["BEHIND", "STALL", "STOP", "REWIND", "LOST", "AT_RISK"]);

export class HeatMap {
  #app;
  #answer = null;
  #all = false;
  #at = { row: 0, column: 0 };
  #drawn = "";

  constructor(app) {
    this.#app = app;
    this.body = h("tbody");
    this.head = h("tr");
    this.readout = h("p.heat-readout", { "aria-hidden": "true" }, app.say("heat.hint"));
    this.grid = h("table.heat", { role: "grid", "aria-label": app.say("heat.title"), "aria-describedby": "heat-how" }, h("thead", {}, this.head), this.body);
    this.more = h("button.button", { type: "button", hidden: true, on: { click: () => this.#showAll() } });
    this.element = h(
      "div.heat-frame",
      {},
      h("p.unseen", { id: "heat-how" }, app.say("heat.how")),
      this.readout,
      h("div.scroll", {}, this.grid),
      this.#legend(),
      this.more,
    );
    this.grid.addEventListener("keydown", (event) => this.#walk(event));
    this.grid.addEventListener("focusin", (event) => this.#read(event.target));
    this.grid.addEventListener("pointerover", (event) => this.#read(event.target));
    this.grid.addEventListener("click", (event) => event.target.closest("td")?.focus());
  }

  #legend() {
    const { say } = this.#app;
    const cell = (level) => h("span.heat-key", { "data-level": level, "aria-hidden": "true" });
    return h("p.heat-legend.small.quiet", {}, say("heat.less"), Array.from({ length: LEVELS + 1 }, (_, level) => cell(level)), say("heat.more"), h("span", {}, say("heat.letters")));
  }

  /** answer: {times, rows: [{topic, partition, lag, verdict}]}. */
  show(answer) {
    this.#answer = answer;
    const drawn = JSON.stringify(answer) + this.element.clientWidth;
    if (drawn !== this.#drawn) {
      this.#drawn = drawn;
      this.#draw();
    }
  }

  #showAll() {
    this.#all = true;
    this.#draw();
    this.#focus(FIRST_ROWS, this.#at.column);
  }

  #draw() {
    const app = this.#app;
    const { times, rows } = sinceKnown(this.#answer ?? {});
    const held = this.grid.contains(document.activeElement);
    const room = this.element.clientWidth;
    const narrow = room < NARROW_PX;
    const fitting = Math.floor((room - (narrow ? NAME.narrow : NAME.wide)) / CELL);
    const spans = columns(times, Math.max(4, Math.min(MOST_COLUMNS, fitting)));
    const sorted = rows
      .map((row) => ({ ...row, now: row.verdict.at(-1) ?? "UNKNOWN" }))
      .sort((a, b) => rank(a.now) - rank(b.now) || a.topic.localeCompare(b.topic) || a.partition - b.partition);
    const shown = this.#all ? sorted : sorted.slice(0, FIRST_ROWS);
    const most = Math.max(1, ...rows.flatMap((row) => row.lag.filter(isKnown)));
    this.more.hidden = shown.length === sorted.length;
    setText(this.more, app.say("heat.all", { count: app.format.number(sorted.length) }));
    fill(
      this.head,
      h("th", { scope: "col" }, app.say("lag.partition")),
      spans.map((span, index) => h("th", { scope: "col" }, index % 5 === 0 ? app.format.clock(span.at) : h("span.unseen", {}, app.format.clock(span.at)))),
    );
    fill(
      this.body,
      shown.map((row) =>
        h(
          "tr",
          {},
          h("th", { scope: "row", title: `${row.topic}-${row.partition}` }, shortened(`${row.topic}-${row.partition}`, narrow ? LONGEST_NAME.narrow : LONGEST_NAME.wide)),
          spans.map((span) => cellOf(app, row, span, most)),
        ),
      ),
    );
    this.#at = { row: Math.min(this.#at.row, shown.length - 1), column: Math.min(this.#at.column, spans.length - 1) };
    const cell = this.#cell(this.#at.row, this.#at.column);
    setAttribute(cell ?? this.grid, "tabindex", cell ? "0" : null);
    if (held) {
      cell?.focus({ preventScroll: true });
    }
  }

  #cell(row, column) {
    return this.body.children[row]?.children[column + 1];
  }

  #focus(row, column) {
    const next = this.#cell(row, column);
    if (next) {
      this.#cell(this.#at.row, this.#at.column)?.setAttribute("tabindex", "-1");
      this.#at = { row, column };
      next.setAttribute("tabindex", "0");
      next.focus();
    }
  }

  #walk(event) {
    const { row, column } = this.#at;
    const last = this.head.children.length - 2;
    const ways = {
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      Home: [row, 0],
      End: [row, last],
    };
    const way = ways[event.key];
    if (way && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      if (way[0] >= 0 && way[1] >= 0) {
        this.#focus(...way);
      }
    }
  }

  #read(target) {
    const cell = target.closest("td");
    if (cell === null) {
      return;
    }
    setText(this.readout, cell.getAttribute("aria-label"));
    if (target === document.activeElement) {
      const row = [...this.body.children].indexOf(cell.parentElement);
      const column = [...cell.parentElement.children].indexOf(cell) - 1;
      if (row !== this.#at.row || column !== this.#at.column) {
        this.#focus(row, column);
      }
    }
  }
}

/** Without the time before anybody looked, but never fewer columns than these. */
function sinceKnown({ times = [], rows = [] }) {
  const known = rows.map((row) => row.lag.findIndex((lag) => lag !== null)).filter((index) => index >= 0);
  const first = Math.max(0, Math.min(times.length - FEWEST_COLUMNS, ...(known.length > 0 ? known : [0])));
  return {
    times: times.slice(first),
    rows: rows.map((row) => ({ ...row, lag: row.lag.slice(first), verdict: row.verdict.slice(first) })),
  };
}

/** The end of a long name: that is what differs. */
function shortened(name, longest) {
  return name.length > longest ? `…${name.slice(1 - longest)}` : name;
}

/** Times in at most so many spans: {at, from, to}, to not among them. */
function columns(times, most) {
  const step = Math.max(1, Math.ceil(times.length / most));
  const spans = [];
  for (let to = times.length; to > 0; to -= step) {
    const from = Math.max(0, to - step);
    spans.unshift({ at: times[from], from, to });
  }
  return spans;
}

function cellOf(app, row, { at, from, to }, most) {
  const lags = row.lag.slice(from, to).filter(isKnown);
  const lag = lags.length === 0 ? null : Math.max(...lags);
  const verdicts = row.verdict.slice(from, to).filter((verdict) => verdict !== null);
  const verdict = verdicts.reduce((worst, next) => (rank(next) < rank(worst) ? next : worst), verdicts[0] ?? "UNKNOWN");
  const { letter, kind } = looksOf(verdict);
  const waiting = lag === null ? app.say("overview.notKnown") : app.say("overview.waiting", { count: app.format.number(lag) });
  const words = app.words.find(`verdict.${verdict}`) ?? verdict;
  return h(
    "td",
    {
      tabindex: "-1",
      "data-level": lag === null ? "none" : level(lag, most),
      "data-kind": LETTERED.has(verdict) ? kind : null,
      "aria-label": `${row.topic}-${row.partition}, ${app.format.clock(at)}: ${waiting}, ${words}`,
    },
    LETTERED.has(verdict) ? letter : "",
  );
}

/** 0 for nothing, then by the logarithm up to LEVELS. */
function level(lag, most) {
  return lag === 0 ? 0 : Math.max(1, Math.min(LEVELS, Math.ceil((Math.log1p(lag) / Math.log1p(Math.max(most, 100))) * LEVELS)));
}
