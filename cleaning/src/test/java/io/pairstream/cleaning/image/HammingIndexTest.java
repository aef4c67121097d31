package io.pairstream.cleaning.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HammingIndexTest {

  /** Hashes of which many lie near each other, as those of copies do. */
  private static long[] hashes(Random random) {
    long[] centres = random.longs(40).toArray();
    return IntStream.range(0, 4000)
        .mapToLong(
            i ->
                IntStream.range(0, random.nextInt(13))
                    .mapToLong(bit -> 1L << random.nextInt(64))
                    .reduce(centres[i % centres.length], (hash, bit) -> hash ^ bit))
        .toArray();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 8, 15})
  void findsExactlyThoseWithinTheDistance(int maxDistanceBits) {
    long[] hashes = hashes(new Random(7));
    HammingIndex index = new HammingIndex(maxDistanceBits);
    LongStream.of(hashes).forEach(index::add);
    LongStream.of(hashes).forEach(index::add);

    long[] inOrder = LongStream.of(hashes).distinct().sorted().toArray();
    for (long hash : hashes) {
      assertThat(index.within(hash).sorted().toArray())
          .isEqualTo(
              LongStream.of(inOrder)
                  .filter(other -> Long.bitCount(other ^ hash) <= maxDistanceBits)
                  .toArray());
    }
  }
}
