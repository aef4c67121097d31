// Drawings of numbers. Each says in text what it shows, and what a pointer rests on; the tables beside them have all.

import { h, s } from "./dom.js";
import { isKnown } from "./format.js";
import { looksOf } from "./parts.js";

const round = (value) => Math.round(value * 10) / 10;

/** Some of a chart's points, the newest first, for the table beside it. */
export function rowsOf(points) {
  const step = Math.max(1, Math.ceil((points.length - 1) / (TABLE_ROWS - 1)));
  return points.filter((_, index) => (points.length - 1 - index) % step === 0).reverse();
}

/** Stretches of points without a gap. */
function stretches(points) {
  const all = [[]];
  points.forEach((point) => (point === null ? all.push([]) : all.at(-1).push(point)));
  return all.filter((stretch) => stretch.length > 0);
}

function line(points) {
  // A point alone is a dot: a line of no length has round ends.
  return stretches(points).map((stretch) => `M${stretch.map((point) => point.join(" ")).join("L")}${stretch.length === 1 ? "h0" : ""}`).join("");
}

function area(points, base) {
  return stretches(points)
    .map((stretch) => `M${stretch[0][0]} ${base}L${stretch.map((point) => point.join(" ")).join("L")}L${stretch.at(-1)[0]} ${base}Z`)
    .join("");
}

/** A place that a pointer can rest on to read what is there. */
function hit(x, y, width, height, text) {
  return s("rect.hit", { x: round(x), y, width: round(width), height }, s("title", text));
}

function axisText(x, y, index, count, text) {
  const anchor = index === 0 ? "start" : index === count - 1 ? "end" : "middle";
  return s("text.axis", { x: round(x), y, "text-anchor": anchor }, text);
}

const HEIGHT = 220;

/** Narrower than this, no pointer rests on a point of its own. */
const NARROWEST_HIT = 4;

/** Rows of a chart's table: enough to read, not to drown in. */
const TABLE_ROWS = 13;
const LEFT = 52;
const RIGHT = 14;
const TOP = 12;
const GRID_LINES = 4;

/** Times less than this apart have seconds on the axis. */
const PRECISE_MS = 600_000;

/**
 * Lines over time. points: the oldest first, each with at; series: [{name, of(point), className, filled}]; format(value)
 * for the axis, which goes up to least at least; verdictWord(verdict): of the bar of verdicts below, where there is one.
 */
export function timeChart(app, { label, summary, points, series, format, verdictWord, width, height = HEIGHT, least = GRID_LINES }) {
  const known = points.filter((point) => !Number.isNaN(Date.parse(point.at)));
  const legend = series.map((one) =>
    h("li", s(`svg.legend-line.${one.className}`, { viewBox: "0 0 24 8", "aria-hidden": "true" }, s("path", { d: "M1 4H23" })), one.name),
  );
  return h(
    "figure.figure",
    h("figcaption.figure-head", h("h3", label), series.length > 1 && h("ul.legend", legend)),
    s(
      "svg.chart",
      { viewBox: `0 0 ${width} ${height}`, height, role: "img", "aria-label": `${label}: ${summary}` },
      known.length > 0 && lines(app, known, series, format, verdictWord, { width, height, least }),
    ),
  );
}

function lines(app, points, series, format, verdictWord, { width, height, least }) {
  const start = Date.parse(points[0].at);
  const end = Math.max(start + 1, Date.parse(points.at(-1).at));
  const clock = (point) => app.format.clock(point.at, end - start < PRECISE_MS);
  const high = nice(Math.max(least, ...series.flatMap(({ of }) => points.map(of).filter(isKnown))));
  const base = height - (verdictWord ? 38 : 24);
  const x = (point) => round(LEFT + ((Date.parse(point.at) - start) / (end - start)) * (width - LEFT - RIGHT));
  const y = (value) => round(base - (value / high) * (base - TOP));
  const labels = Math.min(points.length, Math.max(2, Math.min(7, Math.floor(width / 130))));
  const wide = (width - LEFT - RIGHT) / points.length;
  const each = Math.ceil(NARROWEST_HIT / wide);
  const said = (point) =>
    [clock(point), ...series.map(({ name, of }) => `${name} ${format(of(point))}`), verdictWord?.(point.verdict)]
      .filter(Boolean)
      .join(" · ");
  return [
    Array.from({ length: GRID_LINES + 1 }, (_, index) => (high * index) / GRID_LINES).map((value) => [
      s("path.grid-line", { d: `M${LEFT} ${y(value)}H${width - RIGHT}` }),
      s("text.axis", { x: LEFT - 8, y: y(value) + 4, "text-anchor": "end" }, format(value)),
    ]),
    Array.from({ length: labels }, (_, index) => {
      const point = points[Math.round((index / Math.max(1, labels - 1)) * (points.length - 1))];
      return axisText(x(point), height - 6, index, labels, clock(point));
    }),
    series.map(({ of, className, filled }) => {
      const drawn = points.map((point) => (isKnown(of(point)) ? [x(point), y(of(point))] : null));
      return [
        filled && s(`path.chart-area.${className}`, { d: area(drawn, base) }),
        s(`path.chart-line.${className}`, { d: line(drawn) }),
      ];
    }),
    verdictWord && verdictBar(points, x, base + 5, width - RIGHT),
    points
      .filter((_, index) => index % each === 0)
      .map((point) => hit(x(point) - (wide * each) / 2, TOP, wide * each, base - TOP + 16, said(point))),
  ];
}

/** A piece for each stretch of the same verdict, with its letter where it fits; none where nothing was measured. */
function verdictBar(points, x, top, right) {
  const starts = points.filter((point, index) => point.verdict !== points[index - 1]?.verdict);
  return starts.map((point, index) => {
    const [from, to] = [x(point), index + 1 < starts.length ? x(starts[index + 1]) : right];
    const { kind, letter } = looksOf(point.verdict);
    return (
      point.verdict &&
      s(
        "g.stretch",
        { "data-kind": kind },
        s("rect", { x: from, y: top, width: Math.max(1, round(to - from - 1)), height: 11, rx: 2 }),
        to - from > 14 && s("text", { x: round((from + to) / 2), y: top + 8.8, "text-anchor": "middle" }, letter),
      )
    );
  });
}

/** The next 1, 2, 4, 5 or 8 times a power of ten: an axis that people can read. */
function nice(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 5, 8, 10].map((step) => step * power).find((step) => step >= value * 0.999);
}
