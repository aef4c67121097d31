package io.pairstream.cleaning.caption;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Web addresses: what begins with {@code http://}, {@code https://}, {@code ftp://} or {@code
 * www.}, and a host under a common domain with a path behind it. A bare host stays: {@code
 * Booking.com} may be what the picture shows.
 *
 * <p>An address ends before a character that no address has unescaped, which all Chinese ones are,
 * or before the punctuation of the sentence around it.
 */
final class Links implements SpanFinder {

  /** Printable ASCII that may be in an address, and the letters of Latin script. */
  private static final String CHARACTER = "[[!-~\\xC0-\\x{24F}]&&[^\"<>\\\\^`{|}\\xD7\\xF7]]";

  /** Domains that often precede a path; a sentence without a space is more frequent. */
  private static final String DOMAINS =
      "com|net|org|edu|gov|info|biz|io|co|me|tv|ly|gl|app|dev|uk|de|fr|es|it|nl|be|ch|at|se|no|dk"
          + "|fi|pl|cz|ru|ua|tr|cn|jp|kr|tw|hk|in|br|mx|ca|au|eu|us";

  /** Parts that an address must have, then the rest, with the punctuation of the sentence. */
  private static final Pattern ADDRESS =
      Pattern.compile(
          ("(?i)((?<![a-z0-9])(?:https?://|ftp://|www\\.)(?=[\\p{L}\\p{Nd}])%1$s"
                  + "|(?<![a-z0-9.-])[a-z0-9][a-z0-9.-]*+(?<=\\.(?:%2$s))/)%1$s*+")
              .formatted(CHARACTER, DOMAINS));

  private static final Pattern WWW = Pattern.compile("www\\.", Pattern.CASE_INSENSITIVE);

  @Override
  public Span next(String text, int from) {
    Matcher found = ADDRESS.matcher(text);
    if ((text.indexOf('/', from) < 0 && !WWW.matcher(text).find(from)) || !found.find(from)) {
      return Span.NONE;
    }
    boolean opened = found.group().indexOf('(') >= 0;
    int end = found.end();
    while (end > found.end(1) && isSentenceEnd(text.charAt(end - 1), opened)) {
      end--;
    }
    return new Span(found.start(), end);
  }

  /** Whether an address may begin with the letter, or be recognised by its slash. */
  static boolean hintsAt(char c, char before) {
    return c == '/' || (c == '.' && (before == 'w' || before == 'W'));
  }

  private static boolean isSentenceEnd(char c, boolean opened) {
    return ".,;:!?'*_]".indexOf(c) >= 0 || (c == ')' && !opened);
  }
}
