// Elements, built by hand. Captions, names and URLs are hostile text: everything goes in as text, and
// an attribute that could run something or lead elsewhere is left out.

const SVG = "http://www.w3.org/2000/svg";
const XLINKS = new Set(["href", "src", "action", "formaction"]);
/** A finger's click comes a little after its end. */
const CLICK_WITHIN_MS = 100;
const REFUSED = /^(on.*|style|srcdoc|srcset)$/i;

/**
 * An element: h("p.small", {id: "x", on: {click}, data: {kind: "bad"}}, "text", other, …). Children
 * are nodes, texts, numbers or lists of them; null, undefined and false are left out.
 */
export function h(name, attributes = {}, ...children) {
  return build((tag) => document.createElement(tag), name, attributes, children);
}

/** The same in a picture: s("circle.dot", {cx: 3, cy: 4, r: 2}). */
export function s(name, attributes = {}, ...children) {
  return build((tag) => document.createElementNS(SVG, tag), name, attributes, children);
}

function build(create, name, attributes, children) {
  const [tag, ...classes] = name.split(".");
  const element = create(tag);
  if (classes.length > 0) {
    element.setAttribute("class", classes.join(" "));
  }
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (key === "on") {
      Object.entries(value).forEach(([event, does]) => element.addEventListener(event, does));
    } else if (key === "data") {
      Object.entries(value).forEach(([part, text]) => (element.dataset[part] = text));
    } else {
      setAttribute(element, key, value);
    }
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children) {
    if (Array.isArray(child)) {
      append(element, child);
    } else if (child !== null && child !== undefined && child !== false) {
      element.append(child instanceof Node ? child : String(child));
    }
  }
}

/** Sets an attribute where it differs; null, undefined and false remove it, true sets it empty. */
export function setAttribute(element, name, value) {
  if (REFUSED.test(name)) {
    throw new Error(`the page sets no ${name}`);
  }
  if (value === null || value === undefined || value === false) {
    element.removeAttribute(name);
    return;
  }
  const text = value === true ? "" : String(value);
  if (XLINKS.has(name) && !isOwn(text)) {
    element.removeAttribute(name);
  } else if (element.getAttribute(name) !== text) {
    element.setAttribute(name, text);
  }
}

/** A place on this page, of this service, or a picture out of the browser's memory. */
function isOwn(address) {
  return /^(#|\/(?![/\\])|blob:)/.test(address);
}

/** Sets the text where it differs, so that nothing is drawn or said again for nothing. */
export function setText(element, text) {
  const wanted = String(text ?? "");
  if (element.textContent !== wanted) {
    element.textContent = wanted;
  }
}

/** Replaces all children. */
export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
}

/**
 * Makes the children match a list, keeping those that are there: the focus and the pointer stay where
 * they are. create(item) gives an element, update(element, item) changes it in place.
 */
export function keyed(parent, items, keyOf, create, update = () => {}) {
  const before = parent.keyed ?? new Map();
  const after = new Map();
  let place = parent.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    const element = before.get(key) ?? create(item);
    after.set(key, element);
    update(element, item);
    if (element === place) {
      place = place.nextElementSibling;
    } else {
      parent.insertBefore(element, place);
    }
  }
  for (const [key, element] of before) {
    if (after.get(key) !== element) {
      element.remove();
    }
  }
  parent.keyed = after;
}

/**
 * Gives a function that makes a change of an element at once, or, while a pointer is pressed on it,
 * after it was let go: where what is pressed is replaced or moved, its click is lost. Of changes that
 * wait, the last is made.
 */
export function whileUnpressed(element) {
  let pressed = false;
  let waiting = null;
  let timer = 0;
  const letGo = () => {
    pressed = false;
    waiting?.();
    waiting = null;
  };
  element.addEventListener("pointerdown", () => {
    clearTimeout(timer);
    pressed = true;
    const end = new AbortController();
    for (const name of ["pointerup", "pointercancel"]) {
      addEventListener(
        name,
        () => {
          end.abort();
          timer = setTimeout(letGo, CLICK_WITHIN_MS);
        },
        { signal: end.signal, capture: true },
      );
    }
  });
  return (change) => {
    if (pressed) {
      waiting = change;
    } else {
      change();
    }
  };
}

/** What is said and not shown. */
export function unseen(...children) {
  return h("span.unseen", {}, ...children);
}

/** One of the page's drawn signs: the id of a symbol in index.html. Says nothing itself. */
export function sign(id, className = "sign") {
  const picture = s(`svg.${className}`, { viewBox: "0 0 20 20", "aria-hidden": "true" });
  picture.append(s("use", { href: `#${id}` }));
  return picture;
}

/**
 * An address from a record. A link only where it is http or https, and shown as it is; otherwise text.
 */
export function outside(url) {
  const text = String(url ?? "");
  const link = h("span.address", { dir: "ltr" }, text);
  if (!/^https?:\/\//i.test(text)) {
    return link;
  }
  const anchor = h("a.address", { rel: "noopener noreferrer nofollow", target: "_blank", dir: "ltr" }, text);
  anchor.setAttribute("href", text);
  return anchor;
}
