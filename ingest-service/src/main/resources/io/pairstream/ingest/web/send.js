// A pair is sent until there is an answer, and followed until it is decided.

import { Problem } from "./api.js";
import { pairId } from "./pictures.js";

/** A phone between two networks may wait for ever; the service needs far less for the largest picture. */
const LONGEST_SEND_MS = 300_000;

const LONGEST_PAUSE_S = 30;

/** Where the service does not answer, trying costs nothing, and a person waits to see it come back. */
const LONGEST_PAUSE_LOST_S = 5;

/** Each pair is asked for about so often, and no more pairs than this in a second. */
const ASK_EVERY_MS = 1_000;
const MOST_A_SECOND = 4;

/** Tries for a pair that is unknown: a moment ago it may be too new. */
const UNHEARD_ATTEMPTS = 5;

const FINAL = new Set(["TRAINING", "VALIDATION", "TEST", "QUARANTINED", "WITHDRAWN", "FETCH_FAILED"]);

export const isFinal = (status) => FINAL.has(status);

/** No answer, too much at once, or a service that cannot now. */
const PASSING = new Set([0, 408, 425, 429, 502, 503, 504]);

export class Sender {
  #api;
  #hasKey;
  #onKeyWanted;
  #onKeyTaken;
  #tell;
  #line = Promise.resolve();
  #sleepers = new Map();
  #followed = new Set();
  #asksForMe = 0;

  /** tell(pair, state): a pair's state is another one. */
  constructor(api, { hasKey, onKeyWanted, onKeyTaken, tell }) {
    this.#api = api;
    this.#hasKey = hasKey;
    this.#onKeyWanted = onKeyWanted;
    this.#onKeyTaken = onKeyTaken;
    this.#tell = tell;
    addEventListener("online", () => this.goOn());
    document.addEventListener("visibilitychange", () => document.hidden || this.goOn());
  }

  /** Does now what would be done after a pause: for one pair, or all that does not wait for a key. */
  goOn(pair) {
    for (const [key, { wake, forKey }] of [...this.#sleepers]) {
      if (pair ? key === pair.key : !forKey) {
        wake();
      }
    }
  }

  /** Hears no more of a pair. */
  leave(pair) {
    this.#followed.delete(pair);
  }

  /**
   * The producer's name, or null where a key is wanted. Asks until the service says which; undefined where the user
   * asks anew meanwhile, as with another key.
   */
  async me() {
    const number = ++this.#asksForMe;
    for (let attempt = 0; number === this.#asksForMe; attempt++) {
      try {
        const { producer = "" } = await this.#api.get("/v1/me");
        if (number === this.#asksForMe) {
          this.#onKeyTaken();
          this.#sleepers.forEach(({ wake, forKey }) => forKey && wake());
          return String(producer);
        }
      } catch (problem) {
        if (number === this.#asksForMe && !PASSING.has(problem.status)) {
          this.#wantKey(problem);
          return null;
        }
        await this.#sleep(`me ${number}`, problem.retryAfter ?? pauseOf(problem, attempt));
      }
    }
    return undefined;
  }

  /**
   * Sends a pair until it is acknowledged or refused, the same each time, so that it counts once. Afterwards it has an
   * id exactly if it was acknowledged.
   */
  async send(pair, remember) {
    pair.id = await pairId(pair.file, pair.caption);
    remember();
    for (let attempt = 0; ; attempt++) {
      this.#tell(pair, { status: "SENDING" });
      try {
        const answer = await this.#inTurn(() =>
          this.#api.ask("/v1/pairs", { method: "POST", body: form(pair) }, LONGEST_SEND_MS),
        );
        pair.id = answer.id;
        this.#tell(pair, { ...answer, status: "RECEIVED" });
        return;
      } catch (problem) {
        if (!(await this.#held(pair, problem, attempt))) {
          pair.id = "";
          this.#tell(pair, { status: "REFUSED", problem });
          return;
        }
      }
    }
  }

  /** Waits until it is worth another attempt; gives whether it ever is. */
  async #held(pair, problem, attempt) {
    const { status } = problem;
    if (status === 401 || status === 403) {
      this.#tell(pair, { status: "HELD", note: "retry.key" });
      this.#wantKey(problem);
      await this.#sleep(pair.key, Infinity, true);
    } else if (PASSING.has(status)) {
      const seconds = problem.retryAfter ?? pauseOf(problem, attempt);
      this.#tell(pair, { status: "HELD", note: "retry.soon", values: { seconds }, problem, again: true });
      await this.#sleep(pair.key, seconds);
    } else if (status >= 500) {
      this.#tell(pair, { status: "HELD", problem, again: true });
      await this.#sleep(pair.key, Infinity);
    } else {
      return false;
    }
    return true;
  }

  /** One picture at a time: an uplink is no faster with several. */
  #inTurn(does) {
    const turn = this.#line.then(does);
    this.#line = turn.catch(() => {});
    return turn;
  }

  /** Tells each change of a pair's status, until the last one. */
  async follow(pair) {
    this.#followed.add(pair);
    for (let failures = 0; this.#followed.has(pair); ) {
      try {
        const state = await this.#api.get(`/v1/pairs/${encodeURIComponent(pair.id)}`);
        failures = 0;
        if (this.#followed.has(pair)) {
          this.#tell(pair, state);
        }
        if (isFinal(state.status)) {
          break;
        }
        await this.#sleep(pair.key, Math.max(ASK_EVERY_MS / 1_000, this.#followed.size / MOST_A_SECOND));
      } catch (problem) {
        if (!(problem instanceof Problem)) {
          throw problem;
        }
        const over = this.#unanswered(pair, problem, ++failures);
        if (over) {
          this.#tell(pair, { ...over, over: true });
          break;
        }
        const pause = problem.status === 404 ? 1 : (problem.retryAfter ?? pauseOf(problem, failures));
        await this.#sleep(pair.key, problem.status === 401 ? Infinity : pause, problem.status === 401);
      }
    }
    this.#followed.delete(pair);
  }

  /** The last state of a pair that nothing more will be heard of; null where there may be more. */
  #unanswered(pair, problem, failures) {
    if (problem.status === 401) {
      this.#wantKey(problem);
    } else if (problem.status === 403) {
      return { status: "RECEIVED", note: "sent.mayNotRead" };
    } else if (problem.status === 404 && failures >= UNHEARD_ATTEMPTS) {
      return { status: "UNKNOWN", note: pair.file ? "sent.unheard" : "sent.lost" };
    }
    return null;
  }

  #wantKey({ status }) {
    if (status === 401 || status === 403) {
      this.#onKeyWanted(status === 403 ? "narrow" : this.#hasKey() ? "refused" : "missing");
    }
  }

  #sleep(key, seconds, forKey = false) {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#sleepers.delete(key);
        resolve();
      };
      const timer = seconds === Infinity ? 0 : setTimeout(wake, seconds * 1_000);
      this.#sleepers.set(key, { wake, forKey });
    });
  }
}

/** Seconds, twice as long each time. */
function pauseOf({ status }, attempt) {
  return Math.min(2 ** attempt, status === 0 ? LONGEST_PAUSE_LOST_S : LONGEST_PAUSE_S);
}

/** The file's own name stays here; the service does not need it. */
function form({ caption, language, mediaType, file }) {
  const form = new FormData();
  form.append("caption", caption);
  if (language !== "") {
    form.append("language", language);
  }
  form.append("image", new Blob([file], { type: mediaType }), "image");
  return form;
}
