// Looking for pairs by what people know of them. All that is looked for stands in the address, so that it can be kept,
// sent and gone back to.

import { h } from "./dom.js";
import { addressOf, choice, choices, follow, heading, measuredOf, skeleton, tally, timeOf } from "./parts.js";
import { PairList, Shown, cardOf, inItsLanguage, pairWords, picture, producerName, reasonWords, sourceName, spokenName, statusChip } from "./tiles.js";

const STATUSES = ["TRAINING", "VALIDATION", "TEST", "QUARANTINED", "WITHDRAWN"];
const NAMES = ["q", "status", "reason", "source", "contributor", "producer", "label", "where"];
const GALLERY = "gallery";
const WRITTEN = ["q", "contributor", "producer", "label", "where"];
const CHOICES_EVERY_MS = 60_000;

export function open(place, app, route) {
  const { say } = app;
  const shown = new Shown();
  let as = "";
  let wanted = null;
  let list = null;
  const look = (to) => {
    as = to.query.get("as") === GALLERY ? GALLERY : "";
    const before = JSON.stringify(wanted);
    const given = NAMES.map((name) => [name, (to.query.get(name) ?? "").trim()]);
    wanted = Object.fromEntries(given.filter(([, value]) => value !== ""));
    if (JSON.stringify(wanted) === before) {
      return;
    }
    list?.close();
    list = new PairList(app, wanted, () => view.redraw());
    list.load();
  };
  const written = (name) => place.querySelector(`#${name}`).value.trim();
  const go = (more) =>
    app.go(addressOf("pairs", { ...wanted, ...Object.fromEntries(WRITTEN.map((name) => [name, written(name)])), as, ...more }));
  // Reasons and sources are those that occur in quarantine.
  const questions = { board: { path: () => "/v1/quarantine", every: CHOICES_EVERY_MS } };
  const view = follow(place, app, questions, ({ board = {} }) => [
    heading(say("pairs.title")),
    form(app, wanted ?? {}, board, go),
    h(
      "div.row.between.listed",
      tally(list?.summary),
      choices(say("pairs.as"), [
        [addressOf("pairs", wanted ?? {}), say("pairs.asList"), as === ""],
        [addressOf("pairs", { ...wanted, as: GALLERY }), say("pairs.asGallery"), as === GALLERY],
      ]),
    ),
    list?.isAsking ? skeleton() : as === GALLERY ? gallery(app, list?.pairs ?? [], shown) : h("ul.pair-list", list?.pairs.map((pair, index) => row(app, pair, shown, index))),
    h("div.row.more", list?.more((index) => place.querySelector(`[data-index="${index}"]`)?.focus())),
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

/** Pictures in a grid, the captions of one picture together. */
function gallery(app, pairs, shown) {
  const byPicture = new Map();
  pairs.forEach((pair, index) => {
    const picture = pair.image_digest || pair.id;
    byPicture.set(picture, [...(byPicture.get(picture) ?? []), { ...pair, index }]);
  });
  return h("ul.gallery", { on: { keydown: moveAmongTiles } }, [...byPicture].map(([key, captions]) => tile(app, key, captions, shown)));
}

function tile(app, key, captions, shown) {
  const [first] = captions;
  return h(
    "li.picture-tile",
    { key },
    picture(app, captions.find(({ picture }) => picture) ?? first, shown, { size: 384 }),
    captions.length > 1 && h("p.small.quiet", app.say("pairs.captions", { count: app.format.number(captions.length) })),
    captions.map((pair) => pairWords(app, pair)),
  );
}

/** Arrow keys lead from caption to caption: to the sides as they are read, up and down within the grid. */
function moveAmongTiles(event) {
  const links = [...event.currentTarget.querySelectorAll(".picture-caption")];
  const at = links.indexOf(document.activeElement);
  const middle = (link) => link.getBoundingClientRect();
  const beside = (link) => Math.abs(middle(link).left - middle(links[at]).left) < 1 && link !== links[at];
  const next = {
    ArrowRight: () => links[at + 1],
    ArrowLeft: () => links[at - 1],
    ArrowDown: () => links.slice(at).find(beside),
    ArrowUp: () => links.slice(0, at).findLast(beside),
  }[event.key];
  if (at >= 0 && next?.()) {
    event.preventDefault();
    next().focus();
  }
}

function row(app, pair, shown, index) {
  const isBad = pair.status === "QUARANTINED";
  return h(
    "li.pair-row",
    { key: pair.id },
    picture(app, pair, shown, { size: 128 }),
    h(
      "div.pair-row-text",
      h("a.pair-row-caption", { href: cardOf(pair.id), "data-index": index, ...inItsLanguage(pair) }, spokenName(app, pair)),
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
