package io.pairstream.cleaning.caption;

/**
 * Hashtags: a number sign at the start of a word and letters, digits and underscores behind it, at
 * least one of them a letter. {@code #1} is none, {@code C#} is none. The sign that closes a
 * Chinese tag ({@code #话题#}) belongs to it.
 */
final class Hashtags implements SpanFinder {

  @Override
  public Span next(String text, int from) {
    for (int sign = text.indexOf('#', from); sign >= 0; sign = text.indexOf('#', sign + 1)) {
      if (sign == 0 || !isBoundToSign(text.charAt(sign - 1))) {
        int end = tagEnd(text, sign + 1);
        if (end > 0) {
          boolean closed = end < text.length() && text.charAt(end) == '#';
          return new Span(sign, closed && text.charAt(end - 1) >= 0x2E80 ? end + 1 : end);
        }
      }
    }
    return Span.NONE;
  }

  /**
   * The text with each tag in words: {@code #GoldenRetriever_puppy} becomes {@code Golden Retriever
   * puppy}.
   */
  String asWordsIn(String text) {
    Span found = next(text, 0);
    if (found.isNone()) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length() + 16);
    int copied = 0;
    while (!found.isNone()) {
      out.append(text, copied, found.start());
      if (!out.isEmpty() && Character.isLetterOrDigit(out.charAt(out.length() - 1))) {
        out.append(' ');
      }
      appendWords(out, text, found);
      copied = found.end();
      if (copied < text.length() && Character.isLetterOrDigit(text.charAt(copied))) {
        out.append(' ');
      }
      found = next(text, copied);
    }
    return out.append(text, copied, text.length()).toString();
  }

  private static void appendWords(StringBuilder out, String text, Span tag) {
    for (int i = tag.start() + 1; i < tag.end(); i++) {
      char c = text.charAt(i);
      if (c == '#') {
        continue;
      }
      boolean newWord =
          i > tag.start() + 2
              && Character.isUpperCase(c)
              && Character.isLowerCase(text.charAt(i - 1))
              && Character.isLetter(text.charAt(i - 2)); // iPhone is one word
      if (newWord) {
        out.append(' ');
      }
      out.append(c == '_' ? ' ' : c);
    }
  }

  /** The index behind the tag's last character, or -1 if there is no letter in it. */
  private static int tagEnd(String text, int from) {
    boolean lettered = false;
    int end = from;
    while (end < text.length()) {
      int codePoint = text.codePointAt(end);
      boolean letter = Character.isLetter(codePoint);
      if (!letter && !Character.isDigit(codePoint) && codePoint != '_' && !isMark(codePoint)) {
        break;
      }
      lettered |= letter;
      end += Character.charCount(codePoint);
    }
    return lettered ? end : -1;
  }

  private static boolean isMark(int codePoint) {
    int type = Character.getType(codePoint);
    return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK;
  }

  /** What makes a number sign part of the word before it, or of an entity. */
  private static boolean isBoundToSign(char before) {
    return before == '&'
        || before == '#'
        || before == '/'
        || (before < 0x2E80 && Character.isLetterOrDigit(before));
  }
}
