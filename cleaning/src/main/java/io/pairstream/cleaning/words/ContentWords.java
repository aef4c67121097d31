package io.pairstream.cleaning.words;

import io.pairstream.cleaning.ClassPathFile;
import io.pairstream.cleaning.caption.LanguageTag;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The words of a caption that say what a picture shows: in lower case, without English and Chinese
 * stop words, each once. For statistics and search. Thread-safe.
 */
public final class ContentWords {

  private static final int LONGEST_WORD = 40;

  private final StopWords stopWords = new StopWords();
  private final WordSplitter splitter = new WordSplitter();

  /**
   * The words, in the order in which they first occur in the text.
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

  /** Words that say nothing of what a picture shows, in English and Chinese. Immutable. */
  static final class StopWords {

    private final Map<String, Set<String>> byLanguage =
        Map.of("en", read("stop-words-en.txt"), "zh", read("stop-words-zh.txt"));

    private static Set<String> read(String name) {
      return ClassPathFile.lines(StopWords.class, name)
          .flatMap(line -> Arrays.stream(line.strip().split("\\s+")))
          .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether the word is one, whatever its case. */
    boolean contains(String word, String language) {
      Set<String> words = byLanguage.getOrDefault(language, Set.of());
      return words.contains(word.toLowerCase(Locale.ROOT).replace('\u2019', '\''));
    }
  }
}
