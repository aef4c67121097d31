package io.pairstream.cleaning.words;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Words that say nothing of what a picture shows, in English and Chinese. Immutable. */
final class StopWords {

  private final Map<String, Set<String>> byLanguage;

  private StopWords(Map<String, Set<String>> byLanguage) {
    this.byLanguage = byLanguage;
  }

  static StopWords load() {
    return new StopWords(Map.of("en", read("stop-words-en.txt"), "zh", read("stop-words-zh.txt")));
  }

  private static Set<String> read(String name) {
    try (InputStream in = StopWords.class.getResourceAsStream(name)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      Set<String> words = new HashSet<>();
      for (String word : text.strip().split("\\s+")) {
        words.add(word);
      }
      return Set.copyOf(words);
    } catch (IOException e) {
      throw new UncheckedIOException("reading from the class path", e);
    }
  }

  /** Whether the word is one, whatever its case. */
  boolean contains(String word, String language) {
    Set<String> words = byLanguage.get(language);
    return words != null && words.contains(word.toLowerCase(Locale.ROOT).replace('\u2019', '\''));
  }
}
