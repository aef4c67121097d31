package io.pairstream.schemas.wire;

import java.util.regex.Pattern;

/** Foreign text made fit for a detail: one line of printable characters, cut to a length. */
public final class OneLine {

  private static final int MAX_CHARACTERS = 200;
  private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cf}]");

  private OneLine() {}

  /** The text's first 200 characters, with a space for each that does not print. */
  public static String of(String text) {
    return UNPRINTABLE.matcher(beginning(text)).replaceAll(" ").strip();
  }

  /** The text's first 200 characters. */
  static String beginning(String text) {
    return text.codePointCount(0, text.length()) <= MAX_CHARACTERS
        ? text
        : text.substring(0, text.offsetByCodePoints(0, MAX_CHARACTERS));
  }
}
