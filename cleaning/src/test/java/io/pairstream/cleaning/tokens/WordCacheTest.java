package io.pairstream.cleaning.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WordCacheTest {

  private final WordCache cache = new WordCache();

  private boolean isKnown(String word, int... ids) {
    TokenBuffer out = new TokenBuffer(4);
    boolean known =
        cache.addKnown(word, 0, word.length(), WordCache.hash(word, 0, word.length()), out);
    assertThat(out.from(0)).isEqualTo(known ? ids : new int[0]);
    return known;
  }

  private void keep(String word, int... ids) {
    cache.keep(word, WordCache.hash(word, 0, word.length()), ids);
  }

  @Test
  void knowsWhatItKept() {
    keep("dog", 1, 2);

    assertThat(isKnown("dog", 1, 2)).isTrue();
    assertThat(isKnown("do")).isFalse();
    assertThat(isKnown("dogs")).isFalse();
  }

  @Test
  void takesNoWordForAnotherOfTheSameHash() {
    assertThat(WordCache.hash("Aa", 0, 2)).isEqualTo(WordCache.hash("BB", 0, 2));
    keep("Aa", 1);

    assertThat(isKnown("BB")).isFalse();
    keep("BB", 2);
    assertThat(isKnown("BB", 2)).isTrue();
    assertThat(isKnown("Aa")).isFalse();
  }

  @Test
  void holdsNoMoreThanItsPlaces() {
    IntStream.range(0, 200_000).forEach(i -> keep("word" + i, i));

    long known = IntStream.range(0, 200_000).filter(i -> isKnown("word" + i, i)).count();
    assertThat(known).isBetween(1L, 1L << 15);
  }
}
