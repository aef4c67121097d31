package io.pairstream.preprocess.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.preprocess.run.StepTimes.StepTime;
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
}
