// A dialog that asks for something and says what became of it.

import { h, setText, show } from "./dom.js";
import { note } from "./parts.js";

/**
 * fields: [{name, label, hint, control, check(value)}], check gives what is wrong or "". send(values, progress) gives
 * what is shown as the answer, or nothing where the dialog is done; what it throws is shown by its message, or by
 * explain(problem, wrong). Gives a promise of the dialog's end.
 */
export function ask(app, { id, title, lead, fields, send, submit, explain }) {
  const heading = h("h2", { id: `${id}-title`, tabindex: "-1" }, title);
  const wrong = h("div", { role: "alert" });
  const sending = h("button.button.primary", { type: "submit" }, submit);
  const cancel = h("button.button", { type: "button", on: { click: () => dialog.close() } }, app.say("session.cancel"));
  const body = h(
    "form.stack",
    { id: `${id}-form`, novalidate: true, on: { submit: (event) => answer(event) } },
    lead,
    fields.map((field) => fieldOf(id, field)),
    wrong,
    h("div.row.ending", cancel, sending),
  );
  const dialog = h(`dialog.${id}`, { "aria-labelledby": `${id}-title` }, heading, body);

  async function answer(event) {
    event.preventDefault();
    const isRight = (field) => complain(id, field, field.check?.(field.control.value.trim()) ?? "");
    if (fields.map(isRight).includes(false)) {
      return;
    }
    show(wrong);
    sending.disabled = cancel.disabled = true;
    try {
      const values = Object.fromEntries(fields.map(({ name, control }) => [name, control.value.trim()]));
      const answered = await send(values, (text) => setText(sending, text));
      if (!answered) {
        dialog.close();
        return;
      }
      const close = { type: "button", id: `${id}-close`, on: { click: () => dialog.close() } };
      setText(heading, answered.title);
      body.replaceWith(
        h("div.stack", answered.body, h("div.row.ending", h("button.button.primary", close, app.say("review.close")))),
      );
      heading.focus();
      app.announce(answered.title);
    } catch (problem) {
      show(wrong, explain?.(problem, wrong) ?? note("bad", problem.message || app.say("session.away")));
      fields[0].control.focus();
    } finally {
      setText(sending, submit);
      sending.disabled = cancel.disabled = false;
    }
  }

  return new Promise((ended) => {
    const left = () => dialog.close();
    addEventListener("hashchange", left);
    dialog.addEventListener("close", () => {
      removeEventListener("hashchange", left);
      dialog.remove();
      ended();
    });
    // While it is on its way, Escape would hide what becomes of it.
    dialog.addEventListener("cancel", (event) => sending.disabled && event.preventDefault());
    document.body.append(dialog);
    dialog.showModal();
    fields[0].control.focus();
  });
}

function fieldOf(id, { name, label, hint, control }) {
  control.id = `${id}-${name}`;
  control.setAttribute("aria-describedby", `${control.id}-hint ${control.id}-wrong`);
  return h(
    "div.field",
    h("label", { for: control.id }, label),
    control,
    h("p.small.quiet", { id: `${control.id}-hint` }, hint),
    h("p.wrong", { id: `${control.id}-wrong` }),
  );
}

/** Says what is wrong with a field, and leads there; gives whether nothing is. */
function complain(id, { name, control }, text) {
  setText(control.form.querySelector(`#${id}-${name}-wrong`), text);
  control.setAttribute("aria-invalid", String(text !== ""));
  if (text !== "") {
    control.focus();
  }
  return text === "";
}
