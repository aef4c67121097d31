// The service's HTTP interface as this page uses it: a pair is sent until there is an answer, and
// followed until it is decided. A browser opens six connections to a host, for all tabs together, so
// only a few are used at once.

import { pairId } from "./pictures.js";

const SENDS_AT_ONCE = 2;
const STREAMS_AT_ONCE = 2;

/** A stream that says nothing gives way after this long, where others wait for one. */
const STREAM_TURN_MS = 5_000;

/** Without a sign of life for this long, a connection counts as dead; the service sends one far sooner. */
const SILENCE_MS = 60_000;

/** A phone between two networks may wait for ever; the service needs far less for the largest picture. */
const LONGEST_SEND_MS = 300_000;

const LONGEST_PAUSE_S = 30;

/** Where nobody answers, trying costs nothing, and a person waits to see it come back. */
const LONGEST_PAUSE_LOST_S = 5;

/** Among the names of what sleeps: the question who sends. All others are the keys of pairs. */
const ME = "me";

/** Asked so often for a pair that nobody has heard of: a moment ago it may be too new. */
const UNHEARD_ATTEMPTS = 5;

const FINAL = new Set(["TRAINING", "VALIDATION", "TEST", "QUARANTINED", "WITHDRAWN", "FETCH_FAILED"]);

export const isFinal = (standing) => FINAL.has(standing);

export class Api {
  #key;
  #onConnection;
  #onKeyWanted;
  #onKeyTaken;
  #sends = new Slots(SENDS_AT_ONCE);
  #streams = new Slots(STREAMS_AT_ONCE);
  #sleepers = new Map();
  #followed = new Map();
  #lost = false;
  #asksForMe = 0;

  /** key() is the API key or ""; the others hear of the connection and of keys. */
  constructor({ key, onConnection, onKeyWanted, onKeyTaken }) {
    this.#key = key;
    this.#onConnection = onConnection;
    this.#onKeyWanted = onKeyWanted;
    this.#onKeyTaken = onKeyTaken;
    addEventListener("online", () => this.#wake(() => true));
    // A browser lets the timers of a page that is not shown wait.
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && this.#lost) {
        this.#wake((sleeper) => !sleeper.forKey);
      }
    });
  }

  /**
   * The producer's name, or null where a key is wanted. Asks until the service says which; undefined
   * where somebody asks anew meanwhile, as with another key.
   */
  async me() {
    const number = ++this.#asksForMe;
    this.#wake((sleeper, name) => name === ME);
    for (let attempt = 0; number === this.#asksForMe; attempt++) {
      const answer = await this.#askForMe();
      if (number !== this.#asksForMe) {
        break;
      }
      if (answer.status === 0) {
        this.#disconnected();
      } else {
        this.#connected();
      }
      if (!isPassing(answer.status)) {
        return this.#heard(answer);
      }
      await this.#sleep({ key: ME }, answer.retryAfter ?? this.#pause(attempt));
    }
    return undefined;
  }

  /** {status, me, retryAfter}; status 0: no answer at all. me is null where the service tells something else. */
  async #askForMe() {
    try {
      const answer = await fetch("/v1/me", {
        headers: this.#headers(),
        signal: AbortSignal.timeout(SILENCE_MS),
      });
      return {
        status: answer.status,
        me: answer.ok ? await answer.json() : null,
        retryAfter: seconds(answer.headers.get("Retry-After")),
      };
    } catch {
      return { status: 0, me: null, retryAfter: null };
    }
  }

  /** The producer's name out of an answer, or null. */
  #heard({ status, me }) {
    if (status === 401) {
      this.#onKeyWanted(this.#key() === "" ? "missing" : "refused");
    }
    if (me === null) {
      return null;
    }
    this.#onKeyTaken();
    this.#wake((sleeper) => sleeper.forKey);
    return String(me.producer ?? "");
  }

  /**
   * Sends a pair until it is acknowledged or refused, the same request each time, so that it counts
   * once. Afterwards the pair has an id exactly if it was acknowledged.
   */
  async send(pair, tell, remember) {
    const release = await this.#sends.take();
    try {
      pair.id = await pairId(pair.file, pair.caption);
      remember();
      for (let attempt = 0; ; attempt++) {
        tell({ standing: "SENDING" });
        const answer = await this.#post(pair, (share) => tell({ standing: "SENDING", share }));
        if (answer.status === 201 || answer.status === 202) {
          pair.id = answer.body.id;
          tell({ ...answer.body, standing: "RECEIVED" });
          return;
        }
        if (answer.status === 401 || answer.status === 403) {
          tell({ standing: "HELD", note: "retry.key" });
          const why = answer.status === 403 ? "narrow" : this.#key() === "" ? "missing" : "refused";
          this.#onKeyWanted(why);
          await this.#sleep(pair, Infinity, true);
        } else if (isPassing(answer.status)) {
          const seconds = answer.retryAfter ?? this.#pause(attempt);
          tell({ standing: "HELD", note: "retry.soon", values: { seconds }, problem: answer.body, again: true });
          await this.#sleep(pair, seconds);
        } else if (answer.status >= 500) {
          tell({ standing: "HELD", problem: answer.body, again: true });
          await this.#sleep(pair, Infinity);
        } else {
          pair.id = "";
          tell({ standing: "REFUSED", problem: answer.body });
          return;
        }
      }
    } finally {
      release();
    }
  }

  /** Tells each change of a pair's standing, until the last one. */
  async follow(pair, tell) {
    const following = { left: false, abort: () => {} };
    this.#followed.set(pair.key, following);
    let failures = 0;
    let unheard = 0;
    while (!following.left) {
      const release = await this.#streams.take();
      let end;
      try {
        end = following.left ? { left: true } : await this.#watch(pair, tell, following);
      } finally {
        release();
      }
      if (end.final || end.left) {
        break;
      }
      if (end.status === 401) {
        this.#onKeyWanted(this.#key() === "" ? "missing" : "refused");
        await this.#sleep(pair, Infinity, true);
      } else if (end.status === 403) {
        tell({ standing: "RECEIVED", note: "sent.mayNotRead", over: true });
        break;
      } else if (end.status === 404) {
        if (++unheard === UNHEARD_ATTEMPTS) {
          tell({ standing: "UNKNOWN", note: pair.file ? "sent.unheard" : "sent.lost", over: true });
          break;
        }
        await this.#sleep(pair, 1);
      } else if (end.yielded) {
        failures = 0;
      } else {
        failures = end.heard ? 0 : failures + 1;
        await this.#sleep(pair, end.retryAfter ?? this.#pause(failures));
      }
    }
    this.#followed.delete(pair.key);
  }

  /** Hears no more of a pair. */
  leave(pair) {
    const following = this.#followed.get(pair.key);
    if (following) {
      following.left = true;
      following.abort();
    }
    this.hurry(pair);
  }

  /** Does now what would be done after a pause. */
  hurry(pair) {
    this.#wake((sleeper, key) => key === pair.key);
  }

  /** One stream of events, until it ends: how it ended. */
  async #watch(pair, tell, following) {
    const controller = new AbortController();
    let yielded = false;
    let silence;
    const heardNow = () => {
      clearTimeout(silence);
      silence = setTimeout(() => controller.abort(), SILENCE_MS);
    };
    following.abort = () => controller.abort();
    const turn = setInterval(() => {
      if (this.#streams.isCrowded()) {
        yielded = true;
        controller.abort();
      }
    }, STREAM_TURN_MS);
    let heard = false;
    try {
      heardNow();
      const answer = await fetch(`/v1/pairs/${encodeURIComponent(pair.id)}/events`, {
        headers: { ...this.#headers(), Accept: "text/event-stream" },
        cache: "no-store",
        signal: controller.signal,
      });
      this.#connected();
      if (!answer.ok) {
        return { status: answer.status, retryAfter: seconds(answer.headers.get("Retry-After")) };
      }
      for await (const event of events(answer.body, heardNow)) {
        heard = true;
        if (event.name === "standing") {
          const state = JSON.parse(event.data);
          tell(state);
          if (isFinal(state.standing)) {
            return { final: true };
          }
        }
      }
      return { heard };
    } catch (failure) {
      if (following.left) {
        return { left: true };
      }
      if (yielded) {
        return { yielded };
      }
      if (!(failure instanceof SyntaxError)) {
        this.#disconnected();
      }
      return { heard };
    } finally {
      clearInterval(turn);
      clearTimeout(silence);
      controller.abort();
    }
  }

  /** By XMLHttpRequest, which tells how much of a picture has gone out. */
  #post(pair, onShare) {
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open("POST", "/v1/pairs");
      for (const [name, value] of Object.entries(this.#headers())) {
        request.setRequestHeader(name, value);
      }
      request.setRequestHeader("Content-Type", `multipart/form-data; boundary=${pair.key}`);
      request.setRequestHeader("Accept", "application/json, application/problem+json");
      request.upload.onprogress = (event) => {
        if (event.lengthComputable && event.total > 0) {
          onShare(event.loaded / event.total);
        }
      };
      request.onload = () => {
        this.#connected();
        resolve({
          status: request.status,
          body: parsed(request.responseText),
          retryAfter: seconds(request.getResponseHeader("Retry-After")),
        });
      };
      const unanswered = () => {
        this.#disconnected();
        resolve({ status: 0, body: {}, retryAfter: null });
      };
      request.onerror = unanswered;
      request.timeout = LONGEST_SEND_MS;
      request.ontimeout = unanswered;
      request.send(form(pair));
    });
  }

  #headers() {
    const key = this.#key();
    return key === "" ? {} : { Authorization: `Bearer ${key}` };
  }

  #connected() {
    if (this.#lost) {
      this.#lost = false;
      this.#onConnection("back");
      this.#wake((sleeper) => !sleeper.forKey);
    }
  }

  #disconnected() {
    if (!this.#lost) {
      this.#lost = true;
      this.#onConnection("lost");
    }
  }

  /** Seconds, twice as long each time. */
  #pause(attempt) {
    return Math.min(2 ** attempt, this.#lost ? LONGEST_PAUSE_LOST_S : LONGEST_PAUSE_S);
  }

  #sleep(pair, seconds, forKey = false) {
    return new Promise((resolve) => {
      const timer = seconds === Infinity ? 0 : setTimeout(() => wake(), seconds * 1_000);
      const wake = () => {
        clearTimeout(timer);
        this.#sleepers.delete(pair.key);
        resolve();
      };
      this.#sleepers.set(pair.key, { wake, forKey });
    });
  }

  #wake(which) {
    for (const [key, sleeper] of [...this.#sleepers]) {
      if (which(sleeper, key)) {
        sleeper.wake();
      }
    }
  }
}

/** At most so many at once; who comes later waits in line. */
class Slots {
  #free;
  #waiting = [];

  constructor(count) {
    this.#free = count;
  }

  isCrowded() {
    return this.#waiting.length > 0;
  }

  async take() {
    if (this.#free > 0) {
      this.#free--;
    } else {
      await new Promise((resolve) => this.#waiting.push(resolve));
    }
    let held = true;
    return () => {
      if (!held) {
        return;
      }
      held = false;
      const next = this.#waiting.shift();
      if (next) {
        next();
      } else {
        this.#free++;
      }
    };
  }
}

/**
 * The events of a stream, https://html.spec.whatwg.org/multipage/server-sent-events.html. The
 * browser's own EventSource cannot carry a key but in the URL, where no key belongs.
 */
export async function* events(stream, onBytes) {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  let rest = "";
  let name = "message";
  let data = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return;
    }
    onBytes();
    rest += decoder.decode(value, { stream: true });
    // A CR at the end may be the first half of a CRLF.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop();
    for (const line of lines) {
      if (line === "") {
        if (data.length > 0) {
          yield { name, data: data.join("\n") };
        }
        name = "message";
        data = [];
        continue;
      }
      const [, field, text] = /^([^:]*)(?:: ?(.*))?$/s.exec(line);
      if (field === "event") {
        name = text ?? "";
      } else if (field === "data") {
        data.push(text ?? "");
      }
    }
  }
}

/** A pair as multipart/form-data. The file's own name stays here; nobody needs it. */
function form(pair) {
  const parts = [
    ["caption", "", pair.caption],
    ["language", "", pair.language],
    ["image", `Content-Type: ${pair.mediaType}\r\n`, pair.file],
  ].filter(([, , content]) => content !== "");
  return new Blob([
    ...parts.flatMap(([name, head, content]) => [
      `--${pair.key}\r\nContent-Disposition: form-data; name="${name}"\r\n${head}\r\n`,
      content,
      "\r\n",
    ]),
    `--${pair.key}--\r\n`,
  ]);
}

/** No answer, too much at once, or a service that cannot now. */
function isPassing(status) {
  return [0, 408, 425, 429, 502, 503, 504].includes(status);
}

/** Of a Retry-After, in either form; null where there is none. */
function seconds(header) {
  if (header === null) {
    return null;
  }
  const given = /^\d+$/.test(header.trim())
    ? Number(header)
    : Math.ceil((Date.parse(header) - Date.now()) / 1_000);
  return Number.isFinite(given) ? Math.max(1, Math.min(given, 3_600)) : null;
}

function parsed(text) {
  try {
    const body = JSON.parse(text);
    return body !== null && typeof body === "object" ? body : {};
  } catch {
    return {};
  }
}
