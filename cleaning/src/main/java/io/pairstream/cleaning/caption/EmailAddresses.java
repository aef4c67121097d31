package io.pairstream.cleaning.caption;

/** E-mail addresses of the usual form, {@code name@host.domain}, with {@code mailto:} before. */
final class EmailAddresses implements SpanFinder {

  private static final String SCHEME = "mailto:";

  private static final int LONGEST_NAME = 64;
  private static final int LONGEST_HOST = 253;

  @Override
  public Span next(String text, int from) {
    for (int at = text.indexOf('@', from); at >= 0; at = text.indexOf('@', at + 1)) {
      int start = nameStart(text, at, from);
      int end = hostEnd(text, at + 1);
      if (start < at && end > at) {
        int scheme = start - SCHEME.length();
        return new Span(
            scheme >= from && text.regionMatches(true, scheme, SCHEME, 0, SCHEME.length())
                ? scheme
                : start,
            end);
      }
    }
    return Span.NONE;
  }

  private static int nameStart(String text, int at, int from) {
    int start = at;
    int least = Math.max(from, at - LONGEST_NAME);
    while (start > least && isNameChar(text.charAt(start - 1))) {
      start--;
    }
    while (start < at && text.charAt(start) == '.') {
      start++;
    }
    return start;
  }

  /** The index behind a host with a domain of at least two letters, or -1. */
  private static int hostEnd(String text, int from) {
    int most = Math.min(text.length(), from + LONGEST_HOST);
    int end = from;
    while (end < most && isHostChar(text.charAt(end))) {
      end++;
    }
    while (end > from && !isWord(text.charAt(end - 1))) {
      end--;
    }
    int domain = end;
    while (domain > from && Character.isLetter(text.charAt(domain - 1))) {
      domain--;
    }
    boolean dotted = domain > from + 1 && text.charAt(domain - 1) == '.';
    return dotted && end - domain >= 2 ? end : -1;
  }

  private static boolean isNameChar(char c) {
    return isWord(c) || "._%+-'".indexOf(c) >= 0;
  }

  private static boolean isHostChar(char c) {
    return isWord(c) || c == '.' || c == '-';
  }

  /** Letters of Latin script and digits: a Chinese sentence has no space before an address. */
  private static boolean isWord(char c) {
    return c < 0x250 && Character.isLetterOrDigit(c);
  }
}
