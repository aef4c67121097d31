// All that matters on one screen: is anything wrong, where, and since when.

import { h } from "./dom.js";
import { isKnown } from "./format.js";
import {
  addressOf,
  card,
  chip,
  command,
  commandsIn,
  facts,
  follow,
  heading,
  looksOf,
  note,
  saidIn,
  sentence,
  skeleton,
  table,
  verdictChip,
  verdictSign,
} from "./parts.js";
import { NEWEST_OF, lastHour, newestPairs } from "./hour.js";
import { Shown, reasonWords } from "./tiles.js";
import { pipeline, pipelineSwitch } from "./topology.js";

const EVERY_MS = 2_000;
const TOPOLOGY_EVERY_MS = 4_000;
const HISTORY_EVERY_MS = 10_000;

const MOST_REASONS = 8;
const MOST_GROUPS = 8;
const MOST_RANKS = 8;

/** A trainer that has more than this before it waits is well fed, in seconds. */
const CALM_SECONDS = 600;
const SOON_SECONDS = 120;

const CANARY_KINDS = { OK: "good", LATE: "warn", LOST: "bad" };
const STATE_KINDS = { UP: "good", DEGRADED: "warn", DOWN: "bad" };

/** Opens the view in its place; see app.js. */
export function open(place, app, route) {
  const { say } = app;
  const heard = (overview) => {
    app.watch.notice(overview.groups ?? []);
    app.showVerdict(overview.verdict ?? "");
  };
  const questions = {
    overview: { path: () => "/v1/overview", every: EVERY_MS, then: heard },
    topology: { path: () => "/v1/topology", every: TOPOLOGY_EVERY_MS },
    history: { path: () => "/v1/overview/history", every: HISTORY_EVERY_MS },
    newest: { path: () => `/v1/pairs?limit=${NEWEST_OF}`, every: TOPOLOGY_EVERY_MS },
  };
  const shown = new Shown();
  let all = isAll(route);
  const view = follow(place, app, questions, ({ overview = {}, topology, history, newest, problem }, widthPx) => [
    heading(say("overview.title")),
    note("bad", problem),
    banner(app, overview),
    lastHour(app, history, widthPx),
    newestPairs(app, newest, shown),
    h(
      "div.grid",
      card("groups", say("overview.groups"), { className: "card.span-12" }, groups(app, overview.groups)),
      card(
        "topology",
        say("topology.title"),
        { className: "card.span-12", beside: pipelineSwitch(app, all) },
        pipeline(app, topology, groupOf(overview, "preprocess"), all, widthPx),
      ),
      card(
        "throughput",
        say("overview.throughput"),
        { className: "card.span-5" },
        rates(app, say("overview.doors"), overview.doors),
        rates(app, say("overview.outputs"), overview.outputs),
      ),
      quarantine(app, overview.quarantine),
      h("div.stack.span-3", trainer(app, overview.trainer), canary(app, overview.canary)),
      runs(app, overview.runs),
      instances(app, overview),
      cluster(app, overview),
    ),
  ]);
  return {
    close: view.close,
    moved(to) {
      all = isAll(to);
      view.redraw();
    },
  };
}

/** Whether the pipeline shows each node, and not its stages alone. */
function isAll({ query }) {
  return query.get("nodes") === "all";
}

function banner(app, overview) {
  const { at, dataset, verdict = "STARTING" } = overview;
  return h(
    "section.banner",
    { "aria-label": app.say("overview.verdict"), "data-kind": looksOf(verdict).kind },
    h("div.banner-sign", at ? verdictSign(verdict) : skeleton(1)),
    h(
      "div",
      h("p.banner-word", app.words.find(`verdict.${verdict}`) ?? verdict),
      sentence(app, overview, "banner-sentence") || h("p.banner-sentence", app.say("overview.noVerdict")),
      commandsIn(overview.sentence_template).map((text) => command(app, text)),
    ),
    h("p.banner-facts.small", app.say("overview.asOf", { dataset: dataset ?? "", time: app.format.time(at) })),
  );
}

function groups(app, all) {
  if (all?.length === 0) {
    return h("p.quiet", app.say("lag.noGroups"));
  }
  const figures = ({ lag, catch_up: catchUp }) => {
    const waiting = app.say("overview.waiting", { count: app.format.compact(lag) });
    const until = lag > 0 ? saidIn(app, catchUp) : "";
    return isKnown(lag) ? [waiting, until].filter(Boolean).join(" · ") : app.say("overview.notKnown");
  };
  return [
    h(
      "ul.group-list",
      (all ?? [])
        .slice(0, MOST_GROUPS)
        .map((one) =>
          h(
            "li.group",
            { key: one.group },
            verdictChip(app, one.verdict),
            h("a.group-name", { href: addressOf("lag", { group: one.group }), dir: "auto" }, one.group),
            one.muted && chip("quiet", app.say("lag.muted")),
            h("span.group-figures", figures(one)),
          ),
        ),
    ),
    all?.length > MOST_GROUPS &&
      h("p.small", h("a", { href: "#/lag" }, app.say("overview.allGroups", { count: all.length }))),
  ];
}

function rates(app, title, all = []) {
  const columns = [
    { name: "topic", of: ({ topic }) => topic, isHead: true },
    { name: "rate", of: ({ per_second: rate }) => app.format.rate(rate), number: true },
    { name: "total", of: ({ total }) => h("span", { title: app.format.number(total) }, app.format.compact(total)), number: true },
  ].map((column) => ({ ...column, title: app.say(`overview.${column.name}`) }));
  return h("div.part", h("h3", title), table(title, columns, all, { className: "rates", keyOf: ({ topic }) => topic }));
}

function quarantine(app, { total, by_reason: reasons = {} } = {}) {
  const shown = Object.entries(reasons)
    .map(([reason, count]) => ({ reason, count }))
    .sort((a, b) => b.count - a.count)
    .slice(0, MOST_REASONS);
  const beside =
    isKnown(total) && h("span.quiet.small", app.say("overview.total.records", { count: app.format.number(total) }));
  return card(
    "quarantine",
    app.say("overview.quarantine"),
    { className: "card.span-4", beside },
    h(
      "ol.bars",
      shown.map(({ reason, count }) =>
        h(
          "li.part-of",
          { key: reason, vars: { part: `${(100 * count) / shown[0].count}%` } },
          h("a", { href: addressOf("quarantine", { reason }), title: reason }, reasonWords(app, reason)),
          h("span.number", app.format.number(count)),
        ),
      ),
      shown.length === 0 &&
        h("li.quiet", app.say(total === 0 ? "overview.nothingQuarantined" : "overview.notKnown")),
    ),
  );
}

function trainer(app, trainer) {
  const seconds = trainer?.starves_in_seconds;
  const [kind, word] = hunger(trainer);
  const figure = isKnown(seconds) ? app.format.duration(seconds) : app.say(word === "fed" ? "trainer.never" : "trainer.none");
  return card(
    "trainer",
    app.say("overview.trainer"),
    {},
    h("div.row.between", h("p.figure-large", figure), chip(kind, app.say(`trainer.${word}`))),
    sentence(app, trainer),
    facts([
      [app.say("overview.ready"), app.format.number(trainer?.ready_batches)],
      [app.say("overview.batches"), app.format.rate(trainer?.batches_per_second)],
      [app.say("overview.wait"), app.format.share(trainer?.data_wait_share)],
    ]),
  );
}

/** How bad it is, and its name. */
function hunger(trainer) {
  const seconds = trainer?.starves_in_seconds;
  if (trainer?.connected !== true) {
    return ["quiet", "away"];
  }
  if (!isKnown(seconds)) {
    return trainer.ready_batches >= 1 || trainer.batches_per_second > 0 ? ["good", "fed"] : ["quiet", "waits"];
  }
  if (seconds <= SOON_SECONDS) {
    return ["bad", seconds > 0 ? "starving" : "starves"];
  }
  return seconds <= CALM_SECONDS ? ["warn", "soon"] : ["good", "fed"];
}

/** Runs of trainers, where there are any. */
function runs(app, all = []) {
  const { say, format } = app;
  const known = (number, text = format.number(number)) => (isKnown(number) ? text : say("overview.notKnown"));
  const columns = [
    { name: "run", of: (one) => [one.run, h("span.below.quiet.mono", one.view)], isHead: true },
    { name: "epoch", of: (one) => [known(one.epoch), h("span.below.quiet", format.share(one.epoch_share))], number: true },
    { name: "step", of: (one) => known(one.step), number: true },
    { name: "ranks", of: (one) => ranks(app, one) },
    { name: "wait", of: (one) => format.share(one.data_wait_share), number: true },
    { name: "leftOut", of: (one) => known(one.left_out), number: true },
    { name: "takedowns", of: (one) => known(one.takedowns), number: true },
    { name: "checkpoint", of: (one) => one.checkpoint || say("overview.noCheckpoint") },
  ].map((column) => ({ ...column, title: say(`overview.${column.name}`) }));
  return (
    all.length > 0 &&
    card(
      "runs",
      say("overview.runs"),
      { className: "card.span-12" },
      table(say("overview.runs"), columns, all, { className: "runs", keyOf: ({ run }) => run }),
    )
  );
}

function ranks(app, { ranks, missing }) {
  const numbers = missing.slice(0, MOST_RANKS).join(", ") + (missing.length > MOST_RANKS ? ", …" : "");
  return [
    app.say("overview.ranksOf", { present: ranks, all: ranks + missing.length }),
    missing.length > 0 && h("span.below", chip("warn", app.say("overview.missing", { ranks: numbers }))),
  ];
}

function canary(app, canary) {
  const state = canary?.enabled === false ? "OFF" : (canary?.state ?? "UNKNOWN");
  return card(
    "canary",
    app.say("overview.canary"),
    {},
    h(
      "div.row.between",
      h("p.figure-large", app.format.milliseconds(canary?.last_ms)),
      chip(CANARY_KINDS[state] ?? "quiet", app.words.find(`canary.${state}`) ?? state),
    ),
    sentence(app, canary),
  );
}

function instances(app, { instances: all = [], at, groups = [], dataset }) {
  const { say, format } = app;
  const partitionsOf = ({ service, assigned = [] }) => {
    const group = groupOf({ dataset }, service);
    const isWatched = assigned.length > 0 && groups.some((one) => one.group === group);
    return isWatched && addressOf("lag", { group, only: assigned.join() });
  };
  const state = (one) => [
    one.silent
      ? chip("bad", say("overview.silent"))
      : chip(one.obstacle ? "warn" : one.state === "RUNNING" ? "good" : "quiet", stateWord(app, one.state)),
    h("span.below", saidIn(app, one, "obstacle") || saidIn(app, one, "note")),
    one.silent && partitionsOf(one) && h("a.below.small", { href: partitionsOf(one) }, say("overview.itsPartitions")),
  ];
  const columns = [
    { name: "service", of: (one) => [one.instance, h("span.below.quiet", [one.service, one.version].filter(Boolean).join(" "))], isHead: true },
    { name: "state", of: state },
    {
      name: "partitions",
      of: (one) => (partitionsOf(one) ? h("a", { href: partitionsOf(one) }, format.number(one.partitions)) : format.number(one.partitions)),
      number: true,
    },
    { name: "host", of: (one) => [h("span.mono", `${one.host}:${one.pid}`), one.health && h("span.below.mono.quiet", one.health)] },
    { name: "since", of: (one) => format.age(one.started_at, at) },
    { name: "reported", of: (one) => say("overview.ago", { duration: format.age(one.reported_at, at) }) },
  ].map((column) => ({ ...column, title: say(`overview.${column.name}`) }));
  const keyOf = (one) => `${one.service} ${one.instance}`;
  return card(
    "instances",
    say("overview.instances"),
    { className: "card.span-8" },
    all.length === 0
      ? h("p.quiet", say("overview.noInstances"))
      : table(say("overview.instances"), columns, all, { className: "instances", keyOf }),
  );
}

/** The group of a service's processes. */
function groupOf({ dataset = "" }, service) {
  return `${dataset}-${service}`;
}

function stateWord(app, state = "UNKNOWN") {
  return app.words.find(`state.${state}`) ?? state;
}

function cluster(app, { brokers, registry }) {
  const part = (title, one, ...more) =>
    h(
      "div.part",
      h("div.row.between", h("h3", title), chip(STATE_KINDS[one?.state] ?? "quiet", stateWord(app, one?.state))),
      sentence(app, one),
      more,
    );
  const nodes = (brokers?.nodes ?? []).map(({ id, host }) => h("li", { key: id }, h("span.mono", `${id} · ${host}`)));
  return card(
    "cluster",
    app.say("overview.cluster"),
    { className: "card.span-4" },
    part(app.say("overview.brokers"), brokers, h("ul.broker-list", nodes)),
    part(app.say("overview.registry"), registry),
  );
}
