package io.pairstream.cleaning.caption;

/**
 * Emoji: the blocks of pictographs, the older symbols that are drawn in colour, and any symbol that
 * a variation selector makes one. Selectors and joiners that are left alone afterwards are {@link
 * VisibleText}'s to remove.
 *
 * @see <a href="https://www.unicode.org/reports/tr51/">UTS #51</a>
 */
final class Emoji {

  private static final char EMOJI_SELECTOR = '\uFE0F';
  private static final char ENCLOSING_KEYCAP = '\u20E3';

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
      if (selected || isEmoji(codePoint)) {
        out.append(' ');
      } else {
        out.appendCodePoint(codePoint);
      }
    }
    return out.toString();
  }

  private static boolean isEmoji(int codePoint) {
    return (codePoint >= 0x1F000 && codePoint <= 0x1FAFF)
        || (codePoint >= 0x2600 && codePoint <= 0x27BF)
        || codePoint == ENCLOSING_KEYCAP
        || codePoint == 0x231A
        || codePoint == 0x231B
        || codePoint == 0x2328
        || codePoint == 0x23CF
        || (codePoint >= 0x23E9 && codePoint <= 0x23FA)
        || codePoint == 0x2B1B
        || codePoint == 0x2B1C
        || codePoint == 0x2B50
        || codePoint == 0x2B55;
  }
}
