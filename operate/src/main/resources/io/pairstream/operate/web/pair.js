// All that is known of one pair: what came, what the model sees, what was decided and why, its timeline, and what people
// decided about it.

import { ask } from "./dialog.js";
import { h, outside, show } from "./dom.js";
import { addressOf, button, card, codeOf, command, facts, heading, measuredOf, note, personOf, saidIn, skeleton, timeOf } from "./parts.js";
import { reviewBar } from "./review.js";
import { Shown, cardOf, inItsLanguage, picture, producerName, reasonWords, remedyWords, shortId, sourceName, spokenName, statusChip } from "./tiles.js";

/** While Kafka is away, a card is asked for again as often. */
const AGAIN_MS = 5_000;

export function open(place, app, route) {
  const asking = new AbortController();
  const id = route.path[0] ?? "";
  const shown = new Shown();
  let pair = null;
  let later = 0;
  const draw = () => show(place, page(app, pair, shown, load));
  show(place, heading(app.say("pair.title")), skeleton());
  const unwatch = app.session.watch(() => pair && draw());

  async function load() {
    try {
      pair = await app.api.get(`/v1/pairs/${encodeURIComponent(id)}`, { signal: asking.signal });
      draw();
      if (document.activeElement === document.body) {
        place.querySelector("h1").focus({ preventScroll: true });
      }
      document.title = app.watch.title(`${app.say("pair.title")} ${shortId(pair.id)}`);
      later = pair.remembered ? setTimeout(load, AGAIN_MS) : 0;
    } catch (problem) {
      if (!asking.signal.aborted) {
        const text = problem.status === 404 ? app.say("pair.unknown", { id }) : problem.message || app.say("pairs.away");
        const search = h("a", { href: addressOf("pairs", { q: id }) }, app.say("pair.search"));
        show(place, heading(app.say("pair.title")), note("warn", text), h("p.after", search));
      }
    }
  }
  load();
  return {
    close() {
      asking.abort();
      clearTimeout(later);
      unwatch();
    },
  };
}

function page(app, pair, shown, reload) {
  const isGone = pair.status === "WITHDRAWN";
  return [
    h(
      "div.pair-head",
      heading(app.say("pair.title"), " ", h("code.pair-id", shortId(pair.id))),
      statusChip(app, pair.status),
      !isGone && h("p.pair-words.caption", inItsLanguage(pair), spokenName(app, pair)),
    ),
    h(
      "div.pair-columns",
      pair.remembered
        ? h("div.stack", note("warn", rememberedWords(app, pair)), words(app, pair), knownFacts(app, pair))
        : h("div.stack", pictures(app, pair, shown), words(app, pair), pair.status !== "RECEIVED" && measures(app, pair), answers(app, pair), knownFacts(app, pair)),
      h("div.stack", verdict(app, pair, reload), journey(app, pair), isPublished(pair) && labelling(app, pair, reload), reviews(app, pair)),
    ),
  ];
}

/** Kafka is away: how old what is shown is. */
function rememberedWords({ say, format }, { as_of: asOf }) {
  return asOf ? say("pair.remembered", { age: format.age(asOf, new Date().toISOString()), time: format.time(asOf) }) : say("pair.rememberedNow");
}

function section(app, name, ...children) {
  return card(`pair-${name}`, app.say(`pair.${name}`), {}, ...children);
}

/** A fact under its name on this page. */
function fact(app, name, value) {
  return [app.say(`pair.${name}`), value];
}

/* ---- The pictures ---- */

function pictures(app, pair, shown) {
  const { original = {}, model, status } = pair;
  const caption = spokenName(app, pair);
  const came = {
    size: 768,
    address: original.picture,
    why: saidIn(app, original, "detail"),
    alt: app.say("picture.original", { caption }),
  };
  const seen = model && {
    size: Math.min(1_024, Math.max(64, model.width ?? 256)),
    address: model.picture,
    alt: app.say("picture.model", { caption }),
  };
  const none = h("p.no-picture", app.say({ WITHDRAWN: "pair.noModelAnyMore", RECEIVED: "pair.noModelYet" }[status] ?? "pair.noModel"));
  const figure = (name, frame, measures) =>
    h("figure", frame, h("figcaption", h("b", app.say(`pair.${name}`)), h("span.quiet", measures)));
  return section(
    app,
    "pictures",
    h(
      "div.two-pictures",
      figure("original", picture(app, pair, shown, came), measuresOf(app, original, original.media_type)),
      pair.copy_of
        ? figure("copied", copied(app, pair, shown), pair.copied && h("a", { href: cardOf(pair.copied.id) }, app.say("pair.copiedCard")))
        : figure(
            "model",
            model ? picture(app, pair, shown, seen) : h("div.frame", none),
            model && measuresOf(app, model, model.encoding),
          ),
    ),
    pair.copy_of && h("p.small.quiet.after", app.say("pair.near", { bits: pair.measured.value, limit: pair.measured.limit })),
  );
}

/** The published picture that a pair's nearly copies. */
function copied(app, { copied: published }, shown) {
  return published
    ? picture(app, published, shown, { size: 768 })
    : h("div.frame", h("p.no-picture", app.say("pair.copiedGone")));
}

function measuresOf(app, { width, height, bytes }, type) {
  const size = width && height ? `${width} × ${height} px` : null;
  return [size, typeof bytes === "number" ? app.format.bytes(bytes) : null, type].filter(Boolean).join(" · ");
}

/* ---- Why, and what can be done ---- */

function verdict(app, pair, reload) {
  const { status, takedowns = [], fold } = pair;
  const isWaiting = status === "RECEIVED";
  const isBad = status === "QUARANTINED";
  // Withdrawn no longer, and not sent again.
  const isLifted = status === "WITHDRAWN" && takedowns.at(-1)?.what === "LIFTED";
  const cell = addressOf("quarantine", { reason: pair.reason, source: pair.source_kind });
  const copies = addressOf("pairs", { q: pair.image_digest, status: "QUARANTINED" });
  const by = measuredOf(app, pair);
  const known = isBad
    ? [
        fact(app, "measured", by.measured && h("bdi", by.measured)),
        fact(app, "limit", by.limit && h("bdi", by.limit)),
        fact(app, "detail", detailOf(app, pair) && h("bdi", detailOf(app, pair))),
        fact(app, "remedy", remedyWords(app, pair.reason, pair.remedy)),
        fact(app, "code", pair.reason && h("a", { href: cell }, codeOf(pair.reason))),
        fact(app, "step", pair.step && h("code", pair.step)),
      ]
    : [
        fact(app, "fold", typeof fold === "number" && String(fold)),
        fact(app, "copies", typeof pair.copies === "number" && app.format.number(pair.copies)),
        fact(app, "nearCopies", pair.near_copies > 0 && h("a", { href: copies }, app.format.number(pair.near_copies))),
        fact(app, "decidedAt", pair.decided_at && timeOf(app, pair.decided_at)),
        fact(app, "seenBy", !isWaiting && command(app, pair.exposure_command)),
      ];
  const name = isLifted ? "isLifted" : `is.${status}`;
  return section(
    app,
    isBad ? "why" : "status",
    h("p.because", isBad ? reasonWords(app, pair.reason) : app.say(`pair.${name}`)),
    facts(known, "measured"),
    people(
      app,
      takedowns.map(({ what, by, cause, at, subject }) => ({
        did: app.say(`pair.takedown.${what}`),
        who: by,
        why: cause,
        at,
        more: h("bdi", subject),
      })),
    ),
    isBad && h("div.decide", h("h3", app.say("review.title")), reviewBar(app, [pair], reload)),
  );
}

/** What the record says of why; it is English, so that elsewhere the measured value says it alone. */
function detailOf(app, { detail, measured, detail_template: template, ...rest }) {
  const { measured: value } = measuredOf(app, { measured });
  const isSpoken = app.words.language === "en" || !value || template;
  return isSpoken && detail !== value ? saidIn(app, { detail, detail_template: template, ...rest }, "detail") : "";
}

/** What people did: {did, who, why, at, more}. */
function people(app, acts) {
  return (
    acts.length > 0 &&
    h(
      "ol.reviews",
      acts.map(({ did, who, why, at, more }) =>
        h(
          "li",
          h("p", h("b", did), " · ", personOf(app, who)),
          why && h("p.comment", { dir: "auto" }, why),
          h("p.small.quiet.row", timeOf(app, at), more),
        ),
      ),
    )
  );
}

function isPublished({ status }) {
  return status === "TRAINING" || status === "VALIDATION" || status === "TEST";
}

/** What people say that the picture shows: folded, so that the next one is not led by it. */
function labelling(app, pair, reload) {
  const { say, session } = app;
  const given = pair.given ?? [];
  const all = given.map(({ by, labels, at }) => ({ did: h("bdi", labels.join(" · ")), who: by, at }));
  const give = async () => (session.can("review") || (await session.want({ asked: true }))) && (await askLabels(app, pair)) && reload();
  return section(
    app,
    "labelling",
    h("p.small.quiet", say("pair.labellingHint")),
    h("div.row", button(say("pair.label"), give, { id: "give-labels" })),
    given.length > 0 && h("details.after", h("summary", say("pair.given", { count: app.format.number(given.length) })), people(app, all)),
  );
}

async function askLabels(app, pair) {
  const { say, api } = app;
  let isGiven = false;
  const control = h("input", { maxlength: 4_000, autocomplete: "off", dir: "auto" });
  await ask(app, {
    id: "labels",
    title: say("pair.label"),
    submit: say("pair.label"),
    lead: h("p", say("pair.labelMeans")),
    fields: [{ name: "labels", label: say("pair.labels"), hint: say("pair.labelsHint"), control }],
    async send({ labels }) {
      await api.post(`/v1/pairs/${encodeURIComponent(pair.id)}/labels`, { labels: labels.split("|") });
      isGiven = true;
    },
  });
  return isGiven;
}

function reviews(app, pair) {
  const isOther = ({ sent_pair_id: sent }) => sent && sent !== pair.id;
  const all = (pair.reviews ?? []).map((review) => ({
    did: app.words.find(`review.was.${review.decision}`) ?? review.decision,
    who: review.reviewer,
    why: review.comment,
    at: review.reviewed_at,
    more: [
      review.caption && h("ins.caption", { dir: "auto" }, review.caption),
      isOther(review) && h("a", { href: cardOf(review.sent_pair_id) }, app.say("pair.sentAs", { id: shortId(review.sent_pair_id) })),
    ],
  }));
  return section(app, "reviews", all.length === 0 ? h("p.quiet", app.say("pair.noReviews")) : people(app, all));
}

/* ---- The words ---- */

function words(app, pair) {
  if (pair.status === "WITHDRAWN") {
    return section(app, "caption", h("p.small.quiet", app.say("pair.removed")));
  }
  const before = pair.caption_before ?? pair.caption_after ?? pair.caption ?? "";
  const after = pair.caption_after ?? before;
  const said =
    typeof pair.caption_before !== "string"
      ? "pair.forgotten"
      : typeof pair.caption_after !== "string"
        ? pair.status === "RECEIVED" ? "pair.waits" : "pair.notCleaned"
        : after !== before
          ? "pair.changed"
          : "pair.unchanged";
  return section(
    app,
    "caption",
    h(
      "div.caption.marked",
      inItsLanguage(pair),
      h("p", after || h("span.quiet", app.say("pairs.noCaption"))),
      after !== before && h("p.quiet", before),
    ),
    !pair.remembered && [h("p.small.quiet", app.say(said)), pair.status !== "RECEIVED" && tokens(app, pair)],
  );
}

function tokens(app, pair) {
  const { say, format } = app;
  const all = pair.tokens ?? [];
  if (all.length === 0) {
    return [h("h3", say("pair.tokens")), h("p.small.quiet", say("pair.noTokens"))];
  }
  const cut = all.filter((token) => token.cut).length;
  const said = { count: format.number(all.length - cut), cut: format.number(cut), limit: format.number(pair.token_limit) };
  // Of a character that is several tokens, only the last one has the text; of others, none has any.
  const isReadable = all.some((token) => token.text !== "");
  const textOf = ({ id, text }) => (text !== "" ? visible(text) : isReadable ? "⋯" : `#${id}`);
  return [
    h("h3", say("pair.tokens")),
    h("p.small", say(cut === 0 ? "pair.tokensKept" : "pair.tokensCut", said), " ", h("span.quiet", pair.tokenizer)),
    h(
      "ol.tokens",
      { "aria-label": say("pair.tokens") },
      all.map((token) =>
        h(
          token.cut ? "li.token.cut" : "li.token",
          { title: token.id },
          token.cut && h("span.unseen", say("pair.cutIs")),
          h(token.cut ? "s" : "span", textOf(token)),
        ),
      ),
    ),
  ];
}

function visible(text) {
  return String(text).replace(/^ +| +$/g, (spaces) => "␣".repeat(spaces.length)).replace(/\n/g, "⏎");
}

/** What was measured, by the names and in the order that the page knows, each with the limits of the pair's recipe. */
function measures(app, { measures: given = {}, limits = [], status }) {
  const all = { ...given, ...derived(given) };
  const nameOf = (name) => app.words.find(`measure.${name}`) ?? h("code", name);
  const order = app.words.names("measure");
  const place = ([name]) => (order.includes(name) ? order.indexOf(name) : order.length);
  // The least number of characters is for scripts that put spaces between words.
  const isAsked = ({ measure, bound }) => measure !== "caption_characters" || bound !== "AT_LEAST" || all.caption_words !== undefined;
  const limitsOf = (name) =>
    limits
      .filter((limit) => limit.measure === name && isAsked(limit))
      .map(({ bound, limit }) => app.say(`bound.${bound}`, { value: measured(app, name, limit) }));
  const withLimits = (name, value) => [h("bdi", measured(app, name, value)), " ", h("span.quiet.limits", limitsOf(name).join(" · "))];
  const known = Object.entries(all)
    .sort((a, b) => place(a) - place(b))
    .map(([name, value]) => [nameOf(name), withLimits(name, value)]);
  return section(
    app,
    "measures",
    known.length > 0
      ? facts(known, "measured.two")
      : h("p.quiet", app.say(status === "WITHDRAWN" ? "pair.measuresRemoved" : "pair.noMeasures")),
  );
}

/** What models say of it; of one that failed, why. */
function answers(app, { answers: all = [] }) {
  const saidOf = ({ name, number, text, reason }) =>
    name === "" ? (app.words.find(`failure.${reason}`) ?? reason) : number === null ? text : measured(app, name, number);
  const tagOf = ({ outside }) => ["TAG", "HOLD", "REJECT"].includes(outside) && [" ", h("span.tag", app.say("pair.outside"))];
  const nameOf = ({ card: by, name }) => [h("code", name === "" ? by : name), name !== "" && h("span.quiet", ` ${by}`)];
  return all.length > 0 && section(app, "answers", facts(all.map((one) => [nameOf(one), [h("bdi", saidOf(one)), tagOf(one)]]), "measured.two"));
}

/** What a recipe limits of the original's size. */
function derived({ original_width_px: width, original_height_px: height }) {
  const [shorter, longer] = [Math.min(width, height), Math.max(width, height)];
  return shorter > 0 ? { original_pixels: width * height, shorter_side_px: shorter, longer_over_shorter: longer / shorter } : {};
}

/** With its unit, which ends its name, and as many digits as tell something. */
function measured({ format }, name, value) {
  const [unit] = /(px|bytes|share|confidence|repetition)$/.exec(name) ?? [];
  const number = format.number(value, Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 1 ? 2 : 3);
  const share = format.share(value);
  return { px: `${number} px`, bytes: format.bytes(value), share, confidence: share, repetition: share }[unit] ?? number;
}

/* ---- The rest ---- */

function journey(app, { journey: places = [] }) {
  const none = h("p.quiet", app.say("pair.noJourney"));
  return section(app, "journey", places.length === 0 ? none : h("ol.journey", places.map((stop) => step(app, stop))));
}

function step(app, { place, partition, offset, at, seconds_since_previous: wait }) {
  const isKnown = typeof partition === "number" && typeof offset === "number";
  return h(
    "li.stop",
    typeof wait === "number" && h("p.wait.small", app.say("pair.after_", { time: app.format.duration(wait) })),
    h("p.place", h("b", app.words.find(`place.${place}`) ?? place), isKnown && h("code.small.quiet", ` ${partition} @ ${offset}`)),
    // With milliseconds, as times of one pair lie close together.
    h("p.small.quiet", at ? h("time", { datetime: at }, app.format.time(at, { exact: true })) : app.say("pair.noTime")),
  );
}

function knownFacts(app, pair) {
  const { origin, status, url } = pair;
  const isKept = status !== "WITHDRAWN"; // the rest went with its record
  const code = (text) => text && h("code", text);
  return section(
    app,
    "facts",
    facts(
      [
        fact(app, "id", code(pair.id)),
        fact(app, "contributor", isKept && producerName(app, pair.contributor)),
        fact(app, "producer", pair.producer && h("bdi", pair.producer)),
        fact(app, "source", isKept && sourceName(app, pair.source_kind)),
        fact(app, "url", url && outside(url)),
        fact(app, "licence", pair.licence && h("bdi", pair.licence)),
        fact(app, "labels", pair.labels?.length > 0 && pair.labels.map((label) => [h("a", { href: addressOf("pairs", { label }) }, h("bdi", label)), " "])),
        fact(app, "language", pair.language),
        fact(app, "receivedAt", timeOf(app, pair.received_at)),
        fact(app, "decidedAt", pair.decided_at && timeOf(app, pair.decided_at)),
        fact(app, "origin", origin?.topic && code(`${origin.topic}-${origin.partition}-${origin.offset}`)),
        fact(app, "imageDigest", code(pair.image_digest)),
        fact(app, "recipe", code(pair.recipe_version)),
        fact(app, "copies", typeof pair.copies === "number" && app.format.number(pair.copies)),
      ],
      "measured.two",
    ),
  );
}
