package io.pairstream.cleaning.words;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Splits text into words, without the characters between them.
 *
 * <p>A word is a run of letters, marks and digits, with an apostrophe, a full stop or a comma
 * inside where UAX #29 joins them: {@code dog's}, {@code 3.14}. Hyphens part words. A run with
 * Chinese characters is split further. Scripts that put no spaces between words and are not Chinese
 * stay in one piece.
 *
 * @see <a href="https://www.unicode.org/reports/tr29/#Word_Boundaries">UAX #29</a>
 */
final class WordSplitter {

  /** Made with the first Chinese text: its dictionary takes 16 MB, and time to read. */
  private static final class Chinese {
    static final ChineseWords WORDS = new ChineseWords();
  }

  private static final String OF_WORD = "[\\p{L}\\p{Nd}\\p{Mn}\\p{Mc}]++";

  private static final Pattern WORD =
      Pattern.compile(
          OF_WORD
              + "(?:(?:(?<=\\p{L})['\u2019](?=\\p{L})|(?<=\\p{Nd})[.,](?=\\p{Nd}))"
              + OF_WORD
              + ")*+");

  /**
   * The words of the text, in order.
   *
   * @param language ISO 639 code; Chinese characters of Japanese and Korean texts are not split
   */
  List<String> words(String text, String language) {
    boolean splitsChinese = !language.equals("ja") && !language.equals("ko");
    List<String> words = new ArrayList<>();
    Matcher word = WORD.matcher(text);
    while (word.find()) {
      if (splitsChinese && word.group().chars().anyMatch(c -> ChineseWords.isChinese((char) c))) {
        Chinese.WORDS.split(text, word.start(), word.end(), words);
      } else {
        words.add(word.group());
      }
    }
    return words;
  }
}
