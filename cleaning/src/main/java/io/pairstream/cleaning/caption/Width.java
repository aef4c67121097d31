package io.pairstream.cleaning.caption;

import java.text.Normalizer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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

  /**
   * Full-width and half-width forms without the macron, whose plain form would begin with a space.
   */
  private static final Pattern FORM = Pattern.compile("[\uFF01-\uFFEE&&[^\uFFE3]]");

  private static final String EAST_ASIAN_PUNCTUATION =
      "\uFF01\uFF08\uFF09\uFF0C\uFF0E\uFF1A\uFF1B\uFF1F\uFF5E";

  private static final Pattern EAST_ASIAN =
      Pattern.compile(
          "[\u3001-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF\uFF66-\uFFDC\\x{20000}-\\x{3FFFF}]");

  private Width() {}

  static String folded(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.find()) {
      return text;
    }
    String kept = EAST_ASIAN.matcher(text).find() ? EAST_ASIAN_PUNCTUATION : "";
    return form.replaceAll(
        found ->
            kept.contains(found.group())
                ? found.group()
                : Matcher.quoteReplacement(
                    Normalizer.normalize(found.group(), Normalizer.Form.NFKC)));
  }
}
