package io.pairstream.cleaning.caption;

import io.pairstream.cleaning.CodePoints;
import java.text.Normalizer;
import java.util.function.IntPredicate;

/**
 * Gives characters their ordinary width: full-width letters, digits and symbols become ASCII,
 * half-width katakana and Hangul full-width. Only these forms of Unicode's compatibility mappings
 * are applied: ligatures, superscripts and circled numbers say something and stay.
 *
 * <p>The full-width {@code ！（），．：；？～} are ordinary punctuation in Chinese and Japanese: they stay
 * where the text holds a Chinese character, kana or Hangul, and become ASCII elsewhere.
 *
 * @see <a href="https://www.unicode.org/charts/PDF/UFF00.pdf">Halfwidth and Fullwidth Forms</a>
 */
final class Width {

  /** Distance between a full-width form and its ASCII character. */
  private static final int OFFSET = 0xFF01 - '!';

  private static final String EAST_ASIAN_PUNCTUATION =
      "\uFF01\uFF08\uFF09\uFF0C\uFF0E\uFF1A\uFF1B\uFF1F\uFF5E";

  /** With the first halves of the planes of rare Chinese. */
  private static final IntPredicate EAST_ASIAN =
      CodePoints.of("3001-9FFF AC00-D7AF D840-D8BF F900-FAFF FF66-FFDC");

  private Width() {}

  static String folded(String text) {
    int first = 0;
    while (first < text.length() && !isForm(text.charAt(first))) {
      first++;
    }
    if (first == text.length()) {
      return text;
    }
    boolean eastAsian = text.chars().anyMatch(EAST_ASIAN);
    StringBuilder out = new StringBuilder(text.length()).append(text, 0, first);
    for (int i = first; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!isForm(c) || (eastAsian && EAST_ASIAN_PUNCTUATION.indexOf(c) >= 0)) {
        out.append(c);
      } else if (c <= 0xFF5E) {
        out.append((char) (c - OFFSET));
      } else {
        out.append(Normalizer.normalize(String.valueOf(c), Normalizer.Form.NFKC));
      }
    }
    return out.toString();
  }

  /** All but the macron, whose plain form would begin with a space. */
  private static boolean isForm(char c) {
    return c >= 0xFF01 && c <= 0xFFEE && c != 0xFFE3;
  }
}
