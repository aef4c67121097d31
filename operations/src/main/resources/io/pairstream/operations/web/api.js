// The service's HTTP interface as this page uses it. Nothing is asked while nobody looks.

const PATIENCE_MS = 15_000;

/** What does something is not asked again by itself. A decision waits for two commits, 30 s each. */
const DOING_PATIENCE_MS = 90_000;

/** A service that is away is asked this often: it costs nothing, and a person waits. */
const AWAY_MS = 2_000;

/** A question that was broken off is asked again after so long: by then the network has changed. */
const AGAIN_MS = 300;

/** What the service answers instead of what was asked for. status 0: no answer at all. */
export class Problem extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export class Api {
  #onConnection;
  #onLoginWanted;
  #onAsOf;
  #wordsOf;
  #lost = false;

  /**
   * onConnection("lost" | "back"); onLoginWanted() where the service answers 401; onAsOf(time) with
   * each answer out of the catalogue: of when it is where Kafka is not followed now, or null;
   * wordsOf(kind, detail): a problem in the reader's language.
   */
  constructor({ onConnection, onLoginWanted, onAsOf, wordsOf }) {
    this.#onConnection = onConnection;
    this.#onLoginWanted = onLoginWanted;
    this.#onAsOf = onAsOf;
    this.#wordsOf = wordsOf;
  }

  /** The answer's JSON. Throws a Problem, or an AbortError where the signal says so. */
  get(path, { signal } = {}) {
    return this.#ask(path, { signal });
  }

  post(path, json, { signal } = {}) {
    return this.#ask(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(json),
      signal,
    });
  }

  delete(path, { signal } = {}) {
    return this.#ask(path, { method: "DELETE", signal });
  }

  async #ask(path, request) {
    const limit = AbortSignal.timeout(request.method ? DOING_PATIENCE_MS : PATIENCE_MS);
    const signal = request.signal ? AbortSignal.any([request.signal, limit]) : limit;
    let answer;
    let body;
    try {
      ({ answer, body } = await answered(path, { ...request, signal, credentials: "same-origin" }));
    } catch (error) {
      if (request.signal?.aborted) {
        throw error;
      }
      this.#disconnected();
      throw new Problem(0, "");
    }
    this.#connected();
    const json = parsed(body);
    if (!answer.ok) {
      if (answer.status === 401 && path !== "/v1/session") {
        this.#onLoginWanted();
      }
      const said = text(json?.detail) || text(json?.title) || `status ${answer.status}`;
      throw new Problem(answer.status, this.#wordsOf(text(json?.type).split(":").at(-1), said));
    }
    if (json?.as_of !== undefined) {
      this.#onAsOf(json.as_of);
    }
    return json ?? {};
  }

  /**
   * Asks again and again until close(), not while the page is hidden, and at once when it is shown
   * again. path is a text, or a function that gives one. onAnswer(json) and onProblem(problem).
   */
  poll(path, everyMs, onAnswer, onProblem = () => {}) {
    const polling = new Polling(
      (signal) => this.get(typeof path === "function" ? path() : path, { signal }),
      everyMs,
      onAnswer,
      onProblem,
    );
    polling.now();
    return polling;
  }

  #connected() {
    if (this.#lost) {
      this.#lost = false;
      this.#onConnection("back");
    }
  }

  #disconnected() {
    if (!this.#lost) {
      this.#lost = true;
      this.#onConnection("lost");
    }
  }
}

/**
 * Browsers break off what is under way where the machine's network changes, as when a VPN comes up.
 * What only asks is asked once more; what does something may have been done.
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
  #ask;
  #everyMs;
  #onAnswer;
  #onProblem;
  #timer = 0;
  #asking = null;
  #closed = false;
  #shown = () => this.now();

  constructor(ask, everyMs, onAnswer, onProblem) {
    this.#ask = ask;
    this.#everyMs = everyMs;
    this.#onAnswer = onAnswer;
    this.#onProblem = onProblem;
    document.addEventListener("visibilitychange", this.#shown);
  }

  /** Asks at once, and gives up what is being asked. */
  async now() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    if (this.#closed || document.hidden) {
      return;
    }
    const asking = new AbortController();
    this.#asking = asking;
    let pause = this.#everyMs;
    try {
      const answer = await this.#ask(asking.signal);
      if (!asking.signal.aborted) {
        measured(() => this.#onAnswer(answer));
      }
    } catch (error) {
      if (asking.signal.aborted) {
        return;
      }
      if (error instanceof Problem) {
        pause = Math.max(AWAY_MS, this.#everyMs);
        this.#onProblem(error);
      } else {
        // A mistake of a view: the next answer may be shown all the same.
        reportError(error);
      }
    }
    if (!asking.signal.aborted) {
      this.#timer = setTimeout(() => this.now(), pause);
    }
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#asking?.abort();
    document.removeEventListener("visibilitychange", this.#shown);
  }
}

const UPDATE = "pairstream.update";
const MOST_MEASURES = 500;

/** Runs it and notes how long it took, where a developer's tools and our tests find it. */
function measured(does) {
  const start = performance.now();
  does();
  performance.measure(UPDATE, { start, end: performance.now() });
  if (performance.getEntriesByName(UPDATE).length > MOST_MEASURES) {
    performance.clearMeasures(UPDATE);
  }
}

function parsed(body) {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

function text(value) {
  return typeof value === "string" ? value : "";
}
