package io.pairstream.cleaning.words;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits text into words, without what stands between them.
 *
 * <p>A word is a run of letters, marks and digits, with an apostrophe, a full stop or a comma
 * inside where UAX #29 joins them: {@code dog's}, {@code 3.14}. Hyphens part words. A run with
 * Chinese characters is split further. Scripts that put no spaces between words and are not Chinese
 * stay in one piece.
 *
 * @see <a href="https://www.unicode.org/reports/tr29/#Word_Boundaries">UAX #29</a>
 */
final class WordSplitter {

  private final ChineseWords chinese = new ChineseWords();

  /**
   * The words of the text, in order.
   *
   * @param language ISO 639 code; Chinese characters of Japanese and Korean texts are not split
   */
  List<String> words(String text, String language) {
    boolean splitsChinese = !language.equals("ja") && !language.equals("ko");
    List<String> words = new ArrayList<>();
    int start = 0;
    while (start < text.length()) {
      if (!isOfWord(text.codePointAt(start))) {
        start += Character.charCount(text.codePointAt(start));
        continue;
      }
      int end = start;
      boolean hasChinese = false;
      while (end < text.length()) {
        int codePoint = text.codePointAt(end);
        if (!isOfWord(codePoint) && !isJoint(text, end)) {
          break;
        }
        hasChinese |= ChineseWords.isChinese(text.charAt(end));
        end += Character.charCount(codePoint);
      }
      if (hasChinese && splitsChinese) {
        chinese.split(text, start, end, words);
      } else {
        words.add(text.substring(start, end));
      }
      start = end;
    }
    return words;
  }

  private static boolean isOfWord(int codePoint) {
    if (Character.isLetterOrDigit(codePoint)) {
      return true;
    }
    int type = Character.getType(codePoint);
    return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK;
  }

  /** Whether the character joins the two beside it: letters by an apostrophe, digits by a point. */
  private static boolean isJoint(String text, int at) {
    if (at + 1 >= text.length()) {
      return false;
    }
    char before = text.charAt(at - 1);
    char behind = text.charAt(at + 1);
    return switch (text.charAt(at)) {
      case '\'', '\u2019' -> Character.isLetter(before) && Character.isLetter(behind);
      case '.', ',' -> Character.isDigit(before) && Character.isDigit(behind);
      default -> false;
    };
  }
}
