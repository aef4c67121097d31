package io.pairstream.cleaning.caption;

import java.lang.Character.UnicodeScript;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How many letters of which kind of script a text has. All counts are code points.
 *
 * @param letters letters of any script
 * @param unspaced letters of scripts that put no spaces between words: Chinese, Japanese, Thai,
 *     Lao, Khmer, Burmese, Tibetan and others
 * @param han Chinese characters
 * @param kana hiragana and katakana
 * @param hangul Korean letters and syllables
 */
record ScriptMix(int letters, int unspaced, int han, int kana, int hangul) {

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

  static ScriptMix of(String text) {
    int letters = 0;
    int unspaced = 0;
    int han = 0;
    int kana = 0;
    int hangul = 0;
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      i += Character.charCount(codePoint);
      if (!Character.isLetter(codePoint)) {
        continue;
      }
      letters++;
      if (codePoint < 0x250) { // Latin; looking the script up costs more than all the rest
        continue;
      }
      UnicodeScript script = UnicodeScript.of(codePoint);
      if (UNSPACED_SCRIPTS.contains(script) || isSharedJapanese(script, codePoint)) {
        unspaced++;
      }
      switch (script) {
        case HAN -> han++;
        case HIRAGANA, KATAKANA -> kana++;
        case HANGUL -> hangul++;
        default -> {}
      }
    }
    return new ScriptMix(letters, unspaced, han, kana, hangul);
  }

  /** Whether most letters are of scripts that put no spaces between words. */
  boolean mostlyUnspaced() {
    return 2 * unspaced > letters;
  }

  /** The long vowel and voicing marks and the closing mark: letters of no single script. */
  private static boolean isSharedJapanese(UnicodeScript script, int codePoint) {
    return script == UnicodeScript.COMMON
        && ((codePoint >= 0x3000 && codePoint <= 0x30FF)
            || (codePoint >= 0xFF65 && codePoint <= 0xFF9F));
  }
}
