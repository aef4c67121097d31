// Parts of every view that shows pairs: pictures that stay blurred until asked for, standings,
// names of sources, links to a pair's card.

import { h, setAttribute, setText, sign } from "./dom.js";
import { stateChip } from "./parts.js";

const KINDS = {
  TRAINING: "good",
  VALIDATION: "good",
  TEST: "good",
  QUARANTINED: "bad",
  WITHDRAWN: "quiet",
};
const LONGEST_NAME = 90;

/** Where a pair stands, as a chip. */
export function standingChip(app, standing) {
  return stateChip(KINDS[standing] ?? "quiet", app.words.find(`standing.${standing}`) ?? standing);
}

/** CROWDSOURCED and its like in the page's language; what the page does not know stays as it is. */
export function sourceName(app, source) {
  return app.words.find(`source.${source}`) ?? (source || app.say("pairs.noSource"));
}

/** Who sent it. */
export function producerName(app, contributor) {
  return contributor || app.say("pairs.noProducer");
}

/** What a reason means, in the page's language; the code where the page does not know it. */
export function reasonWords(app, reason) {
  return app.words.find(`reason.${reason}`) ?? (reason || app.say("pairs.noReason"));
}

/** What would be right instead: the page's words, or the service's, which are English. */
export function remedyWords(app, reason, remedy) {
  const own = app.words.find(`remedy.${reason}`);
  return h("span", { lang: own === null ? "en" : null }, own ?? remedy ?? "");
}

/** The words that name a pair aloud. */
export function spokenName(app, pair) {
  const caption = String(pair.caption ?? "").trim();
  if (caption === "") {
    return app.say("pairs.noCaption");
  }
  return caption.length > LONGEST_NAME ? caption.slice(0, LONGEST_NAME - 1) + "…" : caption;
}

/** The address of a pair's card. */
export function cardOf(id) {
  return `#/pair/${encodeURIComponent(id)}`;
}

/** An id short enough for a line; the whole one is on the card. */
export function shortId(id) {
  const text = String(id);
  return /^[0-9a-f]{32}$/.test(text) ? text.slice(0, 8) : text;
}

export function timeOf(app, iso) {
  return h("time", { datetime: iso }, app.format.time(iso));
}

/**
 * A picture in a frame. A blurred one has a button that shows it. Where there is none, or it cannot be
 * read, the frame says so.
 */
export class Picture {
  #app;
  #pair;
  #image = null;
  #button = null;
  #shown;

  /**
   * size: longer side in px, 64 to 1024. address: another picture than the pair's own; why: what the
   * service says where there is none.
   */
  constructor(app, pair, { size = 256, address, why, blurred = pair.blurred, alt } = {}) {
    this.#app = app;
    this.#pair = pair;
    this.#shown = !blurred;
    this.alt = alt;
    this.element = h("div.frame");
    if (!address) {
      this.#say(app.say("picture.none"), why);
      return;
    }
    this.#image = h("img", { loading: "lazy", decoding: "async", alt: "" });
    this.#image.addEventListener("error", () => this.#say(app.say("picture.unreadable")), { once: true });
    setAttribute(this.#image, "src", `${address}?size=${size}`);
    this.element.append(this.#image);
    if (blurred) {
      this.#button = h(
        "button.reveal",
        { type: "button", on: { click: () => this.show(!this.#shown) } },
        sign("sign-eye"),
      );
      this.element.append(this.#button);
    }
    this.#speak();
  }

  /** The button that shows it; null where it needs none. */
  get button() {
    return this.#button;
  }

  show(shown) {
    this.#shown = shown;
    this.#speak();
  }

  #speak() {
    if (this.#image === null) {
      return;
    }
    const name = spokenName(this.#app, this.#pair);
    setAttribute(this.element, "data-blurred", !this.#shown);
    this.#image.alt = this.#shown
      ? (this.alt ?? this.#app.say("picture.of", { caption: name }))
      : this.#app.say("picture.blurred", { caption: name });
    if (this.#button !== null) {
      setAttribute(this.#button, "aria-pressed", String(this.#shown));
      setAttribute(this.#button, "aria-label", this.#app.say("picture.show", { caption: name }));
      setAttribute(this.#button, "title", this.#app.say(this.#shown ? "picture.blur" : "picture.reveal"));
    }
  }

  #say(text, why = "") {
    this.#image = null;
    this.#button = null;
    this.element.removeAttribute("data-blurred");
    this.element.replaceChildren(
      h("p.no-picture", {}, sign("sign-picture"), h("span", {}, text), why !== "" && h("span", {}, why)),
    );
  }
}

/** A line that changes and is read out, for a list that grows. */
export function tally(text = "") {
  const line = h("p.tally", { role: "status" });
  setText(line, text);
  return line;
}
