package io.pairstream.cleaning.caption;

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
    boolean international = isBehindPlus(text, first);
    boolean named = !international && isBehindWord(text, first);
    int[] lengths = new int[MOST_GROUPS];
    int[] ends = new int[MOST_GROUPS];
    int groups = 0;
    int digits = 0;
    int at = first;
    while (at >= 0 && groups < MOST_GROUPS) {
      int end = digitsEnd(text, at);
      if (digits + end - at > MOST_DIGITS || isLetterAt(text, end)) {
        break;
      }
      lengths[groups] = end - at;
      ends[groups++] = end;
      digits += end - at;
      at = nextGroup(text, end);
    }
    if ((international && digits >= 8) || (named && digits >= FEWEST_DIGITS)) {
      return ends[groups - 1];
    }
    int northAmerican = northAmerican(text, first, lengths, groups);
    if (northAmerican > 0) {
      return ends[northAmerican - 1];
    }
    int mobile = chineseMobile(text, first, lengths, groups);
    if (mobile > 0) {
      return ends[mobile - 1];
    }
    return isNational(text, first, lengths, groups, digits) ? ends[groups - 1] : -1;
  }

  /** How many groups make a number of North America, or 0. */
  private static int northAmerican(String text, int first, int[] lengths, int groups) {
    boolean trunk = groups > 3 && lengths[0] == 1 && text.charAt(first) == '1';
    int area = trunk ? 1 : 0;
    if (groups < area + 3
        || lengths[area] != 3
        || lengths[area + 1] != 3
        || lengths[area + 2] != 4) {
      return 0;
    }
    int areaAt = trunk ? nextGroup(text, first + 1) : first;
    int exchangeAt = nextGroup(text, areaAt + 3);
    boolean spaced = text.charAt(exchangeAt + 3) == ' '; // three numbers in a row look like this
    return text.charAt(areaAt) >= '2' && (text.charAt(exchangeAt) >= '2' || !spaced) ? area + 3 : 0;
  }

  /** How many groups make a Chinese mobile number, or 0. */
  private static int chineseMobile(String text, int first, int[] lengths, int groups) {
    if (groups == 0
        || text.charAt(first) != '1'
        || lengths[0] < 3
        || text.charAt(first + 1) < '3') {
      return 0;
    }
    if (lengths[0] == 11) {
      return 1;
    }
    return groups >= 3 && lengths[0] == 3 && lengths[1] == 4 && lengths[2] == 4 ? 3 : 0;
  }

  private static boolean isNational(String text, int first, int[] lengths, int groups, int digits) {
    if (groups < 2 || text.charAt(first) != '0' || digits < 9 || digits > 12) {
      return false;
    }
    if (groups > 2 && lengths[0] == 2 && lengths[1] == 2 && lengths[2] == 4) {
      return false; // a date, with a time behind it
    }
    for (int i = 0; i < groups; i++) {
      if (lengths[i] < 2) {
        return false;
      }
    }
    return true;
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
