// Where the boxes of a directed graph go: in layers, so that what flows flows one way. Pure.

const SWEEPS = 24;

/**
 * Places nodes in layers along the flow and in rows across it.
 *
 * nodes: ids; edges: [{from, to}]. gives {places: Map id → {layer, row}}, where rows are counted in
 * boxes and need not be whole, {routes: [{from, to, points: [{layer, row}, …]}]} with a point for each
 * layer that an edge passes, and {layers, rows}, how many there are of each.
 *
 * outputsLast: whether all that leads nowhere stands in the last layer; passage: how much of a box's room
 * a passing edge takes.
 */
export function layered(nodes, edges, { outputsLast = true, passage = 0.5 } = {}) {
  const known = new Set(nodes);
  const forward = acyclic(nodes, edges.filter(({ from, to }) => known.has(from) && known.has(to) && from !== to));
  const layerOf = layers(nodes, forward, outputsLast);
  const { columns, chains } = withPassages(nodes, forward, layerOf);
  const neighbours = adjacency(columns, chains);
  order(columns, neighbours);
  const rowOf = rows(columns, neighbours, passage);
  const count = columns.length;
  const highest = Math.max(0, ...rowOf.values());
  return {
    places: new Map(nodes.map((id) => [id, { layer: layerOf.get(id), row: rowOf.get(id) }])),
    routes: chains.map((chain) => {
      const points = chain.ids.map((id, index) => ({
        layer: layerOf.get(chain.edge.from) + index,
        row: rowOf.get(id),
      }));
      return { from: chain.edge.from, to: chain.edge.to, points };
    }),
    layers: count,
    rows: highest + 1,
  };
}

/** The edges without those that lead back to where one came from. */
function acyclic(nodes, edges) {
  const next = new Map(nodes.map((id) => [id, []]));
  edges.forEach((edge) => next.get(edge.from).push(edge));
  const state = new Map();
  const kept = [];
  const visit = (id) => {
    state.set(id, "open");
    for (const edge of next.get(id)) {
      if (state.get(edge.to) !== "open") {
        kept.push(edge);
        if (!state.has(edge.to)) {
          visit(edge.to);
        }
      }
    }
    state.set(id, "done");
  };
  const entered = new Set(edges.map((edge) => edge.to));
  [...nodes.filter((id) => !entered.has(id)), ...nodes].forEach((id) => state.has(id) || visit(id));
  return kept;
}

/** The longest way to each node. */
function layers(nodes, edges, outputsLast) {
  const before = new Map(nodes.map((id) => [id, []]));
  const after = new Map(nodes.map((id) => [id, []]));
  edges.forEach(({ from, to }) => {
    before.get(to).push(from);
    after.get(from).push(to);
  });
  const layerOf = new Map();
  const depth = (id) => {
    if (!layerOf.has(id)) {
      layerOf.set(id, Math.max(-1, ...before.get(id).map(depth)) + 1);
    }
    return layerOf.get(id);
  };
  nodes.forEach(depth);
  const last = Math.max(0, ...layerOf.values());
  if (outputsLast) {
    nodes
      .filter((id) => after.get(id).length === 0 && before.get(id).length > 0)
      .forEach((id) => layerOf.set(id, last));
  }
  // A source stands right before what it leads to.
  nodes
    .filter((id) => before.get(id).length === 0 && after.get(id).length > 0)
    .forEach((id) => layerOf.set(id, Math.min(...after.get(id).map((to) => layerOf.get(to))) - 1));
  return layerOf;
}

/** Columns of ids, with an unnamed place wherever an edge passes a layer. */
function withPassages(nodes, edges, layerOf) {
  const columns = Array.from({ length: Math.max(0, ...layerOf.values()) + 1 }, () => []);
  nodes.forEach((id) => columns[layerOf.get(id)].push(id));
  const chains = edges.map((edge) => {
    const ids = [edge.from];
    for (let layer = layerOf.get(edge.from) + 1; layer < layerOf.get(edge.to); layer++) {
      const passage = ` ${edge.from} ${edge.to} ${layer}`;
      columns[layer].push(passage);
      ids.push(passage);
    }
    ids.push(edge.to);
    return { edge, ids };
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
  let best = columns.map((column) => [...column]);
  let fewest = crossings(columns, neighbours);
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep++) {
    const side = sweep % 2 === 0 ? "before" : "after";
    const way = sweep % 2 === 0 ? columns : [...columns].reverse();
    const at = new Map();
    columns.forEach((column) => column.forEach((id, index) => at.set(id, index)));
    for (const column of way) {
      const wish = new Map(column.map((id) => [id, mean(neighbours.get(id)[side].map((other) => at.get(other)), at.get(id))]));
      column.sort((a, b) => wish.get(a) - wish.get(b));
      column.forEach((id, index) => at.set(id, index));
    }
    const now = crossings(columns, neighbours);
    if (now < fewest) {
      fewest = now;
      best = columns.map((column) => [...column]);
    }
  }
  columns.forEach((column, index) => column.splice(0, column.length, ...best[index]));
}

function crossings(columns, neighbours) {
  let count = 0;
  for (let layer = 1; layer < columns.length; layer++) {
    const at = new Map(columns[layer - 1].map((id, index) => [id, index]));
    const ends = columns[layer].flatMap((id) => neighbours.get(id).before.map((other) => at.get(other)).sort((a, b) => a - b));
    for (let i = 0; i < ends.length; i++) {
      for (let j = i + 1; j < ends.length; j++) {
        count += ends[i] > ends[j] ? 1 : 0;
      }
    }
  }
  return count;
}

/** Rows that keep the order and draw neighbours towards each other, at least a box apart. */
function rows(columns, neighbours, passage) {
  const rowOf = new Map();
  columns.forEach((column) => column.forEach((id, index) => rowOf.set(id, index - (column.length - 1) / 2)));
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const way = sweep % 2 === 0 ? columns : [...columns].reverse();
    for (const column of way) {
      const wishes = column.map((id) => {
        const { before, after } = neighbours.get(id);
        const others = [...before, ...after];
        return weighted(others.map((other) => [rowOf.get(other), pull(id, other)]), rowOf.get(id));
      });
      spread(column, wishes, passage).forEach((row, index) => rowOf.set(column[index], row));
    }
  }
  const shift = Math.min(...rowOf.values());
  rowOf.forEach((row, id) => rowOf.set(id, row - shift));
  return rowOf;
}

/** An unnamed place needs less room than a box. */
function room(a, b, passage) {
  const half = (id) => (id.startsWith(" ") ? passage / 2 : 0.5);
  return half(a) + half(b);
}

/** The rows nearest to the wishes that keep the order and the room (pooling neighbours that collide). */
function spread(column, wishes, passage) {
  const offsets = [];
  column.forEach((id, index) => offsets.push(index === 0 ? 0 : offsets[index - 1] + room(column[index - 1], id, passage)));
  const pools = [];
  wishes.forEach((wish, index) => {
    // A box stays where it wants to be; what passes makes way.
    const weight = column[index].startsWith(" ") ? 1 : 8;
    pools.push({ sum: (wish - offsets[index]) * weight, weight, count: 1 });
    while (pools.length > 1 && value(pools.at(-2)) > value(pools.at(-1))) {
      const last = pools.pop();
      pools.at(-1).sum += last.sum;
      pools.at(-1).weight += last.weight;
      pools.at(-1).count += last.count;
    }
  });
  const rows = [];
  pools.forEach((pool) => {
    for (let i = 0; i < pool.count; i++) {
      rows.push(value(pool) + offsets[rows.length]);
    }
  });
  return rows;
}

/** How much two places want to be in a row: the main way is straight, and so is a long way round. */
function pull(a, b) {
  const unnamed = [a, b].filter((id) => id.startsWith(" ")).length;
  return [6, 1, 8][unnamed];
}

function weighted(pairs, otherwise) {
  const weight = pairs.reduce((sum, [, one]) => sum + one, 0);
  return weight === 0 ? otherwise : pairs.reduce((sum, [row, one]) => sum + row * one, 0) / weight;
}

const value = (pool) => pool.sum / pool.weight;

function mean(values, otherwise) {
  return values.length === 0 ? otherwise : values.reduce((sum, next) => sum + next, 0) / values.length;
}
