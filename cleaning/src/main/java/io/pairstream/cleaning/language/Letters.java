package io.pairstream.cleaning.language;

import java.lang.Character.UnicodeScript;

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

  private static final UnicodeScript[] SCRIPTS = UnicodeScript.values();

  static Letters of(String text) {
    int latin = 0;
    int others = 0;
    int[] byScript = null;
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      i += Character.charCount(codePoint);
      if (codePoint < 0x250) {
        if (Character.isLetter(codePoint)) {
          latin++;
        }
      } else if (Character.isLetter(codePoint)) {
        if (byScript == null) {
          byScript = new int[SCRIPTS.length];
        }
        byScript[UnicodeScript.of(codePoint).ordinal()]++;
        others++;
      }
    }
    return others == 0
        ? new Letters(latin, latin == 0 ? UnicodeScript.COMMON : UnicodeScript.LATIN, latin)
        : most(latin + others, latin, byScript);
  }

  private static Letters most(int count, int latin, int[] byScript) {
    byScript[UnicodeScript.LATIN.ordinal()] += latin;
    int kana = take(byScript, UnicodeScript.HIRAGANA) + take(byScript, UnicodeScript.KATAKANA);
    int han = take(byScript, UnicodeScript.HAN) + take(byScript, UnicodeScript.BOPOMOFO);
    byScript[UnicodeScript.COMMON.ordinal()] = 0;
    UnicodeScript eastAsian =
        kana > 0 && 10 * kana >= kana + han ? UnicodeScript.HIRAGANA : UnicodeScript.HAN;
    byScript[eastAsian.ordinal()] = kana + han;
    int best = 0;
    for (int script = 1; script < byScript.length; script++) {
      if (byScript[script] > byScript[best]) {
        best = script;
      }
    }
    return new Letters(count, SCRIPTS[best], byScript[best]);
  }

  private static int take(int[] byScript, UnicodeScript script) {
    int count = byScript[script.ordinal()];
    byScript[script.ordinal()] = 0;
    return count;
  }
}
