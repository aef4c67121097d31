// The page's composition root: what a person does, wired to the parts that do it.

import { Api } from "./api.js";
import { draftCard, isOver, isUnsent, kindOf, refusal, saidOf, sentCard } from "./cards.js";
import { find, h, setText, show } from "./dom.js";
import { inspect, wordsProblem } from "./pictures.js";
import { apiKey, forgetPair, lastHint, rememberHint, rememberKey, rememberPair, rememberedPairs } from "./memory.js";
import { Sender } from "./send.js";
import { announce, onLanguage, preferredLanguage, speakIn } from "./words.js";

let words;
let drafts = [];
/** Files that could not be sent with the last ones: said until others are added. */
let leftOut = [];
/** The newest first. */
let sent = [];
let producer = null;
let connection = "";

const api = new Api({
  headers: () => (apiKey() === "" ? {} : { Authorization: `Bearer ${apiKey()}` }),
  onConnection: (state) => {
    connection = state;
    draw();
    if (state === "back") {
      sender.goOn();
    }
  },
});

const sender = new Sender(api, {
  hasKey: () => apiKey() !== "",
  onKeyWanted: askForKey,
  onKeyTaken: hideAccess,
  tell(pair, state) {
    const before = pair.state.status;
    pair.state = state;
    draw();
    if (state.status !== before) {
      announce(saidOf(words, pair));
    }
  },
});

const isSendable = ({ mediaType }) => mediaType !== "";

/** Shows all that changes. */
function draw() {
  const notice = find("connection");
  notice.hidden = connection === "";
  notice.dataset.kind = connection === "lost" ? "warn" : "good";
  setText(notice, connection === "" ? "" : words.say(`connection.${connection}`));

  const count = drafts.filter(isSendable).length;
  find("drafts").hidden = drafts.length === 0;
  find("send").parentElement.hidden = count === 0;
  setText(find("send"), count === 1 ? words.say("send.one") : words.say("send.many", { count }));
  show(
    find("draft-list"),
    drafts.map((draft, index) =>
      draftCard(words, draft, index + 1, { change: draw, hint: rememberHint, remove: () => remove(draft) }),
    ),
  );

  find("sent").hidden = sent.length === 0;
  const kinds = { good: 0, bad: 0, wait: 0 };
  sent.forEach((pair) => kinds[kindOf(pair)]++);
  setText(find("tally"), words.say("sent.tally", kinds));
  show(find("left-out"), leftOut.length > 0 && [h("p", words.say("sent.leftOut")), leftOut.map((draft) => h("p.wrong", refusal(words, draft)))]);
  show(
    find("sent-list"),
    sent.map((pair) => sentCard(words, pair, { change: () => change(pair), again: () => sender.goOn(pair) })),
  );

  find("leave").hidden = apiKey() === "";
  const name = producer === "anonymous" ? "producer.anonymous" : "producer.named";
  setText(find("producer"), producer === null ? "" : words.say(name, { producer }));
}

async function speak(language) {
  words = await speakIn(language);
  document.title = `Pairstream – ${words.say("page.title")}`;
  draw();
}

onLanguage(speak);

/* ---- Adding ---- */

async function add(files) {
  leftOut = [];
  const added = [];
  for (const file of files) {
    const { mediaType = "", problem = null } = await inspect(file);
    const preview = URL.createObjectURL(file);
    added.push({ key: newKey(), file, preview, caption: "", language: lastHint(), mediaType, problem, wrong: null });
  }
  drafts.push(...added);
  draw();
  if (added.length > 0) {
    focus(added[0]);
    announce(added.length === 1 ? words.say("added.one") : words.say("added.many", { count: added.length }));
  }
}

function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Where a draft is written, or, where it cannot be, removed. */
function focus(draft) {
  find("draft-list").children[drafts.indexOf(draft)].querySelector(isSendable(draft) ? "textarea" : ".remove").focus();
}

function drop(...gone) {
  gone.forEach(({ preview }) => URL.revokeObjectURL(preview));
  drafts = drafts.filter((draft) => !gone.includes(draft));
}

function remove(draft) {
  const index = drafts.indexOf(draft);
  drop(draft);
  draw();
  const next = drafts[Math.min(index, drafts.length - 1)];
  if (next) {
    focus(next);
  } else {
    find("files").focus();
  }
  announce(words.say("page.removed"));
}

for (const input of [find("files"), find("camera")]) {
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = "";
    add(files);
  });
}

// Dropped beside the frame, a picture would otherwise replace the page and all that is on it.
addEventListener("dragover", (event) => {
  event.preventDefault();
  find("add").classList.toggle("over", event.dataTransfer?.types.includes("Files"));
});
addEventListener("dragleave", (event) => event.relatedTarget === null && find("add").classList.remove("over"));
addEventListener("drop", (event) => {
  event.preventDefault();
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
  const sendable = drafts.filter(isSendable);
  sendable.forEach((draft) => (draft.wrong = wordsProblem(draft.caption)));
  const ready = sendable.filter(({ wrong }) => wrong === null);
  const pairs = ready.map((draft) => ({ ...draft, id: "", sentAt: new Date(), state: { status: "SENDING" } }));
  drafts = drafts.filter((draft) => !ready.includes(draft));
  sent.unshift(...pairs);
  draw();
  pairs.forEach(deliver);
  const wrong = drafts.find((draft) => draft.wrong !== null);
  if (wrong) {
    focus(wrong);
  } else if (pairs.length > 0) {
    leftOut = drafts;
    drop(...drafts);
    draw();
    find("sent-title").focus();
  }
});

async function deliver(pair) {
  await sender.send(pair, () => rememberPair(pair));
  if (pair.id) {
    rememberPair(pair);
    sender.follow(pair);
  } else {
    forgetPair(pair);
  }
}

function forget(pair) {
  sent = sent.filter((other) => other !== pair);
  forgetPair(pair);
  sender.leave(pair);
}

/** Takes a pair that was rejected for its words back to where words are written. */
function change(pair) {
  forget(pair);
  const draft = { ...pair, key: newKey(), problem: null, wrong: null };
  drafts.push(draft);
  draw();
  focus(draft);
}

find("forget").addEventListener("click", () => {
  leftOut = [];
  for (const pair of sent.filter(isOver)) {
    forget(pair);
    URL.revokeObjectURL(pair.preview);
  }
  draw();
  find(sent.length === 0 ? "files" : "sent-title").focus();
});

addEventListener("beforeunload", (event) => {
  if (drafts.some(isSendable) || sent.some(isUnsent)) {
    event.preventDefault();
  }
});

/* ---- The key ---- */

/** why: missing, refused or narrow. */
function askForKey(why) {
  const access = find("access");
  const wasHidden = access.hidden;
  access.hidden = false;
  setText(find("access-wrong"), why === "missing" ? "" : words.say(`key.${why}`));
  find("key").setAttribute("aria-invalid", String(why !== "missing"));
  if (wasHidden || why !== "missing") {
    find("key").focus();
    find("key").select();
  }
}

function hideAccess() {
  const access = find("access");
  const wasHeld = access.contains(document.activeElement);
  access.hidden = true;
  if (wasHeld) {
    find("files").focus();
  }
}

async function useKey(key) {
  rememberKey(key);
  await whoAmI();
}

find("access").addEventListener("submit", (event) => {
  event.preventDefault();
  const key = find("key").value.trim();
  if (key === "") {
    setText(find("access-wrong"), words.say("key.missing"));
    find("key").focus();
    return;
  }
  useKey(key);
});

find("leave").addEventListener("click", () => {
  find("key").value = "";
  useKey("");
});

async function whoAmI() {
  const answer = await sender.me();
  if (answer === undefined) {
    return;
  }
  producer = answer;
  if (answer !== null) {
    find("key").value = "";
  }
  draw();
}

/* ---- Start ---- */

sent = rememberedPairs()
  .reverse()
  .map((pair) => ({
    ...pair,
    state: pair.id
      ? { status: "UNKNOWN", asking: true }
      : { status: "UNKNOWN", note: "sent.unsure", over: true },
  }));
await speak(preferredLanguage());
sent.filter(({ id }) => id).forEach((pair) => sender.follow(pair));
document.documentElement.dataset.state = "ready";
// Not awaited: the page has started, however long the service is away.
whoAmI();
