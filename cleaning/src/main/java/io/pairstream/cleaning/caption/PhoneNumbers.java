package io.pairstream.cleaning.caption;

import io.pairstream.cleaning.caption.SpanFinder.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Telephone numbers, as far as they cannot be taken for years, sizes, prices or counts:
 *
 * <ul>
 *   <li>8 to 15 digits in groups behind a {@code +};
 *   <li>7 to 15 digits in groups behind a word like {@code tel}, {@code call} or 电话;
 *   <li>groups of 3, 3 and 4 digits as in North America, with a 1 before or without;
 *   <li>11 digits from 13 to 19 on in one, or in groups of 3, 4 and 4: a Chinese mobile;
 *   <li>9 to 12 digits in groups of two or more, the first of which begins with 0, unless they
 *       begin like a date.
 * </ul>
 *
 * <p>Between groups stand at most two of space, hyphen, dot, slash and parentheses.
 */
final class PhoneNumbers implements SpanFinder {

  /** Fewest digits of any number that is found. */
  static final int FEWEST_DIGITS = 7;

  private static final int MOST_DIGITS = 15;
  private static final int MOST_GROUPS = 8;

  private static final String[] WORDS =
      """
      tel telephone phone ph call fax mobile cell whatsapp hotline telefon telefono
      tel\u00E9fono t\u00E9l \u7535\u8BDD \u96FB\u8A71 \u624B\u673A \u624B\u6A5F
      \u70ED\u7EBF \u4F20\u771F
      """
          .split("\\s+");

  /** Numbers of North America, then Chinese mobiles; a space behind each group. */
  private static final Pattern KNOWN =
      Pattern.compile(
          "(?:(?:1 )?(?<area>[2-9]\\d\\d )(?<exchange>\\d{3} )\\d{4} )"
              + "|(?:1[3-9]\\d{9} |1[3-9]\\d \\d{4} \\d{4} )");

  /** Two groups or more of two digits or more, with 0 first, but no date with a time behind it. */
  private static final Pattern NATIONAL =
      Pattern.compile("(?!\\d\\d \\d\\d \\d{4} )0\\d+ (?:\\d\\d+ )+");

  @Override
  public Span next(String text, int from) {
    if (!hasEnoughDigits(text, from)) {
      return Span.NONE;
    }
    int i = from;
    while (i < text.length()) {
      if (!isDigit(text.charAt(i))) {
        i++;
      } else if (i > 0 && isWordChar(text.charAt(i - 1))) {
        i = digitsEnd(text, i); // digits within a word: a model, an identifier
      } else {
        int end = end(text, i);
        if (end > 0) {
          return new Span(start(text, i, from), end);
        }
        i = digitsEnd(text, i);
      }
    }
    return Span.NONE;
  }

  private static boolean hasEnoughDigits(String text, int from) {
    int digits = 0;
    for (int i = from; i < text.length(); i++) {
      if (isDigit(text.charAt(i)) && ++digits >= FEWEST_DIGITS) {
        return true;
      }
    }
    return false;
  }

  /** The index behind the number whose first group begins at {@code first}, or -1. */
  private static int end(String text, int first) {
    List<String> groups = new ArrayList<>();
    List<Integer> ends = new ArrayList<>();
    int digits = 0;
    for (int at = first; at >= 0 && groups.size() < MOST_GROUPS; ) {
      int end = digitsEnd(text, at);
      digits += end - at;
      if (digits > MOST_DIGITS || isLetterAt(text, end)) {
        digits -= end - at;
        break;
      }
      groups.add(text.substring(at, end));
      ends.add(end);
      at = nextGroup(text, end);
    }
    boolean international = isBehindPlus(text, first);
    if ((international && digits >= 8)
        || (!international && digits >= FEWEST_DIGITS && isBehindWord(text, first))) {
      return ends.get(ends.size() - 1);
    }
    String number = String.join(" ", groups) + " ";
    Matcher known = KNOWN.matcher(number);
    if (known.lookingAt()) {
      int groupsOfIt = (int) known.group().chars().filter(c -> c == ' ').count();
      int end = ends.get(groupsOfIt - 1);
      // Three numbers in a row may look like one of North America.
      boolean row = known.group("area") != null && text.charAt(ends.get(groupsOfIt - 2)) == ' ';
      if (!row || known.group("exchange").charAt(0) >= '2') {
        return end;
      }
    }
    return digits >= 9 && digits <= 12 && NATIONAL.matcher(number).matches()
        ? ends.get(ends.size() - 1)
        : -1;
  }

  /** Where the next group begins, behind at most two separators, or -1. */
  private static int nextGroup(String text, int end) {
    int at = end;
    while (at < text.length() && at - end < 3 && isSeparator(text.charAt(at))) {
      at++;
    }
    return at > end && at - end < 3 && at < text.length() && isDigit(text.charAt(at)) ? at : -1;
  }

  private static boolean isBehindPlus(String text, int first) {
    int at = first - 1;
    if (at >= 0 && text.charAt(at) == '(') {
      at--;
    }
    return at >= 0 && text.charAt(at) == '+';
  }

  private static boolean isBehindWord(String text, int first) {
    int end = first;
    while (end > 0 && first - end < 4 && isAfterWord(text.charAt(end - 1))) {
      end--;
    }
    for (String word : WORDS) {
      int start = end - word.length();
      if (start >= 0
          && text.regionMatches(true, start, word, 0, word.length())
          && (word.charAt(0) > 0x250 || start == 0 || !isWordChar(text.charAt(start - 1)))) {
        return true;
      }
    }
    return false;
  }

  /** Where the number begins that has its first digit at {@code first}: with plus and bracket. */
  private static int start(String text, int first, int from) {
    int start = first;
    while (start > from
        && first - start < 2
        && (text.charAt(start - 1) == '(' || text.charAt(start - 1) == '+')) {
      start--;
    }
    return start;
  }

  private static int digitsEnd(String text, int at) {
    int end = at;
    while (end < text.length() && isDigit(text.charAt(end))) {
      end++;
    }
    return end;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isSeparator(char c) {
    return c == ' ' || c == '-' || c == '.' || c == '/' || c == '(' || c == ')';
  }

  private static boolean isAfterWord(char c) {
    return c == ' ' || c == ':' || c == '.' || c == '\uFF1A' || c == '-' || c == '#' || c == '(';
  }

  private static boolean isLetterAt(String text, int at) {
    return at < text.length() && text.charAt(at) < 0x250 && isWordChar(text.charAt(at));
  }

  /** A letter of Latin script, a digit or an underscore. */
  private static boolean isWordChar(char c) {
    return c == '_' || (c < 0x250 && Character.isLetterOrDigit(c));
  }
}
