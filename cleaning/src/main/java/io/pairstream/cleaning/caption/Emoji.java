package io.pairstream.cleaning.caption;

import io.pairstream.cleaning.CodePoints;
import java.util.function.IntPredicate;

/**
 * Emoji: the blocks of pictographs, the older symbols that are drawn in colour, and any symbol that
 * a variation selector makes one. Selectors and joiners that are left alone afterwards are {@link
 * VisibleText}'s to remove.
 *
 * @see <a href="https://www.unicode.org/reports/tr51/">UTS #51</a>
 */
final class Emoji {

  private static final char EMOJI_SELECTOR = '\uFE0F';

  /** With the enclosing keycap. */
  private static final IntPredicate EMOJI =
      CodePoints.of("20E3 231A-231B 2328 23CF 23E9-23FA 2600-27BF 2B1B-2B1C 2B50 2B55 1F000-1FAFF");

  private Emoji() {}

  /** The text with a space for each. */
  static String removedFrom(String text) {
    int first = 0;
    while (first < text.length() && text.charAt(first) < 0xA9) {
      first++;
    }
    if (first == text.length()) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      i += Character.charCount(codePoint);
      boolean selected =
          i < text.length()
              && text.charAt(i) == EMOJI_SELECTOR
              && !Character.isLetterOrDigit(codePoint)
              && codePoint > 0x7F;
      if (selected || EMOJI.test(codePoint)) {
        out.append(' ');
      } else {
        out.appendCodePoint(codePoint);
      }
    }
    return out.toString();
  }
}
