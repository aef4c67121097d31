// What comes in just now: pairs of each source, sampled uniformly, so that a drift is seen before it is measured.

import { h } from "./dom.js";
import { addressOf, button, card, follow, heading, note, skeleton, tally } from "./parts.js";
import { Shown, cardOf, inItsLanguage, picture, revealAll, sourceName, spokenName } from "./tiles.js";

const WINDOWS = [60, 1_440, 10_080];

/** Once, and when somebody asks for another sample. */
const NEVER_MS = 2 ** 31 - 1;

export function open(place, app, route) {
  const { say } = app;
  const minutes = Number(route.query.get("minutes")) || 1_440;
  const source = route.query.get("source") ?? "";
  const shown = new Shown();
  const path = () => `/v1/sheet?${new URLSearchParams({ minutes, ...(source === "" ? {} : { source }) })}`;
  return follow(place, app, { sheet: { path, every: NEVER_MS } }, ({ sheet, problem }, widthPx, view) => [
    heading(say("sheet.title")),
    h("p.lead", say("sheet.lead")),
    h(
      "div.row.between",
      h(
        "nav.switch.windows",
        { "aria-label": say("sheet.windows") },
        WINDOWS.map((each) =>
          h(
            "a",
            { href: addressOf("sheet", { minutes: each, source }), "aria-current": each === minutes ? "true" : null },
            say(`sheet.window${each}`),
          ),
        ),
      ),
      h(
        "div.row",
        source !== "" && h("a.tag", { href: addressOf("sheet", { minutes }) }, say("sheet.allSources")),
        revealAll(app, shown, view.redraw),
        button(say("sheet.again"), () => view.ask("sheet")),
      ),
    ),
    note("warn", problem),
    tally(sheet ? summary(app, sheet) : say("pairs.asking")),
    h("div.stack", sheet ? (sheet.sources ?? []).map((one) => sourceCard(app, one, minutes, shown)) : skeleton()),
  ]);
}

function summary({ say, format }, { ready, sources = [] }) {
  const count = sources.reduce((sum, { pairs }) => sum + pairs.length, 0);
  if (ready === false || count === 0) {
    return say(ready === false ? "pairs.notReady" : "sheet.empty");
  }
  return say("sheet.said", { count: format.number(count), sources: format.number(sources.length) });
}

function sourceCard(app, { source, seen, pairs }, minutes, shown) {
  const { say, format } = app;
  const away = pairs.filter(isAway).length;
  const said = { count: format.number(pairs.length), seen: format.number(seen), away: format.number(away) };
  const title = h("a.quiet-link", { href: addressOf("sheet", { minutes, source }) }, sourceName(app, source));
  return card(
    `sheet-${source}`.replace(/[^\w-]/g, "_"),
    title,
    { beside: h("p.small.quiet", say("sheet.sampled", said)) },
    h(
      "ul.mosaic",
      pairs.map((pair) =>
        h(
          isAway(pair) ? "li.away" : "li",
          { key: pair.id },
          picture(app, pair, shown, { size: 192 }),
          h(
            "a.mosaic-name.small",
            { href: cardOf(pair.id) },
            isAway(pair) && h("b.away-mark", say("sheet.away"), " "),
            h("span", inItsLanguage(pair), spokenName(app, pair)),
          ),
        ),
      ),
    ),
  );
}

function isAway({ standing }) {
  return standing === "QUARANTINED";
}
