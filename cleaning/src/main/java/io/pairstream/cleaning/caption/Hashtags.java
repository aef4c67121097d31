package io.pairstream.cleaning.caption;

import io.pairstream.cleaning.caption.SpanFinder.Span;
import java.util.regex.Pattern;

/**
 * Hashtags: a number sign at the start of a word and letters, digits and underscores behind it, at
 * least one of them a letter. {@code #1} is none, {@code C#} is none. The sign that closes a
 * Chinese tag ({@code #话题#}) belongs to it.
 */
final class Hashtags {

  private static final String PART = "\\p{Nd}_\\p{Mn}\\p{Mc}";

  /** Not behind what makes the sign part of the word before it, or of an entity. */
  static final SpanFinder TAGS =
      SpanFinder.matching(
          '#',
          ("(?<![&#/[\\p{L}\\p{Nd}&&[\\x{0}-\\x{2E7F}]]])#(?=[%1$s]*+\\p{L})[\\p{L}%1$s]++"
                  + "(?:(?<=[\\x{2E80}-\\x{10FFFF}])#)?+")
              .formatted(PART));

  /** Position before a capital that begins a word; {@code iPhone} is one word. */
  private static final Pattern NEW_WORD =
      Pattern.compile("(?<=\\p{L}\\p{IsLowercase})(?=\\p{IsUppercase})");

  private Hashtags() {}

  /**
   * The text with each tag in words: {@code #GoldenRetriever_puppy} becomes {@code Golden Retriever
   * puppy}.
   */
  static String asWordsIn(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    int copied = 0;
    for (Span found = TAGS.next(text, 0); !found.isNone(); found = TAGS.next(text, copied)) {
      out.append(text, copied, found.start());
      if (!out.isEmpty() && Character.isLetterOrDigit(out.charAt(out.length() - 1))) {
        out.append(' ');
      }
      copied = found.end();
      String tag = text.substring(found.start(), copied).replace("#", "").replace('_', ' ');
      out.append(NEW_WORD.matcher(tag).replaceAll(" "));
      if (copied < text.length() && Character.isLetterOrDigit(text.charAt(copied))) {
        out.append(' ');
      }
    }
    return copied == 0 ? text : out.append(text, copied, text.length()).toString();
  }
}
