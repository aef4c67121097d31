// A pair on the page: first as a draft whose words are written, then as something that was sent. All that people or the
// service wrote goes in as text, never as markup.

import { h, s } from "./dom.js";
import { asSent } from "./pictures.js";
import { isFinal } from "./send.js";

const ACCEPTED = new Set(["TRAINING", "VALIDATION", "TEST"]);
const BAD = new Set(["QUARANTINED", "FETCH_FAILED", "REFUSED", "UNKNOWN"]);
const MOST_LANGUAGES = 12;
const LONGEST_NAME = 60;

function frame(preview, alt) {
  // What the browser cannot show, the service may still read; the frame then stays empty.
  const failed = (event) => event.currentTarget.remove();
  return h(
    "div.picture",
    preview && h("img", { alt, src: preview, on: { error: failed } }),
    s("svg", { viewBox: "0 0 32 32", "aria-hidden": "true" }, s("use", { href: "#picture" })),
  );
}

/**
 * A draft: {key, file, preview, caption, language, mediaType, problem, wrong}; problem with the picture, which can then
 * only be removed, wrong with the words: {text, values}. does: {change(), hint(), remove()}.
 */
export function draftCard(words, draft, number, does) {
  const { say } = words;
  const id = `draft-${draft.key}`;
  const write = (event) => {
    draft.caption = asSent(event.currentTarget.value);
    draft.wrong = null;
    does.change();
  };
  return h(
    "li.card",
    { key: draft.key },
    frame(draft.preview, say("draft.preview", { number })),
    h(
      "div.body",
      h("p.wrong", draft.problem && refusal(words, draft)),
      !draft.problem && [
        h("label.caption-label", { for: id }, say("draft.caption", { number })),
        h(
          "textarea",
          {
            id,
            rows: 2,
            placeholder: say("draft.example"),
            "aria-describedby": `${id}-wrong`,
            "aria-invalid": String(draft.wrong !== null),
            on: { input: write },
          },
          draft.caption,
        ),
        h("p.wrong.words-wrong", { id: `${id}-wrong` }, draft.wrong && problemText(words, draft.wrong)),
      ],
      h(
        "div.row.between",
        !draft.problem && hint(words, draft, `${id}-language`, does),
        h(
          "button.plain.remove",
          { type: "button", "aria-label": say("draft.removeNumbered", { number }), on: { click: does.remove } },
          say("draft.remove"),
        ),
      ),
    ),
  );
}

/** Why a file cannot be sent. */
export function refusal(words, { file, problem }) {
  return words.say("picture.refused", { name: file.name, problem: problemText(words, problem) });
}

function hint(words, draft, id, does) {
  const tags = new Set(["en", "zh", ...navigator.languages.map((tag) => tag.split("-")[0]), draft.language]);
  const offered = [...tags].filter((tag) => tag !== "").slice(0, MOST_LANGUAGES);
  const choose = (event) => {
    draft.language = event.currentTarget.value;
    does.hint(draft.language);
  };
  const option = (tag, text) => h("option", { value: tag, selected: tag === draft.language }, text);
  return h(
    "span.hint",
    h("label", { for: id }, words.say("draft.language")),
    " ",
    h(
      "select",
      { id, on: { change: choose } },
      option("", words.say("draft.unknown")),
      offered.map((tag) => option(tag, languageName(words, tag))),
    ),
  );
}

function languageName({ language }, tag) {
  try {
    return new Intl.DisplayNames([language], { type: "language" }).of(tag);
  } catch {
    return tag;
  }
}

function problemText({ language, say }, { text, values }) {
  const format = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const shown = Object.entries(values).map(([name, value]) => [name, typeof value === "number" ? format.format(value) : value]);
  return say(text, Object.fromEntries(shown));
}

/* ---- What was sent: a draft's fields, {id, sentAt} and {state: {status, …}} ---- */

/** good, bad, or wait while it is not over. */
export function kindOf({ state: { status, asking } }) {
  return ACCEPTED.has(status) ? "good" : BAD.has(status) && !asking ? "bad" : "wait";
}

/** Whether nothing more will be heard. */
export function isOver({ state: { status, over } }) {
  return isFinal(status) || status === "REFUSED" || over === true;
}

/** Whether closing the page would lose it. */
export function isUnsent({ file, state: { status } }) {
  return file !== null && (status === "SENDING" || status === "HELD");
}

function statusOf(words, { state: { status } }) {
  return words.find(`statuses.${status}`) ?? status;
}

/** What is said of it aloud: its words, its status and the reason. */
export function saidOf(words, pair) {
  const name = pair.caption || words.say("sent.earlier");
  return words.say("page.said", {
    caption: name.length > LONGEST_NAME ? name.slice(0, LONGEST_NAME - 3) + "…" : name,
    status: [statusOf(words, pair), explained(words, pair.state).says].filter(Boolean).join(". "),
  });
}

/** does: {change(), again()}. */
export function sentCard(words, pair, does) {
  const { say } = words;
  const { state } = pair;
  const kind = kindOf(pair);
  const { says, remedy } = explained(words, state);
  const isCopy = ACCEPTED.has(state.status) && (state.copies > 1 || state.copy_of);
  const notes = [state.note && say(state.note, state.values), isCopy && say("sent.copy")].filter(Boolean);
  const by = state.problem?.body ?? state;
  const facts = [
    ["fact.why", says],
    ["fact.measured", words.measured(by.measurement)],
    ["fact.limit", words.limit(by.measurement)],
    ["fact.remedy", remedy],
  ].filter(([, value]) => value);
  const button = (name, click) => h(`button.button.${name}`, { type: "button", on: { click } }, say(`sent.${name}`));
  return h(
    "li.card",
    { key: pair.key, "data-kind": kind },
    frame(pair.preview, ""),
    h(
      "div.body",
      h("p.caption", { dir: "auto" }, pair.caption || say("sent.earlier")),
      h(
        "p.status",
        s("svg", { viewBox: "0 0 20 20", "aria-hidden": "true" }, s("use", { href: `#icon-${kind}` })),
        h("strong", statusOf(words, pair)),
      ),
      h("p.says", notes.join(" ")),
      h("dl.facts", facts.map(([name, value]) => [h("dt", say(name)), h("dd", value)])),
      h(
        "p.row.actions",
        pair.file && isAboutWords(state) && button("change", does.change),
        state.again && button("again", does.again),
      ),
      h("p.small.trace", pair.id && say("sent.trace", { id: pair.id, time: timeOf(words, pair.sentAt) })),
    ),
  );
}

function isAboutWords({ status, reason, problem }) {
  const about = reason || problem?.body.reason || problem?.body.field || "";
  return (status === "QUARANTINED" || status === "REFUSED") && /^caption/i.test(about);
}

/** Why, and what would be right: as a reason, as a problem, or not at all. */
function explained(words, { status, reason, says = "", remedy, problem }) {
  if (problem) {
    const { body } = problem;
    const known = body.reason && body.remedy ? reasonIn(words, body.reason) : words.find(`problems.${problem.kind}`);
    return known ?? { says: problem.message, remedy: body.remedy };
  }
  if (reason && BAD.has(status)) {
    // The service says the status first and then why; here the status has a line of its own.
    const why = says.replace(/^(It was rejected|Its image could not be fetched)\.\s*/, "");
    return reasonIn(words, reason) ?? { says: why || says, remedy };
  }
  return {};
}

/** A reason in the page's language; null in English, in which the service says more. */
function reasonIn(words, reason) {
  const { title, remedy } = (words.language !== "en" && words.find(`reason.${reason}`)) || {};
  return title ? { says: title, remedy } : null;
}

function timeOf({ language }, date) {
  const isToday = new Date().toDateString() === date.toDateString();
  return new Intl.DateTimeFormat(language, { dateStyle: isToday ? undefined : "medium", timeStyle: "short" }).format(date);
}
