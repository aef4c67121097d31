package io.pairstream.plugin;

import java.util.Objects;

/**
 * Decision of a step on one value.
 *
 * @param <T> what is judged
 */
public sealed interface Verdict<T> {

  /**
   * The pair goes on.
   *
   * @param value the value as it came, or a caption with another text
   */
  record Kept<T>(T value) implements Verdict<T> {
    public Kept {
      Objects.requireNonNull(value, "value");
    }
  }

  /**
   * The pair goes to quarantine as {@code REFUSED_BY_PLUGIN}; the words say to its author what is
   * wrong and what would be right. Pages and commands show them as plain text.
   *
   * @param english 1 to 300 characters on one line
   * @param chinese the same words in Chinese, 1 to 300 characters on one line
   */
  record Refused<T>(String english, String chinese) implements Verdict<T> {

    private static final int MOST_CHARACTERS = 300;

    /**
     * @throws IllegalArgumentException where words are missing, too long or not on one line
     */
    public Refused {
      requireWords("english", english);
      requireWords("chinese", chinese);
    }

    private static void requireWords(String name, String words) {
      Objects.requireNonNull(words, name);
      if (words.isBlank()
          || words.length() > MOST_CHARACTERS
          || words.chars().anyMatch(Character::isISOControl)) {
        throw new IllegalArgumentException(
            name + " must have 1 to " + MOST_CHARACTERS + " characters on one line: " + words);
      }
    }
  }

  /** Keeps a value. */
  static <T> Verdict<T> keep(T value) {
    return new Kept<>(value);
  }

  /** Refuses a value in the words of {@link Refused}. */
  static <T> Verdict<T> refuse(String english, String chinese) {
    return new Refused<>(english, chinese);
  }
}
