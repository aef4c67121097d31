package io.pairstream.cleaning.words;

import java.util.Map;
import java.util.function.Supplier;
import org.tartarus.snowball.SnowballStemmer;
import org.tartarus.snowball.ext.danishStemmer;
import org.tartarus.snowball.ext.dutchStemmer;
import org.tartarus.snowball.ext.englishStemmer;
import org.tartarus.snowball.ext.finnishStemmer;
import org.tartarus.snowball.ext.frenchStemmer;
import org.tartarus.snowball.ext.germanStemmer;
import org.tartarus.snowball.ext.hungarianStemmer;
import org.tartarus.snowball.ext.italianStemmer;
import org.tartarus.snowball.ext.norwegianStemmer;
import org.tartarus.snowball.ext.portugueseStemmer;
import org.tartarus.snowball.ext.romanianStemmer;
import org.tartarus.snowball.ext.russianStemmer;
import org.tartarus.snowball.ext.spanishStemmer;
import org.tartarus.snowball.ext.swedishStemmer;
import org.tartarus.snowball.ext.turkishStemmer;

/**
 * Words without their endings, by Snowball's algorithm for their language.
 *
 * @see <a href="https://snowballstem.org/algorithms/">Snowball's algorithms</a>
 */
final class Stems {

  private static final Map<String, Supplier<SnowballStemmer>> STEMMERS =
      Map.ofEntries(
          Map.entry("da", danishStemmer::new),
          Map.entry("de", germanStemmer::new),
          Map.entry("en", englishStemmer::new),
          Map.entry("es", spanishStemmer::new),
          Map.entry("fi", finnishStemmer::new),
          Map.entry("fr", frenchStemmer::new),
          Map.entry("hu", hungarianStemmer::new),
          Map.entry("it", italianStemmer::new),
          Map.entry("nl", dutchStemmer::new),
          Map.entry("no", norwegianStemmer::new),
          Map.entry("pt", portugueseStemmer::new),
          Map.entry("ro", romanianStemmer::new),
          Map.entry("ru", russianStemmer::new),
          Map.entry("sv", swedishStemmer::new),
          Map.entry("tr", turkishStemmer::new));

  /** Longer runs of letters are no words; the algorithms take their time over them. */
  private static final int LONGEST_WORD = 64;

  private final SnowballStemmer stemmer;

  private Stems(SnowballStemmer stemmer) {
    this.stemmer = stemmer;
  }

  /** For one text in the language, and one thread. Words of other languages are their own stems. */
  static Stems in(String language) {
    Supplier<SnowballStemmer> found = STEMMERS.get(language);
    return new Stems(found == null ? null : found.get());
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
