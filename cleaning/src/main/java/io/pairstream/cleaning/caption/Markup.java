package io.pairstream.cleaning.caption;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Takes markup out of a text: HTML tags and comments, HTML's scripts and styles with what they
 * hold, and Markdown's links and images, of which the words in brackets stay.
 *
 * <p>A tag is an element's name of HTML between angle brackets, with a slash or attributes that
 * hold an equals sign; {@code <3}, {@code a < b} and {@code <unknown>} are none. Formatting within
 * a line vanishes; any other tag leaves a space.
 *
 * <p>Takes time in proportion to the text.
 */
final class Markup {

  private static final int LONGEST_NAME = 10;

  private static final Set<String> WITHIN_A_LINE =
      Set.of(
          "a", "abbr", "b", "big", "cite", "code", "del", "em", "font", "i", "ins", "kbd", "mark",
          "q", "s", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "wbr");

  private static final Set<String> OTHER =
      Set.of(
          """
          address article aside audio blockquote body br button canvas caption center col dd
          details dir div dl dt embed fieldset figcaption figure footer form frame h1 h2 h3 h4
          h5 h6 head header hr html iframe img input label legend li link main map menu meta
          nav noscript object ol option p param path picture pre section select source style
          script summary svg table tbody td textarea tfoot th thead time title tr ul video
          """
              .split("\\s+"));

  /** {@code [words](address)} and {@code ![words](address)}; an address holds no space. */
  private static final Pattern LINK =
      Pattern.compile("!?\\[([^\\[]*?)\\]\\([^\\x{0}-\\x{20}(\\[)]*+\\)");

  private Markup() {}

  static String removedFrom(String text) {
    String untagged = text.indexOf('<') < 0 ? text : withoutTags(text);
    return untagged.contains("](") ? LINK.matcher(untagged).replaceAll("$1") : untagged;
  }

  private static String withoutTags(String text) {
    StringBuilder out = new StringBuilder(text.length());
    int copied = 0;
    int close = -1;
    boolean commentsEnd = true;
    int open = text.indexOf('<');
    while (open >= 0) {
      if (close < open) {
        close = text.indexOf('>', open);
        if (close < 0) {
          break;
        }
      }
      String name = elementName(text, open, close);
      if (commentsEnd && text.startsWith("<!--", open)) {
        int end = text.indexOf("-->", open + 2);
        commentsEnd = end >= 0;
        if (commentsEnd) {
          out.append(text, copied, open).append(' ');
          copied = end + 3;
        }
      } else if (!name.isEmpty()) {
        out.append(text, copied, open);
        if (!WITHIN_A_LINE.contains(name)) {
          out.append(' ');
        }
        copied = close + 1;
        if ((name.equals("script") || name.equals("style")) && text.charAt(open + 1) != '/') {
          copied = endTag(text, copied, name);
        }
      }
      open = text.indexOf('<', Math.max(copied, open + 1));
    }
    return copied == 0 ? text : out.append(text, copied, text.length()).toString();
  }

  /** Where the end tag stands; a browser takes all the rest for the script where there is none. */
  private static int endTag(String text, int from, String name) {
    for (int i = text.indexOf('<', from); i >= 0; i = text.indexOf('<', i + 1)) {
      if (text.startsWith("/", i + 1) && text.regionMatches(true, i + 2, name, 0, name.length())) {
        return i;
      }
    }
    return text.length();
  }

  /** The element that a tag names, in lower case; empty where it is no tag. */
  private static String elementName(String text, int open, int close) {
    int start = text.charAt(open + 1) == '/' ? open + 2 : open + 1;
    int end = start;
    while (end < close && end - start <= LONGEST_NAME && isAsciiLetterOrDigit(text.charAt(end))) {
      end++;
    }
    String name = text.substring(start, end).toLowerCase(Locale.ROOT);
    if (!WITHIN_A_LINE.contains(name) && !OTHER.contains(name)) {
      return "";
    }
    return isEmptyOrAttributes(text, end, close) ? name : "";
  }

  private static boolean isEmptyOrAttributes(String text, int from, int close) {
    boolean empty = true;
    for (int i = from; i < close; i++) {
      char c = text.charAt(i);
      if (c == '=' || c == '<') {
        return c == '=';
      }
      empty &= c == '/' || c == '!' || c <= ' ';
    }
    return empty;
  }

  private static boolean isAsciiLetterOrDigit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }
}
