package io.pairstream.cleaning;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OutcomeTest {

  private static final Rejection TOO_SMALL =
      new Rejection(RejectReason.IMAGE_TOO_SMALL, "too small", "1 px", "2 px");

  @Test
  void stepsInARowStopAtTheFirstRejection() {
    Step<Integer, Integer> positive =
        value -> value > 0 ? Outcome.kept(value) : Outcome.rejected(TOO_SMALL);
    Step<Integer, String> tenOver = value -> Outcome.kept(String.valueOf(10 / value));

    assertThat(positive.apply(5).then(tenOver)).isEqualTo(Outcome.kept("2"));
    assertThat(positive.apply(0).then(tenOver)).isEqualTo(Outcome.rejected(TOO_SMALL));
  }

  @Test
  void everyReasonIsFoundByItsNameAndNothingElseIs() {
    for (RejectReason reason : RejectReason.values()) {
      assertThat(RejectReason.named(reason.name())).contains(reason);
    }
    assertThat(RejectReason.named("image_empty")).isEmpty();
    assertThat(RejectReason.named("REASON_OF_TOMORROW")).isEmpty();
    assertThat(RejectReason.named("")).isEmpty();
  }

  @Test
  void everyReasonHasARemedy() {
    for (RejectReason reason : RejectReason.values()) {
      assertThat(reason.remedy()).as(reason.name()).matches("[A-Z].*[^.]\\.");
    }
  }
}
