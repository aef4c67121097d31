package io.pairstream.cleaning.caption;

import java.lang.Character.UnicodeScript;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The letters of a text, and the script that makes up most of it. All counts are code points.
 *
 * <p>A script's weight is in quarters of a word, so that names in Latin letters do not outweigh the
 * sentence around them: 4 for each word of a script with spaces, but 2 for one in Latin letters
 * with a capital; 2 for each Chinese character, kana or Hangul syllable; 1 for each letter of other
 * scripts without spaces, such as Thai.
 *
 * @param count letters of any script
 * @param unspaced letters of scripts that put no spaces between words: Chinese, Japanese, Thai,
 *     Lao, Khmer, Burmese, Tibetan and others
 * @param words words of scripts that do put spaces
 * @param kana letters of hiragana and katakana
 * @param han Chinese characters, bopomofo and kana
 * @param script the one of the greatest weight, {@code HAN} for all three of them; Latin only where
 *     it outweighs all others
 * @param share of that script in the weight of all, 0 to 1
 */
record Letters(
    int count, int unspaced, int words, int kana, int han, UnicodeScript script, double share) {

  private static final Set<UnicodeScript> UNSPACED_SCRIPTS =
      scripts(
          """
          AHOM BALINESE BOPOMOFO HAN HIRAGANA JAVANESE KATAKANA KHITAN_SMALL_SCRIPT KHMER LAO
          MYANMAR NEW_TAI_LUE NUSHU TAI_LE TAI_THAM TAI_VIET TANGUT THAI TIBETAN YI
          """);

  private static final int WORD = 4;
  private static final int SYLLABLE = 2;

  /** The scripts of these names. */
  static Set<UnicodeScript> scripts(String names) {
    return Arrays.stream(names.split("\\s+"))
        .map(UnicodeScript::valueOf)
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(UnicodeScript.class)));
  }

  static Letters of(String text) {
    return of(text, UnicodeScript.LATIN, 1);
  }

  /**
   * The letters of a text, of which more is expected of one script.
   *
   * @param expected the script whose weight counts {@code times} as much
   */
  static Letters of(String text, UnicodeScript expected, int times) {
    int count = 0;
    int unspaced = 0;
    int words = 0;
    Map<UnicodeScript, Integer> weights = new EnumMap<>(UnicodeScript.class);
    UnicodeScript word = null; // script of the word that goes on
    boolean isName = false; // whether that word has had a Latin capital
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      i += Character.charCount(codePoint);
      if (!Character.isLetter(codePoint)) {
        word = goesOn(codePoint) ? word : null;
        continue;
      }
      count++;
      UnicodeScript script = of(codePoint);
      boolean begins = script != word;
      boolean isUnspaced = UNSPACED_SCRIPTS.contains(script);
      boolean makesName =
          (begins || !isName) && script == UnicodeScript.LATIN && Character.isUpperCase(codePoint);
      word = script;
      isName = makesName || (isName && !begins);
      unspaced += isUnspaced ? 1 : 0;
      words += begins && !isUnspaced && script != UnicodeScript.COMMON ? 1 : 0;
      int weight =
          switch (script) {
            case HAN, KATAKANA, HANGUL -> SYLLABLE;
            case COMMON, INHERITED -> 0;
            default -> isUnspaced ? 1 : (begins ? WORD : 0) - (makesName ? WORD / 2 : 0);
          };
      if (weight != 0) {
        weights.merge(script, weight, Integer::sum);
      }
    }
    Integer kana = weights.remove(UnicodeScript.KATAKANA);
    if (kana != null) {
      weights.merge(UnicodeScript.HAN, kana, Integer::sum);
    }
    int han = weights.getOrDefault(UnicodeScript.HAN, 0);
    weights.computeIfPresent(expected, (script, weight) -> weight * times);
    UnicodeScript most = UnicodeScript.LATIN;
    int total = 0;
    for (Map.Entry<UnicodeScript, Integer> each : weights.entrySet()) {
      int more = each.getValue() - weights.getOrDefault(most, 0);
      most = more > 0 || (more == 0 && most == UnicodeScript.LATIN) ? each.getKey() : most;
      total += each.getValue();
    }
    double share = weights.getOrDefault(most, 0) / Math.max(1.0, total);
    return new Letters(
        count, unspaced, words, (kana == null ? 0 : kana) / SYLLABLE, han / SYLLABLE, most, share);
  }

  /** The character's script; {@code HAN} for bopomofo, {@code KATAKANA} for all kana. */
  private static UnicodeScript of(int codePoint) {
    // Looking a script up costs more than all the rest.
    if (codePoint < 0x250) {
      return UnicodeScript.LATIN;
    }
    if (codePoint >= 0x4E00 && codePoint <= 0x9FFF) {
      return UnicodeScript.HAN;
    }
    UnicodeScript script = UnicodeScript.of(codePoint);
    return switch (script) {
      case BOPOMOFO -> UnicodeScript.HAN;
      case HIRAGANA -> UnicodeScript.KATAKANA;
      default -> isSharedJapanese(script, codePoint) ? UnicodeScript.KATAKANA : script;
    };
  }

  /** Whether a word goes on with this character, which is no letter. */
  private static boolean goesOn(int codePoint) {
    return codePoint == '\''
        || codePoint == '\u2019'
        || Character.isUnicodeIdentifierPart(codePoint);
  }

  /** Whether most of the text is of scripts that put no spaces between words. */
  boolean mostlyUnspaced() {
    return UNSPACED_SCRIPTS.contains(script);
  }

  /** The long vowel and voicing marks and the closing mark: letters of no single script. */
  private static boolean isSharedJapanese(UnicodeScript script, int codePoint) {
    return script == UnicodeScript.COMMON
        && ((codePoint >= 0x3000 && codePoint <= 0x30FF)
            || (codePoint >= 0xFF65 && codePoint <= 0xFF9F));
  }
}
