// What the data set is made of: counts, histograms, words, producers, balance. Every picture of
// numbers has its numbers as text beside it.

import { h, s, fill, setAttribute, setText, whileUnpressed } from "./dom.js";
import { heading, note, scrolling, skeleton } from "./parts.js";
import { producerName, reasonWords, sourceName, tally, timeOf } from "./tiles.js";

const EVERY_MS = 15_000;
const SPLITS = ["TRAINING", "VALIDATION", "TEST"];
/** In this order; what else the service counts comes after them, under its own name. */
const COUNTS = ["standing", "source_kind", "licence", "language", "media_type", "orientation", "reason", "fold"];
const HISTOGRAMS = ["width", "height", "aspect", "bytes", "sharpness", "caption_characters", "token_count"];
const WORDS_SHOWN = 50;

/** How the service counts pairs that nobody put a name to. */
const NO_PRODUCER = "(none)";

const CHART = { width: 340, height: 132, left: 4, right: 4, top: 16, bottom: 20 };
const MOST_LABELS = 5;

export function open(place, app, route) {
  const query = new URLSearchParams();
  for (const name of ["split", "source"]) {
    if (route.query.get(name)) {
      query.set(name, route.query.get(name));
    }
  }
  const said = tally();
  const body = h("div.grid", {}, h("section.card", {}, skeleton(8)));
  const change = whileUnpressed(body);
  const source = choice(app, "source", query, []);
  place.append(
    heading(app.say("profile.title")),
    h("div.row.slices", {}, choice(app, "split", query, SPLITS.map((name) => [name, app.say(`standing.${name}`)])).element, source.element),
    said,
    body,
  );
  const order = { by: "rate", ascending: true };
  let before = "";
  const poll = app.api.poll(
    `/v1/profile${query.size > 0 ? `?${query}` : ""}`,
    EVERY_MS,
    (profile) => {
      const now = JSON.stringify(profile);
      if (now === before) {
        return;
      }
      before = now;
      source.offer((profile.counts?.source_kind ?? []).map(({ value }) => [value, sourceName(app, value)]));
      fill(
        said,
        profile.ready === false
          ? app.say("pairs.notReady")
          : [
              app.say("profile.said", { count: app.format.number(profile.pairs) }),
              profile.since ? [" ", app.say("profile.since"), " ", timeOf(app, profile.since)] : "",
              typeof profile.truncated_share === "number"
                ? ` · ${app.say("profile.truncated", { share: app.format.share(profile.truncated_share) })}`
                : "",
            ],
      );
      change(() => fill(body, cards(app, profile, order)));
    },
    (problem) => before === "" && fill(body, note("warn", problem.message || app.say("pairs.away"))),
  );
  return { close: () => poll.close() };
}

function choice(app, name, query, choices) {
  const select = h("select", { id: `slice-${name}` });
  const offer = (offered) => {
    const value = query.get(name) ?? "";
    const known = offered.filter(([code]) => code !== "" && code !== "other");
    if (value !== "" && !known.some(([code]) => code === value)) {
      known.push([value, value]);
    }
    if (known.length + 1 === select.options.length || document.activeElement === select) {
      return;
    }
    select.replaceChildren(new Option(app.say("pairs.any"), ""), ...known.map(([code, text]) => new Option(text, code)));
    select.value = value;
  };
  offer(choices);
  select.addEventListener("change", () => {
    const wanted = new URLSearchParams(query);
    if (select.value === "") {
      wanted.delete(name);
    } else {
      wanted.set(name, select.value);
    }
    app.go(`#/profile${wanted.size > 0 ? `?${wanted}` : ""}`);
  });
  return {
    element: h("div.field.inline", {}, h("label", { for: select.id }, app.say(`profile.slice.${name}`)), select),
    offer,
  };
}

function cards(app, profile, order) {
  const { counts = {}, histograms = {}, words = [], producers = [], balance = [] } = profile;
  return [
    producersCard(app, producers, order),
    h(
      "div.columns",
      {},
      inOrder(HISTOGRAMS, histograms)
        .filter((name) => isHistogram(histograms[name]))
        .map((name) => histogramCard(app, name, histograms[name])),
      inOrder(COUNTS, counts)
        .filter((name) => name !== "split" && Array.isArray(counts[name]) && counts[name].length > 0)
        .map((name) =>
          countsCard(
            app,
            `profile-count-${name}`,
            app.words.find(`profile.count.${name}`) ?? name,
            counts[name],
            (value) => valueName(app, name, value),
            balance.find(({ category }) => category === name)?.evenness,
          ),
        ),
    ),
    wordsCard(app, words),
  ];
}

/** The names that an object has: first those of the list. */
function inOrder(list, object) {
  const names = Object.keys(object);
  return [...list.filter((name) => names.includes(name)), ...names.filter((name) => !list.includes(name)).sort()];
}

function valueName(app, name, value) {
  if (value === "" || value === NO_PRODUCER) {
    return app.say("profile.noValue");
  }
  if (value === "other") {
    return app.say("profile.other");
  }
  if (name === "source_kind") {
    return sourceName(app, value);
  }
  if (name === "reason") {
    return reasonWords(app, value);
  }
  if (name === "orientation") {
    return app.words.find(`orientation.${value}`) ?? value;
  }
  return (name === "standing" && app.words.find(`standing.${value}`)) || value;
}

/** A name of the service may hold anything; an id may not. */
function cardOf(name, title, className, ...children) {
  const id = name.replace(/[^\w-]/g, "_");
  return h(`section.card.${className}`, { "aria-labelledby": id }, h("h2", { id }, title), ...children);
}

/* ---- Producers: who broke, and whose pairs are copies ---- */

const COLUMNS = {
  producer: { of: (producer) => producer.contributor },
  accepted: { of: (producer) => producer.accepted },
  rejected: { of: (producer) => producer.rejected },
  rate: { of: (producer) => producer.acceptance_rate },
  copies: { of: (producer) => copyRate(producer) ?? -1 },
  top: { of: (producer) => producer.top_reason },
};
const TEXTS = new Set(["producer", "top"]);

function producersCard(app, producers, order) {
  const rows = h("tbody");
  const headers = new Map();
  const draw = () => {
    const { of } = COLUMNS[order.by];
    const sorted = [...producers].sort((a, b) => {
      const [left, right] = [of(a), of(b)];
      const less = typeof left === "string" ? left.localeCompare(right) : (left ?? 2) - (right ?? 2);
      return order.ascending ? less : -less;
    });
    fill(rows, sorted.map((producer) => producerRow(app, producer)));
    for (const [name, header] of headers) {
      setAttribute(header, "aria-sort", name !== order.by ? null : order.ascending ? "ascending" : "descending");
    }
  };
  for (const name of Object.keys(COLUMNS)) {
    const button = h(
      "button.sort",
      {
        type: "button",
        on: {
          click: () => {
            order.ascending = order.by === name ? !order.ascending : TEXTS.has(name) || name === "rate";
            order.by = name;
            draw();
          },
        },
      },
      app.say(`profile.${name}`),
    );
    headers.set(name, h(TEXTS.has(name) ? "th" : "th.number", { scope: "col" }, button));
  }
  draw();
  return cardOf(
    "profile-producers",
    app.say("profile.producers"),
    "span-12",
    producers.length === 0
      ? h("p.quiet", {}, app.say("profile.noProducers"))
      : scrolling(
          app.say("profile.producers"),
          h("table.producers-table", {}, h("thead", {}, h("tr", {}, [...headers.values()])), rows),
        ),
  );
}

function copyRate({ accepted, rejected, copies, copy_rate: rate }) {
  if (rate !== undefined) {
    return rate;
  }
  const all = accepted + rejected;
  return all > 0 ? copies / all : null;
}

function producerRow(app, producer) {
  const { contributor, accepted, rejected, acceptance_rate: rate, copies, top_reason: reason } = producer;
  const isNamed = contributor !== "" && contributor !== NO_PRODUCER;
  const query = new URLSearchParams({ reason: reason ?? "", ...(isNamed ? { contributor } : {}) });
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, h("bdi", {}, producerName(app, isNamed ? contributor : ""))),
    h("td.number", {}, app.format.number(accepted)),
    h("td.number", {}, app.format.number(rejected)),
    h("td.number", {}, meter(rate), h("span.rate", {}, app.format.share(rate))),
    h("td.number", {}, app.format.share(copyRate(producer)), h("span.quiet", {}, ` (${app.format.number(copies)})`)),
    h(
      "td",
      {},
      reason ? h("a", { href: `#/quarantine?${query}`, title: reason }, reasonWords(app, reason)) : "–",
    ),
  );
}

/** A share as a bar. The number stands beside it. */
function meter(share) {
  const width = typeof share === "number" ? Math.max(0, Math.min(1, share)) : 0;
  return s(
    "svg.meter",
    { viewBox: "0 0 60 8", width: 60, height: 8, "aria-hidden": "true" },
    s("rect.meter-all", { x: 0, y: 0, width: 60, height: 8, rx: 4 }),
    s("rect.meter-part", { x: 0, y: 0, width: 60 * width, height: 8, rx: 4 }),
  );
}

/* ---- Histograms ---- */

function isHistogram(histogram) {
  return (
    Array.isArray(histogram?.edges) &&
    Array.isArray(histogram.counts) &&
    histogram.edges.length === histogram.counts.length + 1 &&
    histogram.counts.length > 0
  );
}

function histogramCard(app, name, { edges, counts }) {
  const id = `profile-histogram-${name}`;
  const edge = (value) => edgeText(app, name, value);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const most = counts.indexOf(Math.max(...counts));
  const text =
    total === 0
      ? app.say("profile.histogramEmpty")
      : app.say("profile.histogramSaid", {
          from: edge(edges[most]),
          to: edge(edges[most + 1]),
          share: app.format.share(counts[most] / total),
          median: edge(middle(edges, counts, total)),
        });
  return cardOf(
    id,
    titleOf(app, name),
    "",
    h("figure", {}, chart(app, { edges, counts, edge, label: `${titleOf(app, name)}: ${text}` }), h("figcaption.small", {}, text)),
    h(
      "details",
      {},
      h("summary", {}, app.say("profile.asTable")),
      h(
        "table",
        {},
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, app.say("profile.range")), h("th.number", { scope: "col" }, app.say("profile.pairs")))),
        h(
          "tbody",
          {},
          counts.map((count, index) =>
            h(
              "tr",
              {},
              h("th", { scope: "row" }, app.say("profile.fromTo", { from: edge(edges[index]), to: edge(edges[index + 1]) })),
              h("td.number", {}, app.format.number(count)),
            ),
          ),
        ),
      ),
    ),
  );
}

function titleOf(app, name) {
  return app.words.find(`profile.histogram.${name}`) ?? name;
}

/** Half of the pairs lie below it, if they lie evenly within their range. */
function middle(edges, counts, total) {
  let below = 0;
  for (let i = 0; i < counts.length; i++) {
    if (counts[i] > 0 && below + counts[i] >= total / 2) {
      return edges[i] + ((edges[i + 1] - edges[i]) * (total / 2 - below)) / counts[i];
    }
    below += counts[i];
  }
  return edges[edges.length - 1];
}

function edgeText(app, name, value) {
  switch (name) {
    case "bytes":
      return app.format.bytes(value);
    case "width":
    case "height":
      return `${app.format.number(value)} px`;
    case "aspect":
      return app.format.number(value, 2);
    default:
      return app.format.number(value, Math.abs(value) < 10 ? 1 : 0);
  }
}

/** Bars of equal width, whatever their ranges: the edges stand below. */
function chart(app, { edges, counts, edge, label }) {
  const { width, height, left, right, top, bottom } = CHART;
  const step = (width - left - right) / counts.length;
  const most = Math.max(1, ...counts);
  const tall = height - top - bottom;
  const every = Math.max(1, Math.ceil(counts.length / (MOST_LABELS - 1)));
  return s(
    "svg.histogram",
    { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label },
    counts.map((count, index) => {
      const high = (tall * count) / most;
      return s(
        "g",
        {},
        s("title", {}, `${edge(edges[index])} – ${edge(edges[index + 1])}: ${app.format.number(count)}`),
        s("rect.histogram-hit", { x: left + index * step, y: top, width: step, height: tall }),
        s("rect.histogram-bar", {
          x: left + index * step + 1,
          y: top + tall - Math.max(count > 0 ? 1.5 : 0, high),
          width: Math.max(1, step - 2),
          height: Math.max(count > 0 ? 1.5 : 0, high),
          rx: 2,
        }),
        count === most &&
          s(
            "text.histogram-count",
            { x: left + (index + 0.5) * step, y: top - 5, "text-anchor": "middle" },
            app.format.compact(count),
          ),
      );
    }),
    s("path.histogram-axis", { d: `M${left} ${top + tall + 0.5}H${width - right}` }),
    edges
      .map((value, index) => ({ value, index }))
      .filter(({ index }) => index % every === 0 || index === edges.length - 1)
      .filter(({ index }) => index === edges.length - 1 || edges.length - 1 - index >= every * 0.6)
      .map(({ value, index }) =>
        s(
          "text.histogram-edge",
          {
            x: left + index * step,
            y: height - 6,
            "text-anchor": index === 0 ? "start" : index === edges.length - 1 ? "end" : "middle",
          },
          edge(value),
        ),
      ),
  );
}

/* ---- Counts with their balance, words ---- */

/** evenness: how evenly the values share the pairs; undefined of what need not be balanced. */
function countsCard(app, id, title, values, nameOf, evenness) {
  return cardOf(
    id,
    title,
    "",
    evenness !== undefined &&
      values.length > 1 &&
      h(
        "p.small.even",
        {},
        meter(evenness),
        " ",
        app.say("profile.evenness", { share: app.format.share(evenness) }),
      ),
    countsTable(app, title, values, nameOf),
  );
}

function countsTable(app, title, values, nameOf) {
  const total = values.reduce((sum, { count }) => sum + count, 0);
  const most = Math.max(1, ...values.map(({ count }) => count));
  return h(
    "table.counts",
    {},
    h("caption.unseen", {}, title),
    h(
      "thead.unseen",
      {},
      h("tr", {}, h("th", { scope: "col" }, app.say("profile.value")), h("th", { scope: "col" }, app.say("profile.pairs")), h("th", { scope: "col" }, app.say("profile.share"))),
    ),
    h(
      "tbody",
      {},
      values.map(({ value, count }) => {
        const row = h(
          "tr",
          {},
          h("th", { scope: "row" }, h("bdi", {}, nameOf(value))),
          h("td.number", {}, app.format.number(count)),
          h("td.number.quiet", {}, total > 0 ? app.format.share(count / total) : "–"),
        );
        row.style.setProperty("--part", `${(100 * count) / most}%`);
        return row;
      }),
    ),
  );
}

function wordsCard(app, words) {
  const most = Math.max(1, ...words.map(({ count }) => count));
  return cardOf(
    "profile-words",
    app.say("profile.words"),
    "span-12",
    words.length === 0
      ? h("p.quiet", {}, app.say("profile.noWords"))
      : h(
          "ol.words",
          {},
          words.slice(0, WORDS_SHOWN).map(({ word, count }) => {
            const line = h(
              "li",
              {},
              h("a", { href: `#/pairs?${new URLSearchParams({ q: word })}` }, h("bdi", {}, word)),
              h("span.small.quiet", {}, app.format.number(count)),
            );
            line.style.setProperty("--part", `${(100 * count) / most}%`);
            return line;
          }),
        ),
  );
}
