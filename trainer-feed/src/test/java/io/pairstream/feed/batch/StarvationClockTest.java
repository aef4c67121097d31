package io.pairstream.feed.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.pairstream.feed.batch.StarvationClock.Reading;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class StarvationClockTest {

  private final StarvationClock clock = new StarvationClock();

  @Test
  void saysHowLongWhatIsInMemoryLastsAtTheRateOfTheLastMinute() {
    assertThat(clock.secondsLeft(at(0, 1000, 0))).isNaN();
    // Ten samples fewer each second; before the last minute, there were hundreds fewer.
    clock.note(at(0, 50_000, 0));
    for (int second = 1; second <= 100; second++) {
      clock.note(at(second, 2000 - 10L * second, 0));
    }

    assertThat(clock.secondsLeft(at(100, 1000, 0))).isCloseTo(100, within(1e-9));
    assertThat(clock.secondsLeft(at(101, 990, 0))).isCloseTo(99, within(1e-9));
  }

  @Test
  void saysNothingWhereWhatIsInMemoryDoesNotBecomeLess() {
    clock.note(at(0, 100, 0));

    assertThat(clock.secondsLeft(at(0, 100, 0))).isNaN();
    assertThat(clock.secondsLeft(at(5, 100, 0))).isNaN();
    assertThat(clock.secondsLeft(at(5, 101, 0))).isNaN();
  }

  @Test
  void starvesNowWhereATrainerWaitsMostOfItsTimeForNothing() {
    clock.note(at(0, 0, 0));

    assertThat(clock.secondsLeft(at(10, 0, 6))).isZero();
    assertThat(clock.secondsLeft(at(10, 0, 5))).isNaN();
    assertThat(clock.secondsLeft(at(10, 1, 6))).isNaN();
  }

  private static Reading at(long second, long inMemory, long waitedSeconds) {
    return new Reading(
        Duration.ofSeconds(second).toNanos(),
        inMemory,
        Duration.ofSeconds(waitedSeconds).toNanos());
  }
}
