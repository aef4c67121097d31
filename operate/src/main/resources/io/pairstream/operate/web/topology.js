// The topology as a live picture: what flows where, how fast, and which step holds the others up.

import { h, s, sign } from "./dom.js";
import { isKnown } from "./format.js";
import { addressOf, asTable, choices, note, saidIn, scrolling, sentence, skeleton, table } from "./parts.js";

/** Sizes in CSS pixels: a box, and from one box to the next along and across the flow. */
const WIDE = { box: [128, 50], along: 164, across: 66 };
const DENSE = { height: 72, across: 86 };
const TALL = { box: [92, 72], along: 94, across: 96 };

/** The seven stages, one below the other on a phone. */
const TALL_STAGES = { box: [210, 50], along: 68, across: 0 };
const MARGIN = 14;

/** What stands beside the picture within its card. */
const AROUND = 40;

/** Boxes may come nearer, so that the whole flow fits; below this the picture scrolls. */
const NEAREST = 114;
const BETWEEN = 26;

/** Boxes nearer than this have their figures one below the other. */
const ROOMY = 150;

/** Drawn smaller than this it is unreadable; then it scrolls. */
const SMALLEST = 0.74;

/** A wide letter of a box's name. */
const LETTER_PX = 7.2;
const LINE_PX = 14;

/** Narrower than this the flow goes down instead of to the right. */
const NARROW_PX = 640;

/** What takedowns, refusals and larger copies do beside the way of pairs: shown only where one holds the rest back. */
const BESIDE =
  /^takedowns|^(read-takedown|withdrawals|carry-out|withdrawn|refusals|refuse|receipts-removed|forget-picture|remove|superseded-findings|superseded-listed)$|^(remove|refused|list-superseded|superseded)|(tombstones|superseded|refused|forgotten)$/;

/** Nodes that only fork or join what a judging node decided; a few boxes less tell more. */
const JOINTS =
  /(-kept|-rejected|-filter)$|^(split|to|rejected)-|^(received|placed|repartitioned|published|rejected-receipts|decisions|quarantined|rejected|take-to-image|grouped|found)$/;

/** Why steps that reject for one reason do. */
const REJECTS = { "check-withdrawn": "WITHDRAWN", "check-duplicate": "DUPLICATE_PAIR", "look-up": "NEAR_COPY", "check-sample": "DUPLICATE_PAIR" };
const OUTPUT = /\.(training|validation|test)$/;

/** The seven stages that a pair meets, each with its nodes; others, as what writes receipts, stand beside its way. */
const STAGES = {
  read: /^(raw-pairs|read(-(kept|rejected|repartitioned.*))?|placed|repartitioned|take-to-image|by-image.*|received)$/,
  "check-withdrawn": /^check-withdrawn/,
  gate: /^gate/,
  "check-duplicate": /^check-duplicate/,
  clean: /^(clean.*|find-group|known-picture|request-look-up|look-up|fingerprints|findings|read-finding|found|near-copies|grouped)$/,
  "check-sample": /^check-sample/,
  split: /^(split.*|to-.*|training|validation|test)$/,
};

/** Nodes that were ever measured: what is not, where others are, judges nothing. */
const measured = new Set();

/** The places of boxes and wires, as long as the same are drawn in the same room. */
let laid = { key: "" };

/**
 * topology: as the service answers, undefined where it has not yet; group: of the processes that run it; all: whether
 * each node is drawn, and not the stages alone.
 */
export function pipeline(app, topology, group, all, widthPx) {
  if (topology === undefined || topology.ready === false || (topology.nodes ?? []).length === 0) {
    return topology === undefined ? skeleton() : note("quiet", app.say("topology.none"));
  }
  topology.nodes.filter(({ ms }) => isKnown(ms)).forEach(({ id }) => measured.add(id));
  const drawn = all ? withoutJoints(withoutBranches(merged(topology))) : stages(app, topology);
  const culprits = topology.nodes.filter((node) => node.bottleneck);
  return h(
    "div.topology",
    culprits.length > 0 ? culprit(app, culprits, topology) : sentence(app, topology),
    scrolling(app.say("topology.picture"), h("div.topology-picture", graph(app, drawn, culprits, group, widthPx - AROUND))),
    asTable(app, app.say("topology.title"), columns(app, drawn), drawn.nodes, { keyOf: ({ id }) => id }),
    all &&
      h(
        "details.internals",
        h("summary", app.say("topology.internals", { count: app.format.number(topology.nodes.length) })),
        table(app.say("topology.title"), columns(app, topology), topology.nodes, { keyOf: ({ id }) => id }),
      ),
  );
}

/** Links to the picture of the stages and to that of the nodes. */
export function pipelineSwitch(app, all) {
  return choices(app.say("topology.shown"), [
    ["#/overview", app.say("topology.stages"), !all],
    ["#/overview?nodes=all", app.say("topology.nodes"), all],
  ]);
}

/** The seven stages as a graph, each with the figures of its nodes. */
function stages(app, topology) {
  const nodes = Object.entries(STAGES).map(([name, nodesOf]) => {
    const own = topology.nodes.filter(({ id }) => nodesOf.test(id));
    const sum = (of, some = own) => some.map(of).filter(isKnown).reduce((a, b) => a + b, 0);
    const rates = own.map(({ per_second: rate }) => rate).filter(isKnown);
    const written = sum(({ per_second: rate }) => rate, own.filter(({ kind }) => kind === "sink"));
    const rate = rates.length > 0 ? Math.max(written, ...rates) : null;
    const isMeasured = own.some(({ ms }) => isKnown(ms)) && rate > 0;
    return {
      id: name,
      label: app.say(`stage.${name}`),
      kind: "processor",
      members: own.map(({ id }) => id),
      per_second: rate,
      ms: isMeasured ? sum(({ ms, per_second: each }) => ms * each) / rate : null,
      busy: own.some(({ busy }) => isKnown(busy)) ? sum(({ busy }) => busy) : null,
      bottleneck: own.some(({ bottleneck }) => bottleneck),
    };
  });
  return { nodes, edges: nodes.slice(1).map(({ id }, index) => ({ from: nodes[index].id, to: id })), isChain: true };
}

function culprit(app, culprits, topology) {
  return h(
    "p.culprit",
    sign("sign-warn"),
    h("span", h("strong", app.say("topology.bottleneck", { node: namesOf(culprits) })), h("span", { dir: "auto" }, saidIn(app, topology))),
  );
}

function namesOf(nodes) {
  return nodes.map(({ id }) => id).join(", ");
}

function columns(app, { edges }) {
  const { say, format, words } = app;
  const next = (node) => edges.filter(({ from }) => from === node.id).map(({ to }) => to);
  return [
    { name: "node", of: ({ id, label }) => (label ? [label, label !== id && h("span.below.mono.quiet", id)] : h("span.mono", id)), isHead: true },
    { name: "kind", of: ({ kind }) => words.find(`topology.${kind}`) ?? kind },
    { name: "rate", of: (node) => format.rate(node.per_second), number: true },
    { name: "time", of: ({ ms }) => format.milliseconds(ms), number: true },
    { name: "busy", of: ({ busy }) => format.share(busy), number: true },
    { name: "to", of: (node) => [...next(node), ...(node.kind === "sink" ? (node.topics ?? []) : [])].join(", ") },
  ].map((column) => ({ ...column, title: say(`topology.${column.name}`) }));
}

/* ---- The picture ---- */

function graph(app, { nodes, edges, isChain }, culprits, group, room) {
  const key = JSON.stringify([room, nodes.map(({ id }) => id), edges]);
  laid = laid.key === key ? laid : { key, ...layOut(nodes, edges, room, isChain) };
  const { width, height, scale, boxes, wires, tall } = laid;
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const most = Math.max(1e-9, ...nodes.map((node) => node.per_second ?? 0));
  const bottleneck = culprits.length > 0 ? namesOf(culprits) : app.say("topology.noBottleneck");
  const label = app.say("topology.summary", { count: app.format.number(nodes.length), bottleneck });
  return s(
    "svg.graph",
    {
      viewBox: `0 0 ${width} ${height}`,
      width: Math.round(width * scale),
      height: Math.round(height * scale),
      role: "group",
      "aria-label": label,
    },
    wires.map(({ from, to, path }) =>
      s("path.wire", { d: path, "data-strength": strength(rateOf(byId.get(from), byId.get(to), wires), most) }),
    ),
    boxes.map(({ id, ...place }) => box(app, byId.get(id), leadsTo(byId.get(id), group), place, tall)),
  );
}

function layOut(nodes, edges, room, isChain) {
  const tall = room < NARROW_PX;
  const ids = nodes.map(({ id }) => id);
  const layerOf = layers(ids, edges);
  const rowOf = rows(ids, edges);
  const last = Math.max(...layerOf.values());
  const sizes = tall ? (isChain ? TALL_STAGES : TALL) : fitted(last + 1, room);
  const [boxWidth, boxHeight] = sizes.box;
  const at = (layer, row) => {
    const [x, y] = tall ? [row * sizes.across, layer * sizes.along] : [layer * sizes.along, row * sizes.across];
    return { x: MARGIN + boxWidth / 2 + x, y: MARGIN + boxHeight / 2 + y };
  };
  const far = at(last, Math.max(...rowOf.values()));
  const width = far.x + boxWidth / 2 + MARGIN;
  const height = far.y + boxHeight / 2 + MARGIN;
  const fits = Math.min(1, room / width);
  const half = tall ? boxHeight / 2 : boxWidth / 2;
  return {
    tall,
    width,
    height,
    scale: fits < SMALLEST ? 1 : fits,
    wires: edges.map(({ from, to }) => {
      const [layer, next, row] = [layerOf.get(from), layerOf.get(to), rowOf.get(to)];
      // What passes steps does so in the row that it leads to.
      const turns = next > layer + 1 ? [at(layer + 1, row)] : [];
      return { from, to, path: curve([at(layer, rowOf.get(from)), ...turns, at(next, row)], half, tall) };
    }),
    boxes: ids.map((id) => {
      const { x, y } = at(layerOf.get(id), rowOf.get(id));
      return { id, x: x - boxWidth / 2, y: y - boxHeight / 2, width: boxWidth, height: boxHeight };
    }),
  };
}

/** The longest way to each node; what leads nowhere stands in the last layer. */
function layers(ids, edges) {
  const layerOf = new Map();
  const depth = (id) => {
    if (!layerOf.has(id)) {
      layerOf.set(id, 0); // for an edge that leads back
      const before = edges.filter(({ to }) => to === id).map(({ from }) => depth(from));
      layerOf.set(id, Math.max(-1, ...before) + 1);
    }
    return layerOf.get(id);
  };
  const last = Math.max(...ids.map(depth));
  ids.filter((id) => !edges.some(({ from }) => from === id)).forEach((id) => layerOf.set(id, last));
  return layerOf;
}

/**
 * The outputs' rows, those behind most steps first; the shortest way to them lies in the second, where there is one,
 * what leads to an output in that output's, and the rest above.
 */
function rows(ids, edges) {
  const cameFrom = new Map(ids.filter((id) => !edges.some(({ to }) => to === id)).map((id) => [id, null]));
  for (const id of cameFrom.keys()) {
    edges.filter(({ from, to }) => from === id && !cameFrom.has(to)).forEach(({ to }) => cameFrom.set(to, id));
  }
  const wayTo = (id) => (id === null ? [] : [...wayTo(cameFrom.get(id)), id]);
  const outputs = ids.filter((id) => cameFrom.has(id) && !edges.some(({ from }) => from === id));
  outputs.sort((a, b) => wayTo(b).length - wayTo(a).length);
  const way = outputs.length > 0 ? wayTo(outputs[0]) : [];
  const rowOf = (id) => {
    const output = edges.find(({ from, to }) => from === id && outputs.includes(to))?.to;
    return outputs.includes(id) ? outputs.indexOf(id) : way.includes(id) ? Math.min(1, outputs.length - 1) : output ? outputs.indexOf(output) : 0;
  };
  return new Map(ids.map((id) => [id, rowOf(id)]));
}

/** The wide sizes with the boxes as far from each other as there is room; then all of it is drawn smaller. */
function fitted(layers, room) {
  const along = Math.max(NEAREST, Math.min(WIDE.along, Math.floor((room - 2 * MARGIN + BETWEEN) / layers)));
  const isRoomy = along >= ROOMY;
  return { along, across: isRoomy ? WIDE.across : DENSE.across, box: [along - BETWEEN, isRoomy ? WIDE.box[1] : DENSE.height] };
}

/** A smooth line from box to box; points are the middles of the boxes and of where it turns. */
function curve(points, half, tall) {
  const last = points.length - 1;
  const ends = points.map(({ x, y }, index) => {
    const shift = index === 0 ? half : index === last ? -half : 0;
    return tall ? { x, y: y + shift } : { x: x + shift, y };
  });
  const pieces = ends.slice(1).map((to, index) => {
    const from = ends[index];
    const middle = tall ? (from.y + to.y) / 2 : (from.x + to.x) / 2;
    const turns = tall ? [from.x, middle, to.x, middle] : [middle, from.y, middle, to.y];
    return `C${turns.join(" ")} ${to.x} ${to.y}`;
  });
  return `M${ends[0].x} ${ends[0].y}${pieces.join("")}`;
}

/** What a box stands for: the pairs of an output, those that a step rejects, or how far partitions are read. */
function leadsTo({ id, kind, topics = [] }, group) {
  const [, output] = topics.map((topic) => OUTPUT.exec(topic)).find(Boolean) ?? [];
  if (kind === "sink" && (output || topics.some((topic) => topic.endsWith(".quarantine")))) {
    return output ? addressOf("pairs", { status: output.toUpperCase() }) : "#/quarantine";
  }
  if (REJECTS[id] || id === "gate" || id === "clean") {
    return addressOf("quarantine", { reason: REJECTS[id] });
  }
  return id === "split" ? "#/profile" : id === "receipts" ? "#/pairs" : addressOf("lag", { group, only: topics.join() });
}

function box(app, node, address, { x, y, width, height }, tall) {
  const isStep = node.kind === "processor";
  const figures = [
    isKnown(node.per_second) && app.format.rate(node.per_second),
    isKnown(node.ms) && app.format.milliseconds(node.ms),
  ].filter(Boolean);
  const left = x + (isStep ? 10 : tall ? 11 : 16);
  const room = width - (tall || isStep ? 14 : 22);
  const fits = Math.floor(room / LETTER_PX);
  const isHigh = height > WIDE.box[1];
  const name = node.label ?? node.id.replace(/^(topic|store):(.*\.)?/, "").replace(/-repartition(-source|-sink)?$/, "");
  const names = linesOf(name, fits, isHigh);
  const below = y + (names.length > 1 ? 16 : 20);
  const figuresAt = below + (names.length - 1) * LINE_PX + 17;
  const busy = isKnown(node.busy) ? Math.max(0, Math.min(1, node.busy)) * (width - 6) : 0;
  return s(
    "a.box",
    { key: node.id, href: address, "data-kind": node.kind, "data-bottleneck": node.bottleneck ? "true" : null },
    s("title", [node.id, ...(node.topics ?? node.members), ...figures].filter(Boolean).join("\n")),
    s("rect.box-frame", { x, y, width, height, rx: isStep ? 9 : 24 }),
    names.map((line, index) =>
      s(
        "text.box-name",
        { x: left, y: below + index * LINE_PX, lengthAdjust: "spacingAndGlyphs", textLength: line.length > fits ? room : null },
        line,
      ),
    ),
    (isHigh ? figures : [figures.join(" · ")]).map((text, index) => s("text.box-figures", { x: left, y: figuresAt + 15 * index }, text)),
    isStep && s("rect.box-busy", { x: x + 3, y: y + height - 5, height: 3, rx: 1.5, width: busy }),
    node.bottleneck && [
      s("path.box-mark", { d: `M${x + width - 12} ${y - 8}l11 19h-22z` }),
      s("text.box-mark-text", { x: x + width - 12, y: y + 8, "text-anchor": "middle" }, "!"),
    ],
  );
}

/** A name on one line, or, where it is longer and there is room, on two, broken at the hyphen next to its middle. */
function linesOf(name, fits, isHigh) {
  const hyphens = [...name.matchAll(/-/g)].map(({ index }) => index + 1);
  const middle = name.length / 2;
  const [at] = hyphens.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle));
  return name.length <= fits || !isHigh || at === undefined ? [name] : [name.slice(0, at), name.slice(at)];
}

/** What an edge carries, where that follows from its ends. */
function rateOf(from, to, wires) {
  const into = wires.filter((wire) => wire.to === to.id).length;
  const outOf = wires.filter((wire) => wire.from === from.id).length;
  if (into === 1 && isKnown(to.per_second)) {
    return to.per_second;
  }
  return outOf === 1 && isKnown(from.per_second) ? from.per_second : null;
}

function strength(rate, most) {
  if (rate === null) {
    return "unknown";
  }
  return rate === 0 ? "none" : Math.max(1, Math.min(4, Math.ceil(Math.log10(1 + (9 * rate) / most) * 4)));
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
function withoutBranches({ nodes, edges }) {
  return among(nodes.filter(({ id, bottleneck }) => bottleneck || !BESIDE.test(id)), edges);
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
