// The page's composition root: which view is open, in which language, and who looks.
//
// A view is a module with open(place, app, route): it builds itself inside place and gives {close(), moved(route)},
// moved to follow a change of its own part of the address; without it, it is opened anew. route is {name, path,
// query, wrong}: for #/pair/7f?tab=x that is "pair", ["7f"] and URLSearchParams; wrong is the name of a view that there
// is none of.

import { Api } from "./api.js";
import { find, setAttribute, setText } from "./dom.js";
import { Format } from "./format.js";
import { note } from "./parts.js";
import { Session } from "./session.js";
import { startAgain } from "./start.js";
import { Watch } from "./watch.js";
import { announce, onLanguage, preferredLanguage, speakIn } from "./words.js";

const BACK_FOR_MS = 6_000;

/** Views by the first part of the address. */
const VIEWS = {
  overview: () => import("./overview.js"),
  lag: () => import("./lag.js"),
  pairs: () => import("./pairs.js"),
  pair: () => import("./pair.js"),
  quarantine: () => import("./quarantine.js"),
  profile: () => import("./profile.js"),
  threshold: () => import("./threshold.js"),
  actions: () => import("./actions.js"),
};

/** What every view gets. */
const app = {
  api: new Api({
    onConnection: showConnection,
    onProblem: explain,
    onAnswer: noteAnswer,
  }),
  words: null,
  format: null,
  announce,

  /** A text of the page in its language. */
  say: (name, values) => app.words.say(name, values),

  /** The platform's verdict, for the tab's name. */
  showVerdict(verdict) {
    document.title = app.watch.title(nameOf(current.route), verdict);
  },

  /** Goes to a view's address, like "#/pair/7f". */
  go(address) {
    location.hash = address;
  },

  /** Opens the current view anew, as after a login. */
  reopen: () => open(routeOf(), { keepFocus: true }).catch(startAgain),
};
app.session = new Session(app, find("session"));
app.watch = new Watch(app);

/* ---- Views ---- */

let current = { route: null, view: null };

function routeOf() {
  const [way, query = ""] = location.hash.replace(/^#\/?/, "").split("?", 2);
  const [name, ...path] = way.split("/").map(decoded);
  const isView = Object.hasOwn(VIEWS, name);
  return { name: isView ? name : "overview", path, query: new URLSearchParams(query), wrong: isView ? "" : name };
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
  const route = routeOf();
  if (current.route.name === route.name && current.view?.moved) {
    current.route = route;
    current.view.moved(route);
  } else {
    open(route).catch(startAgain);
  }
}

async function open(route, { keepFocus = false } = {}) {
  current.view?.close();
  const opened = { route, view: null };
  current = opened;
  asOf.clear();
  const module = await VIEWS[route.name]();
  if (current !== opened) {
    return;
  }
  const place = find("view");
  place.replaceChildren(note("warn", route.wrong && app.say("shell.noView", { name: route.wrong })));
  place.dataset.view = route.name;
  opened.view = module.open(place, app, route);
  for (const link of document.querySelectorAll("#nav a")) {
    setAttribute(link, "aria-current", link.dataset.view === entryOf(route) ? "page" : null);
  }
  document.querySelector("#nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  document.title = app.watch.title(nameOf(route));
  if (!keepFocus) {
    scrollTo(0, 0);
    place.querySelector("h1")?.focus({ preventScroll: true });
  }
}

/** A pair's card belongs to the pairs, a threshold to the profile. */
function entryOf({ name }) {
  return { pair: "pairs", threshold: "profile" }[name] ?? name;
}

function nameOf(route) {
  return app.say(`nav.${entryOf(route)}`);
}

addEventListener("hashchange", follow);

find("skip").addEventListener("click", (event) => {
  event.preventDefault();
  (find("view").querySelector("h1") ?? find("view")).focus();
});

/* ---- Words ---- */

async function speak(language) {
  app.words = await speakIn(language);
  app.format = new Format(language);
  app.session.speak();
  showConnection(connection);
}

onLanguage(async (language) => {
  await speak(language);
  await open(routeOf(), { keepFocus: true });
});

/* ---- Connection ---- */

let connection = "";
let answeredAt = null;

/** By path of the view's answers: of when they are while Kafka is away, or null. */
const asOf = new Map();

/** The oldest of them; undefined where all are of now. */
const oldest = () => [...asOf.values()].filter(Boolean).sort()[0];

function noteAnswer({ as_of: time = null }, path) {
  answeredAt = new Date().toISOString();
  const before = oldest();
  asOf.set(path.split("?")[0], time);
  if (oldest() !== before) {
    showConnection(oldest() ? "stale" : "");
  }
}

function showConnection(state) {
  connection = state;
  const notice = find("connection");
  document.documentElement.dataset.connection = state === "lost" ? "lost" : "there";
  notice.hidden = state === "";
  notice.dataset.kind = state === "back" ? "good" : "warn";
  setText(notice, state === "" ? "" : app.say(`connection.${state}`, { time: app.format.time(state === "lost" ? answeredAt : oldest()) }));
  if (state === "back") {
    setTimeout(() => connection === "back" && showConnection(oldest() ? "stale" : ""), BACK_FOR_MS);
  }
}

/** Puts a problem in the reader's language, and asks for a key where one is wanted. */
function explain(problem, path) {
  problem.message = app.words?.find(`problem.${problem.kind}`, { detail: problem.message }) ?? problem.message;
  if (problem.status === 401 && path !== "/v1/session") {
    app.session.want();
  }
}

/* ---- Start ---- */

await speak(preferredLanguage());
app.session.refresh();
await open(routeOf(), { keepFocus: true });
document.documentElement.dataset.state = "ready";
