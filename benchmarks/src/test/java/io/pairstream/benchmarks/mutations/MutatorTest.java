package io.pairstream.benchmarks.mutations;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MutatorTest {

  private static final List<byte[]> FILES = List.of(new byte[700], new byte[] {1, 2, 3});

  @Test
  void damageIsTheSameForTheSameSeed() {
    for (long number = 0; number < 200; number++) {
      assertThat(new Mutator(FILES, 7).damaged(number))
          .isEqualTo(new Mutator(FILES, 7).damaged(number))
          .isNotEmpty();
    }
    assertThat(new Mutator(FILES, 8).damaged(0)).isNotEqualTo(new Mutator(FILES, 7).damaged(0));
  }

  @Test
  void originalsStayAsTheyAre() {
    Mutator mutator = new Mutator(FILES, 7);
    for (long number = 0; number < 200; number++) {
      mutator.damaged(number);
    }

    assertThat(mutator.original(0)).containsOnly(0);
    assertThat(mutator.original(1)).containsExactly(1, 2, 3);
  }
}
