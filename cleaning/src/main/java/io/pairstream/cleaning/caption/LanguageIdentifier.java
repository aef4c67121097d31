package io.pairstream.cleaning.caption;

import java.lang.Character.UnicodeScript;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Identifies a text's language by the script that makes up most of it ({@link Letters}), and where
 * several languages share the script, by their n-grams; Chinese and Japanese by kana and by forms
 * of characters ({@link HanForms}). Thread-safe.
 *
 * <p>Confidence is the probability of the language among those of its script, less where the script
 * makes up less than half of the text.
 */
final class LanguageIdentifier {

  /**
   * Flattens the probabilities of naive Bayes, whose overlapping n-grams are not independent: with
   * it, 7 of 10 words with a confidence of 0.7 are right.
   */
  private static final double NATS_PER_WEIGHT = 1.0 / (8 * 5.0);

  /** Prior odds of a hinted language against any other. */
  private static final double HINT_ODDS = 20.0;

  /** Factor for a hinted language's script, unless that is Latin, as names in any text may be. */
  private static final int HINTED_SCRIPT = 8;

  /**
   * Prior odds against any other language of the script: of English, the most frequent of the web,
   * and by pages of Common Crawl: for each in Bulgarian some twenty are in Russian, half of one in
   * Serbian, which has as many in Latin letters, a tenth of one in Macedonian or Belarusian.
   */
  private static final Map<String, Double> ODDS =
      Map.of("en", 4.0, "ru", 20.0, "sr", 0.5, "mk", 0.1, "be", 0.1);

  /** Scripts that one language alone is written in, or nearly so. */
  private static final Map<UnicodeScript, String> SINGLE =
      Arrays.stream(
              """
              ARMENIAN:hy BENGALI:bn ETHIOPIC:am GEORGIAN:ka GREEK:el GUJARATI:gu \
              GURMUKHI:pa HANGUL:ko HEBREW:he KANNADA:kn KHMER:km LAO:lo \
              MALAYALAM:ml MYANMAR:my ORIYA:or SINHALA:si TAMIL:ta TELUGU:te THAI:th TIBETAN:bo\
              """
                  .split(" "))
          .map(pair -> pair.split(":"))
          .collect(Collectors.toMap(pair -> UnicodeScript.valueOf(pair[0]), pair -> pair[1]));

  private static final Map<UnicodeScript, List<String>> SHARED =
      new EnumMap<>(
          Map.of(
              UnicodeScript.LATIN,
              List.of(
                  "af", "ca", "cs", "cy", "da", "de", "en", "es", "et", "eu", "fi", "fr", "ga",
                  "hr", "hu", "id", "is", "it", "lt", "lv", "nl", "no", "pl", "pt", "ro", "sk",
                  "sl", "sq", "sv", "sw", "tl", "tr", "vi"),
              UnicodeScript.CYRILLIC,
              List.of("be", "bg", "mk", "ru", "sr", "uk"),
              UnicodeScript.ARABIC,
              List.of("ar", "fa", "ur"),
              UnicodeScript.DEVANAGARI,
              List.of("hi", "mr", "ne")));

  private final LanguageProfiles profiles = new LanguageProfiles();
  private final Map<UnicodeScript, int[]> candidates = new EnumMap<>(UnicodeScript.class);
  private final Map<String, UnicodeScript> scripts = new HashMap<>();

  LanguageIdentifier() {
    SINGLE.forEach((script, language) -> scripts.put(language, script));
    scripts.put("ja", UnicodeScript.HAN);
    scripts.put("zh", UnicodeScript.HAN);
    SHARED.forEach(
        (script, languages) -> {
          candidates.put(
              script, languages.stream().mapToInt(profiles.languages()::indexOf).toArray());
          languages.forEach(language -> scripts.put(language, script));
        });
  }

  /** Whether text in the language can be distinguished from all other known languages. */
  boolean knows(String language) {
    return scripts.containsKey(language);
  }

  /**
   * The most probable language of the text.
   *
   * @param hint the language that the producer names; {@code und} where none
   */
  LanguageGuess identify(String text, String hint) {
    UnicodeScript hinted = scripts.getOrDefault(hint, UnicodeScript.LATIN);
    int times = hinted == UnicodeScript.LATIN ? 1 : HINTED_SCRIPT;
    Letters letters = Letters.of(text, hinted, times);
    if (letters.count() == 0) {
      return LanguageGuess.NONE;
    }
    double certainty = Math.min(1.0, 2 * letters.share());
    int[] shared = candidates.get(letters.script());
    if (shared != null) {
      return mostProbable(shared, profiles.scores(text), hint, certainty);
    }
    if (letters.script() == UnicodeScript.HAN) {
      return chineseOrJapanese(text, letters, hint, certainty);
    }
    String single = SINGLE.get(letters.script());
    return single == null ? LanguageGuess.NONE : new LanguageGuess(single, certainty);
  }

  /**
   * Japanese where at least a tenth is kana, against a hint of Chinese a quarter, for which の is an
   * ornament; else as the producer says, or else by characters that one of the two alone uses.
   * Where there are none of these, a text is more probably Chinese the longer it is, since Japanese
   * sentences have kana.
   */
  private static LanguageGuess chineseOrJapanese(
      String text, Letters letters, String hint, double certainty) {
    int chinese = HanForms.chinese(text);
    int times = hint.equals("zh") ? 4 : 10;
    if (letters.kana() * times >= letters.han() && letters.kana() >= chinese) {
      return new LanguageGuess("ja", certainty);
    }
    int japanese = HanForms.japanese(text);
    if (hint.equals("ja") || (japanese > chinese && !hint.equals("zh"))) {
      return new LanguageGuess("ja", certainty);
    }
    boolean clear = chinese > 0 || hint.equals("zh");
    double probability = clear ? 1 : 1 - 0.4 * Math.pow(0.9, letters.han());
    return new LanguageGuess("zh", certainty * probability);
  }

  private LanguageGuess mostProbable(int[] shared, int[] scores, String hint, double certainty) {
    int top = 0;
    for (int language : shared) {
      top = Math.max(top, scores[language]);
    }
    double sum = 0;
    double best = 0;
    int winner = shared[0];
    for (int language : shared) {
      double odds = Math.exp((scores[language] - top) * NATS_PER_WEIGHT);
      String name = profiles.languages().get(language);
      odds *= ODDS.getOrDefault(name, 1.0);
      if (name.equals(hint)) {
        odds *= HINT_ODDS;
      }
      sum += odds;
      if (odds > best) {
        best = odds;
        winner = language;
      }
    }
    return new LanguageGuess(profiles.languages().get(winner), best / sum * certainty);
  }

  /**
   * A guess of a text's language.
   *
   * @param language ISO 639 code; {@code und} where the text has no letter, or its script is not
   *     known here
   * @param confidence probability that the language is right, 0 to 1
   */
  record LanguageGuess(String language, double confidence) {

    static final LanguageGuess NONE = new LanguageGuess("und", 0.0);
  }
}
