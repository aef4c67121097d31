// Small parts that several views are made of.

import { h, s, setText, setAttribute, sign } from "./dom.js";

/** Each verdict with its letter, its shape and how bad it is, the worst first, and last what has nothing to do. */
export const VERDICTS = {
  LOST: { letter: "L", kind: "bad", shape: "cross" },
  STOP: { letter: "X", kind: "bad", shape: "octagon" },
  STALL: { letter: "S", kind: "bad", shape: "square" },
  REWIND: { letter: "R", kind: "bad", shape: "left" },
  AT_RISK: { letter: "A", kind: "warn", shape: "diamond" },
  BEHIND: { letter: "B", kind: "warn", shape: "up" },
  UNKNOWN: { letter: "?", kind: "quiet", shape: "ring" },
  OK: { letter: "O", kind: "good", shape: "circle" },
  IDLE: { letter: "I", kind: "quiet", shape: "pill" },
};

const WORST_FIRST = Object.keys(VERDICTS);

/** 0 for the worst; what this page does not know counts as UNKNOWN. */
export function rank(verdict) {
  const at = WORST_FIRST.indexOf(verdict);
  return at < 0 ? WORST_FIRST.indexOf("UNKNOWN") : at;
}

export function looksOf(verdict) {
  return VERDICTS[verdict] ?? VERDICTS.UNKNOWN;
}

/** A verdict as a chip: shape with letter, and the word. Update it with showVerdict. */
export function verdictChip(app, verdict) {
  const chip = h("span.chip", {}, verdictSign(verdict), h("span.chip-word"));
  showVerdict(app, chip, verdict);
  return chip;
}

export function showVerdict(app, chip, verdict) {
  if (chip.dataset.verdict !== verdict) {
    chip.dataset.verdict = verdict;
    chip.dataset.kind = looksOf(verdict).kind;
    chip.firstElementChild.replaceWith(verdictSign(verdict));
  }
  setText(chip.lastElementChild, app.words.find(`verdict.${verdict}`) ?? verdict);
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
export function stateChip(kind, text) {
  const chip = h("span.chip", {}, sign(`sign-${kind}`), h("span.chip-word"));
  showState(chip, kind, text);
  return chip;
}

export function showState(chip, kind, text) {
  if (chip.dataset.kind !== kind) {
    chip.dataset.kind = kind;
    chip.firstElementChild.replaceWith(sign(`sign-${kind}`));
  }
  setText(chip.lastElementChild, text);
}

/** The view's heading: where the focus goes when it opens. */
export function heading(...children) {
  return h("h1", { tabindex: "-1" }, ...children);
}

/** A card with a heading of its own. */
export function card(title, { id, className = "card" } = {}, ...children) {
  const name = id ? `${id}-title` : null;
  return h(
    `section.${className}`,
    { id, "aria-labelledby": name },
    h("h2", { id: name }, title),
    ...children,
  );
}

/** A verdict's sentence without the verdict that it may begin with, where that stands beside it. */
export function afterVerdict(verdict, sentence) {
  const text = sentence ?? "";
  const start = [`${verdict}: `, `${String(verdict).replace("_", " ")}: `].find((word) => text.startsWith(word));
  return start ? text.slice(start.length) : text;
}

/** Where a sentence of the service will stand; see showSaid. */
export function said(className = "said") {
  return h(`p.${className}`, { dir: "auto" });
}

/** What an answer's field says: in the page's language, or as the service says it, in English. */
export function saidIn(app, answer, field = "sentence") {
  return app.words.sentence(answer?.[`${field}_template`]) ?? answer?.[field] ?? "";
}

/** Shows what an answer's sentence says; not its verdict, where that stands beside it. */
export function showSaid(app, element, answer, verdict = "") {
  setAttribute(element, "lang", app.words.sentence(answer?.sentence_template) === null ? "en" : null);
  setText(element, afterVerdict(verdict, saidIn(app, answer)));
}

/** A measured value or a limit, like "12 bytes", with its unit in the page's language. */
export function withUnit(app, text) {
  const [, more, value, unit = ""] = /^(more than )?([\d.]+) ([a-z][a-z ]*)$/.exec(text ?? "") ?? [];
  const said = app.words.find(`unit.${unit.replaceAll(" ", "_")}`, { value: app.format.number(Number(value), 3) });
  return said === null ? text : more ? app.say("unit.more", { value: said }) : said;
}

/** What stands where nothing is known yet. */
export function skeleton(lines = 3) {
  const bars = Array.from({ length: lines }, () => h("span.bar"));
  return h("div.skeleton", { "aria-hidden": "true" }, ...bars);
}

/** A note in place of what cannot be shown. kind: quiet, warn or bad. */
export function note(kind, text) {
  return h("p.note", { data: { kind } }, sign(`sign-${kind}`), h("span", {}, text));
}

/** What scrolls sideways, so that the page does not: reachable by keyboard. */
export function scrolling(label, ...children) {
  return h("div.scroll", { tabindex: "0", role: "group", "aria-label": label }, ...children);
}

/** A row of a description list, to be updated with setFact. */
export function fact(term, value = "") {
  return h("div.fact", {}, h("dt", {}, term), h("dd", {}, value));
}

export function setFact(row, value) {
  setText(row.lastElementChild, value);
}

/** A button that is pressed or not. */
export function showPressed(button, pressed) {
  setAttribute(button, "aria-pressed", String(pressed));
}
