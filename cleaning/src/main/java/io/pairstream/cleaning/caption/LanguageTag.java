package io.pairstream.cleaning.caption;

import java.util.IllformedLocaleException;
import java.util.Locale;

/** BCP 47 tags. */
public final class LanguageTag {

  public static final String UNKNOWN = "und";

  /**
   * Chars of the longest hint that is read: more than language, script, region and one variant
   * have.
   */
  private static final int MAX_HINT_LENGTH = 35;

  private LanguageTag() {}

  /**
   * The hint in canonical case ({@code zh-Hans-CN}) without extensions, if it is well-formed and
   * names a language in two or three letters; otherwise {@code und}.
   */
  public static String ofHint(String hint) {
    String tag = hint.strip().replace('_', '-');
    if (tag.equals("en") || tag.equals("zh")) { // the frequent ones need no parsing
      return tag;
    }
    if (tag.isEmpty() || tag.length() > MAX_HINT_LENGTH) {
      return UNKNOWN;
    }
    try {
      Locale locale = new Locale.Builder().setLanguageTag(tag).clearExtensions().build();
      int letters = locale.getLanguage().length();
      return letters == 2 || letters == 3 ? locale.toLanguageTag() : UNKNOWN;
    } catch (IllformedLocaleException e) {
      return UNKNOWN;
    }
  }

  /** The language of a tag without script and region: {@code zh} of {@code zh-Hans-CN}. */
  public static String language(String tag) {
    int end = tag.indexOf('-');
    return end < 0 ? tag : tag.substring(0, end);
  }
}
