package io.pairstream.cleaning.words;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.tartarus.snowball.SnowballStemmer;

/**
 * Words without their endings, by Snowball's algorithm for their language.
 *
 * @see <a href="https://snowballstem.org/algorithms/">Snowball's algorithms</a>
 * @param stemmer of the language; null where there is none
 */
record Stems(SnowballStemmer stemmer) {

  /** Lucene's name of each language's algorithm. */
  private static final Map<String, String> ALGORITHMS =
      Arrays.stream(
              """
              da Danish, de German, en English, es Spanish, fi Finnish, fr French, hu Hungarian,\
               it Italian, nl Dutch, no Norwegian, pt Portuguese, ro Romanian, ru Russian,\
               sv Swedish, tr Turkish\
              """
                  .split(", "))
          .collect(Collectors.toMap(pair -> pair.substring(0, 2), pair -> pair.substring(3)));

  /**
   * Longest run of letters that is stemmed, in chars: longer ones are not words, and cost the
   * algorithms time.
   */
  private static final int LONGEST_WORD = 64;

  /** For one text in the language, and one thread. Words of other languages are their own stems. */
  static Stems in(String language) {
    String algorithm = ALGORITHMS.get(language);
    try {
      return new Stems(
          algorithm == null
              ? null
              : Class.forName("org.tartarus.snowball.ext." + algorithm + "Stemmer")
                  .asSubclass(SnowballStemmer.class)
                  .getDeclaredConstructor()
                  .newInstance());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Snowball has every algorithm of the list", e);
    }
  }

  /** The stem of a word in lower case. */
  String of(String word) {
    if (stemmer == null || word.length() > LONGEST_WORD) {
      return word;
    }
    stemmer.setCurrent(word);
    return stemmer.stem() ? stemmer.getCurrent() : word;
  }
}
