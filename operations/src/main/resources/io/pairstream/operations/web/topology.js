// The topology as a live picture: what flows where, how fast, and which step holds the others up.

import { h, s, fill, keyed, setAttribute, setText, sign } from "./dom.js";
import { isKnown } from "./format.js";
import { layered } from "./layout.js";
import { said, saidIn, scrolling, showSaid } from "./parts.js";

/** Sizes in CSS pixels: a box, and from one box to the next along and across the flow. */
const WIDE = { box: [128, 50], along: 164, across: 66 };
const TALL = { box: [92, 62], along: 88, across: 96 };
const MARGIN = 14;

/** Boxes may come nearer, so that the whole flow fits; below this the picture scrolls. */
const NEAREST = 132;
const BETWEEN = 30;

/** Drawn smaller than this nobody could read it; then it scrolls. */
const SMALLEST = 0.74;

/** A wide letter of a box's name. */
const LETTER_PX = 7.2;

/** What takedowns do beside the way of pairs: shown with every node, and where one holds the rest back. */
const TAKEDOWNS = /^takedowns|^(read-takedown|carry-out|withdrawn|remove)$|^remove-|tombstones$/;

/** Narrower than this the flow goes down instead of to the right. */
const NARROW_PX = 640;

/** Nodes that only fork or join what a judging node decided; a few boxes less tell more. */
const JOINTS =
  /(-kept|-rejected|-filter)$|^(split|to|rejected)-|^(received|placed|misplaced|published|turned-away|decisions|quarantined|rejected|take-to-image)$/;

export class TopologyPicture {
  #app;
  #topology = null;
  #whole = false;
  #measured = new Set();
  #drawn = "";
  #boxes = new Map();
  #wires = [];
  #watcher;

  constructor(app) {
    this.#app = app;
    this.picture = h("div.topology-picture");
    this.frame = scrolling(app.say("topology.picture"), this.picture);
    this.culprit = h("p.culprit", { hidden: true });
    this.toggle = h(
      "button.plain",
      { type: "button", "aria-pressed": "false", on: { click: () => this.#showWhole(!this.#whole) } },
      app.say("topology.every"),
    );
    this.rows = h("tbody");
    this.words = h("pre", { lang: "en", tabindex: "0", "aria-label": app.say("topology.described") });
    const heads = ["node", "kind", "rate", "time", "busy", "to"];
    this.table = h(
      "details",
      {},
      h("summary", {}, app.say("topology.table")),
      scrolling(
        app.say("topology.table"),
        h(
          "table",
          {},
          h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, app.say(`topology.${head}`))))),
          this.rows,
        ),
      ),
      this.words,
    );
    this.sentence = said();
    this.element = h("div.topology", {}, this.culprit, this.sentence, this.frame, this.table);
    this.#watcher = new ResizeObserver(() => this.#draw());
    this.#watcher.observe(this.element);
  }

  close() {
    this.#watcher.disconnect();
  }

  update(topology) {
    this.#topology = topology;
    topology.nodes.filter((node) => isKnown(node.ms)).forEach((node) => this.#measured.add(node.id));
    showSaid(this.#app, this.sentence, topology.nodes.some((node) => node.bottleneck) ? null : topology);
    this.#draw();
    this.#showTable();
  }

  #showWhole(whole) {
    this.#whole = whole;
    setAttribute(this.toggle, "aria-pressed", String(whole));
    this.#draw();
  }

  #draw() {
    if (this.#topology === null || this.element.clientWidth === 0) {
      return;
    }
    const { nodes, edges } = this.#whole ? joined(this.#topology) : withoutJoints(withoutTakedowns(merged(this.#topology)), this.#measured);
    const room = this.element.clientWidth;
    const drawn = JSON.stringify([room, nodes.map((node) => node.id), edges]);
    if (drawn !== this.#drawn) {
      this.#drawn = drawn;
      this.#lay(nodes, edges, room);
    }
    this.#fillIn(nodes);
  }

  #lay(nodes, edges, room) {
    const tall = room < NARROW_PX;
    const { places, routes, layers, rows } = layered(
      nodes.map((node) => node.id),
      edges,
      tall ? { outputsLast: false, passage: 0.14 } : {},
    );
    const sizes = tall ? TALL : fitted(layers, room);
    const [boxWidth, boxHeight] = sizes.box;
    const at = ({ layer, row }) =>
      tall
        ? { x: MARGIN + boxWidth / 2 + row * sizes.across, y: MARGIN + boxHeight / 2 + layer * sizes.along }
        : { x: MARGIN + boxWidth / 2 + layer * sizes.along, y: MARGIN + boxHeight / 2 + row * sizes.across };
    const far = at({ layer: layers - 1, row: rows - 1 });
    const width = far.x + boxWidth / 2 + MARGIN;
    const height = far.y + boxHeight / 2 + MARGIN;
    const fits = Math.min(1, room / width);
    const scale = fits < SMALLEST ? 1 : fits;
    const drawing = s("svg.graph", {
      viewBox: `0 0 ${width} ${height}`,
      width: Math.round(width * scale),
      height: Math.round(height * scale),
      role: "img",
    });
    const half = tall ? boxHeight / 2 : boxWidth / 2;
    this.#wires = routes.map((route) => {
      const line = s("path.wire", { d: curve(route.points.map(at), half, tall) });
      drawing.append(line);
      return { ...route, line };
    });
    this.#boxes = new Map(
      nodes.map((node) => {
        const { x, y } = at(places.get(node.id));
        const box = new Box(node, x - boxWidth / 2, y - boxHeight / 2, boxWidth, boxHeight, tall);
        drawing.append(box.element);
        return [node.id, box];
      }),
    );
    this.drawing = drawing;
    fill(this.picture, drawing);
  }

  #fillIn(nodes) {
    const app = this.#app;
    const byId = new Map(nodes.map((node) => [node.id, node]));
    nodes.forEach((node) => this.#boxes.get(node.id)?.show(node, app));
    const most = Math.max(1e-9, ...nodes.map((node) => node.per_second ?? 0));
    for (const { from, to, line } of this.#wires) {
      const rate = rateOf(byId.get(from), byId.get(to), this.#wires);
      const strength = rate === null ? "unknown" : rate === 0 ? "none" : String(Math.max(1, Math.min(4, Math.ceil((Math.log10(1 + (9 * rate) / most)) * 4))));
      line.dataset.strength = strength;
    }
    const culprits = nodes.filter((node) => node.bottleneck);
    this.culprit.hidden = culprits.length === 0;
    if (culprits.length > 0) {
      const words = app.say("topology.bottleneck", { node: culprits.map((node) => node.id).join(", ") });
      const sentence = culprits.map((node) => saidIn(app, node)).filter(Boolean).join("; ");
      if (this.culprit.textContent !== words + sentence) {
        fill(this.culprit, sign("sign-warn"), h("span", {}, h("strong", {}, words), sentence && h("span", { dir: "auto" }, sentence)));
      }
    }
    const summary = app.say("topology.summary", {
      count: app.format.number(nodes.length),
      bottleneck: culprits.length > 0 ? culprits.map((node) => node.id).join(", ") : app.say("topology.noBottleneck"),
    });
    setAttribute(this.drawing, "aria-label", summary);
  }

  #showTable() {
    const app = this.#app;
    const next = new Map();
    this.#topology.edges.forEach(({ from, to }) => next.set(from, [...(next.get(from) ?? []), to]));
    keyed(
      this.rows,
      this.#topology.nodes,
      (node) => node.id,
      (node) => h("tr", {}, h("th.mono", { scope: "row" }, node.id), h("td"), h("td.number"), h("td.number"), h("td.number"), h("td")),
      (row, node) => {
        const [, kind, rate, time, busy, to] = row.children;
        setText(kind, app.words.find(`topology.${node.kind}`) ?? node.kind);
        setText(rate, app.format.rate(node.per_second));
        setText(time, app.format.milliseconds(node.ms));
        setText(busy, app.format.share(node.busy));
        setText(to, [...(next.get(node.id) ?? []), ...(node.kind === "sink" ? node.topics ?? [] : [])].join(", "));
      },
    );
    setText(this.words, this.#topology.text);
  }
}

/** A node of the picture. */
class Box {
  /** tall: with the figures one below the other. */
  constructor(node, x, y, width, height, tall) {
    this.width = width;
    this.name = s("text.box-name", { x: x + 10, y: y + 20 });
    this.figures = [s("text.box-figures", { x: x + 10, y: y + 37 }), tall && s("text.box-figures", { x: x + 10, y: y + 52 })].filter(Boolean);
    this.busy = s("rect.box-busy", { x: x + 3, y: y + height - 5, height: 3, rx: 1.5, width: 0 });
    this.mark = s("path.box-mark", { d: `M${x + width - 12} ${y - 8}l11 19h-22z` });
    this.markText = s("text.box-mark-text", { x: x + width - 12, y: y + 8, "text-anchor": "middle" }, "!");
    this.title = s("title");
    this.element = s(
      "g.box",
      { "data-kind": node.kind },
      this.title,
      s("rect.box-frame", { x, y, width, height, rx: node.kind === "processor" ? 9 : 24 }),
      this.name,
      ...this.figures,
      this.busy,
      this.mark,
      this.markText,
    );
    const label = labelOf(node);
    const most = Math.floor((width - (tall || node.kind === "processor" ? 14 : 22)) / LETTER_PX);
    setText(this.name, label.length > most ? `${label.slice(0, most - 1)}…` : label);
    if (node.kind !== "processor") {
      [this.name, ...this.figures].forEach((text) => text.setAttribute("x", x + (tall ? 11 : 16)));
      this.busy.setAttribute("display", "none");
    }
  }

  show(node, app) {
    const figures = [
      isKnown(node.per_second) ? app.format.rate(node.per_second) : null,
      isKnown(node.ms) ? app.format.milliseconds(node.ms) : null,
    ].filter(Boolean);
    const lines = this.figures.length > 1 ? figures : [figures.join(" · ")];
    this.figures.forEach((text, index) => setText(text, lines[index] ?? ""));
    setText(this.title, [node.id, ...(node.topics ?? []), ...figures, saidIn(app, node)].filter(Boolean).join("\n"));
    setAttribute(this.busy, "width", isKnown(node.busy) ? Math.max(0, Math.min(1, node.busy)) * (this.width - 6) : 0);
    setAttribute(this.element, "data-bottleneck", node.bottleneck ? "true" : null);
    this.mark.setAttribute("display", node.bottleneck ? "inline" : "none");
    this.markText.setAttribute("display", node.bottleneck ? "inline" : "none");
  }
}

/** The wide sizes with the boxes as far from each other as there is room; then all of it is drawn smaller. */
function fitted(layers, room) {
  const along = Math.max(NEAREST, Math.min(WIDE.along, Math.floor((room - 2 * MARGIN + BETWEEN) / layers)));
  return { ...WIDE, along, box: [along - BETWEEN, WIDE.box[1]] };
}

function labelOf(node) {
  return node.id.replace(/^(topic|store):(.*\.)?/, "").replace(/-repartition(-source|-sink)?$/, "");
}

/** A smooth line from box to box; points are the boxes' and passages' middles. */
function curve(points, half, tall) {
  const last = points.length - 1;
  const ends = points.map(({ x, y }, index) => {
    const shift = index === 0 ? half : index === last ? -half : 0;
    return tall ? { x, y: y + shift } : { x: x + shift, y };
  });
  let path = `M${ends[0].x} ${ends[0].y}`;
  for (let i = 1; i <= last; i++) {
    const a = ends[i - 1];
    const b = ends[i];
    const middle = tall ? (a.y + b.y) / 2 : (a.x + b.x) / 2;
    path += tall ? `C${a.x} ${middle} ${b.x} ${middle} ${b.x} ${b.y}` : `C${middle} ${a.y} ${middle} ${b.y} ${b.x} ${b.y}`;
  }
  return path;
}

/** What an edge carries, where that can be told from its ends. */
function rateOf(from, to, wires) {
  const into = wires.filter((wire) => wire.to === to.id).length;
  const outOf = wires.filter((wire) => wire.from === from.id).length;
  if (into === 1 && isKnown(to.per_second)) {
    return to.per_second;
  }
  return outOf === 1 && isKnown(from.per_second) ? from.per_second : null;
}

/** Without topics and stores: the nodes that read and write them stand for them. */
function steps({ nodes, edges }) {
  const left = nodes.filter((node) => node.kind !== "topic" && node.kind !== "store");
  const ids = new Set(left.map((node) => node.id));
  return { nodes: left, edges: edges.filter(({ from, to }) => ids.has(from) && ids.has(to)) };
}

/** With an edge wherever a sink writes what a source reads, where no topic joins them: a repartition. */
function joined({ nodes, edges }) {
  if (nodes.some((node) => node.kind === "topic")) {
    return { nodes, edges };
  }
  const sources = nodes.filter((node) => node.kind === "source");
  const bridges = nodes
    .filter((node) => node.kind === "sink")
    .flatMap((sink) =>
      sources
        .filter((source) => source.topics?.some((topic) => sink.topics?.includes(topic)))
        .map((source) => ({ from: sink.id, to: source.id })),
    );
  const there = new Set(edges.map(({ from, to }) => `${from} ${to}`));
  return { nodes, edges: [...edges, ...bridges.filter(({ from, to }) => !there.has(`${from} ${to}`))] };
}

/** The same with a sink and the source that reads what it writes as one topic. */
function merged(topology) {
  const { nodes, edges } = joined(steps(topology));
  const named = new Map();
  for (const { from, to } of edges) {
    const [sink, source] = [from, to].map((id) => nodes.find((node) => node.id === id));
    if (sink?.kind === "sink" && source?.kind === "source") {
      const topic = { ...source, kind: "topic", topics: sink.topics, per_second: sink.per_second ?? source.per_second };
      named.set(sink.id, source.id);
      named.set(source.id, topic);
    }
  }
  const idOf = (id) => (typeof named.get(id) === "string" ? named.get(id) : id);
  return {
    nodes: nodes.filter((node) => typeof named.get(node.id) !== "string").map((node) => named.get(node.id) ?? node),
    edges: edges.map(({ from, to }) => ({ from: idOf(from), to: idOf(to) })).filter(({ from, to }) => from !== to),
  };
}

/** The way of pairs alone. */
function withoutTakedowns({ nodes, edges }) {
  const left = nodes.filter((node) => node.bottleneck || !TAKEDOWNS.test(node.id));
  const ids = new Set(left.map((node) => node.id));
  return { nodes: left, edges: edges.filter(({ from, to }) => ids.has(from) && ids.has(to)) };
}

/** The same graph with each joint replaced by edges from what leads to it to what it leads to. */
function withoutJoints({ nodes, edges }, measured) {
  let left = nodes;
  let wires = edges;
  for (const node of nodes) {
    const unmeasured = measured.size > 0 && !measured.has(node.id);
    if (node.kind !== "processor" || node.bottleneck || !(unmeasured || JOINTS.test(node.id))) {
      continue;
    }
    const before = wires.filter((edge) => edge.to === node.id);
    const after = wires.filter((edge) => edge.from === node.id);
    if (before.length === 0 || after.length === 0) {
      continue;
    }
    left = left.filter((other) => other !== node);
    const rest = wires.filter((edge) => edge.to !== node.id && edge.from !== node.id);
    const seen = new Set(rest.map(({ from, to }) => `${from} ${to}`));
    for (const { from } of before) {
      for (const { to } of after) {
        if (!seen.has(`${from} ${to}`) && from !== to) {
          seen.add(`${from} ${to}`);
          rest.push({ from, to });
        }
      }
    }
    wires = rest;
  }
  return { nodes: left, edges: wires };
}
