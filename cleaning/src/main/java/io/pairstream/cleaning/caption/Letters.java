package io.pairstream.cleaning.caption;

import java.lang.Character.UnicodeScript;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How many letters a text has, and of which scripts. All counts are code points.
 *
 * <p>Chinese characters and kana count as one script, {@code HIRAGANA} where at least a tenth of
 * them are kana and {@code HAN} otherwise.
 *
 * @param count letters of any script
 * @param unspaced letters of scripts that put no spaces between words: Chinese, Japanese, Thai,
 *     Lao, Khmer, Burmese, Tibetan and others
 * @param script the script of most; Latin where there is none
 * @param ofScript how many letters are of that script
 */
record Letters(int count, int unspaced, UnicodeScript script, int ofScript) {

  private static final Set<UnicodeScript> UNSPACED_SCRIPTS =
      scripts(
          """
          AHOM BALINESE BOPOMOFO HAN HIRAGANA JAVANESE KATAKANA KHITAN_SMALL_SCRIPT KHMER LAO
          MYANMAR NEW_TAI_LUE NUSHU TAI_LE TAI_THAM TAI_VIET TANGUT THAI TIBETAN YI
          """);

  /** The scripts of these names. */
  static Set<UnicodeScript> scripts(String names) {
    return Arrays.stream(names.split("\\s+"))
        .map(UnicodeScript::valueOf)
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(UnicodeScript.class)));
  }

  static Letters of(String text) {
    int count = 0;
    int latin = 0;
    int ideographs = 0;
    int unspaced = 0;
    Map<UnicodeScript, Integer> counts = Map.of();
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      i += Character.charCount(codePoint);
      if (!Character.isLetter(codePoint)) {
        continue;
      }
      count++;
      // Looking a script up costs more than all the rest.
      if (codePoint < 0x250) {
        latin++;
        continue;
      }
      if (codePoint >= 0x4E00 && codePoint <= 0x9FFF) {
        ideographs++;
        continue;
      }
      if (counts.isEmpty()) {
        counts = new EnumMap<>(UnicodeScript.class);
      }
      UnicodeScript script = UnicodeScript.of(codePoint);
      counts.merge(script, 1, Integer::sum);
      if (UNSPACED_SCRIPTS.contains(script) || isSharedJapanese(script, codePoint)) {
        unspaced++;
      }
    }
    unspaced += ideographs;
    int han = ideographs + take(counts, UnicodeScript.HAN) + take(counts, UnicodeScript.BOPOMOFO);
    int kana = take(counts, UnicodeScript.HIRAGANA) + take(counts, UnicodeScript.KATAKANA);
    UnicodeScript script = UnicodeScript.LATIN;
    int most = latin + take(counts, UnicodeScript.LATIN);
    if (han + kana > most) {
      boolean japanese = kana > 0 && 10 * kana >= kana + han;
      script = japanese ? UnicodeScript.HIRAGANA : UnicodeScript.HAN;
      most = han + kana;
    }
    for (Map.Entry<UnicodeScript, Integer> other : counts.entrySet()) {
      boolean shared =
          other.getKey() == UnicodeScript.COMMON || other.getKey() == UnicodeScript.INHERITED;
      if (!shared && other.getValue() > most) {
        script = other.getKey();
        most = other.getValue();
      }
    }
    return new Letters(count, unspaced, script, most);
  }

  private static int take(Map<UnicodeScript, Integer> counts, UnicodeScript script) {
    Integer count = counts.isEmpty() ? null : counts.remove(script);
    return count == null ? 0 : count;
  }

  /** Whether most letters are of scripts that put no spaces between words. */
  boolean mostlyUnspaced() {
    return 2 * unspaced > count;
  }

  /** The long vowel and voicing marks and the closing mark: letters of no single script. */
  private static boolean isSharedJapanese(UnicodeScript script, int codePoint) {
    return script == UnicodeScript.COMMON
        && ((codePoint >= 0x3000 && codePoint <= 0x30FF)
            || (codePoint >= 0xFF65 && codePoint <= 0xFF9F));
  }
}
