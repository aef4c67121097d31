package io.pairstream.chaos.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RecoveryTest {

  @Test
  void ranksWhatIsKnown() {
    List<FaultEvent> events =
        IntStream.rangeClosed(0, 20)
            .mapToObj(i -> event(i == 0 ? Optional.empty() : Optional.of(seconds(i)), 99))
            .toList();

    // Where it is not known what was interrupted, the next output of all counts.
    assertThat(Recovery.of(events.subList(1, 21)))
        .isEqualTo(new Recovery(20, 0, seconds(10), seconds(19), seconds(20)));
    assertThat(Recovery.of(events).longest()).isEqualTo(seconds(99));
  }

  @Test
  void ofNothingIsZero() {
    assertThat(Recovery.of(List.of()))
        .isEqualTo(new Recovery(0, 0, Duration.ZERO, Duration.ZERO, Duration.ZERO));
  }

  private static FaultEvent event(Optional<Duration> there, int anywhere) {
    Instant began = Instant.parse("2026-11-21T05:00:00Z");
    return new FaultEvent(
        1,
        "kill -9 of an instance",
        "preprocess-1",
        10,
        began,
        began.plusSeconds(5),
        Optional.of(seconds(anywhere)),
        there,
        true,
        "");
  }

  private static Duration seconds(int seconds) {
    return Duration.ofSeconds(seconds);
  }
}
