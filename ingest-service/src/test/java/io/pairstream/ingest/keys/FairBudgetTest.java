package io.pairstream.ingest.keys;

import static io.pairstream.ingest.keys.FairBudget.Verdict.ALL_TAKEN;
import static io.pairstream.ingest.keys.FairBudget.Verdict.GRANTED;
import static io.pairstream.ingest.keys.FairBudget.Verdict.SHARE_TAKEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FairBudgetTest {

  private final FairBudget budget = new FairBudget(1200);

  @Test
  void greedyProducerAloneHoldsHalf() {
    assertThat(takeAllItCan("greedy")).isEqualTo(600);
    assertThat(budget.reserve("greedy", 10)).isEqualTo(SHARE_TAKEN);
  }

  @Test
  void producerThatHoldsNothingFindsRoomBesideGreedyOnes() {
    takeAllItCan("greedy");
    takeAllItCan("also greedy");

    assertThat(budget.reserve("modest", 100)).isEqualTo(GRANTED);
  }

  @Test
  void sharesEvenOutWhereAllWantEverything() {
    IntStream.range(0, 1000)
        .forEach(
            i -> {
              for (String producer : new String[] {"a", "b", "c"}) {
                var unused = budget.reserve(producer, 10);
              }
            });

    assertThat(budget.heldBytes()).isBetween(850L, 900L);
    for (String producer : new String[] {"a", "b", "c"}) {
      assertThat(held(producer)).isBetween(280L, 310L);
    }
  }

  @Test
  void largestRequestFindsRoomWhereNobodyElseHoldsAny() {
    assertThat(budget.reserve("one", 1200)).isEqualTo(GRANTED);
    assertThat(budget.reserve("another", 1)).isEqualTo(ALL_TAKEN);
  }

  @Test
  void whatIsReleasedIsThereAgain() {
    assertThat(budget.reserve("one", 1200)).isEqualTo(GRANTED);
    budget.release("one", 1200);

    assertThat(budget.heldBytes()).isZero();
    assertThat(budget.reserve("another", 1200)).isEqualTo(GRANTED);
  }

  @Test
  void moreThanIsHeldIsNeverReleased() {
    assertThat(budget.reserve("one", 10)).isEqualTo(GRANTED);

    assertThatThrownBy(() -> budget.release("one", 11)).isInstanceOf(IllegalStateException.class);
  }

  private long takeAllItCan(String producer) {
    long before = budget.heldBytes();
    while (budget.reserve(producer, 10) == GRANTED) {
      // until it is told that its share is taken
    }
    return budget.heldBytes() - before;
  }

  private long held(String producer) {
    long before = budget.heldBytes();
    long own = 0;
    while (true) {
      try {
        budget.release(producer, 1);
        own++;
      } catch (IllegalStateException e) {
        break;
      }
    }
    assertThat(budget.heldBytes()).isEqualTo(before - own);
    assertThat(own == 0 || budget.reserve(producer, own) == GRANTED).isTrue();
    return own;
  }
}
