package io.pairstream.cleaning.words;

import io.pairstream.cleaning.caption.LanguageTag;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;

/**
 * The words of a caption that say what a picture shows: in lower case, without English and Chinese
 * stop words, each once. For statistics and search. Thread-safe.
 */
public final class ContentWords {

  private static final int LONGEST_WORD = 40;

  private final StopWords stopWords = new StopWords();
  private final WordSplitter splitter = new WordSplitter();

  /**
   * The words, in the order in which they first stand in the text.
   *
   * <p>Runs of digits and words of more than 40 UTF-16 units, which are hardly words, are left out.
   *
   * @param languageTag BCP 47; where it is {@code und}, the stop words of both languages are left
   *     out
   * @param most how many words at most; at least 1
   */
  public Set<String> of(String text, String languageTag, int most) {
    String language = LanguageTag.language(languageTag);
    Set<String> words = new LinkedHashSet<>();
    for (String found : splitter.words(text, language)) {
      String word = found.toLowerCase(Locale.ROOT);
      if (word.length() <= LONGEST_WORD
          && word.codePoints().anyMatch(Character::isLetter)
          && !isStopWord(word, language)) {
        words.add(word);
        if (words.size() == most) {
          break;
        }
      }
    }
    return words;
  }

  private boolean isStopWord(String word, String language) {
    return language.equals(LanguageTag.UNKNOWN)
        ? stopWords.contains(word, "en") || stopWords.contains(word, "zh")
        : stopWords.contains(word, language);
  }
}
