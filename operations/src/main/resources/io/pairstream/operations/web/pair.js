// All that is known of one pair: what came, what the model sees, what was decided and why, its way
// through the topics, and what people decided about it.

import { h, outside, setText } from "./dom.js";
import { heading, note, saidIn, scrolling, skeleton, stateChip, withUnit } from "./parts.js";
import { marked } from "./marks.js";
import { ReviewBar } from "./review.js";
import { Picture, cardOf, producerName, reasonWords, remedyWords, shortId, sourceName, spokenName, standingChip, timeOf } from "./tiles.js";

export function open(place, app, route) {
  const asking = new AbortController();
  const id = route.path[0] ?? "";
  const body = h("div", {}, skeleton(8));
  place.append(heading(app.say("pair.title")), body);
  let bar = null;
  const unwatch = app.session.watch(() => bar?.update());

  async function load() {
    try {
      const pair = await app.api.get(`/v1/pairs/${encodeURIComponent(id)}`, { signal: asking.signal });
      const shown = card(app, pair, load);
      bar = shown.bar;
      place.replaceChildren(...shown.elements);
      document.title = app.watch.title(`${app.say("pair.title")} ${shortId(pair.id)}`);
      if (document.activeElement === document.body) {
        place.querySelector("h1").focus({ preventScroll: true });
      }
    } catch (problem) {
      if (!asking.signal.aborted) {
        body.replaceChildren(
          note("warn", problem.status === 404 ? app.say("pair.unknown", { id }) : problem.message || app.say("pairs.away")),
          h("p.after", {}, h("a", { href: `#/pairs?${new URLSearchParams({ q: id })}` }, app.say("pair.search"))),
        );
      }
    }
  }
  load();
  return {
    close() {
      asking.abort();
      unwatch();
    },
  };
}

function card(app, pair, reload) {
  const bar =
    pair.standing === "QUARANTINED"
      ? new ReviewBar(app, { chosen: () => [pair], onDone: () => reload() })
      : null;
  return {
    bar,
    elements: [
      h(
        "div.pair-head",
        {},
        heading(app.say("pair.title"), " ", h("code.pair-id", {}, shortId(pair.id))),
        standingChip(app, pair.standing),
        pair.standing !== "WITHDRAWN" && h("p.pair-words.caption", { dir: "auto", lang: pair.language || null }, spokenName(app, pair)),
      ),
      h(
        "div.pair-columns",
        {},
        h("div.stack", {}, pictures(app, pair), words(app, pair), decisions(app, pair), facts(app, pair)),
        h("div.stack", {}, verdict(app, pair, bar), journey(app, pair), reviews(app, pair), commands(app, pair)),
      ),
    ],
  };
}

function section(app, name, ...children) {
  const id = `pair-${name}`;
  return h(
    "section.card",
    { "aria-labelledby": id, data: { part: name } },
    h("h2", { id }, app.say(`pair.${name}`)),
    ...children,
  );
}

/* ---- The pictures ---- */

function pictures(app, pair) {
  const { original = {}, model } = pair;
  return section(
    app,
    "pictures",
    h(
      "div.two-pictures",
      {},
      h(
        "figure",
        {},
        new Picture(app, pair, {
          size: 768,
          address: original?.picture,
          why: saidIn(app, original, "detail"),
          alt: app.say("picture.original", { caption: spokenName(app, pair) }),
        }).element,
        h("figcaption", {}, h("b", {}, app.say("pair.original")), h("span.quiet", {}, measuresOf(app, original, original?.media_type))),
      ),
      h(
        "figure",
        {},
        model
          ? new Picture(app, pair, {
              size: Math.min(1_024, Math.max(64, model.width ?? 256)),
              address: model.picture,
              alt: app.say("picture.model", { caption: spokenName(app, pair) }),
            }).element
          : h("div.frame", {}, h("p.no-picture", {}, h("span", {}, app.say(pair.standing === "WITHDRAWN" ? "pair.noModelAnyMore" : "pair.noModel")))),
        h("figcaption", {}, h("b", {}, app.say("pair.model")), model && h("span.quiet", {}, measuresOf(app, model, model.encoding))),
      ),
    ),
  );
}

function measuresOf(app, picture, type) {
  const size = picture?.width && picture?.height ? `${picture.width} × ${picture.height} px` : null;
  const bytes = typeof picture?.bytes === "number" ? app.format.bytes(picture.bytes) : null;
  return [size, bytes, type].filter(Boolean).join(" · ");
}

/* ---- Why, and what can be done ---- */

function verdict(app, pair, bar) {
  const isBad = pair.standing === "QUARANTINED";
  return section(
    app,
    isBad ? "why" : "standing",
    isBad
      ? h("p.because", {}, reasonWords(app, pair.reason))
      : h("p.because", {}, app.say(isLifted(pair) ? "pair.isLifted" : `pair.is.${pair.standing}`)),
    isBad &&
      h(
        "dl.measured",
        {},
        pair.measured ? factRow(app.say("pair.measured"), h("bdi", {}, withUnit(app, pair.measured))) : null,
        pair.limit ? factRow(app.say("pair.limit"), h("bdi", {}, withUnit(app, pair.limit))) : null,
        detailOf(app, pair) && factRow(app.say("pair.detail"), h("bdi", {}, detailOf(app, pair))),
        pair.remedy ? factRow(app.say("pair.remedy"), remedyWords(app, pair.reason, pair.remedy)) : null,
        pair.reason ? factRow(app.say("pair.code"), h("a", { href: sheetOf(pair) }, h("code", {}, pair.reason))) : null,
      ),
    !isBad &&
      h(
        "dl.measured",
        {},
        pair.split ? factRow(app.say("pair.split"), app.words.find(`standing.${pair.split}`) ?? pair.split) : null,
        pair.fold === null || pair.fold === undefined ? null : factRow(app.say("pair.fold"), String(pair.fold)),
        typeof pair.copies === "number" ? factRow(app.say("pair.copies"), app.format.number(pair.copies)) : null,
        factRow(app.say("pair.decidedAt"), timeOf(app, pair.decided_at)),
      ),
    takedowns(app, pair),
    bar && h("div.decide", {}, h("h3", {}, app.say("review.title")), bar.element),
  );
}

/** Whether it is withdrawn no longer, and nobody has sent it again. */
function isLifted(pair) {
  return pair.standing === "WITHDRAWN" && pair.takedowns?.at(-1)?.what === "LIFTED";
}

/** Who withdrew it, or whom it came from, and who lifted that. */
function takedowns(app, pair) {
  const all = pair.takedowns ?? [];
  return (
    all.length > 0 &&
    h(
      "ol.reviews",
      {},
      all.map((deed) =>
        h(
          "li",
          {},
          h("p", {}, h("b", {}, app.say(`pair.takedown.${deed.what}`)), " · ", h("bdi", {}, deed.by)),
          deed.cause && h("p.comment", { dir: "auto" }, deed.cause),
          h("p.small.quiet.row", {}, timeOf(app, deed.at), h("bdi", {}, deed.subject)),
        ),
      ),
    )
  );
}

/** What the record says of why; it is English, so that elsewhere the measured value says it alone. */
function detailOf(app, pair) {
  const { detail, measured } = pair;
  const isSpoken = app.words.language === "en" || !measured || pair.detail_template;
  return isSpoken && detail !== measured ? saidIn(app, pair, "detail") : "";
}

function sheetOf(pair) {
  return `#/quarantine?${new URLSearchParams({ reason: pair.reason, source: pair.source_kind ?? "" })}`;
}

function factRow(term, ...value) {
  return h("div.fact", {}, h("dt", {}, term), h("dd", {}, ...value));
}

/* ---- The words ---- */

function words(app, pair) {
  const isForgotten = typeof pair.caption_before !== "string";
  const before = pair.caption_before ?? pair.caption_after ?? pair.caption ?? "";
  const after = pair.caption_after;
  if (pair.standing === "WITHDRAWN") {
    return section(app, "caption", h("p.small.quiet", {}, app.say("pair.removed")));
  }
  const isChanged = typeof after === "string" && after !== before;
  return section(
    app,
    "caption",
    isChanged
      ? h("p.caption.marked", { dir: "auto", lang: pair.language || null }, markedParts(app, before, after))
      : h("p.caption.marked", { dir: "auto", lang: pair.language || null }, spaced(before) || h("span.quiet", {}, app.say("pairs.noCaption"))),
    h("p.small.quiet", {}, isForgotten ? app.say("pair.forgotten") : whatChanged(app, before, after)),
    isChanged &&
      h(
        "details",
        {},
        h("summary", {}, app.say("pair.bothCaptions")),
        h(
          "dl.measured",
          {},
          factRow(app.say("pair.before"), h("span.caption", { dir: "auto" }, before)),
          factRow(app.say("pair.after"), h("span.caption", { dir: "auto" }, after)),
        ),
      ),
    tokens(app, pair),
  );
}

function whatChanged(app, before, after) {
  if (typeof after !== "string") {
    return app.say("pair.notCleaned");
  }
  if (after === before) {
    return app.say("pair.unchanged");
  }
  const parts = marked(before, after);
  return app.say("pair.changed", {
    gone: app.format.number(parts.filter((part) => part.kind === "gone").length),
    added: app.format.number(parts.filter((part) => part.kind === "new").length),
  });
}

function markedParts(app, before, after) {
  return marked(before, after).map(({ kind, text }) => {
    if (kind === "same") {
      return text;
    }
    const isGone = kind === "gone";
    return h(
      isGone ? "del" : "ins",
      {},
      h("span.unseen", {}, app.say(isGone ? "pair.goneIs" : "pair.newIs")),
      spaced(text),
    );
  });
}

/** Spaces that matter are seen: a run of spaces alone becomes open boxes. */
function spaced(text) {
  return /^\s+$/.test(text) ? "␣".repeat(Math.min(text.length, 20)) : text;
}

function tokens(app, pair) {
  const all = pair.tokens ?? [];
  if (all.length === 0) {
    return h("div.tokens-none", {}, h("h3", {}, app.say("pair.tokens")), h("p.small.quiet", {}, app.say("pair.noTokens")));
  }
  const cut = all.filter((token) => token.cut).length;
  const kept = all.length - cut;
  const limit = pair.token_limit;
  // Of a character that is several tokens, only the last one has the text; of others, none has any.
  const isReadable = all.some((token) => token.text !== "");
  return h(
    "div",
    {},
    h("h3", {}, app.say("pair.tokens")),
    h(
      "p.small",
      {},
      cut === 0
        ? app.say("pair.tokensKept", { count: app.format.number(kept), limit: app.format.number(limit) })
        : app.say("pair.tokensCut", {
            count: app.format.number(kept),
            cut: app.format.number(cut),
            limit: app.format.number(limit),
          }),
      " ",
      h("span.quiet", {}, pair.tokenizer),
    ),
    h(
      "ol.tokens",
      { "aria-label": app.say("pair.tokens") },
      all.map((token) =>
        h(
          token.cut ? "li.token.cut" : "li.token",
          { title: `${token.id}` },
          token.cut && h("span.unseen", {}, app.say("pair.cutIs")),
          h(token.cut ? "s" : "span", {}, token.text !== "" ? visible(token.text) : isReadable ? "⋯" : `#${token.id}`),
        ),
      ),
    ),
  );
}

function visible(text) {
  return String(text).replace(/^ +| +$/g, (spaces) => "␣".repeat(spaces.length)).replace(/\n/g, "⏎");
}

/* ---- Decisions ---- */

function decisions(app, pair) {
  const all = pair.decisions ?? [];
  return section(
    app,
    "decisions",
    all.length === 0
      ? h("p.quiet", {}, app.say(pair.standing === "WITHDRAWN" ? "pair.decisionsRemoved" : "pair.noDecisions"))
      : scrolling(
          app.say("pair.decisions"),
          h(
            "table",
            {},
            h(
              "thead",
              {},
              h(
                "tr",
                {},
                ["step", "outcome", "measure", "measured", "limit"].map((name) =>
                  h("th", { scope: "col" }, app.say(`pair.${name}`)),
                ),
              ),
            ),
            h("tbody", {}, all.map((decision) => decisionRow(app, decision))),
          ),
        ),
    measures(app, pair.measures ?? {}),
  );
}

function decisionRow(app, decision) {
  const { step, outcome, measure, measured, limit } = decision;
  const detail = detailOf(app, decision);
  const isKept = outcome === "KEPT";
  return h(
    "tr",
    { data: { outcome } },
    h("th", { scope: "row" }, h("code", {}, step)),
    h("td", {}, stateChip(isKept ? "good" : "bad", app.words.find(`pair.outcome${outcome}`) ?? outcome)),
    h("td", {}, isKept ? (app.words.find(`measure.${measure}`) ?? h("code", {}, measure)) : reasonWords(app, measure)),
    h(
      "td.value",
      {},
      h("bdi", {}, isKept ? grouped(app, measured) : withUnit(app, measured) || "–"),
      detail && h("span.small.quiet.block", {}, h("bdi", {}, detail)),
    ),
    h("td.value", {}, h("bdi", {}, isKept ? grouped(app, limit) : withUnit(app, limit) || "–")),
  );
}

/** Long numbers of the service's as the page writes them: ≤ 8388608 → ≤ 8,388,608. */
function grouped(app, text) {
  return (text || "–").replace(/(?<![\d.])\d{5,15}(?![\d.])/g, (digits) => app.format.number(Number(digits)));
}

function measures(app, all) {
  const names = Object.keys(all);
  return (
    names.length > 0 &&
    h(
      "details",
      {},
      h("summary", {}, app.say("pair.measures", { count: app.format.number(names.length) })),
      h(
        "dl.measured",
        {},
        names.map((name) => factRow(h("code", {}, name), typeof all[name] === "number" ? app.format.number(all[name], 4) : String(all[name]))),
      ),
    )
  );
}

/* ---- Its way ---- */

function journey(app, pair) {
  const places = pair.journey ?? [];
  const waits = places.map((place) => place.seconds_since_previous ?? 0);
  const longest = Math.max(...waits, 0);
  return section(
    app,
    "journey",
    places.length === 0
      ? h("p.quiet", {}, app.say("pair.noJourney"))
      : h(
          "ol.journey",
          {},
          places.map((place, index) => step(app, place, longest > 0 && index > 0 && waits[index] === longest)),
        ),
  );
}

function step(app, { place, partition, offset, at, seconds_since_previous: wait }, isLongest) {
  const known = partition !== null && partition !== undefined && offset !== null && offset !== undefined;
  return h(
    "li.stop",
    { data: { longest: isLongest } },
    typeof wait === "number" &&
      h(
        "p.wait.small",
        {},
        app.say("pair.after_", { time: app.format.duration(wait) }),
        isLongest && h("span.longest", {}, ` · ${app.say("pair.longest")}`),
      ),
    h("p.place", {}, h("b", {}, app.words.find(`place.${place}`) ?? place), known && h("code.small.quiet", {}, ` ${partition} @ ${offset}`)),
    h("p.small.quiet", {}, at ? exact(app, at) : app.say("pair.noTime")),
  );
}

/** With milliseconds, as times of one pair lie close together. */
function exact(app, iso) {
  return h("time", { datetime: iso }, app.format.time(iso, { exact: true }));
}

/* ---- People ---- */

function reviews(app, pair) {
  const all = pair.reviews ?? [];
  return section(
    app,
    "reviews",
    all.length === 0
      ? h("p.quiet", {}, app.say("pair.noReviews"))
      : h(
          "ol.reviews",
          {},
          all.map((review) =>
            h(
              "li",
              {},
              h("p", {}, h("b", {}, app.words.find(`review.was.${review.decision}`) ?? review.decision), " · ", h("bdi", {}, review.reviewer)),
              h("p.comment", { dir: "auto" }, review.comment),
              review.caption && h("p.caption", { dir: "auto" }, h("ins", {}, review.caption)),
              h(
                "p.small.quiet.row",
                {},
                timeOf(app, review.reviewed_at),
                review.sent_pair_id &&
                  review.sent_pair_id !== pair.id &&
                  h("a", { href: cardOf(review.sent_pair_id) }, app.say("pair.sentAs", { id: shortId(review.sent_pair_id) })),
              ),
            ),
          ),
        ),
  );
}

/* ---- The rest ---- */

function facts(app, pair) {
  const { origin } = pair;
  const isKnown = pair.standing !== "WITHDRAWN"; // the rest went with its record
  const coordinates = origin?.topic ? `${origin.topic}-${origin.partition}-${origin.offset}` : "";
  const rows = [
    ["id", h("code", {}, pair.id)],
    ["contributor", isKnown ? h("bdi", {}, producerName(app, pair.contributor)) : ""],
    ["source", isKnown ? sourceName(app, pair.source_kind) : ""],
    ["url", pair.url ? outside(pair.url) : ""],
    ["licence", pair.licence ? h("bdi", {}, pair.licence) : ""],
    ["language", pair.language ?? ""],
    ["receivedAt", timeOf(app, pair.received_at)],
    ["decidedAt", timeOf(app, pair.decided_at)],
    ["origin", coordinates === "" ? "" : h("code", {}, coordinates)],
    ["imageDigest", pair.image_digest ? h("code", {}, pair.image_digest) : ""],
    ["perceptualHash", pair.perceptual_hash ? h("code", {}, pair.perceptual_hash) : ""],
    ["recipe", pair.recipe_version ? h("code", {}, pair.recipe_version) : ""],
    ["copies", typeof pair.copies === "number" ? app.format.number(pair.copies) : ""],
  ];
  return section(
    app,
    "facts",
    h("dl.measured.two", {}, rows.filter(([, value]) => value !== "").map(([name, value]) => factRow(app.say(`pair.${name}`), value))),
  );
}

function commands(app, pair) {
  const lines = pair.commands ?? [];
  return lines.length > 0 && section(
    app,
    "commands",
    h("p.small.quiet", {}, app.say("pair.commandsWhy")),
    lines.map((line) => command(app, line)),
  );
}

function command(app, line) {
  const button = h("button.button.small", { type: "button", "aria-label": app.say("pair.copyOf", { command: line }) }, app.say("pair.copy"));
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(line);
      setText(button, app.say("pair.copied"));
      app.announce(app.say("pair.copied"));
    } catch {
      getSelection().selectAllChildren(code);
    }
  });
  const code = h("code", {}, line);
  return h("p.command", {}, code, button);
}
