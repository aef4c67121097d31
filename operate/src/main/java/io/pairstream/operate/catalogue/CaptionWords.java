package io.pairstream.operate.catalogue;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The words by which SQLite's full text index finds a caption. Each Chinese, Japanese or Korean
 * character is a word, and a run of them is looked for as a phrase: that finds every word of one or
 * more characters wherever it stands, without a dictionary.
 */
final class CaptionWords {

  private static final String IDEOGRAPH = "[\\p{IsHan}\\p{IsHiragana}\\p{IsKatakana}\\p{IsHangul}]";

  /** The first of all scripts of {@link #IDEOGRAPH} begins here: that of Korean letters. */
  private static final int FIRST = 0x1100;

  private static final Pattern ONE = Pattern.compile(IDEOGRAPH);
  private static final Pattern RUN =
      Pattern.compile(IDEOGRAPH + "+|[\\p{L}\\p{N}\\p{Mn}\\p{Mc}&&[^" + IDEOGRAPH + "]]+");

  private CaptionWords() {}

  /** A text as the index takes it. */
  static String of(String text) {
    boolean hasNone = text.chars().allMatch(unit -> unit < FIRST);
    return hasNone ? text : ONE.matcher(text).replaceAll(" $0 ");
  }

  /** The expression that all words of a text must match; empty where it has none. */
  static String wanted(String text) {
    List<String> phrases = new ArrayList<>();
    Matcher runs = RUN.matcher(text);
    while (runs.find()) {
      // Letters and digits only, so that nothing of it is an operator.
      phrases.add('"' + of(runs.group()).strip() + '"');
    }
    return String.join(" ", phrases);
  }
}
