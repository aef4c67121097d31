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

  private static final CodePointClasses CLASSES = CodePointClasses.INSTANCE;

  private Gpt2Pattern() {}

  /** Where the piece ends that begins at {@code start}; {@code start} is before the text's end. */
  static int pieceEnd(String text, int start) {
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
            && CLASSES.kind(text.codePointAt(start + 1)) != CodePointClasses.SPACE;
    int run = spaceBefore ? start + 1 : start;
    byte kind = CLASSES.kind(text.codePointAt(run));
    int end = runEnd(text, run, kind);
    if (kind == CodePointClasses.SPACE && end < text.length() && end - run > 1) {
      return end - 1; // the last one belongs to what follows; no white space is a surrogate pair
    }
    return end;
  }

  private static int runEnd(String text, int start, byte kind) {
    int end = start;
    while (end < text.length()) {
      int codePoint = text.codePointAt(end);
      if (CLASSES.kind(codePoint) != kind) {
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
