package io.pairstream.ingest.fetch.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BodyBudgetTest {

  private final ManualTimers timers = new ManualTimers();
  private final BodyBudget budget = new BodyBudget(100, timers);
  private final List<String> resumed = new ArrayList<>();

  @Test
  void theOldestAloneIsReadOnWhenThereIsNone() {
    BodyBudget.Share oldest = budget.open();
    BodyBudget.Share second = budget.open();
    BodyBudget.Share third = budget.open();
    oldest.take(20);
    second.take(40);
    third.take(40);

    assertThat(third.mayReadOn(() -> resumed.add("third"))).isFalse();
    assertThat(second.mayReadOn(() -> resumed.add("second"))).isFalse();
    assertThat(oldest.mayReadOn(this::unexpected)).isTrue();
    oldest.take(100);
    assertThat(oldest.mayReadOn(this::unexpected)).isTrue();
  }

  @Test
  void whoeverStoppedAsksAgainWhenSomethingIsGivenBack() {
    BodyBudget.Share oldest = budget.open();
    BodyBudget.Share second = budget.open();
    BodyBudget.Share third = budget.open();
    oldest.take(5);
    second.take(50);
    third.take(50);
    assertThat(third.mayReadOn(() -> resumed.add("third"))).isFalse();
    assertThat(second.mayReadOn(() -> resumed.add("second"))).isFalse();

    oldest.close();

    assertThat(resumed).containsExactlyInAnyOrder("second", "third");
    assertThat(third.mayReadOn(() -> resumed.add("third"))).isFalse();
    assertThat(second.mayReadOn(this::unexpected)).isTrue();
  }

  @Test
  void countsHowLongABodyHadToStop() {
    BodyBudget.Share oldest = budget.open();
    BodyBudget.Share second = budget.open();
    oldest.take(100);
    assertThat(second.mayReadOn(() -> resumed.add("second"))).isFalse();

    timers.pass(Duration.ofSeconds(2));
    oldest.close();
    timers.pass(Duration.ofSeconds(3));

    assertThat(second.stoppedNanos()).isEqualTo(Duration.ofSeconds(2).toNanos());
  }

  private void unexpected() {
    throw new AssertionError("it was not stopped");
  }
}
