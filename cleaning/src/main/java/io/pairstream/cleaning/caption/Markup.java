package io.pairstream.cleaning.caption;

import java.util.Locale;
import java.util.regex.Matcher;
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

  private static final String WITHIN_A_LINE =
      "a|abbr|b|big|cite|code|del|em|font|i|ins|kbd|mark|q|s|small|span|strike|strong|sub|sup|tt|u"
          + "|wbr";

  private static final String OTHER =
      "address|article|aside|audio|blockquote|body|br|button|canvas|caption|center|col|dd|details"
          + "|dir|div|dl|dt|embed|fieldset|figcaption|figure|footer|form|frame|h[1-6]|head|header"
          + "|hr|html|iframe|img|input|label|legend|li|link|main|map|menu|meta|nav|noscript|object"
          + "|ol|option|p|param|path|picture|pre|section|select|source|style|script|summary|svg"
          + "|table|tbody|td|textarea|tfoot|th|thead|time|title|tr|ul|video";

  /** A tag; the first group is the element's name where the element belongs within a line. */
  private static final Pattern TAG =
      Pattern.compile(
          "(?i)</?(?:(%s)|(?:%s))(?![a-z0-9])(?:[/!\\x00-\\x20]*+|[^<=>]*+=[^>]*+)>"
              .formatted(WITHIN_A_LINE, OTHER));

  private static final Pattern COMMENT = Pattern.compile("(?s)<!(?=--).*?-->");

  /** {@code [words](address)} and {@code ![words](address)}; an address holds no space. */
  private static final Pattern LINK =
      Pattern.compile("!?\\[([^\\[]*?)\\]\\([^\\x{0}-\\x{20}(\\[)]*+\\)");

  private Markup() {}

  static String removedFrom(String text) {
    String untagged = text.indexOf('<') < 0 ? text : withoutTags(withoutComments(text));
    return untagged.contains("](") ? LINK.matcher(untagged).replaceAll("$1") : untagged;
  }

  /** Searches no further than the last comment end, so that time stays linear without one. */
  private static String withoutComments(String text) {
    int end = text.lastIndexOf("-->") + 3;
    return end < 3
        ? text
        : COMMENT.matcher(text.substring(0, end)).replaceAll(" ") + text.substring(end);
  }

  private static String withoutTags(String text) {
    StringBuilder out = new StringBuilder(text.length());
    int copied = 0;
    int end = text.lastIndexOf('>') + 1;
    Matcher tag = TAG.matcher(text);
    while (copied <= end && tag.region(copied, end).find()) {
      out.append(text, copied, tag.start()).append(tag.group(1) == null ? " " : "");
      copied = contentEnd(text, tag);
    }
    return copied == 0 ? text : out.append(text, copied, text.length()).toString();
  }

  /**
   * Position after a script's or style's content: the end of the text without an end tag, as in
   * browsers.
   */
  private static int contentEnd(String text, Matcher tag) {
    String name = tag.group().substring(1, Math.min(7, tag.group().length()));
    String lower = name.toLowerCase(Locale.ROOT);
    if (!lower.equals("script") && !lower.startsWith("style")) {
      return tag.end();
    }
    Matcher end = Pattern.compile("(?i)</" + lower.substring(0, 5)).matcher(text);
    return end.find(tag.end()) ? end.start() : text.length();
  }
}
