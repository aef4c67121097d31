// A pair on the page: first as a draft whose words are written, then as something that was sent.
// All that people or the service wrote goes in as text, never as markup.

import { asSent } from "./pictures.js";
import { isFinal } from "./api.js";

const ACCEPTED = new Set(["TRAINING", "VALIDATION", "TEST"]);
const BAD = new Set(["QUARANTINED", "FETCH_FAILED", "REFUSED", "UNKNOWN"]);

let nextNumber = 0;

function fromTemplate(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class DraftCard {
  #file;
  #preview;
  #number = 1;
  #words;
  #mediaType = "";
  #pictureProblem = null;
  #wordsProblem = null;

  constructor(file, hint, { onRemove, onChange, onHint }) {
    this.#file = file;
    this.#preview = URL.createObjectURL(file);
    this.element = fromTemplate("draft-card");
    const id = `draft-${nextNumber++}`;
    const caption = this.#part("textarea");
    caption.id = `${id}-caption`;
    this.#part(".caption-label").htmlFor = caption.id;
    this.#part(".words-wrong").id = `${id}-wrong`;
    caption.setAttribute("aria-describedby", `${id}-wrong`);
    caption.addEventListener("input", () => {
      if (this.#wordsProblem) {
        this.showWordsProblem(null);
      }
      onChange(this);
    });
    const select = this.#part("select");
    select.id = `${id}-language`;
    this.#part(".language-label").htmlFor = select.id;
    this.#hint = hint;
    select.addEventListener("change", () => {
      this.#hint = select.value;
      onHint(select.value);
    });
    this.#part(".remove").addEventListener("click", () => onRemove(this));
    const picture = this.#part("img");
    // What the browser cannot show, the service may still read; the frame then stays empty.
    picture.addEventListener("error", () => picture.removeAttribute("src"), { once: true });
    picture.src = this.#preview;
  }

  #hint = "";

  #part(selector) {
    return this.element.querySelector(selector);
  }

  speak(words, number) {
    this.#words = words;
    this.#number = number;
    this.#part("img").alt = words.say("draft.preview", { number });
    this.#part(".caption-label").textContent = words.say("draft.caption", { number });
    this.#part("textarea").placeholder = words.say("draft.example");
    this.#part(".language-label").textContent = words.say("draft.language");
    const remove = this.#part(".remove");
    remove.textContent = words.say("draft.remove");
    remove.setAttribute("aria-label", words.say("draft.removeNumbered", { number }));
    this.#fillLanguages();
    this.show({ mediaType: this.#mediaType, problem: this.#pictureProblem });
    this.showWordsProblem(this.#wordsProblem);
  }

  #fillLanguages() {
    const select = this.#part("select");
    const tags = new Set(["en", "zh", ...navigator.languages.map((tag) => tag.split("-")[0])]);
    if (this.#hint !== "") {
      tags.add(this.#hint);
    }
    select.replaceChildren(
      new Option(this.#words.say("draft.unknown"), ""),
      ...[...tags].slice(0, 12).map((tag) => new Option(this.#words.languageName(tag), tag)),
    );
    select.value = this.#hint;
  }

  /** A picture that is not taken can only be removed. */
  show({ mediaType = "", problem = null }) {
    this.#mediaType = mediaType;
    this.#pictureProblem = problem;
    this.#part(".picture-wrong").textContent = problem
      ? this.#words.say("picture.refused", { name: this.#file.name, problem: this.#text(problem) })
      : "";
    this.#part(".caption-label").hidden = problem !== null;
    this.#part("textarea").hidden = problem !== null;
    this.#part(".hint").hidden = problem !== null;
  }

  showWordsProblem(problem) {
    this.#wordsProblem = problem;
    this.#part(".words-wrong").textContent = problem ? this.#text(problem) : "";
    this.#part("textarea").setAttribute("aria-invalid", String(problem !== null));
  }

  #text({ text, values }) {
    const shown = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        typeof value === "number" ? this.#words.number(value) : value,
      ]),
    );
    return this.#words.say(text, shown);
  }

  caption() {
    return asSent(this.#part("textarea").value);
  }

  write(caption) {
    this.#part("textarea").value = caption;
  }

  /** Whether nothing keeps it from being sent; says so only after its words were looked at. */
  isReady() {
    return this.isSendable() && this.#wordsProblem === null;
  }

  /** Not before its picture was looked at. */
  isSendable() {
    return this.#mediaType !== "";
  }

  /** Whether its picture can never be sent. */
  isRefused() {
    return this.#pictureProblem !== null;
  }

  focus() {
    (this.isSendable() ? this.#part("textarea") : this.#part(".remove")).focus();
  }

  /** What is sent. Each change of the words is another request, with another key. */
  pair() {
    return {
      key: newKey(),
      id: "",
      file: this.#file,
      mediaType: this.#mediaType,
      preview: this.#preview,
      caption: this.caption(),
      language: this.#hint,
      sentAt: new Date(),
    };
  }

  close({ keepPicture = false } = {}) {
    this.element.remove();
    if (!keepPicture) {
      URL.revokeObjectURL(this.#preview);
    }
  }
}

export class SentCard {
  #state = { standing: "SENDING" };

  constructor(pair, { onChange, onAgain }) {
    this.pair = pair;
    this.element = fromTemplate("sent-card");
    if (pair.file) {
      const picture = this.#part("img");
      picture.addEventListener("error", () => picture.removeAttribute("src"), { once: true });
      picture.src = pair.preview;
    } else {
      this.#state = { standing: "UNKNOWN", asking: true };
    }
    this.#part(".caption").textContent = pair.caption;
    this.#part(".change").addEventListener("click", () => onChange(this));
    this.#part(".again").addEventListener("click", () => onAgain(pair));
  }

  #part(selector) {
    return this.element.querySelector(selector);
  }

  standing() {
    return this.#state.standing;
  }

  update(state, words) {
    this.#state = state;
    this.speak(words);
  }

  /** good, bad, or wait while it is not over. */
  kind() {
    const { standing, asking } = this.#state;
    return ACCEPTED.has(standing) ? "good" : BAD.has(standing) && !asking ? "bad" : "wait";
  }

  /** Whether nothing more will be heard. */
  isOver() {
    const { standing, over, note } = this.#state;
    return isFinal(standing) || standing === "REFUSED" || over === true || note === "sent.unsure";
  }

  /** Whether closing the page would lose it. */
  isUnsent() {
    return this.pair.file !== null && ["SENDING", "HELD"].includes(this.standing());
  }

  /** What to call it aloud. */
  name(words) {
    const caption = this.pair.caption || words.say("sent.earlier");
    return caption.length > 60 ? caption.slice(0, 57) + "…" : caption;
  }

  /** The standing with its reason, for those who hear it. */
  sentence(words) {
    const { says } = this.#explanation(words);
    return [words.standing(this.standing()), says].filter(Boolean).join(". ");
  }

  speak(words) {
    const { standing, share, note, values, measured, limit, again } = this.#state;
    const kind = this.kind();
    this.element.dataset.kind = kind;
    this.element.dataset.standing = standing;
    if (!this.pair.caption) {
      this.#part(".caption").textContent = words.say("sent.earlier");
    }
    const line = this.#part(".standing");
    line.dataset.moving = String(kind === "wait");
    line.querySelector("use").setAttribute("href", `#icon-${kind}`);
    line.querySelector("strong").textContent = words.standing(standing);

    const progress = this.#part("progress");
    progress.hidden = standing !== "SENDING" || !(share < 1);
    progress.value = share ?? 0;
    progress.setAttribute("aria-label", words.standing("SENDING"));

    const { says, remedy } = this.#explanation(words);
    const facts = [
      ["fact.why", says],
      ["fact.measured", words.measure(text(measured ?? this.#state.problem?.measured))],
      ["fact.limit", words.measure(text(limit ?? this.#state.problem?.limit))],
      ["fact.remedy", remedy],
    ].filter(([, value]) => value !== "");
    this.#part(".facts").replaceChildren(
      ...facts.flatMap(([name, value]) => [element("dt", words.say(name)), element("dd", value)]),
    );

    const notes = [];
    if (note) {
      notes.push(words.say(note, values));
    }
    if (ACCEPTED.has(standing) && (this.#state.copies > 1 || this.#state.copy_of)) {
      notes.push(words.say("sent.copy"));
    }
    this.#part(".says").textContent = notes.join(" ");

    this.#part(".change").textContent = words.say("sent.change");
    this.#part(".change").hidden = !(this.pair.file && this.#isAboutWords());
    this.#part(".again").textContent = words.say("sent.again");
    this.#part(".again").hidden = again !== true;
    this.#part(".trace").textContent = this.pair.id
      ? words.say("sent.trace", { id: this.pair.id, time: words.time(this.pair.sentAt) })
      : "";
  }

  #isAboutWords() {
    const { standing, reason, problem } = this.#state;
    const about = reason || problem?.reason || problem?.field || "";
    return (standing === "QUARANTINED" || standing === "REFUSED") && /^caption/i.test(about);
  }

  /** Why, and what would be right: as a reason, as a problem, or not at all. */
  #explanation(words) {
    const { standing, reason, says, remedy, problem } = this.#state;
    if (problem) {
      const own = { says: text(problem.detail) || text(problem.title), remedy: text(problem.remedy) };
      return problem.reason && problem.remedy
        ? words.reason(problem.reason, own)
        : words.problem(problemName(problem), own);
    }
    if (reason && BAD.has(standing)) {
      return words.reason(reason, { says: withoutStanding(text(says)), remedy: text(remedy) });
    }
    return { says: "", remedy: "" };
  }

  close() {
    this.element.remove();
    if (this.pair.file) {
      URL.revokeObjectURL(this.pair.preview);
    }
  }
}

/** The last part of a problem's type, such as body-too-large. */
function problemName(problem) {
  return String(problem?.type ?? "").split(":").pop();
}

/** The service says the standing first and then why; here the standing has a line of its own. */
function withoutStanding(says) {
  const why = says.replace(/^(It was turned away|Its image could not be fetched)\.\s*/, "");
  return why === "" ? says : why;
}

function text(value) {
  return value === undefined || value === null ? "" : String(value);
}

function element(name, content) {
  const created = document.createElement(name);
  created.textContent = content;
  return created;
}
