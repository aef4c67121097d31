// The page's composition root: what a person does, wired to the parts that do it.

import { Api } from "./api.js";
import { DraftCard, SentCard } from "./cards.js";
import { inspect, wordsProblem } from "./pictures.js";
import { Memory } from "./memory.js";
import { loadWords, preferredLanguage, LANGUAGES } from "./words.js";

const ANNOUNCED_LINES = 6;

const find = (id) => document.getElementById(id);
const memory = new Memory();
const drafts = [];
const sent = [];
/** Refused files that stayed with their reason when the others were sent. */
let left = [];
let words;

const api = new Api({
  key: () => memory.key(),
  onConnection: showConnection,
  onKeyWanted: askForKey,
  onKeyTaken: () => hideAccess(),
});

/* ---- Words ---- */

async function speak(language) {
  words = await loadWords(language);
  document.documentElement.lang = language;
  document.title = "Pairstream – " + words.say("title");
  for (const element of document.querySelectorAll("[data-text]")) {
    element.textContent = words.say(element.dataset.text);
  }
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", words.say(element.dataset.label));
  }
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === language));
  }
  drafts.forEach((draft, index) => draft.speak(words, index + 1));
  sent.forEach((card) => card.speak(words));
  countDrafts();
  countSent();
  showProducer();
}

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", async () => {
    memory.rememberLanguage(button.dataset.language);
    await speak(button.dataset.language);
  });
}

/** Says it to those who do not see it. A line that is replaced at once would never be said. */
function announce(text) {
  const announcer = find("announcer");
  const line = document.createElement("span");
  line.textContent = text + " ";
  announcer.append(line);
  while (announcer.childElementCount > ANNOUNCED_LINES) {
    announcer.firstElementChild.remove();
  }
}

/* ---- Adding ---- */

async function add(files) {
  left.filter((draft) => drafts.includes(draft)).forEach(drop);
  left = [];
  let first = null;
  let added = 0;
  for (const file of files) {
    const draft = new DraftCard(file, memory.lastHint(), {
      onRemove: remove,
      onChange: () => countDrafts(),
      onHint: (hint) => memory.rememberHint(hint),
    });
    drafts.push(draft);
    find("draft-list").append(draft.element);
    draft.speak(words, drafts.length);
    draft.show(await inspect(file));
    first = first ?? draft;
    added++;
  }
  countDrafts();
  if (first) {
    first.focus();
    announce(added === 1 ? words.say("added.one") : words.say("added.many", { count: added }));
  }
}

function drop(draft) {
  drafts.splice(drafts.indexOf(draft), 1);
  draft.close();
  drafts.forEach((other, number) => other.speak(words, number + 1));
  countDrafts();
}

function remove(draft) {
  const index = drafts.indexOf(draft);
  drop(draft);
  const next = drafts[Math.min(index, drafts.length - 1)];
  if (next) {
    next.focus();
  } else {
    find("files").focus();
  }
  announce(words.say("removed"));
}

function countDrafts() {
  const sendable = drafts.filter((draft) => draft.isSendable()).length;
  find("drafts").hidden = drafts.length === 0;
  find("send").closest(".send").hidden = sendable === 0;
  find("send").textContent =
    sendable === 1 ? words.say("send.one") : words.say("send.many", { count: sendable });
}

for (const input of [find("files"), find("camera")]) {
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = "";
    add(files);
  });
}

let dragDepth = 0;
const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");
addEventListener("dragenter", (event) => {
  if (holdsFiles(event)) {
    dragDepth++;
    find("add").classList.add("over");
  }
});
addEventListener("dragleave", () => {
  dragDepth = Math.max(0, dragDepth - 1);
  find("add").classList.toggle("over", dragDepth > 0);
});
// Dropped beside the frame, a picture would otherwise replace the page and all that is on it.
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  dragDepth = 0;
  find("add").classList.remove("over");
  add([...(event.dataTransfer?.files ?? [])]);
});
addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  if (files.length > 0) {
    event.preventDefault();
    add(files);
  }
});

/* ---- Sending ---- */

find("drafts").addEventListener("submit", (event) => {
  event.preventDefault();
  const sendable = drafts.filter((draft) => draft.isSendable());
  sendable.forEach((draft) => draft.showWordsProblem(wordsProblem(draft.caption())));
  const ready = sendable.filter((draft) => draft.isReady());
  const cards = ready.map((draft) => {
    drafts.splice(drafts.indexOf(draft), 1);
    const card = sentCard(draft.pair());
    draft.close({ keepPicture: true });
    return card;
  });
  show(cards);
  cards.forEach(deliver);
  if (cards.length > 0) {
    left = drafts.filter((draft) => draft.isRefused());
  }
  drafts.forEach((draft, index) => draft.speak(words, index + 1));
  countDrafts();
  const wrong = sendable.find((draft) => !draft.isReady());
  if (wrong) {
    wrong.focus();
  } else if (cards.length > 0) {
    find("sent-title").focus();
  }
});

// In a text of several lines Enter makes a line; with Ctrl or Cmd it sends.
find("drafts").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    find("drafts").requestSubmit();
  }
});

function sentCard(pair) {
  return new SentCard(pair, { onChange: change, onAgain: (again) => api.hurry(again) });
}

async function deliver(card) {
  const pair = card.pair;
  await api.send(pair, (state) => update(card, state), () => memory.remember(pair));
  if (pair.id) {
    memory.remember(pair);
    follow(card);
  } else {
    memory.forget(pair);
  }
}

function follow(card) {
  api.follow(card.pair, (state) => update(card, state));
}

function update(card, state) {
  const before = card.standing();
  card.update(state, words);
  if (card.standing() !== before) {
    announce(words.say("said", { caption: card.name(words), standing: card.sentence(words) }));
  }
  countSent();
}

/** Puts cards before those that are there, in their own order. */
function show(cards) {
  sent.unshift(...cards);
  find("sent-list").prepend(...cards.map((card) => card.element));
  cards.forEach((card) => card.speak(words));
  countSent();
}

/** Takes a pair that was turned away for its words back to where words are written. */
function change(card) {
  sent.splice(sent.indexOf(card), 1);
  memory.forget(card.pair);
  api.leave(card.pair);
  card.element.remove();
  const draft = new DraftCard(card.pair.file, card.pair.language, {
    onRemove: remove,
    onChange: () => countDrafts(),
    onHint: (hint) => memory.rememberHint(hint),
  });
  drafts.push(draft);
  find("draft-list").append(draft.element);
  draft.speak(words, drafts.length);
  draft.show({ mediaType: card.pair.mediaType });
  draft.write(card.pair.caption);
  countDrafts();
  countSent();
  draft.focus();
}

function countSent() {
  find("sent").hidden = sent.length === 0;
  const kinds = { good: 0, bad: 0, wait: 0 };
  sent.forEach((card) => kinds[card.kind()]++);
  find("tally").textContent = words.say("sent.tally", kinds);
}

find("forget").addEventListener("click", () => {
  for (const card of sent.filter((card) => card.isOver())) {
    sent.splice(sent.indexOf(card), 1);
    memory.forget(card.pair);
    api.leave(card.pair);
    card.close();
  }
  countSent();
  find(sent.length === 0 ? "files" : "sent-title").focus();
});

addEventListener("beforeunload", (event) => {
  if (drafts.some((draft) => !draft.isRefused()) || sent.some((card) => card.isUnsent())) {
    event.preventDefault();
  }
});

/* ---- Connection and key ---- */

let connectionNote = "";
function showConnection(state) {
  if (state === "back" && connectionNote === "") {
    return;
  }
  connectionNote = state === "lost" ? state : "";
  const notice = find("connection");
  notice.dataset.kind = state === "lost" ? "wait" : "good";
  notice.dataset.text = "connection." + state;
  notice.hidden = false;
  notice.textContent = words.say("connection." + state);
}

let producer = null;
function askForKey(why) {
  const access = find("access");
  const was = access.hidden;
  access.hidden = false;
  find("access-wrong").textContent = why === "missing" ? "" : words.say("key." + why);
  find("key").setAttribute("aria-invalid", String(why !== "missing"));
  if (was || why !== "missing") {
    find("key").focus();
    find("key").select();
  }
}

function hideAccess() {
  const access = find("access");
  const held = access.contains(document.activeElement);
  access.hidden = true;
  if (held) {
    find("files").focus();
  }
}

find("access").addEventListener("submit", async (event) => {
  event.preventDefault();
  const key = find("key").value.trim();
  if (key === "") {
    find("access-wrong").textContent = words.say("key.missing");
    find("key").focus();
    return;
  }
  memory.rememberKey(key);
  await whoAmI();
});

find("leave").addEventListener("click", async () => {
  memory.rememberKey("");
  find("key").value = "";
  await whoAmI();
});

async function whoAmI() {
  const answer = await api.me();
  if (answer === undefined) {
    return;
  }
  producer = answer;
  if (answer !== null) {
    find("key").value = "";
  }
  showProducer();
}

function showProducer() {
  if (!words) {
    return;
  }
  find("leave").hidden = memory.key() === "";
  find("producer").textContent =
    producer === null
      ? ""
      : producer === "anonymous"
        ? words.say("producer.anonymous")
        : words.say("producer.named", { producer });
}

/* ---- Start ---- */

await speak(memory.language() ?? preferredLanguage(navigator.languages, LANGUAGES));
const earlier = memory.pairs().reverse().map(sentCard);
show(earlier);
for (const card of earlier) {
  if (card.pair.id) {
    follow(card);
  } else {
    card.update({ standing: "UNKNOWN", note: "sent.unsure" }, words);
  }
}
countSent();
document.documentElement.dataset.state = "ready";
// Not awaited: the page has started, however long the service is away.
whoAmI();
