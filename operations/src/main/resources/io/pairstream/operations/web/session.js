// Who looks at the page, and what they may do. A key is sent once, for a session; the page keeps it
// nowhere: the session is a cookie that scripts cannot read.

import { h, fill, setText } from "./dom.js";

const ASK_EVERY_MS = 60_000;

export class Session {
  #app;
  #place;
  #state = { login_required: false, actor: "", scopes: [] };
  #watchers = new Set();
  #asking = null;
  #declined = false;
  #notice = h("p.notice", { role: "alert", data: { kind: "warn" }, hidden: true });

  constructor(app, place) {
    this.#app = app;
    this.#place = place;
    document.getElementById("connection").after(this.#notice);
    setInterval(() => !document.hidden && this.#isSomebody() && this.refresh(), ASK_EVERY_MS);
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && this.#isSomebody()) {
        this.refresh();
      }
    });
  }

  /** {login_required, actor, scopes} as the service said last. */
  state() {
    return this.#state;
  }

  can(scope) {
    return this.#state.scopes.includes(scope);
  }

  /** Calls back when somebody logs in or out; gives what ends that. */
  watch(watcher) {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Asks the service anew. A session that has ended is told. */
  async refresh() {
    try {
      this.#become(await this.#app.api.get("/v1/session"));
    } catch {
      // The views say that the service does not answer.
    }
    this.speak();
  }

  /**
   * Asks for a key, because somebody may not do what they want to do. Who declines is not asked again
   * by what the page does by itself. Gives whether there is a session now.
   *
   * @param asked whether a person pressed something for it
   */
  async want({ asked = false } = {}) {
    if (this.#asking === null) {
      if (this.#declined && !asked) {
        return false;
      }
      this.#asking = this.#ask();
    }
    const taken = await this.#asking;
    this.#asking = null;
    this.#declined = !taken;
    return taken;
  }

  /** Shows itself in the page's language. What is shown already stays, with the focus it may have. */
  speak() {
    const shown = this.#place.cloneNode(false);
    fill(shown, this.#isSomebody() ? this.#somebody() : this.#nobody());
    if (!shown.isEqualNode(this.#place)) {
      this.#place.replaceChildren(...shown.childNodes);
    }
  }

  #somebody() {
    const { actor, scopes } = this.#state;
    const roles = scopes.filter((scope) => scope !== "view");
    return [
      h(
        "span.who",
        {},
        h("bdi.actor", {}, actor),
        roles.length > 0 &&
          h("span.role", {}, roles.map((role) => this.#app.words.find(`session.${role}`) ?? role).join(", ")),
      ),
      h(
        "button.plain",
        { type: "button", id: "logout", on: { click: () => this.#logout() } },
        this.#app.say("session.logout"),
      ),
    ];
  }

  #nobody() {
    return h(
      "button.button.small",
      { type: "button", id: "login", on: { click: () => this.want({ asked: true }) } },
      this.#app.say("session.login"),
    );
  }

  #isSomebody() {
    return this.#state.actor !== "" && this.#state.actor !== "anonymous";
  }

  #become(answer) {
    const before = this.#state;
    this.#state = {
      login_required: answer.login_required === true,
      actor: typeof answer.actor === "string" ? answer.actor : "",
      scopes: Array.isArray(answer.scopes) ? answer.scopes : [],
    };
    const lost = before.scopes.some((scope) => !this.#state.scopes.includes(scope));
    if (lost) {
      this.#tell(this.#app.say("session.ended"));
    } else if (this.#isSomebody()) {
      this.#tell("");
    }
    if (before.actor !== this.#state.actor || before.scopes.join() !== this.#state.scopes.join()) {
      this.#watchers.forEach((watcher) => watcher());
    }
  }

  #tell(text) {
    this.#notice.hidden = text === "";
    setText(this.#notice, text);
  }

  async #logout() {
    try {
      const answer = await this.#app.api.delete("/v1/session");
      this.#state = { ...this.#state, scopes: [] };
      this.#become(answer);
      this.#tell("");
      this.speak();
      this.#app.announce(this.#app.say("session.loggedOut"));
      document.getElementById("login")?.focus();
      if (this.#state.login_required) {
        this.#app.reopen();
      }
    } catch (problem) {
      this.#tell(problem.message || this.#app.say("session.away"));
    }
  }

  /** The dialog. Gives whether a key was taken. */
  #ask() {
    const app = this.#app;
    const key = h("input", {
      id: "key",
      type: "password",
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
      "aria-describedby": "key-why key-wrong",
    });
    const wrong = h("p.wrong", { id: "key-wrong", role: "alert" });
    const use = h("button.button.primary", { type: "submit" }, app.say("session.use"));
    const dialog = h(
      "dialog.login",
      { "aria-labelledby": "login-title" },
      h("h2", { id: "login-title" }, app.say("session.title")),
      h("p.quiet", { id: "key-why" }, app.say(this.#state.login_required ? "session.whyRequired" : "session.why")),
      h(
        "form.stack",
        { id: "login-form", novalidate: true },
        h("label", { for: "key" }, app.say("session.key")),
        key,
        wrong,
        h(
          "p.row.ending",
          {},
          h("button.button", { type: "button", on: { click: () => dialog.close() } }, app.say("session.cancel")),
          use,
        ),
      ),
    );
    return new Promise((resolve) => {
      let taken = false;
      dialog.querySelector("form").addEventListener("submit", async (event) => {
        event.preventDefault();
        if (key.value.trim() === "") {
          this.#complain(key, wrong, app.say("session.missing"));
          return;
        }
        use.disabled = true;
        try {
          this.#become(await app.api.post("/v1/session", { key: key.value.trim() }));
          taken = true;
          dialog.close();
        } catch (problem) {
          const text = problem.status === 401 ? app.say("session.refused") : problem.message;
          this.#complain(key, wrong, text || app.say("session.away"));
        } finally {
          use.disabled = false;
        }
      });
      dialog.addEventListener("close", () => {
        key.value = "";
        dialog.remove();
        this.speak();
        if (document.activeElement === document.body) {
          // The button that opened it may be another one now.
          this.#place.querySelector("button")?.focus();
        }
        if (taken) {
          app.announce(app.say("session.loggedIn", { actor: this.#state.actor }));
          if (this.#state.login_required) {
            app.reopen();
          }
        }
        resolve(taken);
      });
      document.body.append(dialog);
      dialog.showModal();
      key.focus();
    });
  }

  #complain(key, wrong, text) {
    key.setAttribute("aria-invalid", "true");
    setText(wrong, text);
    key.focus();
    key.select();
  }
}
