package io.pairstream.cleaning.tokens;

/**
 * The patterns that cut text into the pieces that are encoded one by one: GPT-2's,
 *
 * <pre>{@code 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+}</pre>
 *
 * <p>and CLIP's, but for its special tokens,
 *
 * <pre>{@code 's|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+}</pre>
 *
 * <p>which ignores case: in lower-case text that lets the long s (U+017F) stand for an s, and the
 * small iota below (U+0345) match nothing, as it is no letter and its capital is one. What no part
 * matches, that and white space, is left out.
 *
 * <p>Written out by hand, so that they take one step per character whatever the text, and the same
 * on every version of Java.
 *
 * @see <a href="https://github.com/openai/gpt-2/blob/master/src/encoder.py">encoder.py</a>
 * @see <a
 *     href="https://github.com/openai/CLIP/blob/main/clip/simple_tokenizer.py">simple_tokenizer.py</a>
 */
final class WordPattern {

  private static final CodePointClasses CLASSES = CodePointClasses.INSTANCE;
  private static final int IOTA_BELOW = 0x345;

  private WordPattern() {}

  /** Where GPT-2's piece ends that begins at {@code start}, which is before the text's end. */
  static int gpt2End(String text, int start) {
    int contraction = contraction(text, start, 's');
    if (contraction > 0) {
      return start + contraction;
    }
    boolean spaceBefore =
        text.charAt(start) == ' '
            && start + 1 < text.length()
            && CLASSES.kind(text.codePointAt(start + 1)) != CodePointClasses.SPACE;
    int run = spaceBefore ? start + 1 : start;
    byte kind = CLASSES.kind(text.codePointAt(run));
    int end = run;
    while (end < text.length() && CLASSES.kind(text.codePointAt(end)) == kind) {
      end += Character.charCount(text.codePointAt(end));
    }
    if (kind == CodePointClasses.SPACE && end < text.length() && end - run > 1) {
      return end - 1; // the last one belongs to what follows; no white space is a surrogate pair
    }
    return end;
  }

  /** Where CLIP's piece ends that begins at {@code start}, where no white space is. */
  static int clipEnd(String text, int start) {
    int contraction = contraction(text, start, '\u017f');
    if (contraction > 0) {
      return start + contraction;
    }
    byte kind = clipKind(text.codePointAt(start));
    int end = start + Character.charCount(text.codePointAt(start));
    while (kind != CodePointClasses.NUMBER
        && end < text.length()
        && clipKind(text.codePointAt(end)) == kind) {
      end += Character.charCount(text.codePointAt(end));
    }
    return end;
  }

  /** The first place from {@code start} on that CLIP's pattern does not leave out. */
  static int afterClipSpace(String text, int start) {
    int end = start;
    while (end < text.length() && clipKind(text.codePointAt(end)) == CodePointClasses.SPACE) {
      end++;
    }
    return end;
  }

  private static byte clipKind(int codePoint) {
    return codePoint == IOTA_BELOW ? CodePointClasses.SPACE : CLASSES.kind(codePoint);
  }

  /** Length of the contraction that begins at {@code start}, or 0. */
  private static int contraction(String text, int start, char otherS) {
    if (text.charAt(start) != '\'' || start + 1 >= text.length()) {
      return 0;
    }
    char next = text.charAt(start + 1);
    return switch (next) {
      case 's', 't', 'm', 'd' -> 2;
      case 'r', 'v' -> text.startsWith("e", start + 2) ? 3 : 0;
      case 'l' -> text.startsWith("l", start + 2) ? 3 : 0;
      default -> next == otherS ? 2 : 0;
    };
  }
}
