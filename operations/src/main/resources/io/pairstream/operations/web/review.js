// What a person decides about pairs in quarantine: the four buttons, and the dialog that asks why.

import { h, fill, setText } from "./dom.js";
import { note, saidIn, stateChip } from "./parts.js";
import { Picture, cardOf, shortId, spokenName } from "./tiles.js";

export const DECISIONS = ["ACCEPTED", "RECAPTIONED", "REPLAYED", "REJECTED"];

/** The service takes no more at once. */
export const MOST_PAIRS = 500;

/** Sent together; the same pairs sent again are decided once. */
const TOGETHER = 50;
const NAMED_PAIRS = 4;
const NAMED_RESULTS = 100;

/**
 * Buttons for the decisions. They are off, and say why, while nothing is chosen or nobody may decide.
 */
export class ReviewBar {
  #app;
  #chosen;
  #onDone;
  #buttons = new Map();
  #why = h("p.why-off.small.quiet", { id: "why-off" });
  #login;

  /**
   * chosen(): the pairs to decide about. onDone(decision, results): what became of them, by the
   * service's words.
   */
  constructor(app, { chosen, onDone }) {
    this.#app = app;
    this.#chosen = chosen;
    this.#onDone = onDone;
    this.#login = h(
      "button.plain",
      { type: "button", on: { click: () => app.session.want({ asked: true }) } },
      app.say("session.login"),
    );
    for (const decision of DECISIONS) {
      const kind = decision === "ACCEPTED" ? ".primary" : decision === "REJECTED" ? ".danger" : "";
      this.#buttons.set(
        decision,
        h(
          `button.button${kind}`,
          {
            type: "button",
            "aria-describedby": "why-off",
            data: { decision },
            on: { click: () => this.#press(decision) },
          },
          app.say(`review.${decision}`),
        ),
      );
    }
    this.element = h(
      "div.review-bar-buttons",
      { role: "group", "aria-label": app.say("review.title") },
      h("div.row", {}, [...this.#buttons.values()]),
      h("div.row", {}, this.#why, this.#login),
    );
    this.update();
  }

  /** Follows what is chosen and who looks. */
  update() {
    const count = this.#chosen().length;
    const may = this.#app.session.can("review");
    this.#login.hidden = may;
    for (const [decision, button] of this.#buttons) {
      const off = !may || count === 0 || (decision === "RECAPTIONED" && count !== 1);
      button.setAttribute("aria-disabled", String(off));
    }
    setText(this.#why, this.#reason(may, count));
  }

  #reason(may, count) {
    if (!may) {
      return this.#app.say("review.needsRole");
    }
    if (count === 0) {
      return this.#app.say("review.chooseFirst");
    }
    return count === 1 ? "" : this.#app.say("review.oneCaption");
  }

  async #press(decision) {
    const button = this.#buttons.get(decision);
    if (button.getAttribute("aria-disabled") === "true") {
      this.#app.announce(this.#why.textContent);
      return;
    }
    const results = await decide(this.#app, decision, this.#chosen());
    if (results.length > 0) {
      this.#onDone(decision, results);
    }
    this.update();
  }
}

/** Asks why, sends the decision, shows what became of each pair; gives the results. */
function decide(app, decision, pairs) {
  const results = [];
  const count = app.format.number(pairs.length);
  const title =
    pairs.length === 1 ? app.say(`review.one.${decision}`) : app.say(`review.many.${decision}`, { count });
  const heading = h("h2", { id: "review-title", tabindex: "-1" }, title);
  const body = h("div.stack.review-body");
  const dialog = h("dialog.review", { "aria-labelledby": "review-title" }, heading, body);

  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(results);
    });
    // While a decision is on its way, Escape would hide what became of it.
    dialog.addEventListener("cancel", (event) => dialog.dataset.busy === "true" && event.preventDefault());
    ask(app, { decision, pairs, title, dialog, body, results, heading });
    document.body.append(dialog);
    dialog.showModal();
    dialog.querySelector("textarea").focus();
  });
}

function ask(app, { decision, pairs, title, dialog, body, results, heading }) {
  const caption = decision === "RECAPTIONED" ? field(app, "caption", pairs[0].caption ?? "", 3) : null;
  const comment = field(app, "comment", "", 2);
  const wrong = h("div", { role: "alert" });
  const send = h("button.button.primary", { type: "submit" }, title);
  const cancel = h("button.button", { type: "button", on: { click: () => dialog.close() } }, app.say("review.cancel"));
  const progress = h("progress", { max: pairs.length, value: 0, hidden: true, "aria-label": app.say("review.sending") });
  const form = h(
    "form.stack",
    { id: "review-form", novalidate: true },
    caption?.element,
    comment.element,
    wrong,
    progress,
    h("div.row.ending", {}, cancel, send),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!complete(app, decision, pairs, caption, comment)) {
      return;
    }
    fill(wrong);
    send.disabled = cancel.disabled = true;
    progress.hidden = pairs.length <= TOGETHER;
    dialog.dataset.busy = "true";
    try {
      while (results.length < pairs.length) {
        const part = pairs.slice(results.length, results.length + TOGETHER);
        const answer = await app.api.post("/v1/reviews", {
          pairs: part.map((pair) => pair.id),
          decision,
          ...(caption ? { caption: caption.value() } : {}),
          comment: comment.value(),
        });
        results.push(...inOrder(app, part, answer.results ?? []));
        progress.value = results.length;
      }
      tell(app, { decision, pairs, dialog, body, results, heading });
    } catch (problem) {
      await explain(app, problem, wrong);
    } finally {
      dialog.dataset.busy = "false";
      send.disabled = cancel.disabled = false;
    }
  });
  fill(
    body,
    h("p", {}, app.say(`review.means.${decision}`)),
    decision === "RECAPTIONED" ? thePicture(app, pairs[0]) : theirNames(app, pairs),
    form,
  );
}

function field(app, name, value, rows) {
  const id = `review-${name}`;
  const area = h("textarea", {
    id,
    rows,
    dir: "auto",
    required: true,
    maxlength: name === "comment" ? 2_000 : 20_000,
    "aria-describedby": `${id}-hint ${id}-wrong`,
  });
  area.value = value;
  const wrong = h("p.wrong", { id: `${id}-wrong` });
  return {
    element: h(
      "div.field",
      {},
      h("label", { for: id }, app.say(`review.${name}`)),
      area,
      h("p.small.quiet", { id: `${id}-hint` }, app.say(`review.${name}Hint`)),
      wrong,
    ),
    value: () => area.value.trim(),
    complain(text) {
      setText(wrong, text);
      area.setAttribute("aria-invalid", String(text !== ""));
      if (text !== "") {
        area.focus();
      }
    },
  };
}

/** Says what is missing, and leads to the first of it. */
function complete(app, decision, pairs, caption, comment) {
  const noComment = comment.value() === "";
  comment.complain(noComment ? app.say("review.commentMissing") : "");
  let noCaption = false;
  if (caption !== null) {
    const same = caption.value() === String(pairs[0].caption ?? "").trim();
    noCaption = caption.value() === "" || same;
    const text = caption.value() === "" ? "review.captionMissing" : "review.captionSame";
    caption.complain(noCaption ? app.say(text) : "");
  }
  return !noComment && !noCaption;
}

function thePicture(app, pair) {
  return h("div.review-picture", {}, new Picture(app, pair, { size: 320, address: pair.picture }).element);
}

function theirNames(app, pairs) {
  const rest = pairs.length - NAMED_PAIRS;
  return h(
    "ul.review-names.small",
    {},
    pairs.slice(0, NAMED_PAIRS).map((pair) => h("li", {}, h("bdi", {}, spokenName(app, pair)))),
    rest > 0 && h("li.quiet", {}, app.say("review.andMore", { count: app.format.number(rest) })),
  );
}

/** The service's results in the order of what was sent; what it does not name has failed. */
function inOrder(app, part, results) {
  const byId = new Map(results.map((result) => [result.id, result]));
  return part.map(
    (pair) => byId.get(pair.id) ?? { id: pair.id, outcome: "FAILED", detail: app.say("review.unanswered") },
  );
}

async function explain(app, problem, wrong) {
  if (problem.status === 401 || problem.status === 403) {
    await app.session.refresh();
    fill(
      wrong,
      note("warn", app.say("review.sessionEnded")),
      h(
        "button.button",
        {
          type: "button",
          id: "review-login",
          on: {
            click: async () => {
              if (await app.session.want({ asked: true })) {
                fill(wrong, note("good", app.say("review.sessionBack")));
              }
            },
          },
        },
        app.say("session.login"),
      ),
    );
    return;
  }
  fill(wrong, note("bad", problem.status === 0 ? app.say("review.away") : problem.message));
}

/** What became of each pair; those that failed come first. */
function tell(app, { decision, pairs, dialog, body, results, heading }) {
  const failed = results.filter((result) => result.outcome !== "DONE");
  const done = results.filter((result) => result.outcome === "DONE");
  const text =
    failed.length === 0
      ? app.say("review.allDone", { count: app.format.number(done.length) })
      : app.say("review.someFailed", {
          done: app.format.number(done.length),
          failed: app.format.number(failed.length),
        });
  const byId = new Map(pairs.map((pair) => [pair.id, pair]));
  setText(heading, text);
  fill(
    body,
    done.length > 0 && h("p", {}, app.say(`review.next.${decision}`)),
    h(
      "ul.results",
      { tabindex: "0", "aria-label": app.say("review.results") },
      [...failed, ...done].slice(0, NAMED_RESULTS).map((result) => resultLine(app, byId.get(result.id), result)),
      results.length > NAMED_RESULTS &&
        h("li.quiet", {}, app.say("review.andMore", { count: app.format.number(results.length - NAMED_RESULTS) })),
    ),
    h(
      "div.row.ending",
      {},
      h("button.button.primary", { type: "button", id: "review-close", on: { click: () => dialog.close() } }, app.say("review.close")),
    ),
  );
  heading.focus();
  app.announce(text);
}

function resultLine(app, pair, result) {
  const done = result.outcome === "DONE";
  return h(
    "li.result",
    {},
    stateChip(done ? "good" : "bad", app.say(done ? "review.done" : "review.failed")),
    h("span.result-name", {}, h("bdi", {}, spokenName(app, pair ?? {}))),
    h("a.small.mono", { href: cardOf(result.sent_pair_id || result.id) }, shortId(result.sent_pair_id || result.id)),
    !done && h("p.small.result-detail", {}, saidIn(app, result, "detail") || app.say("review.noDetail")),
  );
}
