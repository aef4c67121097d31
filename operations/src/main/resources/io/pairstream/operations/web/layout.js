// Where the boxes of a directed graph go: in layers, so that what flows flows one way. Pure.

const SWEEPS = 24;

/**
 * Places nodes in layers along the flow and in rows across it.
 *
 * nodes: ids; edges: [{from, to}]. gives {places: Map id → {layer, row}}, where rows are counted in boxes and need not
 * be whole, {routes: [{from, to, points: [{layer, row}, …]}]} with a point for each layer that an edge passes, and
 * {layers, rows}, how many there are of each.
 *
 * outputsLast: whether all that leads nowhere stands in the last layer; passage: how much of a box's room a passing
 * edge takes.
 */
export function layered(nodes, edges, { outputsLast = true, passage = 0.5 } = {}) {
  const forward = acyclic(nodes, edges.filter(({ from, to }) => from !== to));
  const layerOf = layers(nodes, forward, outputsLast);
  const { columns, chains } = withPassages(nodes, forward, layerOf);
  const neighbours = adjacency(columns, chains);
  order(columns, neighbours);
  const rowOf = rows(columns, neighbours, passage);
  return {
    places: new Map(nodes.map((id) => [id, { layer: layerOf.get(id), row: rowOf.get(id) }])),
    routes: chains.map(({ from, to, ids }) => ({
      from,
      to,
      points: ids.map((id, index) => ({ layer: layerOf.get(from) + index, row: rowOf.get(id) })),
    })),
    layers: columns.length,
    rows: Math.max(0, ...rowOf.values()) + 1,
  };
}

/** The edges without those that lead back to where one came from. */
function acyclic(nodes, edges) {
  const state = new Map();
  const kept = [];
  const visit = (id) => {
    state.set(id, "open");
    for (const edge of edges.filter(({ from }) => from === id)) {
      if (state.get(edge.to) !== "open") {
        kept.push(edge);
        if (!state.has(edge.to)) {
          visit(edge.to);
        }
      }
    }
    state.set(id, "done");
  };
  const isEntered = (id) => edges.some(({ to }) => to === id);
  [...nodes.filter((id) => !isEntered(id)), ...nodes].forEach((id) => state.has(id) || visit(id));
  return kept;
}

/** The longest way to each node; a source stands right before what it leads to. */
function layers(nodes, edges, outputsLast) {
  const before = (id) => edges.filter(({ to }) => to === id).map(({ from }) => from);
  const after = (id) => edges.filter(({ from }) => from === id).map(({ to }) => to);
  const layerOf = new Map();
  const depth = (id) => {
    if (!layerOf.has(id)) {
      layerOf.set(id, Math.max(-1, ...before(id).map(depth)) + 1);
    }
    return layerOf.get(id);
  };
  nodes.forEach(depth);
  const last = Math.max(0, ...layerOf.values());
  for (const id of nodes) {
    const next = after(id);
    if (before(id).length === 0 && next.length > 0) {
      layerOf.set(id, Math.min(...next.map((to) => layerOf.get(to))) - 1);
    } else if (outputsLast && next.length === 0 && before(id).length > 0) {
      layerOf.set(id, last);
    }
  }
  return layerOf;
}

/** Columns of ids, with an unnamed place wherever an edge passes a layer. */
function withPassages(nodes, edges, layerOf) {
  const columns = Array.from({ length: Math.max(0, ...layerOf.values()) + 1 }, () => []);
  nodes.forEach((id) => columns[layerOf.get(id)].push(id));
  const chains = edges.map(({ from, to }) => {
    const passages = columns.slice(layerOf.get(from) + 1, layerOf.get(to)).map((column, index) => {
      const passage = ` ${from} ${to} ${index}`;
      column.push(passage);
      return passage;
    });
    return { from, to, ids: [from, ...passages, to] };
  });
  return { columns, chains };
}

function adjacency(columns, chains) {
  const neighbours = new Map(columns.flat().map((id) => [id, { before: [], after: [] }]));
  for (const { ids } of chains) {
    for (let i = 1; i < ids.length; i++) {
      neighbours.get(ids[i - 1]).after.push(ids[i]);
      neighbours.get(ids[i]).before.push(ids[i - 1]);
    }
  }
  return neighbours;
}

/** Sorts each column by where its neighbours stand, so that few edges cross. */
function order(columns, neighbours) {
  for (let sweep = 0; sweep < 24; sweep++) {
    const side = sweep % 2 === 0 ? "before" : "after";
    const at = new Map(columns.flatMap((column) => column.map((id, index) => [id, index])));
    for (const column of sweep % 2 === 0 ? columns : [...columns].reverse()) {
      const wish = new Map(column.map((id) => [id, mean(neighbours.get(id)[side].map((other) => [at.get(other), 1]), at.get(id))]));
      column.sort((a, b) => wish.get(a) - wish.get(b));
      column.forEach((id, index) => at.set(id, index));
    }
  }
}

/** Rows that keep the order and draw neighbours towards each other, at least a box apart. */
function rows(columns, neighbours, passage) {
  const rowOf = new Map();
  columns.forEach((column) => column.forEach((id, index) => rowOf.set(id, index - (column.length - 1) / 2)));
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const column of sweep % 2 === 0 ? columns : [...columns].reverse()) {
      const wishes = column.map((id) => {
        const { before, after } = neighbours.get(id);
        return mean([...before, ...after].map((other) => [rowOf.get(other), pull(id, other)]), rowOf.get(id));
      });
      spread(column, wishes, passage).forEach((row, index) => rowOf.set(column[index], row));
    }
  }
  const shift = Math.min(...rowOf.values());
  rowOf.forEach((row, id) => rowOf.set(id, row - shift));
  return rowOf;
}

/** The rows nearest to the wishes that keep the order and the room (pooling neighbours that collide). */
function spread(column, wishes, passage) {
  const half = (id) => (isPassage(id) ? passage / 2 : 0.5);
  const offsets = [];
  column.forEach((id, index) => offsets.push(index === 0 ? 0 : offsets[index - 1] + half(column[index - 1]) + half(id)));
  const pools = [];
  wishes.forEach((wish, index) => {
    // A box stays where it wants to be; what passes makes way.
    const weight = isPassage(column[index]) ? 1 : 8;
    let pool = { sum: (wish - offsets[index]) * weight, weight, count: 1 };
    while (pools.length > 0 && valueOf(pools.at(-1)) > valueOf(pool)) {
      const other = pools.pop();
      pool = { sum: other.sum + pool.sum, weight: other.weight + pool.weight, count: other.count + pool.count };
    }
    pools.push(pool);
  });
  return pools.flatMap((pool) => Array(pool.count).fill(valueOf(pool))).map((row, index) => row + offsets[index]);
}

const valueOf = (pool) => pool.sum / pool.weight;

const isPassage = (id) => id.startsWith(" ");

/** How much two places want to be in a row: the main way is straight, and so is a long way round. */
function pull(a, b) {
  return [6, 1, 8][[a, b].filter(isPassage).length];
}

/** Of pairs of a value and its weight. */
function mean(pairs, otherwise) {
  const weight = pairs.reduce((sum, [, one]) => sum + one, 0);
  return weight === 0 ? otherwise : pairs.reduce((sum, [value, one]) => sum + value * one, 0) / weight;
}
