// Lag that can be trusted: every group worst first, and all that is known of the one that is chosen.

import { rowsOf, timeChart } from "./charts.js";
import { ask } from "./dialog.js";
import { h } from "./dom.js";
import { isKnown } from "./format.js";
import { addressOf, asTable, button, card, chip, command, commandsIn, facts, follow, heading, note, saidIn, sentence, skeleton, table, verdictChip, worstFirst } from "./parts.js";
import { Shown, cardOf, picture } from "./tiles.js";

const EVERY_MS = 5_000;
const HISTORY_EVERY_MS = 15_000;
const MUTE_MS = 40_000;
const SPANS_MINUTES = [60, 360, 1_440];

/** Rows that are drawn before the user asks for all. */
const FIRST_ROWS = 25;

/** Opens the view in its place; see app.js. */
export function open(place, app, route) {
  const { say, format } = app;
  const state = { chosen: chosenBy(route), minutes: SPANS_MINUTES[0], all: false, shown: new Shown() };
  const heard = ({ groups = [] }) => {
    const isNew = state.chosen === null && groups.length > 0;
    const worst = worstOf(groups);
    app.watch.notice(groups);
    app.showVerdict(worst?.verdict ?? "");
    if (isNew) {
      state.chosen = { group: worst.group, topic: null, partition: null, only: "" };
      view.ask("group", "history");
    }
  };
  const asked = (path, more = () => ({})) => () =>
    state.chosen && `${path}?${new URLSearchParams({ group: state.chosen.group, ...more() })}`;
  const part = ({ topic, partition } = state.chosen) => (topic === null ? {} : { topic, partition });
  const view = follow(
    place,
    app,
    {
      lag: { path: () => "/v1/lag?partitions=false", every: EVERY_MS, then: heard },
      group: { path: asked("/v1/lag"), every: EVERY_MS },
      history: { path: asked("/v1/lag/history", () => ({ ...part(), minutes: state.minutes })), every: HISTORY_EVERY_MS },
    },
    draw,
  );

  function draw({ lag, group, history, problem }, widthPx, view) {
    const groups = lag?.groups ?? [];
    return [
      heading(say("lag.title")),
      note("bad", problem),
      note("warn", lag?.trouble && say("lag.trouble", { detail: lag.trouble })),
      h(
        "div.stack",
        groupsCard(lag, groups),
        state.chosen === null
          ? lag
            ? note("quiet", say(lag.ready === false ? "lag.notReady" : "lag.noGroups"))
            : skeleton()
          : detail(app, state, view, { group, history, known: groups, at: lag?.at }, widthPx),
      ),
    ];
  }

  function groupsCard(lag, groups) {
    const asOf = lag && say("lag.asOf", { time: format.time(lag.at), seconds: format.number(lag.interval_seconds) });
    return card(
      "groups",
      say("lag.groups"),
      { beside: h("span.small.quiet", asOf) },
      table(
        say("lag.groups"),
        columns(app, ["verdict", "group", "waiting", "oldest", "bytes", "arrives", "leaves", "catchUp", "deletion"]),
        groups,
        {
          className: "groups",
          keyOf: (one) => one.group,
          marks: (one) => ({ "aria-current": one.group === state.chosen?.group ? "true" : null }),
        },
      ),
    );
  }

  return {
    close: view.close,
    moved(to) {
      const wasInside = document.activeElement?.closest(".detail-part") !== null;
      state.chosen = chosenBy(to) ?? (state.chosen && { ...state.chosen, topic: null, partition: null, only: "" });
      state.all = false;
      view.ask("group", "history");
      if (wasInside) {
        place.querySelector(".detail-title")?.focus();
      }
    },
  };
}

/**
 * {group, topic, partition, only} of an address; topic is null for the whole group, only names topics or partitions,
 * with commas between, where others are not to be shown; null where none is chosen.
 */
function chosenBy({ query }) {
  const [group, topic, partition] = ["group", "topic", "partition"].map((name) => query.get(name));
  return group === null ? null : { group, topic, partition, only: query.get("only") ?? "" };
}

/** The worst of the groups that count; what was never there decides nothing. */
function worstOf(groups) {
  return worstFirst(groups.filter(({ decides, state }) => decides && state !== "Absent"))[0] ?? groups[0];
}

/** Columns of groups, partitions and points alike: each says one thing of one of them. */
function columns(app, names) {
  const { say, format } = app;
  const all = {
    at: { of: (one) => format.clock(one.at), isHead: true },
    verdict: { of: (one) => verdictChip(app, one.verdict) },
    group: { of: (one) => [link(one.group, { group: one.group }), h("span.below.quiet", membersOf(app, one)), one.muted && chip("quiet", say("lag.muted"))], isHead: true },
    partition: { of: ({ group, topic, partition }) => link(nameOf(topic, partition), { group, topic, partition }), isHead: true },
    waiting: { of: (one) => format.number(one.lag), number: true },
    oldest: { of: (one) => format.duration(one.seconds), number: true },
    bytes: { of: (one) => format.bytes(one.bytes), number: true },
    arrives: { of: (one) => format.rate(one.arrival_per_second), number: true },
    leaves: { of: (one) => format.rate(one.processing_per_second), number: true },
    catchUp: { of: (one) => saidIn(app, one.catch_up) },
    deletion: { of: (one) => format.duration(one.retention_seconds), number: true },
    position: { of: (one) => format.number(one.committed), number: true },
    end: { of: (one) => format.number(one.end), number: true },
    member: { of: (one) => h("span.mono", one.member) },
  };
  return names.map((name) => ({ ...all[name], name, title: say(`lag.${name}`) }));
}

function link(text, query) {
  return h("a", { href: addressOf("lag", query), dir: "auto" }, text);
}

function membersOf(app, { type, state, members }) {
  const there = state === "Absent" ? app.say("lag.absent") : app.say("lag.members", { count: app.format.number(members) });
  return `${app.words.find(`lag.${type}`) ?? type} · ${there}`;
}

function nameOf(topic, partition) {
  return `${topic}-${partition}`;
}

/* ---- All that is known of a group, or of one of its partitions ---- */

function detail(app, state, view, { group: answer, history, known, at }, widthPx) {
  const { chosen } = state;
  const isChosen = (one) => one.group === chosen.group;
  const group = answer?.groups?.find(isChosen) ?? known.find(isChosen);
  const partitions = worstFirst(some(group?.partitions ?? [], chosen.only));
  const isPart = (one) => one.topic === chosen.topic && String(one.partition) === chosen.partition;
  const one = chosen.topic === null ? group : partitions.find(isPart);
  const worst = chosen.topic === null ? worstHead(group, partitions) : one;
  const isGone = answer !== undefined && group === undefined;
  return h(
    "div.stack.detail-part",
    { key: JSON.stringify(chosen) },
    isGone ? note("quiet", app.say("lag.gone")) : judged(app, chosen, one, at, remedies(group, one, worst)),
    headRecord(app, state, worst, at),
    historyCard(app, state, view, history?.points ?? [], widthPx),
    partitionsCard(app, state, view, partitions),
  );
}

/** Those of these topics or partitions, of which internal ones may be called without their group; all where none is. */
function some(partitions, only) {
  const isNamed = ({ topic, partition }) =>
    only.split(",").some((name) => name === topic || name === nameOf(topic, partition) || topic.endsWith(`-${name}`));
  const named = only === "" ? [] : partitions.filter(isNamed);
  return named.length > 0 ? named : partitions;
}

/** What may be typed about it: the command that its sentence names, or what there is for the partition that stands. */
function remedies(group, one, worst) {
  const named = commandsIn(one?.sentence_template);
  return named.length > 0 ? named : ((worst && group?.commands?.[nameOf(worst.topic, worst.partition)]) ?? []);
}

function judged(app, { group, topic, partition }, one = {}, at, typed) {
  const { say, format } = app;
  const fact = (name, value) => [say(`lag.${name}`), value];
  return h(
    "section.card.detail",
    { "aria-labelledby": "detail-title" },
    h(
      "div.row",
      verdictChip(app, one.verdict ?? "UNKNOWN"),
      h("h2.detail-title", { id: "detail-title", tabindex: "-1", dir: "auto" }, topic === null ? group : `${group} · ${nameOf(topic, partition)}`),
      h("span.quiet.small", say("lag.since", { duration: format.age(one.since, at), time: format.time(one.since) })),
      topic !== null && h("a.small", { href: addressOf("lag", { group }) }, say("lag.wholeGroup")),
    ),
    sentence(app, one, "detail-sentence"),
    h("p.explained", app.words.find(`explained.${one.verdict}`)),
    one.verdict === "REWIND" && h("p", h("a", { href: "#/actions" }, say("lag.whoMoved"))),
    typed.map((text) => command(app, text)),
    topic === null && one.group && muting(app, one),
    facts(
      [
        fact("waiting", format.number(one.lag)),
        fact("bytes", format.bytes(one.bytes)),
        fact("oldest", format.duration(one.seconds)),
        fact("arrives", format.rate(one.arrival_per_second)),
        fact("leaves", format.rate(one.processing_per_second)),
        fact("catchUp", saidIn(app, one.catch_up) || format.duration(one.catch_up?.seconds)),
        fact("deletion", format.duration(one.retention_seconds)),
        fact("lost", format.number(one.lost)),
        fact("held", one.held > 0 && format.number(one.held)),
      ],
      "facts.figures",
    ),
  );
}

/** Until when a group is known trouble, who says so, and the button that mutes it or lifts that. */
function muting(app, { group, muted }) {
  const { say, format, session } = app;
  const send = (minutes, why) => app.api.post("/v1/mutes", { group, minutes, why }, MUTE_MS);
  const allowed = (act) => async () => (session.can("review") || (await session.want({ asked: true }))) && act();
  const mute = () =>
    ask(app, {
      id: "mute",
      title: say("lag.muteTitle", { group }),
      fields: [
        { name: "hours", label: say("lag.muteHours"), hint: say("lag.muteHoursHint"), control: h("input", { type: "number", min: 1, max: 720, value: "2" }), check: (text) => (text >= 1 && text <= 720 ? "" : say("lag.muteHoursHint")) },
        { name: "why", label: say("lag.muteWhy"), hint: say("lag.muteWhyHint"), control: h("textarea", { rows: 2, dir: "auto", maxlength: 500 }), check: (text) => (text ? "" : say("lag.muteWhyHint")) },
      ],
      send: async ({ hours, why }) => void (await send(Math.round(60 * hours), why)),
      submit: say("lag.mute"),
    });
  return h(
    "div.row.muting",
    muted && h("p.small", { dir: "auto" }, say("lag.mutedUntil", { time: format.time(muted.until), by: muted.by, why: muted.why })),
    muted ? button(say("lag.unmute"), allowed(() => send(0, ""))) : button(say("lag.mute"), allowed(mute)),
  );
}

/** The partition whose head record is to be shown: the worst one's, or the first that has one. */
function worstHead(group, partitions) {
  const { topic, partition } = group?.worst_partition ?? {};
  const worst = partitions.find((one) => one.topic === topic && one.partition === partition);
  return worst?.head ? worst : partitions.find((one) => one.head);
}

function headRecord(app, { shown }, one, at) {
  const { say, format } = app;
  if (!one?.head) {
    return null;
  }
  const { head } = one;
  const place = `${nameOf(one.topic, one.partition)}-${head.offset}`;
  const size = isKnown(head.width) ? `${format.number(head.width)} × ${format.number(head.height)} · ${format.bytes(head.bytes)}` : format.bytes(head.bytes);
  const pair = { id: place, caption: head.caption };
  // Nothing has judged it yet: it is blurred until the user asks for it.
  const look = { size: 512, address: head.picture, blurred: true, alt: say("head.alt", { place }) };
  return h(
    "section.card.head",
    { id: "head", "aria-labelledby": "head-title" },
    head.picture && h("div.head-picture", picture(app, pair, shown, look)),
    h(
      "div.head-text",
      h("h2", { id: "head-title" }, say("head.title")),
      sentence(app, head, "head-sentence"),
      head.caption && h("p.head-caption", { dir: "auto" }, head.caption),
      facts([
        [say("head.place"), place],
        [say("head.type"), head.media_type || "–"],
        [say("head.size"), size],
        [say("head.since"), format.age(head.at, at)],
        [say("head.key"), h("span.mono.small", head.key || "–")],
      ]),
      head.is_pair && h("p.small", h("a", { href: cardOf(place) }, say("head.card"))),
    ),
  );
}

function historyCard(app, state, view, points, widthPx) {
  const { say, format, words } = app;
  const look = (minutes) => {
    state.minutes = minutes;
    view.ask("history");
  };
  const spans = SPANS_MINUTES.map((minutes) =>
    button(format.duration(minutes * 60), () => look(minutes), { "aria-pressed": String(minutes === state.minutes) }, "button.slim"),
  );
  const last = points.at(-1);
  const most = points.reduce((best, point) => ((point.lag ?? -1) > (best?.lag ?? -1) ? point : best), null);
  const width = Math.max(260, Math.round(widthPx < 960 ? widthPx - 40 : widthPx / 2 - 32));
  return card(
    "history",
    say("history.title"),
    { beside: h("div.row", { role: "group", "aria-label": say("history.span") }, spans) },
    h(
      "div.charts",
      timeChart(app, {
        label: say("history.waiting"),
        summary: last
          ? say("history.summary", { last: format.number(last.lag), most: format.number(most?.lag), time: format.clock(most?.at) })
          : say("history.none"),
        points,
        series: [{ name: say("lag.waiting"), of: (point) => point.lag, className: "series-1", filled: true }],
        format: (value) => format.compact(value),
        verdictWord: (verdict) => words.find(`verdict.${verdict}`) ?? verdict,
        width,
      }),
      timeChart(app, {
        label: say("history.rates"),
        summary: last
          ? say("history.rateSummary", { arrives: format.rate(last.arrival_per_second), leaves: format.rate(last.processing_per_second) })
          : say("history.none"),
        points,
        series: [
          { name: say("lag.arrives"), of: (point) => point.arrival_per_second, className: "series-2" },
          { name: say("lag.leaves"), of: (point) => point.processing_per_second, className: "series-3" },
        ],
        format: (value) => format.rate(value),
        width,
      }),
    ),
    asTable(
      app,
      say("history.title"),
      columns(app, ["at", "verdict", "waiting", "oldest", "bytes", "arrives", "leaves"]),
      rowsOf(points),
    ),
  );
}

function partitionsCard(app, state, view, partitions) {
  const { say, format } = app;
  const shown = (state.all ? partitions : partitions.slice(0, FIRST_ROWS)).map((one) => ({
    ...one,
    group: state.chosen.group,
  }));
  const showAll = () => {
    state.all = true;
    view.redraw();
    document.querySelectorAll(".partitions tbody a")[FIRST_ROWS]?.focus();
  };
  return card(
    "partitions",
    say("lag.partitions"),
    { beside: state.chosen.only !== "" && h("a.small", { href: addressOf("lag", { group: state.chosen.group }) }, say("lag.allPartitions")) },
    table(
      say("lag.partitions"),
      columns(app, ["verdict", "partition", "waiting", "oldest", "bytes", "position", "end", "catchUp", "member"]),
      shown,
      { className: "partitions", keyOf: (one) => nameOf(one.topic, one.partition) },
    ),
    shown.length < partitions.length && button(say("lag.more", { count: format.number(partitions.length) }), showAll),
  );
}
