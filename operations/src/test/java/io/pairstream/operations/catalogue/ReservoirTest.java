package io.pairstream.operations.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReservoirTest {

  private static final int STREAM = 200;
  private static final int SIZE = 64;
  private static final int RUNS = 20_000;

  /** 199 degrees of freedom: chi-square lies below this in 99.9 % of all fair samplings. */
  private static final double LIMIT = 267.5;

  @Test
  void eachPlaceOfTheStreamIsKeptAsOftenAsAnyOther() {
    Random random = new Random(42);
    long[] kept = new long[STREAM];
    for (int run = 0; run < RUNS; run++) {
      Reservoir<Integer> reservoir = new Reservoir<>(SIZE, random);
      IntStream.range(0, STREAM).forEach(reservoir::add);
      reservoir.sample().forEach(place -> kept[place]++);
    }

    double share = (double) SIZE / STREAM;
    double expected = RUNS * share;
    // Drawn without putting back, each count varies less than a Poisson's: by this factor.
    double variance = expected * (1 - share) * STREAM / (STREAM - 1);
    double chiSquare = 0;
    for (long count : kept) {
      chiSquare += (count - expected) * (count - expected) / variance;
    }

    assertThat(chiSquare).isBetween(140.0, LIMIT);
  }

  @Test
  void keepsAllOfAShortStream() {
    Reservoir<Integer> reservoir = new Reservoir<>(4, new Random(1));
    IntStream.range(0, 3).forEach(reservoir::add);

    assertThat(reservoir.sample()).containsExactly(0, 1, 2);
    assertThat(reservoir.seen()).isEqualTo(3);
  }
}
