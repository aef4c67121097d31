// Lag that can be trusted: every group worst first, and all that is known of the one that is chosen.

import { TimeChart } from "./charts.js";
import { h, fill, keyed, setAttribute, setText } from "./dom.js";
import { isKnown } from "./format.js";
import { Picture } from "./tiles.js";
import { HeatMap } from "./heat.js";
import { card, fact, heading, note, rank, said, saidIn, scrolling, setFact, showPressed, showSaid, showVerdict, skeleton, verdictChip } from "./parts.js";

const EVERY_MS = 5_000;
const HISTORY_EVERY_MS = 15_000;
const HEAT_EVERY_MS = 30_000;
const SPANS_MINUTES = [60, 360, 1_440];

/** Rows that are drawn before somebody asks for all. */
const FIRST_ROWS = 25;

/** Fewer groups than this are found without a search. */
const SEARCHED_FROM = 12;

/** Rows of a chart's table: enough to read, not to drown in. */
const TABLE_ROWS = 13;

/** Opens the view in its place; see app.js. */
export function open(place, app, route) {
  const view = new LagView(place, app, route);
  return { close: () => view.close(), moved: (moved) => view.choose(moved) };
}

class LagView {
  #app;
  #polls;
  #groups = [];
  #chosen = null;
  #detail = null;
  #place;

  constructor(place, app, route) {
    this.#app = app;
    const { say } = app;
    this.rows = h("tbody");
    this.asOf = h("span.small.quiet");
    this.search = h("input", { type: "search", id: "group-search", autocomplete: "off", on: { input: () => this.#showGroups() } });
    this.searchBox = h("p.row", { hidden: true }, h("label.small", { for: "group-search" }, say("lag.search")), this.search);
    this.problem = h("div", { hidden: true });
    const heads = ["verdict", "group", "waiting", "oldest", "bytes", "arrives", "leaves", "catchUp", "deletion"];
    this.#place = h("div.stack", {});
    place.append(
      heading(say("lag.title")),
      this.problem,
      h(
        "div.stack",
        {},
        h(
          "section.card",
          { "aria-labelledby": "groups-title" },
          h("div.card-head", {}, h("h2", { id: "groups-title" }, say("lag.groups")), this.asOf),
          this.searchBox,
          scrolling(
            say("lag.groups"),
            h(
              "table.groups",
              {},
              h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col", class: numeric(head) }, say(`lag.${head}`))))),
              this.rows,
            ),
          ),
        ),
        this.#place,
      ),
    );
    this.#polls = [
      app.api.poll("/v1/lag?partitions=false", EVERY_MS, (answer) => this.#show(answer), (problem) => this.#fail(problem)),
    ];
    this.choose(route);
  }

  close() {
    this.#polls.forEach((poll) => poll.close());
    this.#detail?.close();
  }

  /** Shows the group of an address, or the worst one. */
  choose(route) {
    const group = route.query.get("group");
    const topic = route.query.get("topic");
    const partition = route.query.get("partition");
    this.#chosen = group === null ? null : { group, topic, partition };
    this.#showDetail();
    this.#showGroups();
  }

  #fail(problem) {
    if (problem.status !== 0 && problem.status !== 401) {
      this.problem.hidden = false;
      fill(this.problem, note("bad", problem.message));
    }
  }

  #show(answer) {
    this.problem.hidden = true;
    this.#groups = [...(answer.groups ?? [])].sort((a, b) => neverThere(a) - neverThere(b) || rank(a.verdict) - rank(b.verdict) || (b.lag ?? 0) - (a.lag ?? 0));
    if (answer.trouble) {
      this.problem.hidden = false;
      fill(this.problem, note("warn", this.#app.say("lag.trouble", { detail: answer.trouble })));
    }
    setText(this.asOf, this.#app.say("lag.asOf", { time: this.#app.format.time(answer.at), seconds: this.#app.format.number(answer.interval_seconds) }));
    this.#app.watch.notice(this.#groups);
    this.#app.showVerdict(this.#groups[0]?.verdict ?? "");
    this.#showGroups();
    this.#showDetail();
    if (this.#groups.length === 0) {
      fill(this.#place, note("quiet", this.#app.say(answer.ready === false ? "lag.notReady" : "lag.noGroups")));
    }
  }

  #showGroups() {
    const app = this.#app;
    const sought = this.search.value.trim().toLowerCase();
    this.searchBox.hidden = this.#groups.length < SEARCHED_FROM;
    keyed(
      this.rows,
      this.#groups.filter(({ group }) => group.toLowerCase().includes(sought)),
      (group) => group.group,
      (group) =>
        h(
          "tr",
          {},
          h("td", {}, verdictChip(app, group.verdict)),
          h("th", { scope: "row" }, h("a", { href: `#/lag?group=${encodeURIComponent(group.group)}`, dir: "auto" }, group.group), h("span.below.quiet")),
          Array.from({ length: 5 }, () => h("td.number")),
          h("td", { dir: "auto" }),
          h("td.number"),
        ),
      (row, group) => {
        const [verdict, name, waiting, oldest, bytes, arrives, leaves, catchUp, deletion] = row.children;
        showVerdict(app, verdict.firstElementChild, group.verdict);
        const there = group.state === "Absent" ? app.say("lag.absent") : app.say("lag.members", { count: app.format.number(group.members) });
        setText(name.lastElementChild, `${app.words.find(`lag.${group.type}`) ?? group.type} · ${there}`);
        setText(waiting, app.format.number(group.lag));
        setText(oldest, app.format.duration(group.seconds));
        setText(bytes, app.format.bytes(group.bytes));
        setText(arrives, app.format.rate(group.arrival_per_second));
        setText(leaves, app.format.rate(group.processing_per_second));
        setText(catchUp, saidIn(app, group.catch_up));
        setText(deletion, app.format.duration(group.retention_seconds));
        setAttribute(row, "aria-current", this.#detail?.group === group.group ? "true" : null);
      },
    );
  }

  #showDetail() {
    const wanted = this.#chosen ?? (this.#detail ? { group: this.#detail.group, topic: null, partition: null } : null) ?? worst(this.#groups);
    if (wanted === null) {
      if (this.#detail === null && this.#groups.length === 0) {
        fill(this.#place, skeleton(6));
      }
      return;
    }
    if (this.#detail?.group !== wanted.group || this.#detail.topic !== wanted.topic || this.#detail.partition !== wanted.partition) {
      const held = this.#place.contains(document.activeElement);
      this.#detail?.close();
      this.#detail = new GroupDetail(this.#app, wanted);
      fill(this.#place, this.#detail.element);
      if (held) {
        this.#detail.title.focus();
      }
      this.#showGroups();
    }
  }
}

/** Such a group decides nothing: nobody trains, or no link was ever sent. */
function neverThere(group) {
  return group.state === "Absent" ? 1 : 0;
}

function worst(groups) {
  return groups.length === 0 ? null : { group: groups[0].group, topic: null, partition: null };
}

function numeric(head) {
  return ["waiting", "oldest", "bytes", "arrives", "leaves", "deletion"].includes(head) ? `number col-${head}` : `col-${head}`;
}

/** All that is known of a group, or of one of its partitions. */
class GroupDetail {
  #app;
  #polls = [];
  #minutes = SPANS_MINUTES[0];
  #all = false;
  #last = null;

  constructor(app, { group, topic, partition }) {
    this.#app = app;
    this.group = group;
    this.topic = topic;
    this.partition = partition;
    this.element = h("div.stack", {}, this.#head(), this.#record(), this.#history(), this.#heat(), this.#partitions());
    const name = encodeURIComponent(group);
    const one = topic === null ? "" : `&topic=${encodeURIComponent(topic)}&partition=${encodeURIComponent(partition)}`;
    this.#polls = [
      app.api.poll(`/v1/lag?group=${name}`, EVERY_MS, (answer) => this.#show(answer)),
      app.api.poll(() => `/v1/lag/history?group=${name}${one}&minutes=${this.#minutes}`, HISTORY_EVERY_MS, (answer) => this.#showHistory(answer)),
      app.api.poll(() => `/v1/lag/heat?group=${name}&minutes=${this.#minutes}`, HEAT_EVERY_MS, (answer) => this.#showHeat(answer)),
    ];
  }

  close() {
    this.#polls.forEach((poll) => poll.close());
    this.lagChart.close();
    this.rateChart.close();
  }

  #head() {
    const { say } = this.#app;
    this.chip = verdictChip(this.#app, "UNKNOWN");
    this.since = h("span.quiet.small");
    this.sentence = said("detail-sentence");
    this.explained = h("p.explained");
    const names = ["waiting", "bytes", "oldest", "arrives", "leaves", "catchUp", "deletion", "lost", "held"];
    this.facts = Object.fromEntries(names.map((name) => [name, fact(say(`lag.${name}`))]));
    const name = this.topic === null ? this.group : `${this.group} · ${shortName(this.topic, this.partition)}`;
    this.title = h("h2.detail-title", { id: "detail-title", tabindex: "-1", dir: "auto" }, name);
    return h(
      "section.card.detail",
      { "aria-labelledby": "detail-title" },
      h("div.row", {}, this.chip, this.title, this.since, this.topic !== null && h("a.small", { href: `#/lag?group=${encodeURIComponent(this.group)}` }, say("lag.wholeGroup"))),
      this.sentence,
      this.explained,
      h("dl.facts.figures", {}, Object.values(this.facts)),
    );
  }

  #record() {
    const { say } = this.#app;
    this.pictureFrame = h("div.head-picture");
    this.pictureOf = null;
    this.headSentence = said("head-sentence");
    this.headCaption = h("p.head-caption", { dir: "auto" });
    this.headFacts = Object.fromEntries(["place", "type", "size", "since", "key"].map((name) => [name, fact(say(`head.${name}`))]));
    this.headLink = h("a", {}, say("head.find"));
    this.record = h(
      "section.card.head",
      { "aria-labelledby": "head-title", hidden: true },
      this.pictureFrame,
      h(
        "div.head-text",
        {},
        h("h2", { id: "head-title" }, say("head.title")),
        this.headSentence,
        this.headCaption,
        h("dl.facts", {}, Object.values(this.headFacts)),
        h("p.small", {}, this.headLink),
      ),
    );
    return this.record;
  }

  #history() {
    const { say, format, words } = this.#app;
    const verdictWord = (verdict) => words.find(`verdict.${verdict}`) ?? String(verdict ?? "");
    const clock = (iso, precise) => format.clock(iso, precise);
    this.lagChart = new TimeChart({
      label: say("history.waiting"),
      series: [{ name: say("lag.waiting"), of: (point) => point.lag, className: "series-1", filled: true }],
      format: (value) => format.compact(value),
      clock,
      strip: true,
      say: verdictWord,
      height: 220,
    });
    this.rateChart = new TimeChart({
      label: say("history.rates"),
      series: [
        { name: say("lag.arrives"), of: (point) => point.arrival_per_second, className: "series-2" },
        { name: say("lag.leaves"), of: (point) => point.processing_per_second, className: "series-3" },
      ],
      format: (value) => format.rate(value),
      clock,
      height: 220,
    });
    this.historyRows = h("tbody");
    this.spans = SPANS_MINUTES.map((minutes) =>
      h("button.button.slim", { type: "button", "aria-pressed": String(minutes === this.#minutes), on: { click: () => this.#look(minutes) } }, format.duration(minutes * 60)),
    );
    const heads = ["at", "verdict", "waiting", "oldest", "bytes", "arrives", "leaves"];
    return h(
      "section.card",
      { "aria-labelledby": "history-title" },
      h("div.card-head", {}, h("h2", { id: "history-title" }, say("history.title")), h("div.row", { role: "group", "aria-label": say("history.span") }, this.spans)),
      h("div.charts", {}, this.lagChart.element, this.rateChart.element),
      h(
        "details",
        {},
        h("summary", {}, say("history.table")),
        scrolling(
          say("history.table"),
          h("table", {}, h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col", class: numeric(head) }, say(`lag.${head}`))))), this.historyRows),
        ),
      ),
    );
  }

  #heat() {
    this.heat = new HeatMap(this.#app);
    return card(this.#app.say("heat.title"), { id: "heat" }, this.heat.element);
  }

  #partitions() {
    const { say } = this.#app;
    this.partitionRows = h("tbody");
    this.more = h("button.button", { type: "button", hidden: true, on: { click: () => this.#showAll() } });
    const heads = ["verdict", "partition", "waiting", "oldest", "bytes", "position", "end", "catchUp", "member"];
    return card(
      say("lag.partitions"),
      { id: "partitions" },
      scrolling(
        say("lag.partitions"),
        h("table.partitions", {}, h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col", class: ["position", "end"].includes(head) ? "number" : numeric(head) }, say(`lag.${head}`))))), this.partitionRows),
      ),
      this.more,
    );
  }

  #look(minutes) {
    this.#minutes = minutes;
    this.spans.forEach((button, index) => showPressed(button, SPANS_MINUTES[index] === minutes));
    this.#polls[1].now();
    this.#polls[2].now();
  }

  #showAll() {
    this.#all = true;
    this.#showPartitions(this.#last);
    this.partitionRows.children[FIRST_ROWS]?.querySelector("a")?.focus();
  }

  #show(answer) {
    const group = (answer.groups ?? []).find((one) => one.group === this.group);
    if (group === undefined) {
      setText(this.sentence, "");
      setText(this.explained, this.#app.say("lag.gone"));
      return;
    }
    this.#last = group;
    const one = this.topic === null ? group : (group.partitions ?? []).find((partition) => partition.topic === this.topic && String(partition.partition) === this.partition);
    if (one !== undefined) {
      this.#showFigures(one, answer.at);
    }
    this.#showRecord(this.topic === null ? headOf(group) : one?.head ? one : null, answer.at);
    this.#showPartitions(group);
  }

  #showFigures(one, at) {
    const app = this.#app;
    const { format } = app;
    showVerdict(app, this.chip, one.verdict);
    setText(this.since, app.say("lag.since", { duration: format.age(one.since, at), time: format.time(one.since) }));
    showSaid(app, this.sentence, one, one.verdict);
    setText(this.explained, app.words.find(`explained.${one.verdict}`) ?? "");
    setFact(this.facts.waiting, format.number(one.lag));
    setFact(this.facts.bytes, format.bytes(one.bytes));
    setFact(this.facts.oldest, format.duration(one.seconds));
    setFact(this.facts.arrives, format.rate(one.arrival_per_second));
    setFact(this.facts.leaves, format.rate(one.processing_per_second));
    setFact(this.facts.catchUp, saidIn(app, one.catch_up) || format.duration(one.catch_up?.seconds));
    setFact(this.facts.deletion, format.duration(one.retention_seconds));
    setFact(this.facts.lost, format.number(one.lost));
    this.facts.held.hidden = !(one.held > 0);
    setFact(this.facts.held, format.number(one.held));
  }

  #showRecord(partition, at) {
    const app = this.#app;
    const { format } = app;
    this.record.hidden = partition === null;
    if (partition === null) {
      return;
    }
    const { head } = partition;
    const place = `${partition.topic}-${partition.partition}-${head.offset}`;
    setAttribute(this.headLink, "href", `#/pairs?q=${encodeURIComponent(place)}`);
    if (this.pictureOf !== head.picture) {
      this.pictureOf = head.picture;
      this.pictureFrame.hidden = !head.picture;
      // Nothing has judged it yet: it is blurred until somebody asks for it.
      const picture = { size: 512, address: head.picture, blurred: true, alt: app.say("head.alt", { place }) };
      fill(this.pictureFrame, new Picture(app, { id: place, caption: head.caption ?? "" }, picture).element);
    }
    showSaid(app, this.headSentence, head);
    setText(this.headCaption, head.caption ?? "");
    setFact(this.headFacts.place, place);
    setFact(this.headFacts.type, head.media_type || "–");
    setFact(this.headFacts.size, isKnown(head.width) ? `${format.number(head.width)} × ${format.number(head.height)} · ${format.bytes(head.bytes)}` : format.bytes(head.bytes));
    setFact(this.headFacts.since, format.age(head.at, at));
    setFact(this.headFacts.key, head.key || "–");
  }

  #showPartitions(group) {
    const app = this.#app;
    const { format } = app;
    const all = [...(group?.partitions ?? [])].sort((a, b) => rank(a.verdict) - rank(b.verdict) || (b.lag ?? 0) - (a.lag ?? 0));
    const shown = this.#all ? all : all.slice(0, FIRST_ROWS);
    this.more.hidden = shown.length === all.length;
    setText(this.more, app.say("lag.more", { count: format.number(all.length) }));
    keyed(
      this.partitionRows,
      shown,
      ({ topic, partition }) => `${topic}-${partition}`,
      ({ topic, partition, verdict }) =>
        h(
          "tr",
          {},
          h("td", {}, verdictChip(app, verdict)),
          h("th", { scope: "row" }, h("a", { href: `#/lag?group=${encodeURIComponent(this.group)}&topic=${encodeURIComponent(topic)}&partition=${partition}`, dir: "auto" }, shortName(topic, partition))),
          Array.from({ length: 5 }, () => h("td.number")),
          h("td", { dir: "auto" }),
          h("td.mono.member", { dir: "auto" }),
        ),
      (row, one) => {
        const [verdict, , waiting, oldest, bytes, position, end, catchUp, member] = row.children;
        showVerdict(app, verdict.firstElementChild, one.verdict);
        setText(waiting, format.number(one.lag));
        setText(oldest, format.duration(one.seconds));
        setText(bytes, format.bytes(one.bytes));
        setText(position, format.number(one.committed));
        setText(end, format.number(one.end));
        setText(catchUp, saidIn(app, one.catch_up));
        setText(member, one.member);
      },
    );
  }

  #showHistory(answer) {
    const app = this.#app;
    const { format } = app;
    const points = answer.points ?? [];
    const last = points.at(-1);
    const most = points.reduce((best, point) => ((point.lag ?? -1) > (best?.lag ?? -1) ? point : best), null);
    this.lagChart.show(points, last ? app.say("history.summary", { last: format.number(last.lag), most: format.number(most?.lag), time: format.clock(most?.at) }) : app.say("history.none"));
    this.rateChart.show(points, last ? app.say("history.rateSummary", { arrives: format.rate(last.arrival_per_second), leaves: format.rate(last.processing_per_second) }) : app.say("history.none"));
    keyed(
      this.historyRows,
      thinned(points).reverse(),
      (point) => point.at,
      () => h("tr", {}, h("th", { scope: "row" }), h("td"), Array.from({ length: 5 }, () => h("td.number"))),
      (row, point) => {
        const [at, verdict, waiting, oldest, bytes, arrives, leaves] = row.children;
        setText(at, format.clock(point.at));
        setText(verdict, app.words.find(`verdict.${point.verdict}`) ?? point.verdict ?? "");
        setText(waiting, format.number(point.lag));
        setText(oldest, format.duration(point.seconds));
        setText(bytes, format.bytes(point.bytes));
        setText(arrives, format.rate(point.arrival_per_second));
        setText(leaves, format.rate(point.processing_per_second));
      },
    );
  }

  #showHeat(answer) {
    this.heat.show(answer);
  }
}

/** The partition whose head record is to be shown: the worst one's, or the first that has one. */
function headOf(group) {
  const partitions = group.partitions ?? [];
  const worstOne = partitions.find(({ topic, partition }) => topic === group.worst_partition?.topic && partition === group.worst_partition?.partition);
  return worstOne?.head ? worstOne : (partitions.find((partition) => partition.head) ?? null);
}

function shortName(topic, partition) {
  return `${topic}-${partition}`;
}

/** So many points, evenly spread, with the last one. */
function thinned(points) {
  const step = Math.max(1, Math.ceil((points.length - 1) / (TABLE_ROWS - 1)));
  return points.filter((_, index) => (points.length - 1 - index) % step === 0);
}
