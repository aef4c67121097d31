// What a caption was and what it became, word by word. Pure: texts in, marked parts out.

/** Beyond this many comparisons the whole text counts as rewritten. */
const MOST_COMPARISONS = 1_000_000;

/** Words, characters of writing without spaces, signs, and runs of space. */
const PART = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{N}\p{M}]+|\s+|[^\p{L}\p{N}\p{M}\s]/gu;

/**
 * The two texts as one row of parts: {kind: "same" | "gone" | "new", text}. All that is not new, put
 * together, is the text before; all that is not gone, the text after.
 */
export function marked(before, after) {
  const left = before.match(PART) ?? [];
  const right = after.match(PART) ?? [];
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) {
    start++;
  }
  let end = 0;
  while (
    end < left.length - start &&
    end < right.length - start &&
    left[left.length - 1 - end] === right[right.length - 1 - end]
  ) {
    end++;
  }
  const parts = [];
  add(parts, "same", left.slice(0, start));
  compare(parts, left.slice(start, left.length - end), right.slice(start, right.length - end));
  add(parts, "same", left.slice(left.length - end));
  return parts;
}

/** The longest common row of parts stays; see Wagner and Fischer, 1974. */
function compare(parts, left, right) {
  if (left.length * right.length > MOST_COMPARISONS) {
    add(parts, "gone", left);
    add(parts, "new", right);
    return;
  }
  const width = right.length + 1;
  const common = new Uint32Array((left.length + 1) * width);
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      common[i * width + j] =
        left[i] === right[j]
          ? common[(i + 1) * width + j + 1] + 1
          : Math.max(common[(i + 1) * width + j], common[i * width + j + 1]);
    }
  }
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) {
      add(parts, "same", [left[i++]]);
      j++;
    } else if (
      j >= right.length ||
      (i < left.length && common[(i + 1) * width + j] >= common[i * width + j + 1])
    ) {
      add(parts, "gone", [left[i++]]);
    } else {
      add(parts, "new", [right[j++]]);
    }
  }
}

function add(parts, kind, texts) {
  const text = texts.join("");
  if (text === "") {
    return;
  }
  const last = parts[parts.length - 1];
  if (last?.kind === kind) {
    last.text += text;
  } else {
    parts.push({ kind, text });
  }
}
