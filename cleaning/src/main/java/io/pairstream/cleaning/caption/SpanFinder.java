package io.pairstream.cleaning.caption;

/**
 * Finds one kind of thing in a text.
 *
 * <p>An implementation looks at each char a bounded number of times on the way through a text, so
 * that finding all takes time in proportion to the text.
 */
@FunctionalInterface
interface SpanFinder {

  /** The first that begins at {@code from} or behind it, or {@link Span#NONE}. */
  Span next(String text, int from);

  /** Whether the text holds one. */
  default boolean isIn(String text) {
    return !next(text, 0).isNone();
  }

  /**
   * The text without any, each with the pair of brackets that held nothing else; a space stands
   * where two words would meet.
   */
  default String removedFrom(String text) {
    Span found = next(text, 0);
    if (found.isNone()) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    int copied = 0;
    while (!found.isNone()) {
      int start = found.start();
      int end = found.end();
      if (start > copied
          && end < text.length()
          && isPair(text.charAt(start - 1), text.charAt(end))) {
        start--;
        end++;
      }
      out.append(text, copied, start);
      if (!out.isEmpty() && out.charAt(out.length() - 1) != ' ') {
        out.append(' ');
      }
      copied = end;
      found = next(text, end);
    }
    return out.append(text, copied, text.length()).toString();
  }

  /** The text with {@code mask} in the place of each. */
  default String maskedIn(String text, String mask) {
    Span found = next(text, 0);
    if (found.isNone()) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    int copied = 0;
    while (!found.isNone()) {
      out.append(text, copied, found.start()).append(mask);
      copied = found.end();
      found = next(text, copied);
    }
    return out.append(text, copied, text.length()).toString();
  }

  private static boolean isPair(char open, char close) {
    return switch (open) {
      case '(' -> close == ')';
      case '[' -> close == ']';
      case '<' -> close == '>';
      case '\uFF08' -> close == '\uFF09';
      case '\u3010' -> close == '\u3011';
      default -> false;
    };
  }
}
