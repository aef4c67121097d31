package io.pairstream.cleaning.caption;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds one kind of thing in a text.
 *
 * <p>An implementation looks at each char a bounded number of times on the way through a text, so
 * that finding all takes time in proportion to the text.
 */
@FunctionalInterface
interface SpanFinder {

  /** Signs that stand between a word and what it introduces or what follows in a list. */
  String SEPARATORS = " :,;/|\uFF1A\uFF0C\u3001\uFF1B";

  Pattern ENDS_CLAUSE =
      Pattern.compile("\\s*+(?:$|[.,;!?)\\]\u3002\uFF0C\u3001\uFF1B\uFF01\uFF1F\uFF09\u3011])");

  /** The first that begins at {@code from} or behind it, or {@link Span#NONE}. */
  Span next(String text, int from);

  /**
   * E-mail addresses of the usual form, {@code name@host.domain}, with {@code mailto:} before, of
   * Latin letters and digits: a Chinese sentence has no space before an address.
   */
  static SpanFinder emailAddresses() {
    String word = "\\p{L}\\p{Nd}&&[\\x{0}-\\x{24F}]";
    String host = "[[" + word + "].-]";
    String domain = "\\.[\\p{L}&&[\\x{0}-\\x{24F}]]{2,}+(?=[.-]*+(?!" + host + "))";
    return matching(
        '@', "(?:(?i)mailto:)?+(?!\\.)[[" + word + "]._%+'-]{1,64}+@" + host + "{1,250}" + domain);
  }

  /**
   * Finder of a pattern's matches, each of which holds {@code character}: a text without that
   * character is not matched at all.
   */
  static SpanFinder matching(char character, String pattern) {
    Pattern compiled = Pattern.compile(pattern);
    return (text, from) -> {
      if (text.indexOf(character, from) < 0) {
        return Span.NONE;
      }
      Matcher found = compiled.matcher(text);
      return found.find(from) ? new Span(found.start(), found.end()) : Span.NONE;
    };
  }

  /** Whether the text holds one. */
  default boolean isIn(String text) {
    return !next(text, 0).isNone();
  }

  /**
   * The text without any, each with the pair of brackets that held nothing else, and without the
   * colon or comma before it that has nothing behind it any more; a space is put where two words
   * would meet.
   */
  default String removedFrom(String text) {
    StringBuilder out = new StringBuilder(text.length());
    int copied = 0;
    for (Span found = next(text, 0); !found.isNone(); found = next(text, copied)) {
      boolean inBrackets =
          found.start() > copied
              && found.end() < text.length()
              && isPair(text.charAt(found.start() - 1), text.charAt(found.end()));
      boolean opensBracket = // which a telephone number may begin with
          found.end() < text.length()
              && isPair(text.charAt(found.start()), text.charAt(found.end()))
              && text.substring(found.start(), found.end()).indexOf(')') < 0;
      out.append(text, copied, inBrackets ? found.start() - 1 : found.start());
      copied = inBrackets || opensBracket ? found.end() + 1 : found.end();
      boolean endsClause = ENDS_CLAUSE.matcher(text).region(copied, text.length()).lookingAt();
      int end = out.length();
      while (endsClause && end > 0 && SEPARATORS.indexOf(out.charAt(end - 1)) >= 0) {
        end--;
      }
      out.setLength(end);
      if (!endsClause && end > 0 && out.charAt(end - 1) != ' ') {
        out.append(' ');
      }
    }
    return copied == 0 ? text : out.append(text, copied, text.length()).toString();
  }

  /** The text with {@code mask} in the place of each. */
  default String maskedIn(String text, String mask) {
    StringBuilder out = new StringBuilder(text.length());
    int copied = 0;
    for (Span found = next(text, 0); !found.isNone(); found = next(text, copied)) {
      out.append(text, copied, found.start()).append(mask);
      copied = found.end();
    }
    return copied == 0 ? text : out.append(text, copied, text.length()).toString();
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

  /**
   * A part of a text.
   *
   * @param start index of its first char
   * @param end index behind its last char
   */
  record Span(int start, int end) {

    /** No part at all. */
    static final Span NONE = new Span(-1, -1);

    boolean isNone() {
      return start < 0;
    }
  }
}
