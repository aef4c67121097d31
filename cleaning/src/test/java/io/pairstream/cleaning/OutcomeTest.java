package io.pairstream.cleaning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutcomeTest {

  private static final Rejection TOO_SMALL =
      new Rejection(RejectReason.IMAGE_TOO_SMALL, "too small", "1 px", "2 px");

  private static final Outcome<Integer> KEPT = Outcome.kept(1);
  private static final Outcome<Integer> REJECTED = Outcome.rejected(TOO_SMALL);

  @Test
  void foldsEachCaseByItsOwnFunction() {
    String ofKept = KEPT.fold(value -> "kept " + value, rejection -> "no");
    String ofRejected = REJECTED.fold(value -> "no", Rejection::detail);

    assertThat(ofKept).isEqualTo("kept 1");
    assertThat(ofRejected).isEqualTo("too small");
  }

  @Test
  void mapChangesKeptValuesOnly() {
    assertThat(KEPT.map(value -> "v" + value)).isEqualTo(Outcome.kept("v1"));
    assertThat(REJECTED.map(value -> "v" + value)).isEqualTo(Outcome.rejected(TOO_SMALL));
  }

  @Test
  void nextStepSeesKeptValuesOnly() {
    List<Integer> seen = new ArrayList<>();
    Step<Integer, Integer> next =
        value -> {
          seen.add(value);
          return Outcome.rejected(RejectReason.CAPTION_TOO_LONG, "too long");
        };

    assertThat(KEPT.then(next))
        .isEqualTo(Outcome.rejected(RejectReason.CAPTION_TOO_LONG, "too long", "", ""));
    assertThat(REJECTED.then(next)).isEqualTo(REJECTED);
    assertThat(seen).containsExactly(1);
  }

  @Test
  void stepsInARowStopAtTheFirstRejection() {
    Step<Integer, Integer> positive =
        value -> value > 0 ? Outcome.kept(value) : Outcome.rejected(TOO_SMALL);
    Step<Integer, String> tenOver = value -> Outcome.kept(String.valueOf(10 / value));

    assertThat(positive.then(tenOver).apply(5)).isEqualTo(Outcome.kept("2"));
    assertThat(positive.then(tenOver).apply(0)).isEqualTo(Outcome.rejected(TOO_SMALL));
  }

  @Test
  void everyOutcomeTakesExactlyOneArmOfAFork() {
    assertThat(KEPT.keptOnly()).containsExactly(1);
    assertThat(KEPT.rejectedOnly()).isEmpty();
    assertThat(REJECTED.keptOnly()).isEmpty();
    assertThat(REJECTED.rejectedOnly()).containsExactly(TOO_SMALL);
  }

  @Test
  void rejectionHasNoAbsentParts() {
    assertThatThrownBy(() -> Outcome.rejected(null, "detail"))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> Outcome.rejected(RejectReason.IMAGE_EMPTY, null))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> Outcome.rejected(RejectReason.IMAGE_EMPTY, "", null, ""))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> Outcome.rejected(RejectReason.IMAGE_EMPTY, "", "", null))
        .isInstanceOf(NullPointerException.class);
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
