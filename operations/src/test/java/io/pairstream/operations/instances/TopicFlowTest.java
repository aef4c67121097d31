package io.pairstream.operations.instances;

import static io.pairstream.operations.instances.Played.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class TopicFlowTest {

  private final TopicFlow flow = new TopicFlow();

  @Test
  void knowsNothingBeforeItHasLookedTwice() {
    assertThat(flow.total("a")).isNaN();
    flow.note(Map.of("a", 5L), NOON);

    assertThat(flow.total("a")).isEqualTo(5);
    assertThat(flow.perSecond("a")).isNaN();
  }

  @Test
  void takesTheRateOfTheLastHalfMinute() {
    for (int i = 0; i <= 12; i++) {
      flow.note(Map.of("a", i < 6 ? 1000L * i : 5000 + 10L * (i - 5)), NOON.plusSeconds(5L * i));
    }

    assertThat(flow.perSecond("a")).isEqualTo(2);
    assertThat(flow.perSecond("b")).isNaN();
  }

  @Test
  void aTopicThatWasMadeAnewHasNoRateYet() {
    flow.note(Map.of("a", 5L), NOON);
    flow.note(Map.of("a", 2L), NOON.plusSeconds(5));

    assertThat(flow.perSecond("a")).isNaN();
  }
}
