// Who did what to the platform, the newest first.

import { h } from "./dom.js";
import { chip, follow, heading, note, personOf, saidIn, skeleton, table, tally, timeOf } from "./parts.js";
import { cardOf, shortId } from "./tiles.js";

const EVERY_MS = 10_000;
const KINDS = { DONE: "good", BEGUN: "warn", REFUSED: "warn", FAILED: "bad" };
const PAIR_ID = /^([0-9a-f]{32}|[\w.-]+-\d+-\d+)$/;

export function open(place, app) {
  const { say, format } = app;
  const questions = { actions: { path: () => "/v1/actions?limit=200", every: EVERY_MS } };
  return follow(place, app, questions, ({ actions: answer, problem }) => {
    const all = answer?.actions;
    return [
      heading(say("actions.title")),
      h("p.lead", say("actions.lead")),
      note("warn", problem),
      tally(all && say("actions.count", { count: format.number(all.length) })),
      h("div.card", all ? (all.length === 0 ? h("p.quiet", say("actions.none")) : tableOf(app, all)) : skeleton()),
    ];
  });
}

function tableOf(app, actions) {
  const { say, words } = app;
  const subject = ({ subject: text = "" }) =>
    PAIR_ID.test(text) ? h("a.mono", { href: cardOf(text) }, shortId(text)) : h("bdi", text || "–");
  const columns = [
    { name: "when", of: (action) => timeOf(app, action.done_at) },
    { name: "who", of: ({ actor }) => (actor ? personOf(app, actor) : h("span.quiet", say("actions.unknownActor"))), isHead: true },
    { name: "what", of: ({ name }) => words.find(`actions.${name}`) ?? name },
    { name: "subject", of: subject },
    { name: "outcome", of: ({ outcome }) => chip(KINDS[outcome] ?? "quiet", words.find(`actions.outcome${outcome}`) ?? outcome) },
    { name: "detail", of: (action) => saidIn(app, action, "detail") },
  ].map((column) => ({ ...column, title: say(`actions.${column.name}`) }));
  return table(say("actions.title"), columns, actions, { className: "actions", keyOf: (action) => action.action_id });
}
