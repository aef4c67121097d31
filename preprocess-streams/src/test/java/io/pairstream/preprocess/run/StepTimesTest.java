package io.pairstream.preprocess.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.preprocess.run.StepTimes.StepTime;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StepTimesTest {

  private final StepTimes times = new StepTimes();

  @Test
  void addsUpByStepInTheOrderOfTheirNames() {
    times.observe("tokenize", 2_000_000, Outcome.kept("x"));
    times.observe("gate", 500_000, Outcome.kept("x"));
    times.observe("gate", 1_000_000, Outcome.rejected(RejectReason.IMAGE_EMPTY, "no bytes"));

    assertThat(times.soFar().keySet()).containsExactly("gate", "tokenize");
    assertThat(times.soFar())
        .containsEntry("gate", new StepTime(2, 1.5, 1))
        .containsEntry("tokenize", new StepTime(1, 2, 0));
  }

  @Test
  void knowsNoStepBeforeItRan() {
    assertThat(times.soFar()).isEmpty();
  }

  @Test
  void whatWasReadStaysAsItWas() {
    times.observe("gate", 1_000_000, Outcome.kept("x"));
    var before = times.soFar();

    times.observe("gate", 1_000_000, Outcome.kept("x"));

    assertThat(before).containsEntry("gate", new StepTime(1, 1, 0));
  }

  @Test
  void missesNothingOfManyThreads() {
    CompletableFuture<?>[] threads =
        IntStream.range(0, 4)
            .mapToObj(thread -> CompletableFuture.runAsync(() -> observe(1000)))
            .toArray(CompletableFuture<?>[]::new);

    CompletableFuture.allOf(threads).join();

    assertThat(times.soFar()).containsEntry("gate", new StepTime(4000, 4000, 0));
  }

  private void observe(int records) {
    for (int i = 0; i < records; i++) {
      times.observe("gate", 1_000_000, Outcome.kept(i));
    }
  }
}
