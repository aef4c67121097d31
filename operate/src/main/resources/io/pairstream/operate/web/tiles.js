// Parts of every view that shows pairs: pictures that stay blurred until asked for, statuses, names of sources, links
// to a pair's card, lists that grow.

import { change, h, sign } from "./dom.js";
import { chip } from "./parts.js";

const KINDS = { TRAINING: "good", VALIDATION: "good", TEST: "good", QUARANTINED: "bad" };
const LONGEST_NAME = 90;

/** A pair's status, as a chip. */
export function statusChip(app, status) {
  return chip(KINDS[status] ?? "quiet", app.words.find(`status.${status}`) ?? status);
}

/** CROWDSOURCED and its like in the page's language; what the page does not know stays as it is. */
export function sourceName(app, source) {
  return app.words.find(`source.${source}`) ?? (source || app.say("pairs.noSource"));
}

/** Who sent it. */
export function producerName(app, contributor) {
  return h("bdi", contributor || app.say("pairs.noProducer"));
}

/** What a reason means, in the page's language; the code where the page does not know it. */
export function reasonWords(app, reason) {
  return app.words.find(`reason.${reason}`)?.title ?? (reason || app.say("pairs.noReason"));
}

/** What would be right instead: the page's words, or the service's, which are English. */
export function remedyWords(app, reason, remedy) {
  const own = app.words.find(`reason.${reason}`)?.remedy;
  return (own ?? remedy) && h("span", { lang: own ? null : "en" }, own ?? remedy);
}

/** The words that name a pair aloud. */
export function spokenName(app, { caption }) {
  const text = String(caption ?? "").trim() || app.say("pairs.noCaption");
  return text.length > LONGEST_NAME ? text.slice(0, LONGEST_NAME - 1) + "…" : text;
}

/** The attributes of an element with a pair's own words. */
export function inItsLanguage({ language }) {
  return { dir: "auto", lang: language || null };
}

/** The address of a pair's card. */
export function cardOf(id) {
  return `#/pair/${encodeURIComponent(id)}`;
}

/** An id short enough for a line; the whole one is on the card. */
export function shortId(id) {
  return /^[0-9a-f]{32}$/.test(id) ? id.slice(0, 8) : String(id);
}

/**
 * Which blurred pictures of a view are shown: none or all, but for those that the user turned over; and the addresses
 * of those that could not be read, until the view is opened again.
 */
export class Shown {
  all = false;
  unreadable = new Set();
  #turned = new Set();

  has(address) {
    return this.all !== this.#turned.has(address);
  }

  turn(address) {
    this.#turned.delete(address) || this.#turned.add(address);
  }

  showAll(all) {
    this.all = all;
    this.#turned.clear();
  }
}

/**
 * A picture in a frame. A blurred one has a button that shows it. Where there is none, or it cannot be read, the frame
 * says so. size: longer side in px, 64 to 1024; address: another picture than the pair's own; why: what the service
 * says where there is none.
 */
export function picture(app, pair, shown, options = {}) {
  const { size = 256, address = pair.picture, blurred = pair.blurred, why, alt, on } = options;
  if (!address || shown.unreadable.has(address)) {
    const text = app.say(address ? "picture.unreadable" : "picture.none");
    return h("div.frame", { on }, h("p.no-picture", sign("sign-picture"), h("span", text), why && h("span", why)));
  }
  const isHidden = blurred && !shown.has(address);
  const caption = spokenName(app, pair);
  const again = (event) => change(event.currentTarget.closest(".frame"), picture(app, pair, shown, options));
  const failed = (event) => {
    shown.unreadable.add(address);
    again(event);
  };
  const turn = (event) => {
    shown.turn(address);
    again(event);
  };
  return h(
    "div.frame",
    { "data-blurred": isHidden, on },
    h("img", {
      loading: "lazy",
      decoding: "async",
      alt: isHidden ? app.say("picture.blurred", { caption }) : (alt ?? app.say("picture.of", { caption })),
      src: `${address}?size=${size}&absent=empty`,
      on: { error: failed },
    }),
    blurred &&
      h(
        "button.reveal",
        {
          type: "button",
          "aria-pressed": String(!isHidden),
          "aria-label": app.say("picture.show", { caption }),
          title: app.say(isHidden ? "picture.reveal" : "picture.blur"),
          on: { click: turn },
        },
        sign("sign-eye"),
      ),
  );
}

/** A pair's caption, which leads to its card, its status, and why it was rejected. */
export function pairWords(app, pair) {
  return h(
    "div.picture-words",
    { key: pair.id },
    h("a.picture-caption", { href: cardOf(pair.id), "data-index": pair.index, ...inItsLanguage(pair) }, spokenName(app, pair)),
    h("p.row.small", statusChip(app, pair.status), pair.status === "QUARANTINED" && h("span", reasonWords(app, pair.reason))),
  );
}

/** A button that shows all blurred pictures of a view, or blurs them again. */
export function revealAll(app, shown, redraw) {
  const click = () => {
    shown.showAll(!shown.all);
    redraw();
  };
  const attributes = { type: "button", id: "reveal-all", "aria-pressed": String(shown.all), on: { click } };
  return h("button.button", attributes, app.say("picture.all"));
}

const PAGE = 50;

/** Answers that are asked for to fill a page. */
const MOST_ASKED = 20;

/** Pairs that fit a query, the newest first, a page at a time. changed(): there is more to show. */
export class PairList {
  pairs = [];
  found = null;
  #app;
  #query;
  #changed;
  #asking = new AbortController();
  #next = null;
  #said = "pairs.asking";
  #nothing;

  /** nothing: the name of what is said where none fits. */
  constructor(app, query, changed, nothing = "pairs.nothing") {
    this.#app = app;
    this.#query = query;
    this.#changed = changed;
    this.#nothing = nothing;
  }

  /** Asks for the next page; gives whether it came. */
  async load(limit = PAGE) {
    const wanted = this.pairs.length + limit;
    let isMore = true;
    // An answer is short where few of the pairs that it looked through fit.
    for (let asked = 0; isMore && this.pairs.length < wanted && asked < MOST_ASKED; asked++) {
      isMore = (await this.#ask(wanted - this.pairs.length)) && !this.isWhole;
    }
    return !this.#asking.signal.aborted && this.#said === "";
  }

  /** Gives whether an answer came. */
  async #ask(limit) {
    const { signal } = this.#asking;
    const after = this.#next === null ? {} : { after: this.#next };
    let isAnswered = false;
    try {
      const query = new URLSearchParams({ ...this.#query, limit: String(limit), ...after });
      const answer = await this.#app.api.get(`/v1/pairs?${query}`, { signal });
      this.pairs = this.pairs.concat(answer.pairs ?? []);
      this.#next = answer.next ?? null;
      this.found = answer.found ?? null;
      this.#said = answer.ready === false ? "pairs.notReady" : this.pairs.length > 0 ? "" : this.isWhole ? this.#nothing : "pairs.notYet";
      isAnswered = true;
    } catch (problem) {
      this.#said = problem.message || "pairs.away";
    }
    if (!signal.aborted) {
      this.#changed();
    }
    return isAnswered && !signal.aborted;
  }

  get isWhole() {
    return this.#next === null;
  }

  get isAsking() {
    return this.#said === "pairs.asking";
  }

  /** How many there are, or what is the matter. */
  get summary() {
    const { say, format } = this.#app;
    const count = format.number(this.pairs.length);
    return this.#said !== ""
      ? say(this.#said)
      : this.found === null
        ? say("pairs.shown", { count })
        : say("pairs.shownOf", { count, found: format.number(this.found) });
  }

  /** A button for the next page, after which the focus goes to the first pair of it. */
  more(focus) {
    const click = async () => {
      const before = this.pairs.length;
      if (await this.load()) {
        focus(before);
      }
    };
    return (
      !this.isWhole &&
      h("button.button", { type: "button", id: "more", on: { click } }, this.#app.say("pairs.more"))
    );
  }

  close() {
    this.#asking.abort();
  }
}
