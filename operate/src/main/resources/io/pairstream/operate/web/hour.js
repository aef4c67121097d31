// The platform's last hour at a glance: how much came, was judged and waits, and the pairs that were judged last.

import { rowsOf, timeChart } from "./charts.js";
import { h } from "./dom.js";
import { isKnown } from "./format.js";
import { asTable, card, skeleton } from "./parts.js";
import { pairWords, picture } from "./tiles.js";

/** Pairs in the strip of the newest, and those that they are chosen from: the service lists outputs batch by batch. */
const NEWEST = 12;
export const NEWEST_OF = 40;

/** Where the service looked at nothing for so many intervals, the lines have a gap. */
const GAP_INTERVALS = 3;

/** Sizes in CSS pixels; the least width is the style sheet's. */
const HEIGHT = 150;
const LEAST_SHARE = 0.04;
const AROUND = 40;
const BETWEEN = 24;
const LEAST_WIDTH = 272;

/** history: as the service answers, undefined where it has not yet. */
export function lastHour(app, history, widthPx) {
  const { say, format } = app;
  const number = (value) => format.compact(value);
  const share = (value) => format.share(value);
  const columns = {
    at: { of: ({ at }) => format.clock(at, true), isHead: true },
    arriving: { of: (point) => number(point.arriving_per_minute), number: true },
    judged: { of: (point) => number(point.judged_per_minute), number: true },
    waiting: { of: ({ waiting }) => number(waiting), number: true },
    rejected: { of: (point) => share(point.rejected_share), number: true },
  };
  const points = withGaps(history ?? {});
  const width = widthOf(widthPx - AROUND);
  const chart = (name, series, written, least) =>
    timeChart(app, {
      label: say(`hour.${name}`),
      summary: summary(app, points, series, written),
      points,
      series,
      format: written,
      width,
      height: HEIGHT,
      least,
    });
  const since = history?.since;
  return card(
    "hour",
    say("hour.title"),
    { className: "card.hour", beside: since && h("span.small.quiet", say("hour.since", { time: format.time(since) })) },
    history === undefined
      ? skeleton()
      : h(
          "div.charts",
          chart(
            "rates",
            [
              { name: say("hour.arriving"), of: (point) => point.arriving_per_minute, className: "series-2" },
              { name: say("hour.judged"), of: (point) => point.judged_per_minute, className: "series-3" },
            ],
            number,
          ),
          chart("waiting", [{ name: say("lag.waiting"), of: ({ waiting }) => waiting, className: "series-1", filled: true }], number),
          chart("rejected", [{ name: say("hour.rejected"), of: (point) => point.rejected_share, className: "series-1", filled: true }], share, LEAST_SHARE),
        ),
    asTable(
      app,
      say("hour.title"),
      Object.entries(columns).map(([name, column]) => ({ ...column, name, title: say(`hour.${name}`) })),
      rowsOf(points),
    ),
  );
}

/** What each line shows now, or when it last did. */
function summary({ say, format }, points, series, written) {
  const said = series.map(({ name, of }) => {
    const last = points.findLast((point) => isKnown(of(point)));
    return last && say("hour.last", { name, value: written(of(last)), time: format.clock(last.at, true) });
  });
  return said.filter(Boolean).join("; ") || say("history.none");
}

/** The points, and one without figures behind each that nothing followed for a while. */
function withGaps({ points = [], interval_seconds: seconds }) {
  const longestMs = GAP_INTERVALS * seconds * 1_000;
  const isLate = (point, before) => before && Date.parse(point.at) - Date.parse(before.at) > longestMs;
  return points.flatMap((point, index) => (isLate(point, points[index - 1]) ? [{ at: points[index - 1].at }, point] : [point]));
}

/** As wide as a chart is where as many stand side by side as fit. */
function widthOf(room) {
  const columns = Math.max(1, Math.min(3, Math.floor((room + BETWEEN) / (LEAST_WIDTH + BETWEEN))));
  return Math.round((room - BETWEEN * (columns - 1)) / columns);
}

/** The pairs that were judged last. answer: as the service answers, undefined where it has not yet. */
export function newestPairs(app, answer, shown) {
  const { say } = app;
  const { pairs = [], ready } = answer ?? {};
  const newest = [...pairs].sort((a, b) => Date.parse(b.decided_at) - Date.parse(a.decided_at)).slice(0, NEWEST);
  return card(
    "newest",
    say("newest.title"),
    { className: "card.newest", beside: h("a.small", { href: "#/pairs?as=gallery" }, say("newest.all")) },
    answer === undefined
      ? skeleton(3)
      : pairs.length === 0
        ? h("p.quiet", say(ready === false ? "pairs.notReady" : "newest.none"))
        : h("ul.strip", { tabindex: "0", "aria-labelledby": "newest-title" }, newest.map((pair) => tile(app, pair, shown))),
  );
}

function tile(app, pair, shown) {
  return h("li.picture-tile", { key: pair.id }, picture(app, pair, shown), pairWords(app, pair));
}
