// What comes in just now: pairs of each source, sampled uniformly, so that a drift is seen before it is
// measured.

import { h, fill, setText } from "./dom.js";
import { heading, note, skeleton } from "./parts.js";
import { Picture, cardOf, sourceName, spokenName, tally } from "./tiles.js";

const WINDOWS = [60, 1_440, 10_080];

export function open(place, app, route) {
  const asking = new AbortController();
  const chosen = Number(route.query.get("minutes")) || 1_440;
  const source = route.query.get("source") ?? "";
  const said = tally();
  const sheets = h("div.stack", {}, skeleton(6));
  const pictures = [];
  const reveal = h(
    "button.button",
    {
      type: "button",
      "aria-pressed": "false",
      on: {
        click: () => {
          const shown = reveal.getAttribute("aria-pressed") !== "true";
          reveal.setAttribute("aria-pressed", String(shown));
          pictures.forEach((picture) => picture.show(shown));
        },
      },
    },
    app.say("sheet.reveal"),
  );
  place.append(
    heading(app.say("sheet.title")),
    h("p.lead", {}, app.say("sheet.lead")),
    h(
      "div.row.between",
      {},
      h(
        "nav.switch.windows",
        { "aria-label": app.say("sheet.windows") },
        WINDOWS.map((minutes) =>
          h(
            "a",
            { href: addressOf({ minutes, source }), "aria-current": minutes === chosen ? "true" : null },
            app.say(`sheet.window${minutes}`),
          ),
        ),
      ),
      h(
        "div.row",
        {},
        source !== "" && h("a.tag", { href: addressOf({ minutes: chosen, source: "" }) }, app.say("sheet.allSources")),
        reveal,
        h("button.button", { type: "button", on: { click: () => load() } }, app.say("sheet.again")),
      ),
    ),
    said,
    sheets,
  );

  async function load() {
    setText(said, app.say("pairs.asking"));
    const query = new URLSearchParams({ minutes: String(chosen) });
    if (source !== "") {
      query.set("source", source);
    }
    try {
      const { ready, sources = [] } = await app.api.get(`/v1/sheet?${query}`, { signal: asking.signal });
      pictures.length = 0;
      reveal.setAttribute("aria-pressed", "false");
      fill(sheets, sources.map((sheet) => sheetOf(app, sheet, chosen, pictures)));
      const count = sources.reduce((sum, sheet) => sum + sheet.pairs.length, 0);
      setText(
        said,
        ready === false
          ? app.say("pairs.notReady")
          : count === 0
            ? app.say("sheet.empty")
            : app.say("sheet.said", { count: app.format.number(count), sources: app.format.number(sources.length) }),
      );
    } catch (problem) {
      if (!asking.signal.aborted) {
        setText(said, "");
        fill(sheets, note("warn", problem.message || app.say("pairs.away")));
      }
    }
  }
  load();
  return { close: () => asking.abort() };
}

function addressOf({ minutes, source }) {
  const query = new URLSearchParams({ minutes: String(minutes) });
  if (source !== "") {
    query.set("source", source);
  }
  return `#/sheet?${query}`;
}

function sheetOf(app, { source, seen, pairs }, minutes, pictures) {
  const id = `sheet-${source}`.replace(/[^\w-]/g, "_");
  const away = pairs.filter((pair) => pair.standing === "QUARANTINED").length;
  return h(
    "section.card",
    { "aria-labelledby": id },
    h(
      "div.card-head",
      {},
      h("h2", { id }, h("a.quiet-link", { href: addressOf({ minutes, source }) }, sourceName(app, source))),
      h(
        "p.small.quiet",
        {},
        app.say("sheet.sampled", {
          count: app.format.number(pairs.length),
          seen: app.format.number(seen),
          away: app.format.number(away),
        }),
      ),
    ),
    h(
      "ul.mosaic",
      {},
      pairs.map((pair) => {
        const picture = new Picture(app, pair, { size: 192, address: pair.picture });
        pictures.push(picture);
        const isAway = pair.standing === "QUARANTINED";
        return h(
          isAway ? "li.away" : "li",
          {},
          picture.element,
          h(
            "a.mosaic-name.small",
            { href: cardOf(pair.id) },
            isAway && h("b.away-mark", {}, app.say("sheet.away"), " "),
            h("span", { dir: "auto", lang: pair.language || null }, spokenName(app, pair)),
          ),
        );
      }),
    ),
  );
}
