// What a caption was and what it became, word by word. Pure: texts in, marked parts out.

/** Beyond this many comparisons the whole text counts as rewritten. */
const MOST_COMPARISONS = 1_000_000;

/** Words, characters of writing without spaces, signs, and runs of space. */
const PART = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{N}\p{M}]+|\s+|[^\p{L}\p{N}\p{M}\s]/gu;

/**
 * The two texts as one row of parts: {kind: "same" | "gone" | "new", text}. All that is not new, put together, is the
 * text before; all that is not gone, the text after.
 */
export function marked(before, after) {
  const left = before.match(PART) ?? [];
  const right = after.match(PART) ?? [];
  const parts = [];
  const add = (kind, text) => {
    if (parts.at(-1)?.kind === kind) {
      parts.at(-1).text += text;
    } else {
      parts.push({ kind, text });
    }
  };
  const common = commonRow(left, right);
  let i = 0;
  let j = 0;
  for (const [to, next] of [...common, [left.length, right.length]]) {
    left.slice(i, to).forEach((text) => add("gone", text));
    right.slice(j, next).forEach((text) => add("new", text));
    if (to < left.length && next < right.length) {
      add("same", left[to]);
    }
    [i, j] = [to + 1, next + 1];
  }
  return parts;
}

/** Where the parts of the longest common row are in each; see Wagner and Fischer, 1974. */
function commonRow(left, right) {
  if (left.length * right.length > MOST_COMPARISONS) {
    return left.join() === right.join() ? left.map((_, index) => [index, index]) : [];
  }
  const width = right.length + 1;
  const length = new Uint32Array((left.length + 1) * width);
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      const [below, beside] = [length[(i + 1) * width + j], length[i * width + j + 1]];
      length[i * width + j] = left[i] === right[j] ? length[(i + 1) * width + j + 1] + 1 : Math.max(below, beside);
    }
  }
  const row = [];
  for (let i = 0, j = 0; i < left.length && j < right.length; ) {
    if (left[i] === right[j]) {
      row.push([i++, j++]);
    } else if (length[(i + 1) * width + j] >= length[i * width + j + 1]) {
      i++;
    } else {
      j++;
    }
  }
  return row;
}
