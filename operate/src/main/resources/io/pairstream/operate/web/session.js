// Who looks at the page, and what they may do. A key is sent once, for a session; the page keeps it nowhere: the
// session is a cookie that scripts cannot read.

import { ask } from "./dialog.js";
import { h, setText, show } from "./dom.js";
import { button } from "./parts.js";

const ASK_EVERY_MS = 60_000;
const FAILURES = ["LOGIN_OVER", "LOGIN_REFUSED", "LOGIN_AWAY", "LOGIN_NO_ROLE"];

export class Session {
  #app;
  #place;
  #state = { login_required: false, provider_login: false, actor: "", scopes: [] };
  #watchers = new Set();
  #asking = null;
  #declined = false;
  #notice = h("p.notice", { role: "alert", "data-kind": "warn", hidden: true });

  constructor(app, place) {
    this.#app = app;
    this.#place = place;
    document.getElementById("connection").after(this.#notice);
    const again = () => !document.hidden && this.#isLoggedIn() && this.refresh();
    setInterval(again, ASK_EVERY_MS);
    document.addEventListener("visibilitychange", again);
  }

  can(scope) {
    return this.#state.scopes.includes(scope);
  }

  /** Calls back at each login and logout; returns what ends that. */
  watch(watcher) {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Asks the service anew, and says where a session has ended. */
  async refresh() {
    try {
      this.#become(await this.#app.api.get("/v1/session"));
    } catch {
      // The views say that the service does not answer.
    }
    this.#tellFailure();
    this.speak();
  }

  /**
   * Asks for a key, because the user may not do what they want to do. Who declines is not asked again by what the page
   * does by itself. Gives whether there is a session now.
   *
   * @param asked whether a person pressed something for it
   */
  async want({ asked = false } = {}) {
    if (this.#asking === null && this.#declined && !asked) {
      return false;
    }
    this.#asking ??= this.#ask();
    const taken = await this.#asking;
    this.#asking = null;
    this.#declined = !taken;
    return taken;
  }

  /** Shows itself in the page's language. */
  speak() {
    const { say } = this.#app;
    const { actor, scopes } = this.#state;
    const login = { key: "login", id: "login" };
    show(
      this.#place,
      this.#isLoggedIn()
        ? [
            h("span.who", h("bdi.actor", actor), scopes.includes("review") && h("span.role", say("session.review"))),
            button(say("session.logout"), () => this.#logout(), { key: "logout", id: "logout" }, "plain"),
          ]
        : button(say("session.login"), () => this.want({ asked: true }), login, "button.small"),
    );
  }

  #isLoggedIn() {
    return this.#state.actor !== "" && this.#state.actor !== "anonymous";
  }

  #become({ login_required = false, provider_login = false, actor = "", scopes = [] }, { announce = true } = {}) {
    const before = this.#state;
    this.#state = { login_required, provider_login, actor, scopes };
    const isLost = announce && before.scopes.some((scope) => !scopes.includes(scope));
    if (isLost || !announce || this.#isLoggedIn()) {
      this.#notify(isLost ? this.#app.say("session.ended") : "");
    }
    if (before.actor !== actor || before.scopes.join() !== scopes.join()) {
      this.#watchers.forEach((watcher) => watcher());
    }
  }

  #notify(text) {
    this.#notice.hidden = text === "";
    setText(this.#notice, text);
  }

  /** Says why the provider refused a login, where the browser comes back from there. */
  #tellFailure() {
    const reason = new URLSearchParams(location.search).get("login");
    if (FAILURES.includes(reason)) {
      this.#notify(this.#app.say(`session.failed.${reason}`));
      history.replaceState(null, "", location.pathname + location.hash);
    }
  }

  async #logout() {
    try {
      this.#become(await this.#app.api.delete("/v1/session"), { announce: false });
      this.speak();
      this.#app.announce(this.#app.say("session.loggedOut"));
      document.getElementById("login")?.focus();
      if (this.#state.login_required) {
        this.#app.reopen();
      }
    } catch (problem) {
      this.#notify(problem.message || this.#app.say("session.away"));
    }
  }

  /** The dialog. Gives whether a key was taken. */
  async #ask() {
    const { say, api, announce, reopen } = this.#app;
    const control = h("input", { type: "password", autocomplete: "off", autocapitalize: "off", spellcheck: "false" });
    const { login_required, provider_login } = this.#state;
    const why = provider_login ? "session.whyEither" : login_required ? "session.whyRequired" : "session.why";
    let taken = false;
    await ask(this.#app, {
      id: "login",
      title: say(provider_login ? "session.login" : "session.title"),
      lead: provider_login && h("p", h("a.button", { href: "/v1/login" }, say("session.provider"))),
      submit: say("session.use"),
      fields: [
        {
          name: "key",
          label: say("session.key"),
          hint: say(why),
          control,
          check: (key) => (key === "" ? say("session.missing") : ""),
        },
      ],
      send: async ({ key }) => {
        this.#become(await api.post("/v1/session", { key }));
        taken = true;
      },
      explain: (problem) => {
        control.select();
        return problem.status === 401 ? h("p.wrong", say("session.refused")) : null;
      },
    });
    this.speak();
    if (document.activeElement === document.body) {
      // The button that opened it may be another one now.
      this.#place.querySelector("button")?.focus();
    }
    if (taken) {
      announce(say("session.loggedIn", { actor: this.#state.actor }));
      if (this.#state.login_required) {
        reopen();
      }
    }
    return taken;
  }
}
