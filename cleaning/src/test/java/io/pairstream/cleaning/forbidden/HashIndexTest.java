package io.pairstream.cleaning.forbidden;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HashIndexTest {

  private final Random random = new Random(20261120);

  private long flipped(long hash, int bits) {
    long flipped = hash;
    while (Long.bitCount(flipped ^ hash) < bits) {
      flipped ^= 1L << random.nextInt(64);
    }
    return flipped;
  }

  /** A hash of few set bits. */
  private long sparse() {
    long hash = 0;
    for (int i = 0; i < 6; i++) {
      hash |= 1L << random.nextInt(64);
    }
    return hash;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8})
  void findsWhatIsOnTheLimitAndNothingBeyond(int maxDistanceBits) {
    long hash = random.nextLong();
    HashIndex index = new HashIndex(new long[] {hash}, maxDistanceBits);

    for (int i = 0; i < 1000; i++) {
      assertThat(index.hasNear(flipped(hash, maxDistanceBits))).isTrue();
      assertThat(index.hasNear(flipped(hash, maxDistanceBits + 1))).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 4, 8})
  void answersAsComparingAllDoes(int maxDistanceBits) {
    // So that neighbours are common.
    long[] hashes = new long[20_000];
    for (int i = 0; i < hashes.length; i++) {
      hashes[i] = sparse();
    }
    HashIndex index = new HashIndex(hashes, maxDistanceBits);

    int found = 0;
    for (int i = 0; i < 2_000; i++) {
      long hash =
          i % 2 == 0
              ? flipped(hashes[random.nextInt(hashes.length)], random.nextInt(12))
              : sparse();
      boolean expected =
          Arrays.stream(hashes).anyMatch(other -> Long.bitCount(other ^ hash) <= maxDistanceBits);
      assertThat(index.hasNear(hash)).isEqualTo(expected);
      found += expected ? 1 : 0;
    }
    assertThat(found).isBetween(10, 1_990);
  }
}
