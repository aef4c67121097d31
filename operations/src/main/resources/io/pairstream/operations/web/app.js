// The page's composition root: which view is open, in which language and colours, and who looks.
//
// A view is a module with open(place, app, route): it builds itself inside place and gives back an
// object that may have close(), to stop what it started, and moved(route), to follow a change of its
// own part of the address; without moved it is opened anew. route is {name, path, query}: for
// #/pair/7f?tab=x that is "pair", ["7f"] and URLSearchParams.

import { Api } from "./api.js";
import { h, fill, setAttribute, setText } from "./dom.js";
import { Format } from "./format.js";
import { Session } from "./session.js";
import { startAgain } from "./start.js";
import { Watch } from "./watch.js";
import { LANGUAGES, loadWords, preferredLanguage } from "./words.js";

const LANGUAGE = "pairstream.language";
const THEME = "pairstream.theme";
const ANNOUNCED_LINES = 6;

/** Views by the first part of the address; a view that belongs to another's entry names it. */
const VIEWS = {
  overview: { module: () => import("./overview.js") },
  lag: { module: () => import("./lag.js") },
  pairs: { module: () => import("./pairs.js") },
  pair: { module: () => import("./pair.js"), under: "pairs" },
  quarantine: { module: () => import("./quarantine.js") },
  sheet: { module: () => import("./sheet.js") },
  profile: { module: () => import("./profile.js") },
  actions: { module: () => import("./actions.js") },
};

const find = (id) => document.getElementById(id);

/** What every view gets. */
const app = {
  api: new Api({
    onConnection: showConnection,
    onLoginWanted: () => app.session.want(),
    onAsOf: showAsOf,
    wordsOf: (kind, detail) => app.words?.find(`problem.${kind}`, { detail }) ?? detail,
  }),
  words: null,
  format: null,
  session: null,
  watch: null,

  /** A text of the page in its language. */
  say(name, values) {
    return app.words.say(name, values);
  },

  /** Says it to those who do not see it, when nothing else is being said. */
  announce,

  /** The platform's verdict, for the tab's name. */
  showVerdict(verdict) {
    document.title = app.watch.title(name(current.route), verdict);
  },

  /** Goes to a view's address, like "#/pair/7f". replace: without a step to go back to. */
  go(address, { replace = false } = {}) {
    if (replace) {
      history.replaceState(null, "", address);
      follow();
    } else {
      location.hash = address;
    }
  },

  /** Opens the current view anew, as after a login. */
  reopen: () => show(routeOf(location.hash), { keepFocus: true }).catch(startAgain),
};
app.session = new Session(app, find("session"));
app.watch = new Watch(app);

/* ---- Views ---- */

let current = { route: null, view: {}, number: 0 };

function routeOf(hash) {
  const [way, query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const [name, ...path] = way.split("/").map(decoded);
  return { name: Object.hasOwn(VIEWS, name) ? name : "overview", path, query: new URLSearchParams(query) };
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function follow() {
  if (location.hash !== "" && !location.hash.startsWith("#/")) {
    // A place on the page, like what the skip link leads to.
    return;
  }
  const route = routeOf(location.hash);
  if (current.route?.name === route.name && current.view.moved) {
    current.route = route;
    current.view.moved(route);
  } else {
    show(route).catch(startAgain);
  }
}

async function show(route, { keepFocus = false } = {}) {
  const number = current.number + 1;
  current.view.close?.();
  current = { route, view: {}, number };
  const { open } = await VIEWS[route.name].module();
  if (current.number !== number) {
    return;
  }
  const place = find("view");
  place.replaceChildren();
  place.dataset.view = route.name;
  current.view = open(place, app, route) ?? {};
  showWhere(route);
  if (!keepFocus) {
    scrollTo(0, 0);
    place.querySelector("h1")?.focus({ preventScroll: true });
  }
}

function showWhere(route) {
  const entry = entryOf(route);
  for (const link of document.querySelectorAll("#nav a")) {
    const here = link.dataset.view === entry;
    setAttribute(link, "aria-current", here ? "page" : null);
    if (here) {
      link.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  }
  document.title = app.watch.title(name(route));
}

function entryOf(route) {
  return VIEWS[route.name].under ?? route.name;
}

function name(route) {
  return app.say(`nav.${entryOf(route)}`);
}

addEventListener("hashchange", follow);

find("skip").addEventListener("click", (event) => {
  event.preventDefault();
  (find("view").querySelector("h1") ?? find("view")).focus();
});

/* ---- Words and colours ---- */

async function speak(language) {
  app.words = await loadWords(language);
  app.format = new Format(language);
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-text]")) {
    element.textContent = app.say(element.dataset.text);
  }
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", app.say(element.dataset.label));
  }
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === language));
  }
  app.session.speak();
  showConnection(connection);
}

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", async () => {
    remember(LANGUAGE, button.dataset.language);
    await speak(button.dataset.language);
    await show(routeOf(location.hash), { keepFocus: true });
  });
}

/** theme: light, dark, or auto for what the system says. */
function paint(theme) {
  if (theme === "light" || theme === "dark") {
    document.documentElement.dataset.theme = theme;
  } else {
    delete document.documentElement.dataset.theme;
  }
  for (const button of document.querySelectorAll("[data-paint]")) {
    button.setAttribute("aria-pressed", String(button.dataset.paint === theme));
  }
}

for (const button of document.querySelectorAll("[data-paint]")) {
  button.addEventListener("click", () => {
    remember(THEME, button.dataset.paint);
    paint(button.dataset.paint);
  });
}

/* ---- Connection and announcements ---- */

let connection = "";
let asOf = null;

/** time: of when an answer is while Kafka is away, or null. */
function showAsOf(time) {
  if (time !== asOf) {
    asOf = time;
    showConnection(time === null ? "" : "stale");
  }
}

function showConnection(state) {
  connection = state;
  const notice = find("connection");
  document.documentElement.dataset.connection = state === "lost" ? "lost" : "there";
  notice.hidden = state === "";
  notice.dataset.kind = state === "back" ? "good" : "warn";
  setText(notice, state === "" ? "" : app.say(`connection.${state}`, { time: app.format.time(asOf) }));
  if (state === "back") {
    setTimeout(() => connection === "back" && showConnection(asOf === null ? "" : "stale"), 6_000);
  }
}

/** A line that is replaced at once would never be said, so a few stay. */
function announce(text) {
  const announcer = find("announcer");
  announcer.append(h("span", {}, `${text} `));
  while (announcer.childElementCount > ANNOUNCED_LINES) {
    announcer.firstElementChild.remove();
  }
}

/* ---- What the browser remembers: a language and colours ---- */

function remember(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // Full or forbidden: then it is not remembered.
  }
}

function remembered(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/* ---- Start ---- */

const language = remembered(LANGUAGE);
paint(remembered(THEME) ?? "auto");
await speak(LANGUAGES.includes(language) ? language : preferredLanguage(navigator.languages));
app.session.refresh();
await show(routeOf(location.hash), { keepFocus: true });
document.documentElement.dataset.state = "ready";
performance.mark("pairstream.ready");
