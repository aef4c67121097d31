package io.pairstream.cleaning.tokens;

/**
 * GPT-2's pattern, which cuts text into the pieces that are encoded one by one:
 *
 * <pre>{@code 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+}</pre>
 *
 * <p>Written out by hand, so that it takes one step per character whatever the text, and the same
 * on every version of Java.
 *
 * @see <a href="https://github.com/openai/gpt-2/blob/master/src/encoder.py">encoder.py</a>
 */
final class Gpt2Pattern {

  private final CharacterClasses classes;

  Gpt2Pattern(CharacterClasses classes) {
    this.classes = classes;
  }

  /** Where the piece ends that begins at {@code start}; {@code start} is before the text's end. */
  int pieceEnd(String text, int start) {
    char first = text.charAt(start);
    if (first == '\'') {
      int length = contraction(text, start);
      if (length > 0) {
        return start + length;
      }
    }
    boolean spaceBefore =
        first == ' '
            && start + 1 < text.length()
            && classes.of(text.codePointAt(start + 1)) != CharacterClasses.SPACE;
    int run = spaceBefore ? start + 1 : start;
    byte kind = classes.of(text.codePointAt(run));
    int end = runEnd(text, run, kind);
    if (kind == CharacterClasses.SPACE && end < text.length() && end - run > 1) {
      return end - 1; // the last one belongs to what follows; no white space is a surrogate pair
    }
    return end;
  }

  private int runEnd(String text, int start, byte kind) {
    int end = start;
    while (end < text.length()) {
      int codePoint = text.codePointAt(end);
      if (classes.of(codePoint) != kind) {
        break;
      }
      end += Character.charCount(codePoint);
    }
    return end;
  }

  /** Length of the contraction that begins at {@code start}, or 0. */
  private static int contraction(String text, int start) {
    if (start + 1 >= text.length()) {
      return 0;
    }
    char next = text.charAt(start + 1);
    if (next == 's' || next == 't' || next == 'm' || next == 'd') {
      return 2;
    }
    return text.startsWith("re", start + 1)
            || text.startsWith("ve", start + 1)
            || text.startsWith("ll", start + 1)
        ? 3
        : 0;
  }
}
