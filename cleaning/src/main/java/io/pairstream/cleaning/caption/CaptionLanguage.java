package io.pairstream.cleaning.caption;

import java.util.IllformedLocaleException;
import java.util.Locale;

/** A caption's language as a BCP 47 tag: the producer's hint, or what the script alone tells. */
final class CaptionLanguage {

  private static final String UNKNOWN = "und";

  /** Longer than any tag of language, script, region and one variant. */
  private static final int MAX_HINT_LENGTH = 35;

  private CaptionLanguage() {}

  /**
   * The hint in canonical case ({@code zh-Hans-CN}) without extensions, if it is well-formed and
   * names a language in two or three letters. Otherwise, where at least half of the letters are
   * Han, kana or Hangul: {@code zh} if they are all Han, else {@code ja} or {@code ko}, whichever
   * of kana and Hangul is more. Otherwise {@code und}.
   */
  static String of(String hint, String text) {
    String tag = canonical(hint.strip().replace('_', '-'));
    return tag.equals(UNKNOWN) ? byScript(ScriptMix.of(text)) : tag;
  }

  private static String canonical(String hint) {
    if (hint.isEmpty() || hint.length() > MAX_HINT_LENGTH) {
      return UNKNOWN;
    }
    try {
      Locale locale = new Locale.Builder().setLanguageTag(hint).clearExtensions().build();
      int letters = locale.getLanguage().length();
      return letters == 2 || letters == 3 ? locale.toLanguageTag() : UNKNOWN;
    } catch (IllformedLocaleException e) {
      return UNKNOWN;
    }
  }

  private static String byScript(ScriptMix mix) {
    if (mix.letters() == 0 || 2 * (mix.han() + mix.kana() + mix.hangul()) < mix.letters()) {
      return UNKNOWN;
    }
    if (mix.hangul() > mix.kana()) {
      return "ko";
    }
    return mix.kana() > 0 ? "ja" : "zh";
  }
}
