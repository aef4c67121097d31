// A service's HTTP interface as its page uses it. Nothing is asked while the page is hidden.

const LONGEST_MS = 15_000;

/** A question that was broken off is asked again after so long: by then the network has changed. */
const AGAIN_MS = 300;

/** A service that is away is asked this often: it costs nothing, and a person waits. */
const AWAY_MS = 2_000;

/** What the service answers instead of what was asked for. status 0: no answer at all. */
export class Problem extends Error {
  /** body: as the service wrote it; retryAfter: seconds, or null. */
  constructor(status, body = {}, retryAfter = null) {
    super(text(body.detail) || text(body.title) || (status > 0 ? `status ${status}` : ""));
    this.status = status;
    this.body = body;
    this.retryAfter = retryAfter;
  }

  /** The last part of the problem's type, such as body-too-large. */
  get kind() {
    return text(this.body.type).split(":").at(-1);
  }
}

export class Api {
  #headers;
  #onConnection;
  #onProblem;
  #onAnswer;
  #lost = false;

  /**
   * headers(): of each request; onConnection("lost" | "back"); onProblem(problem, path) before it is thrown;
   * onAnswer(json, path).
   */
  constructor({ headers = () => ({}), onConnection, onProblem = () => {}, onAnswer = () => {} }) {
    this.#headers = headers;
    this.#onConnection = onConnection;
    this.#onProblem = onProblem;
    this.#onAnswer = onAnswer;
  }

  /** The answer's JSON. Throws a Problem, or an AbortError where the signal says so. */
  get(path, { signal } = {}) {
    return this.ask(path, { signal });
  }

  post(path, json, longestMs) {
    const headers = { "Content-Type": "application/json" };
    return this.ask(path, { method: "POST", headers, body: JSON.stringify(json) }, longestMs);
  }

  delete(path) {
    return this.ask(path, { method: "DELETE" });
  }

  /** request: as fetch takes it; longestMs: then it counts as not answered. */
  async ask(path, request, longestMs = LONGEST_MS) {
    const limit = AbortSignal.timeout(longestMs);
    const signal = request.signal ? AbortSignal.any([request.signal, limit]) : limit;
    const headers = { ...this.#headers(), ...request.headers };
    let answer;
    let body;
    try {
      ({ answer, body } = await answered(path, { ...request, headers, signal, credentials: "same-origin" }));
    } catch (error) {
      if (request.signal?.aborted) {
        throw error;
      }
      this.#connected(false);
      throw new Problem(0);
    }
    this.#connected(true);
    const json = parsed(body);
    if (!answer.ok) {
      const problem = new Problem(answer.status, json, seconds(answer.headers.get("Retry-After")));
      this.#onProblem(problem, path);
      throw problem;
    }
    this.#onAnswer(json, path);
    return json;
  }

  /**
   * Asks again and again until close(), not while the page is hidden, and at once when it is shown again. path(): null
   * where there is nothing to ask. onAnswer(json) and onProblem(problem).
   */
  poll(path, everyMs, onAnswer, onProblem) {
    const polling = new Polling(this, path, everyMs, onAnswer, onProblem);
    polling.now();
    return polling;
  }

  #connected(there) {
    if (this.#lost === there) {
      this.#lost = !there;
      this.#onConnection(there ? "back" : "lost");
    }
  }
}

/**
 * Browsers break off what is under way where the machine's network changes, as when a VPN comes up. What only asks is
 * asked once more; what does something may have been done.
 */
async function answered(path, request) {
  try {
    return await once(path, request);
  } catch (error) {
    if (request.method || request.signal.aborted) {
      throw error;
    }
    await new Promise((done) => setTimeout(done, AGAIN_MS));
    return once(path, request);
  }
}

async function once(path, request) {
  const answer = await fetch(path, request);
  return { answer, body: await answer.text() };
}

class Polling {
  #api;
  #path;
  #everyMs;
  #onAnswer;
  #onProblem;
  #timer = 0;
  #asking = new AbortController();
  #closed = new AbortController();

  constructor(api, path, everyMs, onAnswer, onProblem) {
    this.#api = api;
    this.#path = path;
    this.#everyMs = everyMs;
    this.#onAnswer = onAnswer;
    this.#onProblem = onProblem;
    document.addEventListener("visibilitychange", () => this.now(), { signal: this.#closed.signal });
  }

  /** Asks at once, and gives up what is being asked. */
  async now() {
    clearTimeout(this.#timer);
    this.#asking.abort();
    const path = this.#path();
    if (this.#closed.signal.aborted || document.hidden || path === null) {
      return;
    }
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    let pause = this.#everyMs;
    try {
      const answer = await this.#api.get(path, { signal });
      if (!signal.aborted) {
        this.#onAnswer(answer);
      }
    } catch (error) {
      if (!(error instanceof Problem)) {
        // A mistake of a view, unless no view asks any more: the next answer may be shown all the same.
        signal.aborted || reportError(error);
      } else if (!signal.aborted) {
        pause = Math.max(AWAY_MS, pause);
        this.#onProblem(error);
      }
    }
    if (!signal.aborted) {
      this.#timer = setTimeout(() => this.now(), pause);
    }
  }

  close() {
    this.#closed.abort();
    clearTimeout(this.#timer);
    this.#asking.abort();
  }
}

function parsed(body) {
  try {
    const json = JSON.parse(body);
    return json !== null && typeof json === "object" ? json : {};
  } catch {
    return {};
  }
}

function text(value) {
  return typeof value === "string" ? value : "";
}

/** Of a Retry-After, in either form; null where there is none. */
function seconds(header) {
  const given = /^\d+$/.test(header ?? "") ? Number(header) : Math.ceil((Date.parse(header) - Date.now()) / 1_000);
  return Number.isFinite(given) ? Math.max(1, Math.min(given, 3_600)) : null;
}
