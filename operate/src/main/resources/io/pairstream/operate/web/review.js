// What a person decides about pairs in quarantine: the four buttons, and the dialog that asks why.

import { ask } from "./dialog.js";
import { h, show } from "./dom.js";
import { button, chip, note, saidIn } from "./parts.js";
import { Shown, cardOf, picture, shortId, spokenName } from "./tiles.js";

const DECISIONS = { ACCEPTED: "button.primary", RECAPTIONED: "button", REPLAYED: "button", REJECTED: "button.danger" };

/** The service takes no more at once. */
export const MOST_PAIRS = 500;

/** Sent together; the same pairs sent again are decided once. */
const TOGETHER = 50;

/** A decision waits for two commits, 30 s each. */
const LONGEST_MS = 90_000;
const NAMED_RESULTS = 100;

/**
 * Buttons for the decisions about these pairs. They are off, and say why, while there are none or the user may not decide.
 * done(decision, results): what became of them, by the service's words.
 */
export function reviewBar(app, pairs, done) {
  const { say, session, announce } = app;
  const may = session.can("review");
  const count = pairs.length;
  const fixed = pairs.filter(({ waivable }) => waivable === false).length;
  const why = !may ? ["needsRole"] : count === 0 ? ["chooseFirst"] : [count > 1 && "oneCaption", fixed > 0 && "notWaivable"];
  const text = why.filter(Boolean).map((name) => say(`review.${name}`, { count: app.format.number(fixed) })).join(" ");
  const isOff = (decision) =>
    !may || count === 0 || (decision === "RECAPTIONED" && count !== 1) || (decision === "ACCEPTED" && fixed > 0);
  const press = async (decision) => {
    if (isOff(decision)) {
      announce(text);
      return;
    }
    const results = await decide(app, decision, pairs);
    if (results.length > 0) {
      done(decision, results);
    }
  };
  const decisionButton = ([decision, className]) =>
    button(
      say(`review.${decision}`),
      () => press(decision),
      { "data-decision": decision, "aria-describedby": "why-off", "aria-disabled": String(isOff(decision)) },
      className,
    );
  return h(
    "div.review-bar-buttons",
    { role: "group", "aria-label": say("review.title") },
    h("div.row", Object.entries(DECISIONS).map(decisionButton)),
    h(
      "div.row",
      h("p.why-off.small.quiet", { id: "why-off" }, text),
      !may && button(say("session.login"), () => session.want({ asked: true }), {}, "plain"),
    ),
  );
}

/** Asks why, sends the decision, says what became of each pair; gives the results. */
async function decide(app, decision, pairs) {
  const { say, format, api, session } = app;
  const [pair] = pairs;
  const isCaption = decision === "RECAPTIONED";
  const results = [];
  const title = pairs.length === 1 ? say(`review.one.${decision}`) : say(`review.many.${decision}`, { count: format.number(pairs.length) });
  const field = (name, value, most, check) => {
    const control = h("textarea", { rows: 2, dir: "auto", required: true, maxlength: most }, value);
    return { name, label: say(`review.${name}`), hint: say(`review.${name}Hint`), control, check };
  };
  const missing = (name) => (text) => (text === "" ? say(name) : "");
  const another = (text) => (text === String(pair.caption ?? "").trim() ? say("review.captionSame") : missing("review.captionMissing")(text));
  await ask(app, {
    id: "review",
    title,
    submit: title,
    lead: [h("p", say(`review.means.${decision}`)), isCaption && look(app, pair)],
    fields: [
      isCaption && field("caption", pair.caption ?? "", 20_000, another),
      field("comment", "", 2_000, missing("review.commentMissing")),
    ].filter(Boolean),
    async send(values, progress) {
      while (results.length < pairs.length) {
        const part = pairs.slice(results.length, results.length + TOGETHER);
        progress(say("review.sending", { done: format.number(results.length), count: format.number(pairs.length) }));
        const order = { pairs: part.map(({ id }) => id), decision, ...values };
        const answer = await api.post("/v1/reviews", order, LONGEST_MS);
        results.push(...answer.results);
      }
      return report(app, decision, pairs, results);
    },
    explain(problem, wrong) {
      if (problem.status !== 401 && problem.status !== 403) {
        return note("bad", problem.status === 0 ? say("review.away") : problem.message);
      }
      session.refresh();
      const again = async () => (await session.want({ asked: true })) && show(wrong, note("good", say("review.sessionBack")));
      return [note("warn", say("review.sessionEnded")), button(say("session.login"), again, { id: "review-login" })];
    },
  });
  return results;
}

function look(app, pair) {
  return h("div.review-picture", picture(app, pair, new Shown(), { size: 320 }));
}

/** What became of each pair; those that failed come first. */
function report(app, decision, pairs, results) {
  const { say, format } = app;
  const isDone = ({ outcome }) => outcome === "DONE";
  const [done, failed] = [results.filter(isDone), results.filter((result) => !isDone(result))];
  const byId = new Map(pairs.map((pair) => [pair.id, pair]));
  const line = (result) => {
    const id = result.sent_pair_id || result.id;
    return h(
      "li.result",
      chip(isDone(result) ? "good" : "bad", say(isDone(result) ? "review.done" : "review.failed")),
      h("bdi.result-name", spokenName(app, byId.get(result.id) ?? {})),
      h("a.small.mono", { href: cardOf(id) }, shortId(id)),
      result.detail !== "done" && h("p.small.result-detail", saidIn(app, result, "detail") || say("review.noDetail")),
    );
  };
  const rest = results.length - NAMED_RESULTS;
  return {
    title:
      failed.length === 0
        ? say("review.allDone", { count: format.number(done.length) })
        : say("review.someFailed", { done: format.number(done.length), failed: format.number(failed.length) }),
    body: [
      done.length > 0 && h("p", say(`review.next.${decision}`)),
      h(
        "ul.results",
        { tabindex: "0", "aria-label": say("review.results") },
        [...failed, ...done].slice(0, NAMED_RESULTS).map(line),
        rest > 0 && h("li.quiet", say("review.andMore", { count: format.number(rest) })),
      ),
    ],
  };
}
