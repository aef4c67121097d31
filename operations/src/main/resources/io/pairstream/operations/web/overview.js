// All that matters on one screen: is anything wrong, where, and since when.

import { Sparkline } from "./charts.js";
import { h, s, fill, keyed, setAttribute, setText } from "./dom.js";
import { isKnown } from "./format.js";
import {
  card,
  fact,
  heading,
  looksOf,
  note,
  rank,
  said,
  saidIn,
  scrolling,
  setFact,
  showSaid,
  showState,
  showVerdict,
  skeleton,
  stateChip,
  verdictChip,
  verdictSign,
} from "./parts.js";
import { reasonWords } from "./tiles.js";
import { TopologyPicture } from "./topology.js";

const EVERY_MS = 2_000;
const TOPOLOGY_EVERY_MS = 4_000;

/** Five minutes of what is asked every two seconds. */
const MOST_SAMPLES = 150;
const FEWEST_SAMPLES = 15;
const MOST_REASONS = 8;
const MOST_GROUPS = 8;

/** A trainer that has more than this before it waits is well fed, in seconds. */
const CALM_SECONDS = 600;
const SOON_SECONDS = 120;

/** Rates by topic, the oldest first: kept while the page is open, whichever view is shown. */
const samples = new Map();

const CANARY_KINDS = { OK: "good", LATE: "warn", LOST: "bad" };
const STATE_KINDS = { UP: "good", DEGRADED: "warn", DOWN: "bad" };

/** Opens the view in its place; see app.js. */
export function open(place, app) {
  const view = new Overview(place, app);
  return { close: () => view.close() };
}

class Overview {
  #app;
  #polls;

  constructor(place, app) {
    this.#app = app;
    this.topology = new TopologyPicture(app);
    place.append(...this.#build());
    this.#polls = [
      app.api.poll("/v1/overview", EVERY_MS, (answer) => this.#show(answer), (problem) => this.#fail(problem)),
      app.api.poll("/v1/topology", TOPOLOGY_EVERY_MS, (answer) => this.#showTopology(answer)),
    ];
  }

  close() {
    this.#polls.forEach((poll) => poll.close());
    this.topology.close();
  }

  #build() {
    const { say } = this.#app;
    this.bannerSign = h("div.banner-sign", {}, skeleton(1));
    this.bannerWord = h("p.banner-word");
    this.bannerSentence = said("banner-sentence");
    this.bannerFacts = h("p.banner-facts.small");
    this.banner = h(
      "section.banner",
      { "aria-label": say("overview.verdict") },
      this.bannerSign,
      h("div.banner-text", {}, this.bannerWord, this.bannerSentence),
      this.bannerFacts,
    );
    this.problem = h("div", { hidden: true });
    this.groups = h("ul.group-list");
    this.moreGroups = h("p.small", { hidden: true });
    this.noGroups = h("p.quiet", { hidden: true }, say("lag.noGroups"));
    this.topologyPlace = h("div", {}, skeleton(4));
    this.inputs = h("tbody");
    this.outputs = h("tbody");
    this.reasons = h("ol.bars");
    this.quarantineTotal = h("span.quiet.small");
    this.instances = h("tbody");
    this.moreInstances = h("p.small.quiet", { hidden: true });
    this.noInstances = h("p.quiet", { hidden: true }, say("overview.noInstances"));
    return [
      heading(say("overview.title")),
      this.problem,
      this.banner,
      h(
        "div.grid",
        {},
        card(say("overview.groups"), { id: "groups", className: "card.span-12" }, this.groups, this.noGroups, this.moreGroups),
        h(
          "section.card.span-12",
          { "aria-labelledby": "topology-title" },
          h("div.card-head", {}, h("h2", { id: "topology-title" }, say("topology.title")), this.topology.toggle),
          this.topologyPlace,
        ),
        card(say("overview.throughput"), { id: "throughput", className: "card.span-5" }, this.#rates(say("overview.doors"), this.inputs), this.#rates(say("overview.outputs"), this.outputs)),
        h(
          "section.card.span-4",
          { "aria-labelledby": "quarantine-title" },
          h("div.card-head", {}, h("h2", { id: "quarantine-title" }, say("overview.quarantine")), this.quarantineTotal),
          this.reasons,
        ),
        h("div.stack.span-3", {}, this.#trainerCard(), this.#canaryCard()),
        card(
          say("overview.instances"),
          { id: "instances", className: "card.span-8" },
          scrolling(
            say("overview.instances"),
            h(
              "table.instances",
              {},
              h("thead", {}, h("tr", {}, ["service", "state", "partitions", "host", "since", "reported"].map((head) => h("th", { scope: "col", class: head === "partitions" ? "number" : `col-${head}` }, say(`overview.${head}`))))),
              this.instances,
            ),
          ),
          this.noInstances,
          this.moreInstances,
        ),
        this.#clusterCard(),
      ),
    ];
  }

  #rates(title, body) {
    const { say } = this.#app;
    return h(
      "table.rates",
      {},
      h("caption", {}, title),
      h("thead.unseen", {}, h("tr", {}, h("th", { scope: "col" }, say("overview.topic")), h("th", { scope: "col" }, say("overview.lately")), h("th", { scope: "col" }, say("overview.rate")), h("th", { scope: "col" }, say("overview.total")))),
      body,
    );
  }

  #trainerCard() {
    const { say } = this.#app;
    this.clockFigure = h("p.figure-large");
    this.clockChip = stateChip("quiet", "");
    this.clockSentence = said();
    this.trainerFacts = { ready: fact(say("overview.ready")), rate: fact(say("overview.batches")), wait: fact(say("overview.wait")) };
    return card(
      say("overview.trainer"),
      { id: "trainer" },
      h("div.row.between", {}, this.clockFigure, this.clockChip),
      this.clockSentence,
      h("dl.facts", {}, Object.values(this.trainerFacts)),
    );
  }

  #canaryCard() {
    const { say } = this.#app;
    this.canaryChip = stateChip("quiet", "");
    this.canaryFigure = h("p.figure-large");
    this.canarySentence = said();
    return card(say("overview.canary"), { id: "canary" }, h("div.row.between", {}, this.canaryFigure, this.canaryChip), this.canarySentence);
  }

  #clusterCard() {
    const { say } = this.#app;
    this.brokerChip = stateChip("quiet", "");
    this.brokerSentence = said();
    this.brokers = h("ul.broker-list");
    this.registryChip = stateChip("quiet", "");
    this.registrySentence = said();
    return h(
      "section.card.span-4",
      { "aria-labelledby": "cluster-title" },
      h("h2", { id: "cluster-title" }, say("overview.cluster")),
      h("div.part", {}, h("div.row.between", {}, h("h3", {}, say("overview.brokers")), this.brokerChip), this.brokerSentence, this.brokers),
      h("div.part", {}, h("div.row.between", {}, h("h3", {}, say("overview.registry")), this.registryChip), this.registrySentence),
    );
  }

  #fail(problem) {
    if (problem.status === 0 || problem.status === 401) {
      return;
    }
    this.problem.hidden = false;
    fill(this.problem, note("bad", problem.message));
  }

  #show(overview) {
    const app = this.#app;
    this.problem.hidden = true;
    this.#showBanner(overview);
    this.#showGroups(overview.groups ?? []);
    this.noGroups.hidden = overview.groups?.length !== 0;
    this.#showRates(this.inputs, overview.doors ?? []);
    this.#showRates(this.outputs, overview.outputs ?? []);
    this.#showQuarantine(overview.quarantine);
    this.#showTrainer(overview.trainer);
    this.#showCanary(overview.canary);
    this.#showInstances(overview.instances ?? [], overview.at);
    this.moreInstances.hidden = !(overview.instances_total > (overview.instances ?? []).length);
    setText(this.moreInstances, this.#app.say("overview.moreInstances", { count: this.#app.format.number(overview.instances_total) }));
    this.#showCluster(overview);
    app.watch.notice(overview.groups ?? []);
    app.showVerdict(overview.verdict ?? "");
  }

  #showTopology(topology) {
    if (topology.ready === false || (topology.nodes ?? []).length === 0) {
      if (!this.topologyShown) {
        fill(this.topologyPlace, note("quiet", this.#app.say("topology.none")));
      }
      return;
    }
    if (!this.topologyShown) {
      this.topologyShown = true;
      fill(this.topologyPlace, this.topology.element);
    }
    this.topology.update(topology);
  }

  #showBanner(overview) {
    const app = this.#app;
    const { at, dataset, verdict } = overview;
    const known = verdict ?? "UNKNOWN";
    if (this.banner.dataset.verdict !== known) {
      this.banner.dataset.verdict = known;
      this.banner.dataset.kind = looksOf(known).kind;
      fill(this.bannerSign, verdictSign(known));
    }
    setText(this.bannerWord, app.words.find(`verdict.${known}`) ?? known);
    showSaid(app, this.bannerSentence, overview, known);
    if (!overview.sentence) {
      setText(this.bannerSentence, app.say("overview.noVerdict"));
    }
    setText(this.bannerFacts, app.say("overview.asOf", { dataset: dataset ?? "", time: app.format.time(at) }));
  }

  #showGroups(groups) {
    const app = this.#app;
    const sorted = [...groups].sort((a, b) => rank(a.verdict) - rank(b.verdict) || (b.lag ?? 0) - (a.lag ?? 0));
    keyed(
      this.groups,
      sorted.slice(0, MOST_GROUPS),
      (group) => group.group,
      (group) => {
        const link = h("a.group-name", { href: `#/lag?group=${encodeURIComponent(group.group)}`, dir: "auto" }, group.group);
        return h("li.group", {}, verdictChip(app, group.verdict), link, h("span.group-figures"));
      },
      (item, group) => {
        showVerdict(app, item.firstElementChild, group.verdict);
        const waiting = isKnown(group.lag)
          ? app.say("overview.waiting", { count: app.format.compact(group.lag) })
          : app.say("overview.notKnown");
        const until = isKnown(group.lag) && group.lag > 0 && group.catch_up?.sentence ? ` · ${saidIn(app, group.catch_up)}` : "";
        setText(item.lastElementChild, waiting + until);
      },
    );
    this.moreGroups.hidden = sorted.length <= MOST_GROUPS;
    if (sorted.length > MOST_GROUPS && this.moreGroups.dataset.count !== String(sorted.length)) {
      this.moreGroups.dataset.count = String(sorted.length);
      fill(this.moreGroups, h("a", { href: "#/lag" }, app.say("overview.allGroups", { count: sorted.length })));
    }
  }

  #showRates(body, rates) {
    const app = this.#app;
    keyed(
      body,
      rates,
      (one) => one.topic,
      (one) => {
        const spark = new Sparkline(app.say("overview.sparkline", { topic: one.topic }));
        const row = h("tr", {}, h("th", { scope: "row" }, one.topic), h("td.spark-cell", {}, spark.element), h("td.number.strong"), h("td.number.quiet"));
        row.spark = spark;
        return row;
      },
      (row, one) => {
        const values = samples.get(one.topic) ?? [];
        values.push(one.per_second);
        values.splice(0, values.length - MOST_SAMPLES);
        samples.set(one.topic, values);
        row.spark.show(values, Math.max(FEWEST_SAMPLES, values.length));
        setText(row.children[2], app.format.rate(one.per_second));
        setText(row.children[3], app.format.compact(one.total));
        setAttribute(row.children[3], "title", app.format.number(one.total));
      },
    );
  }

  #showQuarantine(quarantine) {
    const app = this.#app;
    const reasons = [...(quarantine?.by_reason ?? [])].sort((a, b) => b.count - a.count);
    const shown = reasons.slice(0, MOST_REASONS);
    const most = Math.max(1, ...shown.map((reason) => reason.count));
    this.quarantineTotal.hidden = !isKnown(quarantine?.total);
    setText(this.quarantineTotal, app.say("overview.total.records", { count: app.format.number(quarantine?.total) }));
    keyed(
      this.reasons,
      shown,
      (reason) => reason.reason,
      (reason) => {
        const bar = s("svg.bar-line", { viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true" }, s("rect.bar-ground", { width: 100, height: 6 }), s("rect.bar-value", { height: 6 }));
        return h(
          "li",
          {},
          h("a", { href: `#/quarantine?reason=${encodeURIComponent(reason.reason)}`, title: reason.reason }, reasonWords(app, reason.reason)),
          h("span.number"),
          bar,
        );
      },
      (item, reason) => {
        setText(item.children[1], app.format.number(reason.count));
        setAttribute(item.lastElementChild.lastElementChild, "width", (reason.count / most) * 100);
      },
    );
    if (shown.length === 0) {
      const words = quarantine?.total === 0 ? "overview.nothingQuarantined" : "overview.notKnown";
      keyed(this.reasons, [words], String, () => h("li.quiet", {}, app.say(words)));
    }
  }

  #showTrainer(trainer) {
    const app = this.#app;
    const connected = trainer?.connected === true;
    const seconds = trainer?.starves_in_seconds;
    const hasBatch = trainer?.ready_batches >= 1;
    const [kind, word] = !connected
      ? ["quiet", "away"]
      : !isKnown(seconds)
        ? hasBatch || trainer.batches_per_second > 0
          ? ["good", "fed"]
          : ["quiet", "waits"]
        : seconds <= SOON_SECONDS
          ? ["bad", seconds > 0 ? "starving" : "starves"]
          : seconds <= CALM_SECONDS
            ? ["warn", "soon"]
            : ["good", "fed"];
    showState(this.clockChip, kind, app.say(`trainer.${word}`));
    setText(this.clockFigure, isKnown(seconds) ? app.format.duration(seconds) : app.say(word === "fed" ? "trainer.never" : "trainer.none"));
    showSaid(app, this.clockSentence, trainer);
    setFact(this.trainerFacts.ready, app.format.number(trainer?.ready_batches));
    setFact(this.trainerFacts.rate, app.format.rate(trainer?.batches_per_second));
    setFact(this.trainerFacts.wait, app.format.share(trainer?.data_wait_share));
  }

  #showCanary(canary) {
    const app = this.#app;
    const state = canary?.enabled === false ? "OFF" : (canary?.state ?? "UNKNOWN");
    showState(this.canaryChip, CANARY_KINDS[state] ?? "quiet", app.words.find(`canary.${state}`) ?? state);
    setText(this.canaryFigure, app.format.milliseconds(canary?.last_ms));
    showSaid(app, this.canarySentence, canary);
  }

  #showInstances(instances, at) {
    const app = this.#app;
    this.noInstances.hidden = instances.length > 0;
    keyed(
      this.instances,
      instances,
      (one) => `${one.service} ${one.instance}`,
      (one) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, one.instance, h("span.below.quiet", {}, one.service)),
          h("td", {}, stateChip("quiet", ""), h("span.below", { lang: "en", dir: "auto" })),
          h("td.number"),
          h("td.mono", {}, `${one.host}:${one.pid}`),
          h("td"),
          h("td"),
        ),
      (row, one) => {
        const [, state, partitions, , since, reported] = row.children;
        const kind = one.silent ? "bad" : one.obstacle ? "warn" : one.state === "RUNNING" ? "good" : "quiet";
        showState(state.firstElementChild, kind, one.silent ? app.say("overview.silent") : (app.words.find(`state.${one.state}`) ?? one.state));
        setText(state.lastElementChild, one.obstacle);
        setText(partitions, app.format.number(one.partitions));
        setText(since, app.format.duration(app.format.secondsBetween(one.started_at, at)));
        setText(reported, app.say("overview.ago", { duration: app.format.age(one.reported_at, at) }));
      },
    );
  }

  #showCluster({ brokers, registry }) {
    const app = this.#app;
    const word = (state) => app.words.find(`state.${state}`) ?? state ?? "";
    showState(this.brokerChip, STATE_KINDS[brokers?.state] ?? "quiet", word(brokers?.state ?? "UNKNOWN"));
    showSaid(app, this.brokerSentence, brokers);
    keyed(
      this.brokers,
      brokers?.nodes ?? [],
      (node) => node.id,
      () => h("li", {}, h("span.mono"), h("span.quiet.small")),
      (item, node) => {
        setText(item.firstElementChild, `${node.id} · ${node.host}`);
        setText(item.lastElementChild, node.controller ? app.say("overview.controller") : "");
      },
    );
    showState(this.registryChip, STATE_KINDS[registry?.state] ?? "quiet", word(registry?.state ?? "UNKNOWN"));
    showSaid(app, this.registrySentence, registry);
  }
}
