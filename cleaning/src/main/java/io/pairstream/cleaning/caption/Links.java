package io.pairstream.cleaning.caption;

import io.pairstream.cleaning.caption.SpanFinder.Span;
import java.util.Locale;
import java.util.Set;

/**
 * Web addresses: what begins with {@code http://}, {@code https://}, {@code ftp://} or {@code
 * www.}, and a host under a common domain with a path behind it. A bare host stays: {@code
 * Booking.com} may be what the picture shows.
 *
 * <p>An address ends where a character stands that no address has unescaped, which all Chinese ones
 * are, or before the punctuation of the sentence around it.
 */
final class Links implements SpanFinder {

  private static final String[] BEGINNINGS = {"http://", "https://", "ftp://", "www."};

  private static final int LONGEST_HOST = 253;

  /** Domains that stand before a path often enough; a sentence without a space is more frequent. */
  private static final Set<String> DOMAINS =
      Set.of(
          "com", "net", "org", "edu", "gov", "info", "biz", "io", "co", "me", "tv", "ly", "gl",
          "app", "dev", "uk", "de", "fr", "es", "it", "nl", "be", "ch", "at", "se", "no", "dk",
          "fi", "pl", "cz", "ru", "ua", "tr", "cn", "jp", "kr", "tw", "hk", "in", "br", "mx", "ca",
          "au", "eu", "us");

  @Override
  public Span next(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '/') {
        int host = hostBefore(text, i, from);
        if (host >= 0) {
          return new Span(host, end(text, i));
        }
      } else if (isBeginning(c) && (i == 0 || !isAsciiWord(text.charAt(i - 1)))) {
        int behind = beginning(text, i);
        if (behind >= 0) {
          return new Span(i, end(text, behind));
        }
      }
    }
    return Span.NONE;
  }

  /** Whether an address may begin with the letter, or be recognised by its slash. */
  static boolean hintsAt(char c, char before) {
    return c == '/' || (c == '.' && (before == 'w' || before == 'W'));
  }

  private static boolean isBeginning(char c) {
    return c == 'h' || c == 'H' || c == 'f' || c == 'F' || c == 'w' || c == 'W';
  }

  /** The index behind the scheme that begins at {@code i} and has a name behind it, or -1. */
  private static int beginning(String text, int i) {
    for (String beginning : BEGINNINGS) {
      int behind = i + beginning.length();
      if (text.regionMatches(true, i, beginning, 0, beginning.length())
          && behind < text.length()
          && Character.isLetterOrDigit(text.charAt(behind))
          && isUrlChar(text.charAt(behind))) {
        return behind;
      }
    }
    return -1;
  }

  /** Where the host begins that ends before the slash at {@code slash}, or -1. */
  private static int hostBefore(String text, int slash, int from) {
    int start = slash;
    int dot = -1;
    int least = Math.max(from, slash - LONGEST_HOST);
    while (start > least && isHostChar(text.charAt(start - 1))) {
      start--;
      if (dot < 0 && text.charAt(start) == '.') {
        dot = start;
      }
    }
    boolean named = dot > start && isAsciiWord(text.charAt(start));
    return named && DOMAINS.contains(text.substring(dot + 1, slash).toLowerCase(Locale.ROOT))
        ? start
        : -1;
  }

  private static int end(String text, int from) {
    int end = from;
    boolean opened = false;
    while (end < text.length() && isUrlChar(text.charAt(end))) {
      opened |= text.charAt(end) == '(';
      end++;
    }
    while (end > from + 1 && isSentenceEnd(text.charAt(end - 1), opened)) {
      end--;
    }
    return end;
  }

  private static boolean isSentenceEnd(char c, boolean opened) {
    return ".,;:!?'*_]".indexOf(c) >= 0 || (c == ')' && !opened);
  }

  /** Printable ASCII that may stand in an address, and the letters of Latin script. */
  private static boolean isUrlChar(char c) {
    return (c > ' ' && c < 0x7F && "\"<>\\^`{|}".indexOf(c) < 0)
        || (c >= 0xC0 && c < 0x250 && Character.isLetter(c));
  }

  private static boolean isHostChar(char c) {
    return isAsciiWord(c) || c == '.' || c == '-';
  }

  private static boolean isAsciiWord(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }
}
