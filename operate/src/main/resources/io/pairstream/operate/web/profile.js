// What the data set is made of: counts, histograms, words, producers. Every picture of numbers has its numbers
// as text beside it.

import { h } from "./dom.js";
import { addressOf, card, choice, follow, heading, note, personOf, saidIn, skeleton, table, tally, timeOf } from "./parts.js";
import { Shown, cardOf as cardAddress, picture, producerName, reasonWords, sourceName } from "./tiles.js";

const EVERY_MS = 15_000;
const SPLITS = ["TRAINING", "VALIDATION", "TEST"];
/** In this order; what else the service counts comes after them, under its own name. */
const COUNTS = ["status", "source_kind", "licence", "language", "media_type", "orientation", "reason", "fold"];
const HISTOGRAMS = ["width", "height", "aspect", "bytes", "sharpness", "caption_characters", "token_count"];

/** How the service counts pairs without a contributor. */
const UNNAMED = new Set(["", "(none)"]);

export function open(place, app, route) {
  const { say } = app;
  const shown = new Shown();
  const split = route.query.get("split") ?? "";
  const source = route.query.get("source") ?? "";
  const query = addressOf("profile", { split, source }).replace("#/", "/v1/");
  const go = (more) => app.go(addressOf("profile", { split, source, ...more }));
  return follow(place, app, { profile: { path: () => query, every: EVERY_MS } }, ({ profile, problem }) => {
    const splits = SPLITS.map((name) => [name, say(`status.${name}`)]);
    const kinds = (profile?.counts?.source_kind ?? []).filter(({ value }) => value !== "other");
    const sources = kinds.map(({ value }) => [value, sourceName(app, value)]);
    return [
      heading(say("profile.title")),
      h("p.alone", h("a", { href: addressOf("threshold", {}) }, say("profile.threshold"))),
      h(
        "div.row.slices",
        choice(app, "slice-split", say("profile.slice.split"), split, splits, (value) => go({ split: value })),
        choice(app, "slice-source", say("profile.slice.source"), source, sources, (value) => go({ source: value })),
      ),
      note("warn", problem),
      tally(profile && summary(app, profile)),
      profile ? cards(app, profile, shown) : h("div.card", skeleton()),
    ];
  });
}

function summary(app, { ready, pairs, since, truncated_share: truncated }) {
  const { say, format } = app;
  if (ready === false) {
    return say("pairs.notReady");
  }
  return [
    say("profile.said", { count: format.number(pairs) }),
    since && [" ", say("profile.since"), " ", timeOf(app, since)],
    typeof truncated === "number" && ` · ${say("profile.truncated", { share: format.share(truncated) })}`,
  ];
}

function cards(app, { pairs, counts = {}, histograms = {}, words = [], labels = {}, examples = {}, agreement = [], producers = [], copying = [], answers = [] }, shown) {
  const isCounted = (name) => name !== "split" && counts[name].length > 0;
  return h(
    "div.grid",
    producersCard(app, producers, copying),
    answers.length > 0 && answersCard(app, answers),
    h(
      "div.columns",
      inOrder(HISTOGRAMS, histograms).map((name) => histogramCard(app, name, histograms[name])),
      inOrder(COUNTS, counts).filter(isCounted).map((name) => countsCard(app, name, counts[name])),
    ),
    labelsCard(app, labels, pairs, examples, shown),
    agreement.length > 0 && agreementCard(app, agreement),
    wordsCard(app, words),
  );
}

/** A share as a bar. The number stands beside it. */
function meter(share) {
  return h("span.meter.part-of", { "aria-hidden": "true", vars: { part: `${100 * (share ?? 0)}%` } });
}

/** The names that an object has: first those of the list. */
function inOrder(list, object) {
  const names = Object.keys(object);
  return [...list.filter((name) => names.includes(name)), ...names.filter((name) => !list.includes(name)).sort()];
}

/** A name of the service may hold anything; an id may not. */
function cardOf(name, title, ...children) {
  return card(`profile-${name}`.replace(/[^\w-]/g, "_"), title, {}, ...children);
}

/** Who broke, and whose pairs are copies: the least accepted first. */
function producersCard(app, producers, copying) {
  const { say, format } = app;
  const nameOf = ({ contributor }) => (UNNAMED.has(contributor) ? "" : contributor);
  const reason = (one) => ({ reason: one.top_reason, contributor: nameOf(one) });
  const columns = [
    { name: "producer", of: (one) => producerName(app, nameOf(one)), isHead: true },
    { name: "accepted", of: (one) => format.number(one.accepted), number: true },
    { name: "rejected", of: (one) => format.number(one.rejected), number: true },
    { name: "rate", of: (one) => [meter(one.acceptance_rate), h("span.rate", format.share(one.acceptance_rate))], number: true },
    { name: "copies", of: (one) => [format.share(copyRate(one)), h("span.quiet", ` (${format.number(one.copies)})`)], number: true },
    { name: "top", of: (one) => (one.top_reason ? h("a", { href: addressOf("quarantine", reason(one)) }, reasonWords(app, one.top_reason)) : "–") },
  ].map((column) => ({ ...column, title: say(`profile.${column.name}`) }));
  const sorted = [...producers].sort((a, b) => (a.acceptance_rate ?? 2) - (b.acceptance_rate ?? 2));
  return cardOf(
    "producers",
    say("profile.producers"),
    copying.map((one) => note("warn", h("a", { href: addressOf("pairs", { contributor: one.contributor, reason: "NEAR_COPY" }) }, saidIn(app, one)))),
    sorted.length === 0
      ? h("p.quiet", say("profile.noProducers"))
      : table(say("profile.producers"), columns, sorted, { className: "producers-table", keyOf: ({ contributor }) => contributor }),
    h("p.small.quiet", say("profile.copyRule")),
  );
}

/** How far models have answered. */
function answersCard(app, answers) {
  const { say, format } = app;
  const columns = [
    { name: "card", of: ({ card: name }) => h("bdi", name), isHead: true },
    ...["answered", "failed", "unanswered"].map((name) => ({ name, of: (one) => format.number(one[name]), number: true })),
  ].map((column) => ({ ...column, title: say(`profile.${column.name}`) }));
  return cardOf("answers", say("profile.answers"), table(say("profile.answers"), columns, answers, { keyOf: ({ card: name }) => name }));
}

function copyRate({ accepted, rejected, copies }) {
  return copies / (accepted + rejected + copies);
}

/* ---- Histograms ---- */

function histogramCard(app, name, { edges, counts }) {
  const { say, words } = app;
  const edge = (value) => edgeText(app, name, value);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const title = words.find(`profile.histogram.${name}`) ?? name;
  const text = total === 0 ? "histogramEmpty" : "histogramSaid";
  const median = total > 0 && edge(middle(edges, counts, total));
  const bins = counts.map((count, index) => ({ count, value: say("profile.fromTo", { from: edge(edges[index]), to: edge(edges[index + 1]) }) }));
  const filled = bins.filter((_, index) => counts.slice(0, index + 1).some(Boolean) && counts.slice(index).some(Boolean));
  const limit = name.startsWith("answer.") && h("a", { href: addressOf("threshold", { field: name }) }, say("profile.limit"));
  return barsCard(app, `histogram-${name}`, title, filled, ({ value }) => value, h("p.small.quiet", say(`profile.${text}`, { median }), limit && [" ", limit]));
}

/** Half of the pairs lie below it, if they lie evenly within their range. */
function middle(edges, counts, total) {
  let below = 0;
  const at = counts.findIndex((count) => (below += count) >= total / 2);
  const share = (total / 2 - below + counts[at]) / counts[at];
  return edges[at] + (edges[at + 1] - edges[at]) * share;
}

function edgeText({ format }, name, value) {
  switch (name) {
    case "bytes":
      return format.bytes(value);
    case "width":
    case "height":
      return `${format.number(value)} px`;
    case "aspect":
      return format.number(value, 2);
    default:
      return name.startsWith("answer.") ? format.number(value, 4) : format.number(value, Math.abs(value) < 10 ? 1 : 0);
  }
}

/* ---- Counts, words ---- */

function countsCard(app, name, values) {
  const title = app.words.find(`profile.count.${name}`) ?? name;
  return barsCard(app, `count-${name}`, title, values, ({ value }) => h("bdi", valueName(app, name, value)));
}

/** Values with their counts, each with a bar behind it. */
function barsCard(app, name, title, values, nameOf, lead) {
  const { say, format } = app;
  const total = values.reduce((sum, { count }) => sum + count, 0);
  const most = Math.max(1, ...values.map(({ count }) => count));
  const columns = [
    { name: "value", of: nameOf, isHead: true },
    { name: "pairs", of: ({ count }) => format.number(count), number: true },
    { name: "share", of: ({ count }) => format.share(total > 0 ? count / total : null), number: true },
  ].map((column) => ({ ...column, title: say(`profile.${column.name}`) }));
  const marks = ({ count }) => ({ class: "part-of", vars: { part: `${(100 * count) / most}%` } });
  return cardOf(name, title, lead, table(title, columns, values, { className: "counts", keyOf: ({ value }) => value, marks }));
}

/** Counts whose values have names in the page's language. */
const VALUES = {
  source_kind: sourceName,
  reason: reasonWords,
  orientation: ({ words }, value) => words.find(`orientation.${value}`),
  status: ({ words }, value) => words.find(`status.${value}`),
};

function valueName(app, name, value) {
  if (UNNAMED.has(value) || value === "other") {
    return app.say(value === "other" ? "profile.other" : "profile.noValue");
  }
  return VALUES[name]?.(app, value) ?? value;
}

/** Each label with a pair that has it; a pair may have several. */
function labelsCard(app, { labelled = 0, distinct = 0, evenness, most = [] }, pairs, examples, shown) {
  const { say, format } = app;
  const name = ({ value }) => h("a", { href: addressOf("pairs", { label: value }) }, h("bdi", value));
  const example = ({ value }) => examples[value] && h("a", { href: cardAddress(examples[value].id) }, picture(app, examples[value], shown, { size: 64 }));
  const columns = [
    { name: "label", of: name, isHead: true },
    { name: "example", of: example },
    { name: "pairs", of: ({ count }) => format.number(count), number: true },
    { name: "share", of: ({ count }) => format.share(pairs > 0 ? count / pairs : null), number: true },
  ].map((column) => ({ ...column, title: say(`profile.${column.name}`) }));
  const marks = ({ count }) => ({ class: "part-of", vars: { part: `${(100 * count) / most[0].count}%` } });
  const said = say("profile.labelsSaid", { share: format.share(pairs > 0 ? labelled / pairs : null), count: format.number(distinct) });
  const balance = typeof evenness === "number" && ` · ${say("profile.evenness", { value: format.number(evenness, 2) })}`;
  return cardOf(
    "labels",
    say("profile.labels"),
    most.length === 0 ? h("p.quiet", say("profile.noLabels")) : h("p.small.quiet", said, balance),
    most.length > 0 && table(say("profile.labels"), columns, most, { className: "counts labels-table", keyOf: ({ value }) => value, marks }),
  );
}

/** How far people who labelled the same pairs agree. */
function agreementCard(app, agreement) {
  const { say, format } = app;
  const columns = [
    { name: "people", of: ({ one, other }) => [personOf(app, one), " · ", personOf(app, other)], isHead: true },
    { name: "pairs", of: ({ pairs }) => format.number(pairs), number: true },
    { name: "agreed", of: ({ agreed, pairs }) => format.share(agreed / pairs), number: true },
    { name: "kappa", of: ({ kappa }) => (typeof kappa === "number" ? format.number(kappa, 2) : "–"), number: true },
  ].map((column) => ({ ...column, title: say(`profile.${column.name}`) }));
  return cardOf(
    "agreement",
    say("profile.agreement"),
    table(say("profile.agreement"), columns, agreement, { keyOf: ({ one, other }) => JSON.stringify([one, other]) }),
    h("p.small.quiet", say("profile.agreementRule")),
  );
}

function wordsCard(app, words) {
  const line = ({ word, count }) =>
    h(
      "li.part-of",
      { key: word, vars: { part: `${(100 * count) / words[0].count}%` } },
      h("a", { href: addressOf("pairs", { q: word }) }, h("bdi", word)),
      h("span.small.quiet", app.format.number(count)),
    );
  return cardOf(
    "words",
    app.say("profile.words"),
    words.length === 0 ? h("p.quiet", app.say("profile.noWords")) : h("ol.words", words.map(line)),
  );
}
