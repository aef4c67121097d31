// Where a limit on an answer or a measure divides the data set: how many pairs lie on each side of it, which are the
// nearest, and the line that makes it so. The limit is moved on the drawing or by the slider below it, which a keyboard
// and a screen reader reach.

import { h, s } from "./dom.js";
import { addressOf, asTable, card, command, follow, heading, note, skeleton, tally } from "./parts.js";
import { Shown, cardOf, inItsLanguage, picture, spokenName } from "./tiles.js";

const EVERY_MS = 15_000;

/** A limit that moves is asked about once it has stood still for a moment. */
const STILL_MS = 120;

const BOUNDS = ["AT_MOST", "AT_LEAST"];
const HEIGHT = 150;

/** Half of a slider's thumb, by which its ends lie inside of it; and its steps in each bin. */
const THUMB = 8;
const STEPS = 10;

const DIGITS = 4;

export function open(place, app, route) {
  const shown = new Shown();
  const asked = { field: route.query.get("field") ?? "", bound: route.query.get("bound") ?? "", limit: route.query.get("limit") ?? "" };
  let began = null;
  let timer = 0;
  const path = () => addressOf("threshold", asked).replace("#/", "/v1/");
  const move = (limit) => {
    asked.limit = String(limit);
    clearTimeout(timer);
    timer = setTimeout(() => {
      history.replaceState(null, "", addressOf("threshold", asked));
      view.again("answer");
    }, STILL_MS);
    view.redraw();
    // An input that the user has moved does not follow its attribute.
    place.querySelector("#threshold-slider").value = limit;
  };
  const then = ({ divided }) => (began ??= divided && { limit: divided.limit, kept: divided.kept });
  const view = follow(place, app, { answer: { path, every: EVERY_MS, then } }, ({ answer, problem }, width) => [
    heading(app.say("threshold.title")),
    answer && choices(app, answer),
    note("warn", problem),
    answer ? page(app, answer, { asked, began, shown, move, width }) : h("div.card", skeleton()),
  ]);
  return {
    close() {
      clearTimeout(timer);
      view.close();
    },
  };
}

function choices(app, { fields, field, bound }) {
  const go = (more) => app.go(addressOf("threshold", { field, bound, ...more }));
  const one = (id, label, value, offered, chosen) =>
    h(
      "div.field",
      h("label", { for: id }, label),
      h(
        "select",
        { id, on: { change: (event) => chosen(event.currentTarget.value) } },
        offered.map(([code, text]) => h("option", { value: code, selected: code === value }, text)),
      ),
    );
  const all = fields.includes(field) || field === "" ? fields : [...fields, field];
  return h(
    "div.row.slices",
    one("threshold-field", app.say("threshold.field"), field, all.map((name) => [name, name]), (value) => go({ field: value, bound: "" })),
    one("threshold-bound", app.say("threshold.bound"), bound, BOUNDS.map((name) => [name, app.say(`threshold.${name}`)]), (value) => go({ bound: value })),
  );
}

function page(app, answer, state) {
  const { field, divided, ready } = answer;
  if (!divided) {
    const why = ready === false ? "pairs.notReady" : field === "" ? "threshold.nothing" : "threshold.noNumber";
    return tally(app.say(why, { field }));
  }
  const limit = state.asked.limit === "" ? divided.limit : Number(state.asked.limit);
  return h(
    "div.grid",
    limitCard(app, answer, { ...state, limit }),
    side(app, "kept", divided.kept_pairs, state.shown),
    side(app, "leftOut", divided.left_out_pairs, state.shown),
  );
}

function limitCard(app, { field, bound, published, divided }, { began, move, width, limit }) {
  const { say, format } = app;
  const { histogram, count, kept, failed } = divided;
  const { edges, counts } = histogram;
  const number = (value) => format.number(value, DIGITS);
  const step = (edges[1] - edges[0]) / STEPS;
  const [least, most] = [edges[0], edges.at(-1)];
  const onStep = (value) => Number((Math.round(Math.min(most, Math.max(least, value)) / step) * step).toPrecision(9));
  const sentence = say("threshold.said", { kept: format.number(kept), count: format.number(count), out: format.number(count - kept) });
  const title = `${field} ${bound === "AT_MOST" ? "≤" : "≥"} ${number(limit)}`;
  const bins = counts.map((pairs, index) => ({ pairs, from: number(edges[index]), to: number(edges[index + 1]) }));
  return card(
    "threshold-limit",
    title,
    {},
    drawing(app, divided, { bound, limit, width: Math.max(240, width - 40), label: `${title}. ${sentence}`, move: (value) => move(onStep(value)) }),
    h("input.limit", {
      key: `${field} ${bound}`,
      id: "threshold-slider",
      type: "range",
      min: least,
      max: most,
      step: Number(step.toPrecision(9)),
      value: limit,
      "aria-label": say("threshold.limit"),
      "aria-valuetext": `${number(limit)}. ${sentence}`,
      on: { input: (event) => move(onStep(Number(event.currentTarget.value))) },
    }),
    h("p.ends.small.quiet", h("span", number(least)), h("span", number(most))),
    tally(sentence, " ", change(app, began, divided, number)),
    others(app, field, { published, count, failed }),
    divided.in_recipe &&
      h("p.small", say("threshold.inRecipe", { limit: number(divided.in_recipe.limit) }), " ", say(`threshold.${divided.in_recipe.when_outside}`)),
    h("h3", say("threshold.cut")),
    command(app, `pairstream view cut NAME --where '${divided.condition}'`),
    divided.recipe && [h("h3", say(field.startsWith("answer.") ? "threshold.recipeOfAnswer" : "threshold.recipe")), command(app, divided.recipe)],
    asTable(
      app,
      title,
      [
        { name: "from", title: say("threshold.from"), of: ({ from }) => from, isHead: true },
        { name: "to", title: say("threshold.to"), of: ({ to }) => to, number: true },
        { name: "pairs", title: say("profile.pairs"), of: ({ pairs }) => format.number(pairs), number: true },
      ],
      bins,
      { keyOf: ({ from }) => from },
    ),
  );
}

/** What a view would gain or lose by the way from the first limit to this one. */
function change({ say, format }, began, { kept }, number) {
  const more = began ? kept - began.kept : 0;
  return more !== 0 && say(more > 0 ? "threshold.more" : "threshold.fewer", { count: format.number(Math.abs(more)), limit: number(began.limit) });
}

/** Pairs that have no number: they are in no view that has the condition. */
function others({ say, format }, field, { published, count, failed }) {
  if (!field.startsWith("answer.")) {
    return h("p.small.quiet", say("threshold.sampled", { count: format.number(count) }));
  }
  const waiting = Math.max(0, published - count - failed);
  return waiting + failed > 0 && h("p.small.quiet", say("threshold.without", { waiting: format.number(waiting), failed: format.number(failed) }));
}

/**
 * The part of the limit's bin that lies below the colours' change. Values on the bin's lower edge alone, as counts are, lie
 * on one side, wherever in the bin the limit is; while a limit that moves is not answered yet, values are taken as spread.
 */
function lowerPart({ histogram: { edges, counts }, kept, limit: answered }, bound, limit, bin) {
  if (limit !== answered || counts[bin] === 0) {
    return (limit - edges[bin]) / (edges[bin + 1] - edges[bin]);
  }
  const isMost = bound === "AT_MOST";
  const others = (isMost ? counts.slice(0, bin) : counts.slice(bin + 1)).reduce((sum, count) => sum + count, 0);
  const part = Math.min(1, Math.max(0, (kept - others) / counts[bin]));
  return isMost ? part : 1 - part;
}

/** Bars, and the limit as a line where their colour changes; what is kept is filled. */
function drawing({ format }, divided, { bound, limit, width, label, move }) {
  const { edges, counts } = divided.histogram;
  const [least, most] = [edges[0], edges.at(-1)];
  const x = (value) => THUMB + ((Math.min(most, Math.max(least, value)) - least) / (most - least)) * (width - 2 * THUMB);
  const high = Math.max(1, ...counts);
  const bin = counts.findIndex((_, index) => edges[index] <= limit && limit < edges[index + 1]);
  const at = bin < 0 ? x(limit) : x(edges[bin] + lowerPart(divided, bound, limit, bin) * (edges[bin + 1] - edges[bin]));
  const bar = (from, to, top, className, text) =>
    to > from && s(`rect.${className}`, { x: from, y: top, width: to - from, height: HEIGHT - top }, s("title", text));
  const bars = counts.map((count, index) => {
    const [from, to] = [x(edges[index]) + 0.5, x(edges[index + 1]) - 0.5];
    const cut = Math.min(to, Math.max(from, at));
    const top = count === 0 ? HEIGHT : Math.min(HEIGHT - 2, HEIGHT - (count / high) * (HEIGHT - 8));
    const text = `${format.number(edges[index], DIGITS)} – ${format.number(edges[index + 1], DIGITS)}: ${format.number(count)}`;
    const [first, second] = bound === "AT_MOST" ? ["bar-kept", "bar-out"] : ["bar-out", "bar-kept"];
    return [bar(from, cut, top, first, text), bar(cut, to, top, second, text)];
  });
  const drag = (event) => {
    const { left, width: wide } = event.currentTarget.getBoundingClientRect();
    const share = ((event.clientX - left) / wide) * width;
    move(least + ((share - THUMB) / (width - 2 * THUMB)) * (most - least));
  };
  return s(
    "svg.chart.histogram",
    {
      viewBox: `0 0 ${width} ${HEIGHT}`,
      height: HEIGHT,
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": label,
      on: {
        pointerdown(event) {
          event.currentTarget.setPointerCapture(event.pointerId);
          drag(event);
        },
        pointermove: (event) => event.currentTarget.hasPointerCapture(event.pointerId) && drag(event),
      },
    },
    bars,
    s("path.limit-line", { d: `M${at} 0V${HEIGHT}` }),
  );
}

/** The pairs of a side, the nearest to the limit first. */
function side(app, name, pairs, shown) {
  const tile = (pair) =>
    h(
      "li.tile",
      { key: pair.id },
      picture(app, pair, shown),
      h("b", app.format.number(pair.value, DIGITS)),
      h("a.small", { href: cardOf(pair.id), ...inItsLanguage(pair) }, spokenName(app, pair)),
    );
  return card(
    `threshold-${name}`,
    app.say(`threshold.${name}`),
    {},
    pairs.length === 0 ? h("p.quiet", app.say("threshold.none")) : h("ul.tiles", pairs.map(tile)),
  );
}
