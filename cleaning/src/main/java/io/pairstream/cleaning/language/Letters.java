package io.pairstream.cleaning.language;

import java.lang.Character.UnicodeScript;
import java.util.EnumMap;
import java.util.Map;

/**
 * How many letters a text has, and of which script most of them are.
 *
 * <p>Chinese characters and kana count as one script, {@code HIRAGANA} where at least a tenth of
 * them are kana and {@code HAN} otherwise.
 *
 * @param count letters of any script
 * @param script the script of most; {@code COMMON} where there is none
 * @param ofScript how many letters are of that script
 */
record Letters(int count, UnicodeScript script, int ofScript) {

  static Letters of(String text) {
    int latin = 0;
    Map<UnicodeScript, Integer> others = Map.of();
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      i += Character.charCount(codePoint);
      if (!Character.isLetter(codePoint)) {
        continue;
      }
      if (codePoint < 0x250) {
        latin++;
      } else {
        if (others.isEmpty()) {
          others = new EnumMap<>(UnicodeScript.class);
        }
        others.merge(UnicodeScript.of(codePoint), 1, Integer::sum);
      }
    }
    return others.isEmpty()
        ? new Letters(latin, latin == 0 ? UnicodeScript.COMMON : UnicodeScript.LATIN, latin)
        : most(latin, others);
  }

  private static Letters most(int latin, Map<UnicodeScript, Integer> counts) {
    int count = latin + counts.values().stream().mapToInt(Integer::intValue).sum();
    counts.merge(UnicodeScript.LATIN, latin, Integer::sum);
    int kana = take(counts, UnicodeScript.HIRAGANA) + take(counts, UnicodeScript.KATAKANA);
    int han = take(counts, UnicodeScript.HAN) + take(counts, UnicodeScript.BOPOMOFO);
    counts.put(
        kana > 0 && 10 * kana >= kana + han ? UnicodeScript.HIRAGANA : UnicodeScript.HAN,
        kana + han);
    take(counts, UnicodeScript.COMMON);
    take(counts, UnicodeScript.INHERITED);
    UnicodeScript best = UnicodeScript.LATIN;
    for (Map.Entry<UnicodeScript, Integer> entry : counts.entrySet()) {
      if (entry.getValue() > counts.get(best)) {
        best = entry.getKey();
      }
    }
    return new Letters(count, best, counts.get(best));
  }

  private static int take(Map<UnicodeScript, Integer> counts, UnicodeScript script) {
    Integer count = counts.remove(script);
    return count == null ? 0 : count;
  }
}
