// The topology, live: what flows where, how fast, and which step holds the others up.

import { h, sign } from "./dom.js";
import { isKnown } from "./format.js";
import { asTable, note, saidIn, sentence, skeleton } from "./parts.js";

/** What takedowns do beside the way of pairs: shown only where one holds the rest back. */
const TAKEDOWNS = /^takedowns|^(read-takedown|carry-out|withdrawn|remove)$|^remove-|tombstones$/;

/** Nodes that only fork or join what a judging node decided; a few boxes less tell more. */
const JOINTS =
  /(-kept|-rejected|-filter)$|^(split|to|rejected)-|^(received|placed|repartitioned|published|turned-away|decisions|quarantined|rejected|take-to-image)$/;

/** Nodes that were ever measured: what is not, where others are, judges nothing. */
const measured = new Set();

/** topology: as the service answers, undefined where it has not yet. */
export function pipeline(app, topology) {
  if (topology === undefined || topology.ready === false || (topology.nodes ?? []).length === 0) {
    return topology === undefined ? skeleton() : note("quiet", app.say("topology.none"));
  }
  topology.nodes.filter(({ ms }) => isKnown(ms)).forEach(({ id }) => measured.add(id));
  const drawn = withoutJoints(withoutTakedowns(merged(topology)));
  const culprits = drawn.nodes.filter((node) => node.bottleneck);
  return h(
    "div.topology",
    culprits.length > 0 ? culprit(app, culprits) : sentence(app, topology),
    graph(app, drawn, culprits),
    asTable(app, app.say("topology.title"), columns(app, topology), topology.nodes, { keyOf: ({ id }) => id }),
    h("details", h("summary", app.say("topology.described")), described(app, topology)),
  );
}

function described(app, { text }) {
  return h("pre", { lang: "en", tabindex: "0", "aria-label": app.say("topology.described") }, text);
}

function culprit(app, culprits) {
  const sentences = culprits.map((node) => saidIn(app, node)).filter(Boolean);
  return h(
    "p.culprit",
    sign("sign-warn"),
    h("span", h("strong", app.say("topology.bottleneck", { node: namesOf(culprits) })), h("span", { dir: "auto" }, sentences.join("; "))),
  );
}

function namesOf(nodes) {
  return nodes.map(({ id }) => id).join(", ");
}

function columns(app, { edges }) {
  const { say, format, words } = app;
  const next = (node) => edges.filter(({ from }) => from === node.id).map(({ to }) => to);
  return [
    { name: "node", of: ({ id }) => h("span.mono", id), isHead: true },
    { name: "kind", of: ({ kind }) => words.find(`topology.${kind}`) ?? kind },
    { name: "rate", of: (node) => format.rate(node.per_second), number: true },
    { name: "time", of: ({ ms }) => format.milliseconds(ms), number: true },
    { name: "busy", of: ({ busy }) => format.share(busy), number: true },
    { name: "to", of: (node) => [...next(node), ...(node.kind === "sink" ? (node.topics ?? []) : [])].join(", ") },
  ].map((column) => ({ ...column, title: say(`topology.${column.name}`) }));
}

/* ---- The flow ---- */

/** A column of boxes for each layer, the sources first. */
function graph(app, { nodes, edges }, culprits) {
  const layerOf = layers(nodes, edges);
  const columns = Array.from({ length: 1 + Math.max(...layerOf.values()) }, () => []);
  nodes.forEach((node) => columns[layerOf.get(node.id)].push(node));
  const bottleneck = culprits.length > 0 ? namesOf(culprits) : app.say("topology.noBottleneck");
  const label = app.say("topology.summary", { count: app.format.number(nodes.length), bottleneck });
  return h(
    "ol.graph",
    { "aria-label": label },
    columns.map((column) => h("li.layer", column.map((node) => box(app, node)))),
  );
}

/** The longest way to each node; what leads nowhere stands in the last layer. */
function layers(nodes, edges) {
  const layerOf = new Map();
  const depth = (id) => {
    if (!layerOf.has(id)) {
      layerOf.set(id, 0); // for an edge that leads back
      const before = edges.filter(({ to }) => to === id).map(({ from }) => depth(from));
      layerOf.set(id, Math.max(-1, ...before) + 1);
    }
    return layerOf.get(id);
  };
  const last = Math.max(...nodes.map(({ id }) => depth(id)));
  nodes.filter(({ id }) => !edges.some(({ from }) => from === id)).forEach(({ id }) => layerOf.set(id, last));
  return layerOf;
}

function box(app, node) {
  const figures = [
    isKnown(node.per_second) && app.format.rate(node.per_second),
    isKnown(node.ms) && app.format.milliseconds(node.ms),
  ].filter(Boolean);
  const label = node.id.replace(/^(topic|store):(.*\.)?/, "").replace(/-repartition(-source|-sink)?$/, "");
  const busy = isKnown(node.busy) ? Math.max(0, Math.min(1, node.busy)) : 0;
  return h(
    "div.box",
    {
      key: node.id,
      "data-kind": node.kind,
      "data-bottleneck": node.bottleneck ? "true" : null,
      title: [node.id, ...(node.topics ?? []), saidIn(app, node)].filter(Boolean).join("\n"),
      vars: { busy: `${100 * busy}%` },
    },
    h("span.box-name", node.bottleneck && sign("sign-warn"), label),
    h("span.box-figures", figures.join(" · ")),
  );
}

/* ---- What is drawn ---- */

/** These nodes, and the edges between them. */
function among(nodes, edges) {
  const ids = new Set(nodes.map(({ id }) => id));
  return { nodes, edges: edges.filter(({ from, to }) => ids.has(from) && ids.has(to)) };
}

/** Without topics and stores, which stand for those who read and write them; a repartition's sink and source are one. */
function merged(topology) {
  const { nodes, edges } = among(
    topology.nodes.filter(({ kind }) => kind !== "topic" && kind !== "store"),
    topology.edges,
  );
  const reads = (source, sink) => sink.kind === "sink" && sink.topics?.some((topic) => source.topics?.includes(topic));
  const joined = nodes.map((node) => {
    const sinks = node.kind === "source" ? nodes.filter((sink) => reads(node, sink)) : [];
    const [sink] = sinks;
    const rate = sink?.per_second ?? node.per_second;
    return sink ? { ...node, kind: "topic", topics: sink.topics, per_second: rate, sinks: sinks.map(({ id }) => id) } : node;
  });
  const nameOf = (id) => joined.find(({ sinks }) => sinks?.includes(id))?.id ?? id;
  const named = edges.map(({ from, to }) => ({ from: nameOf(from), to: nameOf(to) })).filter(({ from, to }) => from !== to);
  return among(joined.filter(({ id }) => nameOf(id) === id), named);
}

/** The way of pairs alone. */
function withoutTakedowns({ nodes, edges }) {
  return among(nodes.filter(({ id, bottleneck }) => bottleneck || !TAKEDOWNS.test(id)), edges);
}

/** The same graph with each joint replaced by edges from what leads to it to what it leads to. */
function withoutJoints(whole) {
  const isJoint = ({ id, kind, bottleneck }) =>
    kind === "processor" && !bottleneck && (JOINTS.test(id) || (measured.size > 0 && !measured.has(id)));
  return whole.nodes.filter(isJoint).reduce(({ nodes, edges }, { id }) => {
    const before = edges.filter(({ to }) => to === id);
    const after = edges.filter(({ from }) => from === id);
    if (before.length === 0 || after.length === 0) {
      return { nodes, edges };
    }
    const wanted = new Map(edges.map((edge) => [`${edge.from} ${edge.to}`, edge]));
    before.forEach(({ from }) => after.forEach(({ to }) => from !== to && wanted.set(`${from} ${to}`, { from, to })));
    return among(nodes.filter((node) => node.id !== id), [...wanted.values()]);
  }, whole);
}
