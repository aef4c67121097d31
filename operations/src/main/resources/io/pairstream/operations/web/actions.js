// Who did what to the platform, the newest first.

import { h, fill, setText, whileUnpressed } from "./dom.js";
import { heading, note, saidIn, scrolling, skeleton, stateChip } from "./parts.js";
import { cardOf, shortId, tally, timeOf } from "./tiles.js";

const EVERY_MS = 10_000;
const KINDS = { DONE: "good", REFUSED: "warn", FAILED: "bad" };
const PAIR_ID = /^([0-9a-f]{32}|[\w.-]+-\d+-\d+)$/;

export function open(place, app) {
  const said = tally();
  const list = h("div.card", {}, skeleton(6));
  const change = whileUnpressed(list);
  place.append(heading(app.say("actions.title")), h("p.lead", {}, app.say("actions.lead")), said, list);
  let before = "";
  const poll = app.api.poll(
    "/v1/actions?limit=200",
    EVERY_MS,
    ({ actions = [] }) => {
      const now = JSON.stringify(actions);
      if (now !== before) {
        before = now;
        setText(said, app.say("actions.count", { count: app.format.number(actions.length) }));
        change(() => fill(list, actions.length === 0 ? h("p.quiet", {}, app.say("actions.none")) : table(app, actions)));
      }
    },
    (problem) => before === "" && fill(list, note("warn", problem.message || app.say("pairs.away"))),
  );
  return { close: () => poll.close() };
}

function table(app, actions) {
  return scrolling(
    app.say("actions.title"),
    h(
      "table.actions",
      {},
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          ["when", "who", "what", "subject", "outcome", "detail"].map((name) =>
            h("th", { scope: "col" }, app.say(`actions.${name}`)),
          ),
        ),
      ),
      h("tbody", {}, actions.map((action) => row(app, action))),
    ),
  );
}

function row(app, action) {
  const { name, subject, actor, outcome, done_at: at } = action;
  const text = String(subject ?? "");
  return h(
    "tr",
    {},
    h("td.when", {}, timeOf(app, at)),
    h("th", { scope: "row" }, actor ? h("bdi", {}, actor) : h("span.quiet", {}, app.say("actions.nobody"))),
    h("td", {}, app.words.find(`actions.${name}`) ?? name),
    h("td", {}, PAIR_ID.test(text) ? h("a.mono", { href: cardOf(text) }, shortId(text)) : h("bdi", {}, text || "–")),
    h("td", {}, stateChip(KINDS[outcome] ?? "quiet", app.words.find(`actions.outcome${outcome}`) ?? outcome)),
    h("td.value", { dir: "auto" }, saidIn(app, action, "detail")),
  );
}
