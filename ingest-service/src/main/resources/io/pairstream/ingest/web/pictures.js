// What can be said about a picture and its words before anything is sent. The service checks all of
// it again; this only saves the way.

/** Largest picture in bytes, as the service takes it. */
export const MAX_PICTURE_BYTES = 8 * 1024 * 1024;

/** Longest caption in bytes of UTF-8, as the service takes it. */
export const MAX_CAPTION_BYTES = 64 * 1024;

const MIB = 1024 * 1024;

/** What a file is, by its bytes: {mediaType}, or {problem} with {text, values}. */
export async function inspect(file) {
  let start;
  try {
    start = new Uint8Array(await file.slice(0, 512).arrayBuffer());
  } catch {
    return { problem: { text: "picture.unreadable", values: {} } };
  }
  const type = typeOf(start);
  const problem = pictureProblem(file, type);
  return problem ? { problem } : { mediaType: `image/${type.toLowerCase()}` };
}

function pictureProblem(file, type) {
  if (file.size === 0) {
    return { text: "picture.empty", values: {} };
  }
  if (type === "HEIC") {
    return { text: "picture.heic", values: {} };
  }
  if (type === "") {
    return { text: "picture.unknown", values: {} };
  }
  if (file.size > MAX_PICTURE_BYTES) {
    // Rounded up: a file just over the limit must not seem to be just on it.
    const size = Math.ceil((file.size / MIB) * 10) / 10;
    return { text: "picture.tooLarge", values: { size, limit: MAX_PICTURE_BYTES / MIB } };
  }
  return null;
}

/** What is wrong with a caption, as {text, values}, or null. */
export function wordsProblem(caption) {
  if (caption === "") {
    return { text: "words.missing", values: {} };
  }
  const size = new TextEncoder().encode(caption).length;
  return size > MAX_CAPTION_BYTES
    ? { text: "words.tooLong", values: { size, limit: MAX_CAPTION_BYTES } }
    : null;
}

/**
 * A caption as it is sent: one line, well-formed. A form would write line ends its own way, and then
 * the pair would have another id than the one that is computed here.
 */
export function asSent(text) {
  const line = text.replace(/\s+/gu, " ").trim();
  return line.toWellFormed ? line.toWellFormed() : line;
}

/** What a file begins with. */
const BEGINNINGS = [
  ["JPEG", /^\xff\xd8\xff/],
  ["PNG", /^\x89PNG\r\n\x1a\n/],
  ["WebP", /^RIFF.{4}WEBP/s],
  ["GIF", /^GIF8[79]a/],
  ["HEIC", /^.{4}ftyp(hei[cxms]|hev[cx]|mif1|msf1)/s],
];

/** By the first bytes, not by the name: "" where it is nothing that we know. */
function typeOf(bytes) {
  const text = String.fromCharCode(...bytes);
  return BEGINNINGS.find(([, beginning]) => beginning.test(text))?.[0] ?? "";
}

/**
 * The id that the service will give to a pair: the first 32 hex digits of SHA-256 over the picture's
 * digest, a zero byte and the caption. "" where the browser computes no digests (plain HTTP from
 * another machine).
 */
export async function pairId(file, caption) {
  if (!globalThis.crypto?.subtle) {
    return "";
  }
  try {
    const digest = hex(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    const named = new TextEncoder().encode(`${digest}\0${caption}`);
    return hex(await crypto.subtle.digest("SHA-256", named)).slice(0, 32);
  } catch {
    return "";
  }
}

function hex(buffer) {
  return [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
