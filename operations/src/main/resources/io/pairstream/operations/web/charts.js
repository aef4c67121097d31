// Small drawings of numbers over time. Each says in text what it shows; the tables beside them have all.

import { h, s, fill, setAttribute } from "./dom.js";
import { isKnown } from "./format.js";
import { looksOf } from "./parts.js";

/** A line without axes, 100 by 28: the shape of the last minutes. Unknown values are gaps. */
export class Sparkline {
  constructor(label) {
    this.line = s("path.spark-line", { "vector-effect": "non-scaling-stroke" });
    this.area = s("path.spark-area");
    this.element = s(
      "svg.spark",
      { viewBox: "0 0 100 28", preserveAspectRatio: "none", role: "img", "aria-label": label },
      this.area,
      this.line,
    );
  }

  /** values: the oldest first; most: how many fit. */
  show(values, most) {
    const high = Math.max(1e-9, ...values.filter(isKnown));
    const step = 100 / Math.max(1, most - 1);
    const first = most - values.length;
    const points = values.map((value, index) =>
      isKnown(value) ? [round((first + index) * step), round(26 - (value / high) * 23)] : null,
    );
    this.line.setAttribute("d", path(points));
    this.area.setAttribute("d", area(points, 27));
  }
}

const round = (value) => Math.round(value * 10) / 10;

function path(points) {
  let drawn = "";
  let gap = true;
  for (const point of points) {
    if (point !== null) {
      drawn += `${gap ? "M" : "L"}${point[0]} ${point[1]}`;
    }
    gap = point === null;
  }
  return drawn;
}

function area(points, base) {
  let drawn = "";
  let run = [];
  for (const point of [...points, null]) {
    if (point !== null) {
      run.push(point);
    } else if (run.length > 1) {
      drawn += `M${run[0][0]} ${base}` + run.map(([x, y]) => `L${x} ${y}`).join("") + `L${run.at(-1)[0]} ${base}Z`;
      run = [];
    } else {
      run = [];
    }
  }
  return drawn;
}

const LEFT = 52;
const RIGHT = 14;
const TOP = 12;
const BOTTOM = 24;
const GRID_LINES = 4;

/** A line of zeros lies at the bottom of an axis that has other numbers. */
const LEAST_HIGH = GRID_LINES;

/** Times less than this apart have seconds on the axis. */
const PRECISE_MS = 600_000;

/**
 * Lines over time with axes, as wide as its place. Following the pointer it reads out the values.
 */
export class TimeChart {
  #series;
  #points = [];
  #height;
  #format;
  #clock;
  #watcher;
  #strip;
  #say;

  /**
   * series: [{name, of: point → number | null, className, filled}]; format(value) for the axis and the
   * readout; clock(iso, precise); strip: whether the verdicts are drawn below; say(verdict) gives its word.
   */
  constructor({ label, series, format, clock, height = 190, strip = false, say = String }) {
    this.#series = series;
    this.#height = height;
    this.#format = format;
    this.#clock = clock;
    this.#strip = strip;
    this.#say = say;
    this.label = label;
    this.readout = h("p.readout", { "aria-hidden": "true" });
    this.drawing = s("svg.chart", { role: "img", "aria-label": label });
    this.cursor = s("path.cursor", { display: "none" });
    this.legend = h(
      "ul.legend",
      {},
      series.map((one) => h("li", {}, s(`svg.legend-line.${one.className}`, { viewBox: "0 0 24 8", "aria-hidden": "true" }, s("path", { d: "M1 4H23" })), one.name)),
    );
    this.element = h("figure.figure", {}, h("figcaption.figure-head", {}, h("h3", {}, label), this.legend, this.readout), this.drawing);
    this.drawing.addEventListener("pointermove", (event) => this.#read(event));
    this.drawing.addEventListener("pointerleave", () => this.#forget());
    this.#watcher = new ResizeObserver(() => this.#draw());
    this.#watcher.observe(this.element);
  }

  close() {
    this.#watcher.disconnect();
  }

  /** points: the oldest first; each with at, and verdict where there is a strip. */
  show(points, summary) {
    this.#points = points.filter((point) => !Number.isNaN(Date.parse(point.at)));
    setAttribute(this.drawing, "aria-label", `${this.label}: ${summary}`);
    this.#draw();
  }

  #draw() {
    const width = Math.max(260, Math.round(this.element.clientWidth));
    if (this.element.clientWidth === 0) {
      return;
    }
    const height = this.#height;
    setAttribute(this.drawing, "viewBox", `0 0 ${width} ${height}`);
    setAttribute(this.drawing, "height", height);
    const points = this.#points;
    if (points.length === 0) {
      fill(this.drawing);
      return;
    }
    const start = Date.parse(points[0].at);
    const end = Math.max(start + 1, Date.parse(points.at(-1).at));
    const high = nice(Math.max(LEAST_HIGH, ...this.#series.flatMap((one) => points.map(one.of).filter(isKnown))));
    const base = height - BOTTOM - (this.#strip ? 14 : 0);
    const x = (iso) => round(LEFT + ((Date.parse(iso) - start) / (end - start)) * (width - LEFT - RIGHT));
    const y = (value) => round(base - (value / high) * (base - TOP));
    this.#at = { x, y, base };
    const parts = [];
    for (let line = 0; line <= GRID_LINES; line++) {
      const value = (high * line) / GRID_LINES;
      parts.push(s("path.grid-line", { d: `M${LEFT} ${y(value)}H${width - RIGHT}` }));
      parts.push(s("text.axis", { x: LEFT - 8, y: y(value) + 4, "text-anchor": "end" }, this.#format(value)));
    }
    const labels = Math.max(2, Math.min(7, Math.floor(width / 130)));
    for (let label = 0; label < labels; label++) {
      const point = points[Math.round((label / (labels - 1)) * (points.length - 1))];
      const anchor = label === 0 ? "start" : label === labels - 1 ? "end" : "middle";
      parts.push(
        s("text.axis", { x: x(point.at), y: height - 6, "text-anchor": anchor }, this.#clock(point.at, end - start < PRECISE_MS)),
      );
    }
    for (const one of this.#series) {
      const line = points.map((point) => (isKnown(one.of(point)) ? [x(point.at), y(one.of(point))] : null));
      if (one.filled) {
        parts.push(s(`path.chart-area.${one.className}`, { d: area(line, base) }));
      }
      parts.push(s(`path.chart-line.${one.className}`, { d: path(line) }));
    }
    if (this.#strip) {
      parts.push(...this.#verdicts(points, x, base + 5, width - RIGHT));
    }
    parts.push(this.cursor);
    fill(this.drawing, parts);
  }

  #at = null;

  /** One bar for each stretch of the same verdict. */
  #verdicts(points, x, top, right) {
    const bars = [];
    for (let i = 0; i < points.length; ) {
      let next = i + 1;
      while (next < points.length && points[next].verdict === points[i].verdict) {
        next++;
      }
      const from = x(points[i].at);
      const to = next < points.length ? x(points[next].at) : right;
      // Nobody looked where there is none.
      if (points[i].verdict) {
        bars.push(stretch(points[i].verdict, from, to, top, this.#say));
      }
      i = next;
    }
    return bars;
  }

  #read(event) {
    if (this.#at === null || this.#points.length === 0) {
      return;
    }
    const box = this.drawing.getBoundingClientRect();
    const at = event.clientX - box.left;
    const nearest = this.#points.reduce((best, point) =>
      Math.abs(this.#at.x(point.at) - at) < Math.abs(this.#at.x(best.at) - at) ? point : best);
    setAttribute(this.cursor, "display", "inline");
    setAttribute(this.cursor, "d", `M${this.#at.x(nearest.at)} ${TOP}V${this.#at.base}`);
    const values = this.#series.map((one) => `${one.name} ${this.#format(one.of(nearest))}`);
    this.readout.textContent = [this.#clock(nearest.at), ...values, ...(this.#strip ? [this.#say(nearest.verdict)] : [])].join(" · ");
  }

  #forget() {
    this.readout.textContent = "";
    setAttribute(this.cursor, "display", "none");
  }
}

/** A stretch of one verdict, with its letter where it fits. */
function stretch(verdict, from, to, top, say) {
  const { kind, letter } = looksOf(verdict);
  return s(
    "g.stretch",
    { "data-kind": kind },
    s("title", {}, say(verdict)),
    s("rect", { x: from, y: top, width: Math.max(1, to - from - 1), height: 11, rx: 2 }),
    to - from > 14 && s("text", { x: (from + to) / 2, y: top + 8.8, "text-anchor": "middle" }, letter),
  );
}

/** The next 1, 2, 4, 5 or 8 times a power of ten: an axis that people can read. */
function nice(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 5, 8, 10].map((step) => step * power).find((step) => step >= value * 0.999);
}
