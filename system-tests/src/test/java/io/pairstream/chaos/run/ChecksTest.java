package io.pairstream.chaos.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ChecksTest {

  private final Checks checks = new Checks();

  @Test
  void namesWhatEndedByItselfAfterTheLastFault() {
    checks.endings(List.of(), List.of("preprocess-2"));

    assertThat(checks.all())
        .containsExactly(
            new Check(
                "no process ends by itself",
                "in the end: ended by themselves: preprocess-2",
                false));
  }

  @Test
  void isContentWhereNoneEnded() {
    checks.endings(List.of(), List.of());

    assertThat(checks.all()).singleElement().extracting(Check::kept).isEqualTo(true);
  }
}
