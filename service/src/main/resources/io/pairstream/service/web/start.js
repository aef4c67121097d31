// Starts a page, and starts it again where a part of it does not arrive, as when the reader's network
// changes meanwhile: the page would stay blank, or as it was, without a word.
//
// The page names its own first module in data-main of this file's script element, and has an element
// with the id "incomplete", hidden until then, that says what is going on.

const TRIES = "pairstream.tries";
const MOST_TRIES = 5;
const PAUSE_MS = 2_000;

/** Says that a part is missing, and loads the page anew as soon as the service answers. */
export async function startAgain(problem) {
  console.error(problem);
  document.getElementById("incomplete").hidden = false;
  const tries = Number(remembered() ?? MOST_TRIES);
  if (tries >= MOST_TRIES || !remember(tries + 1)) {
    // Not the network's doing, it seems: the words say what is left.
    return;
  }
  do {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  } while (!(await isAnswered()));
  location.reload();
}

async function isAnswered() {
  try {
    return (await fetch(location.pathname, { cache: "no-store" })).ok;
  } catch {
    return false;
  }
}

/** How often the page was started again in vain, as text; null where nothing can be remembered. */
function remembered() {
  try {
    return sessionStorage.getItem(TRIES) ?? "0";
  } catch {
    return null;
  }
}

function remember(tries) {
  try {
    sessionStorage.setItem(TRIES, String(tries));
    return true;
  } catch {
    return false;
  }
}

// Not awaited here: the first module may import this one, and would wait for it in turn.
import(document.querySelector("script[data-main]").dataset.main).then(() => remember(0), startAgain);
