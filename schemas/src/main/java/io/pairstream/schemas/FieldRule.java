package io.pairstream.schemas;

import java.nio.charset.StandardCharsets;

/**
 * Rules for a pair's fields besides image and caption, at every input and in the topology: their
 * size is bounded so that an output fits its topic.
 */
public final class FieldRule {

  /** Longest field, in bytes of UTF-8: a URL of a browser's length fits. */
  public static final int MAX_BYTES = 8 * 1024;

  private static final String HARMFUL =
      "\uFFFD\u2028\u2029\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069";

  private FieldRule() {}

  /** How long a text is, in bytes of UTF-8. */
  public static int utf8Bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /** Whether a text has a form in UTF-8: it holds no half of a character. */
  public static boolean isEncodable(String text) {
    return text.codePoints().noneMatch(c -> Character.getType(c) == Character.SURROGATE);
  }

  /**
   * Whether a text holds neither control characters, among them those that end a line or turn the
   * direction of others, nor traces of bytes that were not UTF-8.
   */
  public static boolean isPlain(String text) {
    return isEncodable(text)
        && text.chars().noneMatch(c -> Character.isISOControl(c) || HARMFUL.indexOf(c) >= 0);
  }
}
