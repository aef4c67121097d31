// Looking for pairs by what people know of them. All that is looked for stands in the address, so that it can be kept,
// sent and gone back to.

import { h } from "./dom.js";
import { addressOf, choice, follow, heading, measuredOf, skeleton, tally, timeOf } from "./parts.js";
import { PairList, Shown, cardOf, inItsLanguage, picture, producerName, reasonWords, sourceName, spokenName, statusChip } from "./tiles.js";

const STATUSES = ["TRAINING", "VALIDATION", "TEST", "QUARANTINED", "WITHDRAWN"];
const NAMES = ["q", "status", "reason", "source", "contributor", "producer", "label", "where"];
const WRITTEN = ["q", "contributor", "producer", "label", "where"];
const CHOICES_EVERY_MS = 60_000;

export function open(place, app, route) {
  const { say } = app;
  const shown = new Shown();
  let wanted = {};
  let list = null;
  const look = (to) => {
    const given = NAMES.map((name) => [name, (to.query.get(name) ?? "").trim()]);
    wanted = Object.fromEntries(given.filter(([, value]) => value !== ""));
    list?.close();
    list = new PairList(app, wanted, () => view.redraw());
    list.load();
  };
  const written = (name) => place.querySelector(`#${name}`).value.trim();
  const go = (more) =>
    app.go(addressOf("pairs", { ...wanted, ...Object.fromEntries(WRITTEN.map((name) => [name, written(name)])), ...more }));
  // Reasons and sources are those that occur in quarantine.
  const questions = { board: { path: () => "/v1/quarantine", every: CHOICES_EVERY_MS } };
  const view = follow(place, app, questions, ({ board = {} }) => [
    heading(say("pairs.title")),
    form(app, wanted, board, go),
    tally(list?.summary),
    h("ul.pair-list", list?.isAsking ? h("li", skeleton()) : list?.pairs.map((pair) => row(app, pair, shown))),
    h("div.row.more", list?.more((index) => place.querySelectorAll(".pair-row-caption")[index]?.focus())),
  ]);
  look(route);
  view.redraw();
  return {
    close() {
      list.close();
      view.close();
    },
    moved(to) {
      look(to);
      view.redraw();
      for (const name of WRITTEN) {
        place.querySelector(`#${name}`).value = wanted[name] ?? "";
      }
    },
  };
}

function form(app, wanted, { reasons = [], sources = [] }, go) {
  const { say } = app;
  const submit = (event) => {
    event.preventDefault();
    go({});
  };
  const chosen = (name, offered) =>
    choice(app, name, say(`pairs.${name}`), wanted[name] ?? "", offered, (value) => go({ [name]: value }));
  const field = { autocomplete: "off", spellcheck: "false" };
  return h(
    "form.card.search",
    { role: "search", "aria-label": say("pairs.search"), on: { submit } },
    h(
      "div.search-words",
      h("label", { for: "q" }, say("pairs.q")),
      h(
        "div.row",
        h("input", { id: "q", type: "search", value: wanted.q, "aria-describedby": "q-hint", ...field }),
        h("button.button.primary", { type: "submit" }, say("pairs.find")),
      ),
      h("p.small.quiet", { id: "q-hint" }, say("pairs.qHint")),
    ),
    h(
      "div.filters",
      chosen("status", STATUSES.map((name) => [name, say(`status.${name}`)])),
      chosen("reason", reasons.map(({ reason }) => [reason, reasonWords(app, reason)])),
      chosen("source", sources.map((source) => [source, sourceName(app, source)])),
      ["contributor", "producer", "label", "where"].map((name) =>
        h(
          "div.field",
          h("label", { for: name }, say(`pairs.${name}`)),
          h("input", { id: name, value: wanted[name], placeholder: name === "where" && "answer.nsfw<=0.3", on: { change: () => go({}) }, ...field }),
        ),
      ),
    ),
  );
}

function row(app, pair, shown) {
  const isBad = pair.status === "QUARANTINED";
  return h(
    "li.pair-row",
    { key: pair.id },
    picture(app, pair, shown, { size: 128 }),
    h(
      "div.pair-row-text",
      h("a.pair-row-caption", { href: cardOf(pair.id), ...inItsLanguage(pair) }, spokenName(app, pair)),
      h(
        "p.row.small",
        statusChip(app, pair.status),
        isBad && h("span", reasonWords(app, pair.reason)),
        isBad && h("bdi.quiet", measuredOf(app, pair).measured),
      ),
      h(
        "p.row.small.quiet",
        producerName(app, pair.contributor),
        h("span", sourceName(app, pair.source_kind)),
        timeOf(app, pair.decided_at),
        h("code", pair.id),
      ),
    ),
  );
}
