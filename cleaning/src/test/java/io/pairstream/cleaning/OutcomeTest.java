package io.pairstream.cleaning;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OutcomeTest {

  private static final Rejection TOO_SMALL =
      new Rejection(RejectReason.IMAGE_TOO_SMALL, "too small", Measured.NONE);

  @Test
  void stepsInARowStopAtTheFirstRejection() {
    Step<Integer, Integer> positive =
        value -> value > 0 ? Outcome.kept(value) : Outcome.rejected(TOO_SMALL);
    Step<Integer, String> tenOver = value -> Outcome.kept(String.valueOf(10 / value));

    assertThat(positive.apply(5).then(tenOver)).isEqualTo(Outcome.kept("2"));
    assertThat(positive.apply(0).then(tenOver)).isEqualTo(Outcome.rejected(TOO_SMALL));
  }
}
