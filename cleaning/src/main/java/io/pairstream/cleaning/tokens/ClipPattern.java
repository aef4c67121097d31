package io.pairstream.cleaning.tokens;

/**
 * CLIP's pattern, which finds in lower-case text the pieces that are encoded one by one:
 *
 * <pre>{@code
 * <\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+
 * }</pre>
 *
 * <p>It ignores case, which in lower-case text lets the long s (U+017F) stand for an s, and lets
 * the small iota below (U+0345) match nothing, as it is no letter and its capital is one. What no
 * part of the pattern matches, that and white space, is left out. Walks over one text; not
 * thread-safe.
 *
 * @see <a
 *     href="https://github.com/openai/CLIP/blob/main/clip/simple_tokenizer.py">simple_tokenizer.py</a>
 */
final class ClipPattern {

  /** Which special token a piece spells. */
  enum Special {
    NONE,
    START,
    END
  }

  private static final String START_OF_TEXT = "<|startoftext|>";
  private static final String END_OF_TEXT = "<|endoftext|>";
  private static final char LONG_S = '\u017f';
  private static final int IOTA_BELOW = 0x345;

  private final String text;
  private final boolean specialInText;
  private int start;
  private int end;
  private Special special = Special.NONE;

  /** {@code specialInText} says whether the first two parts of the pattern are in force. */
  ClipPattern(String text, boolean specialInText) {
    this.text = text;
    this.specialInText = specialInText;
  }

  /** Moves to the next piece; answers whether there is one. */
  boolean next() {
    start = end;
    while (start < text.length()) {
      int codePoint = text.codePointAt(start);
      byte kind = kind(codePoint);
      if (kind != CodePointClasses.SPACE) {
        end = pieceEnd(codePoint, kind);
        return true;
      }
      start += Character.charCount(codePoint);
    }
    return false;
  }

  int start() {
    return start;
  }

  int end() {
    return end;
  }

  Special special() {
    return special;
  }

  private int pieceEnd(int first, byte kind) {
    special = Special.NONE;
    int behind = start + Character.charCount(first);
    if (kind == CodePointClasses.NUMBER) {
      return behind;
    }
    if (first == '\'') {
      int length = contraction();
      if (length > 0) {
        return start + length;
      }
    } else if (first == '<' && specialInText) {
      if (text.startsWith(START_OF_TEXT, start)) {
        special = Special.START;
        return start + START_OF_TEXT.length();
      }
      if (text.startsWith(END_OF_TEXT, start)) {
        special = Special.END;
        return start + END_OF_TEXT.length();
      }
      if (text.startsWith("<|" + LONG_S + START_OF_TEXT.substring(3), start)) {
        return start + START_OF_TEXT.length();
      }
    }
    while (behind < text.length()) {
      int codePoint = text.codePointAt(behind);
      if (kind(codePoint) != kind) {
        break;
      }
      behind += Character.charCount(codePoint);
    }
    return behind;
  }

  private byte kind(int codePoint) {
    return codePoint == IOTA_BELOW
        ? CodePointClasses.SPACE
        : CodePointClasses.INSTANCE.kind(codePoint);
  }

  /** Length of the contraction that begins at {@code start}, or 0. */
  private int contraction() {
    if (start + 1 >= text.length()) {
      return 0;
    }
    return switch (text.charAt(start + 1)) {
      case 's', LONG_S, 't', 'm', 'd' -> 2;
      case 'r', 'v' -> text.startsWith("e", start + 2) ? 3 : 0;
      case 'l' -> text.startsWith("l", start + 2) ? 3 : 0;
      default -> 0;
    };
  }
}
