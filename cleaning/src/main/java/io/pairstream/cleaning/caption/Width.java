package io.pairstream.cleaning.caption;

import java.text.Normalizer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Gives characters their ordinary form: full-width letters, digits and symbols become ASCII,
 * half-width katakana and Hangul full-width; radicals, Latin and Armenian ligatures and shaped
 * Arabic letters, as copied from PDF files, become the characters that they look like. No other
 * compatibility mapping of Unicode is applied: superscripts and circled numbers say something and
 * stay.
 *
 * <p>The full-width {@code ！（），．：；？～} are ordinary punctuation in Chinese and Japanese: they stay
 * where the text holds a Chinese character, kana or Hangul, and become ASCII elsewhere.
 *
 * @see <a href="https://www.unicode.org/charts/PDF/UFF00.pdf">Halfwidth and Fullwidth Forms</a>
 */
final class Width {

  /**
   * Full-width and half-width forms without the macron, whose plain form would begin with a space;
   * ligatures; Arabic letters, without words in one character; radicals.
   */
  private static final Pattern FORM =
      Pattern.compile(
          "[\uFF01-\uFFEE\uFB00-\uFB17\uFB50-\uFDC7\uFE80-\uFEFC\u2E80-\u2FD5&&[^\uFFE3]]");

  /**
   * Radicals of U+2E80 to U+2EF3 that are also characters, each before that character; Unicode has
   * compatibility mappings for two of them only.
   *
   * @see <a href="https://www.unicode.org/Public/UCD/latest/ucd/EquivalentUnifiedIdeograph.txt">
   *     Equivalent unified ideographs</a>
   */
  private static final String RADICALS =
      "⺒巳⺓幺⺜日⺝月⺠民⺧牛⺩王⺬示⺶羊⺽臼⻁虎⻄西⻅见⻆角⻉贝⻋车⻏邑⻑長⻓长⻔门⻗雨⻘青⻙韦"
          + "⻚页⻛风⻜飞⻝食⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀";

  private static final String EAST_ASIAN_PUNCTUATION =
      "\uFF01\uFF08\uFF09\uFF0C\uFF0E\uFF1A\uFF1B\uFF1F\uFF5E";

  private static final Pattern EAST_ASIAN =
      Pattern.compile(
          "[\u2E80-\u2FD5\u3001-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF\uFF66-\uFFDC"
              + "\\x{20000}-\\x{3FFFF}]");

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
                : Matcher.quoteReplacement(plain(found.group())));
  }

  private static String plain(String form) {
    int radical = RADICALS.indexOf(form);
    return radical < 0
        ? Normalizer.normalize(form, Normalizer.Form.NFKC)
        : RADICALS.substring(radical + 1, radical + 2);
  }
}
