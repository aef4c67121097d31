package io.pairstream.cleaning.caption;

import java.lang.Character.UnicodeScript;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The letters of a text, and how much of it each script makes up. All counts are code points.
 *
 * <p>A script's weight is in quarters of a word, so that a name in Latin letters does not outweigh
 * the sentence around it: 4 for each word of a script with spaces, but 2 for one in Latin letters
 * with a capital; 2 for each Chinese character, kana or Hangul syllable; 1 for each letter of other
 * scripts without spaces, such as Thai.
 *
 * @param count letters of any script
 * @param unspaced letters of scripts that put no spaces between words: Chinese, Japanese, Thai,
 *     Lao, Khmer, Burmese, Tibetan and others
 * @param words words of scripts that do put spaces
 * @param kana letters of hiragana and katakana
 * @param weights weight by script; {@code HAN} includes kana and bopomofo
 */
record Letters(
    int count, int unspaced, int words, int kana, Map<UnicodeScript, Integer> weights) {

  private static final Set<UnicodeScript> UNSPACED_SCRIPTS =
      scripts(
          """
          AHOM BALINESE BOPOMOFO HAN HIRAGANA JAVANESE KATAKANA KHITAN_SMALL_SCRIPT KHMER LAO
          MYANMAR NEW_TAI_LUE NUSHU TAI_LE TAI_THAM TAI_VIET TANGUT THAI TIBETAN YI
          """);

  private static final Set<UnicodeScript> SCRIPTS_WITH_CASE =
      scripts("ADLAM ARMENIAN CHEROKEE CYRILLIC DESERET GEORGIAN GREEK LATIN OSAGE");

  private static final int WORD = 4;
  private static final int SYLLABLE = 2;

  /** The scripts of these names. */
  static Set<UnicodeScript> scripts(String names) {
    return Arrays.stream(names.split("\\s+"))
        .map(UnicodeScript::valueOf)
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(UnicodeScript.class)));
  }

  static Letters of(String text) {
    int count = 0;
    int unspaced = 0;
    int words = 0;
    int kana = 0;
    int latin = 0;
    int han = 0;
    Map<UnicodeScript, Integer> others = Map.of();
    UnicodeScript word = null; // script of the word that goes on
    boolean isName = false; // whether that word is Latin and has a capital
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      i += Character.charCount(codePoint);
      if (!Character.isLetter(codePoint)) {
        word = goesOn(codePoint) ? word : null;
        continue;
      }
      count++;
      // Looking a script up costs more than all the rest.
      UnicodeScript script =
          codePoint < 0x250
              ? UnicodeScript.LATIN
              : codePoint >= 0x4E00 && codePoint <= 0x9FFF ? UnicodeScript.HAN : of(codePoint);
      boolean begins = script != word;
      word = script;
      if (script == UnicodeScript.LATIN) {
        boolean capital = Character.isUpperCase(codePoint);
        words += begins ? 1 : 0;
        latin += begins ? WORD : 0;
        latin -= capital && (begins || !isName) ? WORD / 2 : 0;
        isName = capital || (isName && !begins);
      } else if (script == UnicodeScript.HAN || script == UnicodeScript.KATAKANA) {
        unspaced++;
        kana += script == UnicodeScript.KATAKANA ? 1 : 0;
        han += SYLLABLE;
      } else if (script != UnicodeScript.COMMON && script != UnicodeScript.INHERITED) {
        boolean isUnspaced = UNSPACED_SCRIPTS.contains(script);
        unspaced += isUnspaced ? 1 : 0;
        words += begins && !isUnspaced ? 1 : 0;
        int weight =
            script == UnicodeScript.HANGUL ? SYLLABLE : isUnspaced ? 1 : begins ? WORD : 0;
        others = others.isEmpty() ? new EnumMap<>(UnicodeScript.class) : others;
        others.merge(script, weight, Integer::sum);
      }
    }
    if (others.isEmpty() && han == 0) {
      return new Letters(count, unspaced, words, kana, Map.of(UnicodeScript.LATIN, latin));
    }
    Map<UnicodeScript, Integer> weights = new EnumMap<>(UnicodeScript.class);
    weights.putAll(others);
    weights.merge(UnicodeScript.LATIN, latin, Integer::sum);
    weights.merge(UnicodeScript.HAN, han, Integer::sum);
    return new Letters(count, unspaced, words, kana, weights);
  }

  /** The character's script; {@code HAN} for bopomofo, {@code KATAKANA} for all kana. */
  private static UnicodeScript of(int codePoint) {
    UnicodeScript script = UnicodeScript.of(codePoint);
    return switch (script) {
      case BOPOMOFO -> UnicodeScript.HAN;
      case HIRAGANA -> UnicodeScript.KATAKANA;
      default -> isSharedJapanese(script, codePoint) ? UnicodeScript.KATAKANA : script;
    };
  }

  /** Whether the character is a Chinese one, kana, bopomofo or a Hangul syllable. */
  static boolean isSyllable(int codePoint) {
    UnicodeScript script = of(codePoint);
    return script == UnicodeScript.HAN
        || script == UnicodeScript.KATAKANA
        || script == UnicodeScript.HANGUL;
  }

  /** Whether a word goes on with this character, which is no letter. */
  private static boolean goesOn(int codePoint) {
    return codePoint == '\'' || codePoint == '\u2019' || Character.isUnicodeIdentifierPart(codePoint);
  }

  /** Weight of the script. */
  int weight(UnicodeScript script) {
    return weights.getOrDefault(script, 0);
  }

  /** Weight of all scripts. */
  int weight() {
    return weights.values().stream().mapToInt(Integer::intValue).sum();
  }

  /**
   * The script of the greatest weight; Latin only where it outweighs all others.
   *
   * @param favoured the script whose weight counts {@code times} as much
   */
  UnicodeScript script(UnicodeScript favoured, int times) {
    UnicodeScript heaviest = UnicodeScript.LATIN;
    int most = 0;
    for (Map.Entry<UnicodeScript, Integer> entry : weights.entrySet()) {
      int weight = entry.getValue() * (entry.getKey() == favoured ? times : 1);
      if (weight > most || (weight == most && heaviest == UnicodeScript.LATIN)) {
        heaviest = weight == 0 ? heaviest : entry.getKey();
        most = weight;
      }
    }
    return heaviest;
  }

  /** Whether most of the text is of scripts that put no spaces between words. */
  boolean mostlyUnspaced() {
    return UNSPACED_SCRIPTS.contains(script(UnicodeScript.LATIN, 1));
  }

  /** Whether most of the text is of scripts without capitals. */
  boolean mostlyWithoutCase() {
    return !SCRIPTS_WITH_CASE.contains(script(UnicodeScript.LATIN, 1));
  }

  /** The long vowel and voicing marks and the closing mark: letters of no single script. */
  private static boolean isSharedJapanese(UnicodeScript script, int codePoint) {
    return script == UnicodeScript.COMMON
        && ((codePoint >= 0x3000 && codePoint <= 0x30FF)
            || (codePoint >= 0xFF65 && codePoint <= 0xFF9F));
  }
}
