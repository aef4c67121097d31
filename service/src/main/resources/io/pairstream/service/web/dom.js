// Elements, built by hand and changed in place. Captions, names and URLs are hostile text: everything goes in
// as text, and an attribute that could run something or lead elsewhere is left out.

const SVG = "http://www.w3.org/2000/svg";
const ADDRESSES = new Set(["href", "src", "action", "formaction"]);
const REFUSED = /^(on.*|style|srcdoc|srcset)$/i;

/** A finger's click comes a little after its end. */
const CLICK_WITHIN_MS = 100;

/** The reader's own: what was opened stays open, whatever is shown anew. */
const OWN = new Set(["open", "style"]);

export const find = (id) => document.getElementById(id);

/**
 * An element: h("p.small", {id: "x"}, "text", other, …); the attributes may be left out. Among them are on:
 * {click}, what it does; vars: {part: "4%"}, custom properties for the style sheet; and key, by which show() knows
 * it among its neighbours. Children are nodes, texts, numbers or lists of them; null, undefined and false are none.
 */
export function h(name, ...parts) {
  return build((tag) => document.createElement(tag), name, parts);
}

/** The same in a picture: s("circle.dot", {cx: 3, cy: 4, r: 2}). */
export function s(name, ...parts) {
  return build((tag) => document.createElementNS(SVG, tag), name, parts);
}

function build(create, name, parts) {
  const [tag, ...classes] = name.split(".");
  const element = create(tag);
  if (classes.length > 0) {
    element.setAttribute("class", classes.join(" "));
  }
  const isGiven = parts[0]?.constructor === Object;
  const { on = {}, vars = {}, key, ...attributes } = isGiven ? parts[0] : {};
  element.key = key;
  listen(element, on);
  Object.entries(vars).forEach(([variable, value]) => element.style.setProperty(`--${variable}`, value));
  Object.entries(attributes).forEach(([attribute, value]) => setAttribute(element, attribute, value));
  element.append(...nodes(isGiven ? parts.slice(1) : parts));
  return element;
}

function nodes(children) {
  return children
    .flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false && child !== "")
    .map((child) => (child instanceof Node ? child : document.createTextNode(String(child))));
}

/** What an element does is looked up when it happens, so that show() can change it. */
function listen(element, does) {
  const heard = (element.heard ??= new Set());
  for (const event of Object.keys(does).filter((name) => !heard.has(name))) {
    heard.add(event);
    element.addEventListener(event, (happened) => element.does[event]?.(happened));
  }
  element.does = does;
}

/** Sets an attribute; null, undefined and false remove it, true sets it empty. */
export function setAttribute(element, name, value) {
  if (REFUSED.test(name)) {
    throw new Error(`the page sets no ${name}`);
  }
  const isNone = value === null || value === undefined || value === false;
  if (isNone || (ADDRESSES.has(name) && !isOwn(String(value)))) {
    element.removeAttribute(name);
  } else {
    element.setAttribute(name, value === true ? "" : String(value));
  }
}

/** A place on this page, of this service, or a picture out of the browser's memory. */
function isOwn(address) {
  return /^(#|\/(?![/\\])|blob:)/.test(address);
}

/** An address from a record. A link only where it is http or https, and shown as it is; otherwise text. */
export function outside(url) {
  const isLink = /^https?:\/\//i.test(url);
  const attributes = isLink ? { rel: "noopener noreferrer nofollow", target: "_blank" } : {};
  const link = h(isLink ? "a.address" : "span.address", { dir: "ltr", ...attributes }, url);
  if (isLink) {
    link.setAttribute("href", url);
  }
  return link;
}

/** Sets the text where it differs, so that nothing is said again for nothing. */
export function setText(element, text) {
  if (element.textContent !== String(text ?? "")) {
    element.textContent = String(text ?? "");
  }
}

/** One of the page's drawn signs: the id of a symbol in index.html. Says nothing itself. */
export function sign(id, className = "sign") {
  return s(`svg.${className}`, { viewBox: "0 0 20 20", "aria-hidden": "true" }, s("use", { href: `#${id}` }));
}

/**
 * Makes these the children of an element by changing those that are there: the focus, and what the user opened or
 * wrote, stay. An element is known by its key, or else by its place among its neighbours.
 */
export function show(element, ...children) {
  const held = document.activeElement;
  changeChildren(element, nodes(children));
  if (held !== document.activeElement && element.contains(held)) {
    held.focus({ preventScroll: true });
  }
}

function changeChildren(element, wanted) {
  const known = new Map([...element.children].map((child) => [child.key, child]));
  let place = element.firstChild;
  for (const next of wanted) {
    if (place?.nextSibling && !isAlike(place, next) && isAlike(place.nextSibling, next)) {
      place = following(place);
    }
    const there = next.key === undefined ? place : known.get(next.key);
    known.delete(next.key);
    const shown = isAlike(there, next) ? change(there, next) : next;
    if (shown === place) {
      place = place.nextSibling;
    } else {
      element.insertBefore(shown, place);
    }
  }
  while (place !== null) {
    place = following(place);
  }
}

/** Takes a node away; gives the one behind it. */
function following(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

function isAlike(there, next) {
  return there?.nodeName === next.nodeName && there.key === next.key && there.id === next.id;
}

/** Makes an element what another one is, and gives it. */
export function change(there, next) {
  if (there.nodeType === Node.TEXT_NODE) {
    setText(there, next.data);
    return there;
  }
  for (const { name } of [...there.attributes].filter(({ name }) => !OWN.has(name) && !next.hasAttribute(name))) {
    there.removeAttribute(name);
  }
  for (const { name, value } of [...next.attributes].filter(({ name }) => !OWN.has(name))) {
    if (there.getAttribute(name) !== value) {
      there.setAttribute(name, value);
    }
  }
  if (there.style.cssText !== next.style.cssText) {
    there.style.cssText = next.style.cssText;
  }
  listen(there, next.does);
  changeChildren(there, [...next.childNodes]);
  if (there.type === "checkbox") {
    there.checked = next.checked;
  } else if (there.nodeName === "SELECT" && there !== document.activeElement) {
    there.value = next.value;
  }
  return there;
}

/**
 * Gives {now, soon}, which show what draw() gives in a place. soon waits while a pointer is pressed on it: where
 * what is pressed moves away, its click is lost.
 */
export function painter(place, draw) {
  let pressed = false;
  let late = false;
  const now = () => show(place, draw());
  const soon = () => {
    late = pressed;
    if (!pressed) {
      now();
    }
  };
  place.addEventListener("pointerdown", () => {
    pressed = true;
    const end = new AbortController();
    const letGo = () => {
      end.abort();
      setTimeout(() => {
        pressed = false;
        if (late) {
          soon();
        }
      }, CLICK_WITHIN_MS);
    };
    ["pointerup", "pointercancel"].forEach((name) =>
      addEventListener(name, letGo, { signal: end.signal, capture: true }),
    );
  });
  return { now, soon };
}
