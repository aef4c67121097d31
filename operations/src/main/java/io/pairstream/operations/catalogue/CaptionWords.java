package io.pairstream.operations.catalogue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The terms by which a text is found: its words in lower case, and of Chinese, Japanese and Korean
 * runs each character and each two neighbours.
 *
 * <p>Pairs of neighbours find every word of two characters wherever it stands, without a dictionary
 * that would have to know it.
 *
 * @see <a
 *     href="https://lucene.apache.org/core/9_0_0/analysis/common/org/apache/lucene/analysis/cjk/CJKBigramFilter.html">Lucene's
 *     CJKBigramFilter</a>
 */
final class CaptionWords {

  /** Longer words are cut, in the text and in what is looked for alike. */
  private static final int LONGEST_BYTES = 48;

  /** Terms that one text is found by at most; a caption of normal length has fewer. */
  private static final int MOST_TERMS = 96;

  private CaptionWords() {}

  /** The terms of a text that is to be found, each once. */
  static Set<String> of(String text) {
    return terms(text, true);
  }

  /** The terms that a text must all have so that it is found by {@code wanted}. */
  static List<String> wanted(String wanted) {
    return new ArrayList<>(terms(wanted, false));
  }

  private static Set<String> terms(String text, boolean singles) {
    Set<String> terms = new LinkedHashSet<>();
    String lower = text.toLowerCase(Locale.ROOT);
    int start = 0;
    while (start < lower.length() && terms.size() < MOST_TERMS) {
      int codePoint = lower.codePointAt(start);
      int end = start + Character.charCount(codePoint);
      if (!isOfWord(codePoint)) {
        start = end;
        continue;
      }
      boolean ideographic = isIdeographic(codePoint);
      while (end < lower.length()
          && isOfWord(lower.codePointAt(end))
          && isIdeographic(lower.codePointAt(end)) == ideographic) {
        end += Character.charCount(lower.codePointAt(end));
      }
      if (ideographic) {
        addNeighbours(lower.substring(start, end).codePoints().toArray(), singles, terms);
      } else {
        terms.add(cut(lower.substring(start, end)));
      }
      start = end;
    }
    return terms;
  }

  private static void addNeighbours(int[] run, boolean singles, Set<String> terms) {
    for (int i = 0; i < run.length && terms.size() < MOST_TERMS; i++) {
      if (singles || run.length == 1) {
        terms.add(new String(run, i, 1));
      }
      if (i + 1 < run.length) {
        terms.add(new String(run, i, 2));
      }
    }
  }

  private static boolean isOfWord(int codePoint) {
    if (Character.isLetterOrDigit(codePoint)) {
      return true;
    }
    int type = Character.getType(codePoint);
    return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK;
  }

  private static boolean isIdeographic(int codePoint) {
    Character.UnicodeScript script = Character.UnicodeScript.of(codePoint);
    return script == Character.UnicodeScript.HAN
        || script == Character.UnicodeScript.HIRAGANA
        || script == Character.UnicodeScript.KATAKANA
        || script == Character.UnicodeScript.HANGUL;
  }

  private static String cut(String word) {
    String cut = word;
    while (cut.getBytes(StandardCharsets.UTF_8).length > LONGEST_BYTES) {
      cut = cut.substring(0, cut.offsetByCodePoints(cut.length(), -1));
    }
    return cut;
  }
}
