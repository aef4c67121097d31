package io.pairstream.cleaning.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class PairMergesTest {

  private static int[] merged(PairMerges merges, int... symbols) {
    int[] word = symbols.clone();
    return Arrays.copyOf(word, merges.merge(word, word.length));
  }

  @Test
  void mergesTheLeftmostPairOfLowestRankFirst() {
    PairMerges merges = new PairMerges(4);
    merges.add(1, 2, 1, 10);
    merges.add(2, 3, 0, 11);
    merges.add(4, 4, 2, 12);
    merges.add(12, 12, 3, 13);

    assertThat(merged(merges, 1, 2, 3)).containsExactly(1, 11);
    assertThat(merged(merges, 4, 4, 4)).containsExactly(12, 4);
    assertThat(merged(merges, 4, 4, 4, 4, 4)).containsExactly(13, 4);
  }

  /** Against the rule itself, written down without any care for time. */
  @Test
  void followsTheRuleWhateverTheWord() {
    Random random = new Random(3);
    for (int round = 0; round < 300; round++) {
      int[][] pairs = new int[40][];
      PairMerges merges = new PairMerges(pairs.length);
      for (int rank = 0; rank < pairs.length; rank++) {
        pairs[rank] = new int[] {random.nextInt(3 + rank), random.nextInt(3 + rank), 3 + rank};
      }
      for (int rank = pairs.length - 1; rank >= 0; rank--) { // the first of equal pairs holds
        merges.add(pairs[rank][0], pairs[rank][1], rank, pairs[rank][2]);
      }
      int[] word = random.ints(1 + random.nextInt(200), 0, 3).toArray();

      assertThat(merged(merges, word)).isEqualTo(expected(pairs, word));
    }
  }

  /** Work that grew with the square of the length would not end within the time-out. */
  @Test
  @Timeout(600)
  void doesNotSlowDownWithTheLengthOfOneWord() {
    PairMerges merges = new PairMerges(1);
    merges.add(1, 1, 0, 2);
    int[] word = new int[1 << 21];
    Arrays.fill(word, 1);

    assertThat(merges.merge(word, word.length)).isEqualTo(1 << 20);
  }

  private static int[] expected(int[][] pairs, int[] word) {
    List<Integer> symbols = new ArrayList<>(Arrays.stream(word).boxed().toList());
    while (true) {
      int best = pairs.length;
      int at = -1;
      for (int i = 0; i + 1 < symbols.size(); i++) {
        for (int rank = 0; rank < best; rank++) {
          if (pairs[rank][0] == symbols.get(i) && pairs[rank][1] == symbols.get(i + 1)) {
            best = rank;
            at = i;
          }
        }
      }
      if (at < 0) {
        return symbols.stream().mapToInt(Integer::intValue).toArray();
      }
      symbols.set(at, pairs[best][2]);
      symbols.remove(at + 1);
    }
  }
}
