package io.pairstream.cleaning.words;

import io.pairstream.cleaning.ClassPathFile;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Words that say nothing of what a picture shows, in English and Chinese. Immutable. */
final class StopWords {

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
