package io.pairstream.cleaning.caption;

import java.util.regex.Pattern;

/**
 * Emoji: the blocks of pictographs, the older symbols that are drawn in colour, and any symbol that
 * a variation selector makes one. Selectors and joiners that are left alone afterwards are {@link
 * VisibleText}'s to remove.
 *
 * @see <a href="https://www.unicode.org/reports/tr51/">UTS #51</a>
 */
final class Emoji {

  /** With the enclosing keycap. */
  private static final Pattern EMOJI =
      Pattern.compile(
          "[\\x{20E3}\\x{231A}\\x{231B}\\x{2328}\\x{23CF}\\x{23E9}-\\x{23FA}\\x{2600}-\\x{27BF}"
              + "\\x{2B1B}\\x{2B1C}\\x{2B50}\\x{2B55}\\x{1F000}-\\x{1FAFF}]"
              + "|[^\\p{L}\\p{Nd}\\x{0}-\\x{7F}](?=\\x{FE0F})");

  private Emoji() {}

  /** The text with a space for each. */
  static String removedFrom(String text) {
    return EMOJI.matcher(text).replaceAll(" ");
  }
}
