package io.pairstream.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SharedBudgetTest {

  private final SharedBudget budget = new SharedBudget(1200);

  @Test
  void greedyProducerAloneHoldsHalf() {
    assertThat(takeAllItCan("greedy")).isEqualTo(600);
  }

  @Test
  void producerThatHoldsNothingFindsRoomBesideGreedyOnes() {
    takeAllItCan("greedy");
    takeAllItCan("also greedy");

    assertThat(budget.take("modest", 100)).isTrue();
  }

  @Test
  void sharesEvenOutWhereAllWantEverything() {
    Map<String, Long> held = new HashMap<>();
    for (int i = 0; i < 100; i++) {
      for (String producer : List.of("a", "b", "c")) {
        if (budget.take(producer, 10)) {
          held.merge(producer, 10L, Long::sum);
        }
      }
    }

    assertThat(held.values()).hasSize(3).allMatch(bytes -> bytes >= 280 && bytes <= 310);
    assertThat(budget.held()).isLessThan(1200);
  }

  @Test
  void callersWithoutAKeyGetTheRest() {
    assertThat(takeAllItCan(Principal.ANONYMOUS.producer())).isEqualTo(1200);
  }

  private long takeAllItCan(String producer) {
    long before = budget.held();
    while (budget.take(producer, 10)) {
      // until there is no more
    }
    return budget.held() - before;
  }
}
