// Small parts that views are made of. Each gives new elements; follow() shows them in place of the ones before.

import { h, painter, s, setText, sign } from "./dom.js";

/** Each verdict with its letter, its shape and how bad it is, the worst first, and last what has nothing to do. */
const VERDICTS = {
  LOST: { letter: "L", kind: "bad", shape: "cross" },
  REWIND: { letter: "R", kind: "bad", shape: "left" },
  STOP: { letter: "X", kind: "bad", shape: "octagon" },
  STALL: { letter: "S", kind: "bad", shape: "square" },
  AT_RISK: { letter: "A", kind: "warn", shape: "diamond" },
  BEHIND: { letter: "B", kind: "warn", shape: "up" },
  UNKNOWN: { letter: "?", kind: "quiet", shape: "ring" },
  STARTING: { letter: "…", kind: "quiet", shape: "pill", calm: true },
  OK: { letter: "O", kind: "good", shape: "circle", calm: true },
  IDLE: { letter: "I", kind: "quiet", shape: "pill", calm: true },
};

const WORST_FIRST = Object.keys(VERDICTS);

/** What this page does not know counts as UNKNOWN. */
export function looksOf(verdict) {
  return VERDICTS[verdict] ?? VERDICTS.UNKNOWN;
}

/** Sorts what has a verdict: the worst first, then where most waits. */
export function worstFirst(all) {
  const rank = ({ verdict }) => WORST_FIRST.indexOf(VERDICTS[verdict] ? verdict : "UNKNOWN");
  return [...all].sort((a, b) => rank(a) - rank(b) || (b.lag ?? 0) - (a.lag ?? 0));
}

/**
 * A view that follows the service: asks each question again and again, and shows what draw() gives in place, anew
 * with each answer that says something else. questions: {name: {path(), every, then(answer)}}, every in ms;
 * draw({name: answer, problem}, widthPx, view), problem where something could not be answered.
 */
export function follow(place, app, questions, draw) {
  const body = place.appendChild(h("div.view"));
  const answers = {};
  const { now, soon } = painter(body, () => draw(answers, body.clientWidth, view));
  const polls = new Map();
  const said = new Map();
  const times = new Map();
  const end = new AbortController();
  const heard = (name, answer) => {
    questions[name].then?.(answer);
    times.set(name, new Date().toISOString());
    const text = JSON.stringify(answer);
    if (said.get(name) !== text || answers.problem) {
      said.set(name, text);
      answers[name] = answer;
      answers.problem = null;
      soon();
    }
  };
  const failed = (name, problem) => {
    // An unreachable service is said for the whole page, and who may not look is asked for a key.
    const isSaid = problem.status === 0 || problem.status === 401;
    const asOf = times.has(name) ? app.say("connection.shown", { time: app.format.time(times.get(name)) }) : "";
    answers.problem = isSaid && said.size > 0 ? null : [problem.message || app.say("pairs.away"), asOf].join(" ").trim();
    soon();
  };
  const view = {
    redraw: now,
    /** Asks at once. */
    again: (name) => polls.get(name).now(),
    /** Forgets an answer, as the question is another one now, and asks. */
    ask(...names) {
      for (const name of names) {
        delete answers[name];
        said.delete(name);
        polls.get(name).now();
      }
      now();
    },
    close: () => ends.forEach((does) => does()),
  };
  const ends = [
    () => end.abort(),
    app.session.watch(now),
    ...Object.entries(questions).map(([name, { path, every }]) => {
      polls.set(name, app.api.poll(path, every, (answer) => heard(name, answer), (problem) => failed(name, problem)));
      return () => polls.get(name).close();
    }),
  ];
  addEventListener("resize", soon, { signal: end.signal });
  now();
  return view;
}

/** A verdict as a chip: shape with letter, and the word. */
export function verdictChip(app, verdict) {
  const word = app.words.find(`verdict.${verdict}`) ?? verdict;
  return h("span.chip", { "data-kind": looksOf(verdict).kind }, verdictSign(verdict), h("span", word));
}

/** The shape with the letter in it, 20 by 20. Says nothing itself. */
export function verdictSign(verdict) {
  const { letter, shape, kind } = looksOf(verdict);
  return s(
    "svg.verdict",
    { viewBox: "0 0 20 20", "aria-hidden": "true", "data-kind": kind, "data-shape": shape },
    s("use", { href: `#shape-${shape}` }),
    s("text", { x: 10, y: shape === "up" ? 15.8 : 13.8, "text-anchor": "middle" }, letter),
  );
}

/** A state that is no verdict, like UP or QUARANTINED: kind is good, warn, bad or quiet. */
export function chip(kind, text) {
  return h("span.chip", { "data-kind": kind }, sign(`sign-${kind}`), h("span", text));
}

/** The view's heading: where the focus goes when it opens. */
export function heading(...children) {
  return h("h1", { tabindex: "-1" }, children);
}

/** A card with a heading. className: "card" and more; beside: what stands beside the heading. */
export function card(id, title, { className = "card", beside } = {}, ...children) {
  const named = h("h2", { id: `${id}-title` }, title);
  return h(
    `section.${className}`,
    { id, "aria-labelledby": `${id}-title` },
    beside ? h("div.card-head", named, beside) : named,
    children,
  );
}

/** className: with what goes before it, like "button.primary", or "plain". */
export function button(text, click, attributes = {}, className = "button") {
  return h(`button.${className}`, { type: "button", on: { click }, ...attributes }, text);
}

/** Who did something; at the command line, that the name is unchecked. */
export function personOf(app, name) {
  const [, person, unknown] = /^(.*)(, not authenticated)$/s.exec(name) ?? [null, name];
  return [h("bdi", person), unknown && h("span.quiet", ` (${app.say("actions.notAuthenticated")})`)];
}

/** What an answer's field says: in the page's language, or as the service says it, in English. */
export function saidIn(app, answer, field = "sentence") {
  return app.words.sentence(answer?.[`${field}_template`]) ?? answer?.[field] ?? "";
}

/** An answer's sentence, without the verdict that it begins with, behind a group's name or not: that stands beside it. */
export function sentence(app, answer, className = "said") {
  const isEnglish = app.words.sentence(answer?.sentence_template) === null;
  const text = afterVerdict(answer?.verdict, saidIn(app, answer));
  return text !== "" && h(`p.${className}`, { dir: "auto", lang: isEnglish ? "en" : null }, text);
}

export function afterVerdict(verdict, text) {
  return text.replace(new RegExp(`^(\\S+: )?(${verdict}|${verdict?.replace("_", " ")}): `), "$1");
}

/** A name in code, which may break behind an underscore, so that a phone breaks it nowhere else. */
export function codeOf(name, className = "") {
  return h(`code${className}`, name.split(/(?<=_)/).flatMap((part) => [part, h("wbr")]));
}

/** What a pair's rejection rests on, and the limit that it breaks, in the page's language; empty where there is none. */
export function measuredOf({ words, format }, { measured }) {
  const number = (value) => format.number(value, 3);
  return { measured: words.measured(measured, number), limit: words.limit(measured, number) };
}

/** What stands where nothing is known yet. */
export function skeleton(lines = 6) {
  return h("div.skeleton", { "aria-hidden": "true" }, Array.from({ length: lines }, () => h("span.bar")));
}

/** A note in place of what cannot be shown. kind: quiet, warn or bad. */
export function note(kind, text) {
  return text && h("p.note", { "data-kind": kind }, sign(`sign-${kind}`), h("span", text));
}

/** A line that changes and is read out. */
export function tally(...children) {
  return h("p.tally", { role: "status" }, children);
}

export function timeOf(app, iso) {
  return h("time", { datetime: iso }, app.format.time(iso));
}

/** Terms with what is known of each; where nothing is, the term is left out. */
export function facts(all, className = "facts") {
  const isKnown = ([, value]) => value !== "" && value !== null && value !== undefined && value !== false;
  return h(
    `dl.${className}`,
    all.filter(isKnown).map(([term, value]) => h("div.fact", h("dt", term), h("dd", value))),
  );
}

/**
 * A table, which scrolls sideways where it must, so that the page does not. columns: [{name, title, of(row), isHead,
 * number}], name for the style sheet; keyOf(row): what a row is known by; marks(row): its attributes.
 */
export function table(label, columns, rows, { className = "", keyOf, marks = () => ({}) } = {}) {
  const classOf = ({ name, number }) => (number ? `number col-${name}` : `col-${name}`);
  const cell = (column, row) =>
    column.isHead
      ? h("th", { scope: "row", class: classOf(column) }, column.of(row))
      : h("td", { class: classOf(column), dir: column.number ? null : "auto" }, column.of(row));
  return scrolling(
    label,
    h(
      "table",
      { class: className },
      h("thead", h("tr", columns.map((column) => h("th", { scope: "col", class: classOf(column) }, column.title)))),
      h(
        "tbody",
        rows.map((row) => h("tr", { key: keyOf?.(row), ...marks(row) }, columns.map((column) => cell(column, row)))),
      ),
    ),
  );
}

/** The same, folded away: the figures of a drawing. */
export function asTable(app, label, ...more) {
  return h("details", h("summary", app.say("shell.asTable")), table(label, ...more));
}

/** What scrolls sideways: reachable by keyboard. */
export function scrolling(label, ...children) {
  return h("div.scroll", { tabindex: "0", role: "group", "aria-label": label }, children);
}

/** A choice: offered is [[value, text], …]; a value that is not among them is offered too. */
export function choice(app, id, label, value, offered, chosen) {
  const known = offered.filter(([code]) => code !== "");
  const all = value === "" || known.some(([code]) => code === value) ? known : [...known, [value, value]];
  return h(
    "div.field",
    h("label", { for: id }, label),
    h(
      "select",
      { id, on: { change: (event) => chosen(event.currentTarget.value) } },
      [["", app.say("pairs.any")], ...all].map(([code, text]) =>
        h("option", { value: code, selected: code === value }, text),
      ),
    ),
  );
}

/** Where templates of sentences have a command among their arguments. */
const COMMAND_AT = { HELD_BACK: 3, LEFT_OPEN: 3, TOPICS_MISSING: 1, INSTANCE_HANGS: 3 };

/** The commands that an answer's sentence names. */
export function commandsIn({ template, arguments: parts = [] } = {}) {
  return [...parts.filter((_, index) => index === COMMAND_AT[template]), ...parts.flatMap((part) => (typeof part === "string" ? [] : commandsIn(part)))];
}

/** A command with a button that copies it, or, where the browser does not let it, marks it to be copied. */
export function command(app, text) {
  const copy = async ({ currentTarget: pressed }) => {
    try {
      await navigator.clipboard.writeText(text);
      app.announce(app.say("shell.copied"));
      setText(pressed, app.say("shell.copied"));
    } catch {
      getSelection().selectAllChildren(pressed.parentElement.querySelector("code"));
      app.announce(app.say("shell.marked"));
    }
  };
  return h("div.command", { key: text }, h("code", text), button(app.say("shell.copy"), copy, { "aria-label": app.say("shell.copyThis", { command: text }) }, "button.small"));
}

/** An address of this page, like "#/pairs?q=dog"; what is empty is left out. */
export function addressOf(view, query) {
  const given = Object.entries(query).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return `#/${view}${given.length > 0 ? `?${new URLSearchParams(given)}` : ""}`;
}

/** Links of which one is where the reader is: [[address, text, isHere], …]. */
export function choices(label, all) {
  const link = ([href, text, isHere]) => h("a", { href, "aria-current": isHere ? "true" : null }, text);
  return h("div.switch", { role: "group", "aria-label": label }, all.map(link));
}
