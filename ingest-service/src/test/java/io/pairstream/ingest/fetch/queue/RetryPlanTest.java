package io.pairstream.ingest.fetch.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.schemas.Origin;
import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RetryPlanTest {

  private static final Origin LINK = new Origin("pairs.links", 1, 42L);

  private final RetryPlan plan = RetryPlan.USUAL;

  @Test
  void eachPauseIsFourTimesTheOneBefore() {
    Duration first = plan.pause(RejectReason.FETCH_TIMEOUT, 1, Duration.ZERO, LINK);
    Duration second = plan.pause(RejectReason.FETCH_TIMEOUT, 2, Duration.ZERO, LINK);

    assertThat(first).isBetween(Duration.ofSeconds(24), Duration.ofSeconds(36));
    assertThat(second).isEqualTo(first.multipliedBy(4));
  }

  @Test
  void linksThatFailTogetherComeBackApart() {
    assertThat(
            LongStream.range(0, 100)
                .mapToObj(
                    offset ->
                        plan.pause(
                            RejectReason.FETCH_TIMEOUT,
                            1,
                            Duration.ZERO,
                            new Origin("pairs.links", 1, offset)))
                .distinct())
        .hasSizeGreaterThan(90);
  }

  @Test
  void aHostThatIsAwayGetsMoreTimeThanASlowOne() {
    assertThat(plan.pause(RejectReason.FETCH_SERVER_ERROR, 1, Duration.ZERO, LINK))
        .isGreaterThan(plan.pause(RejectReason.FETCH_TIMEOUT, 1, Duration.ZERO, LINK));
  }

  @Test
  void whatAHostAsksForHoldsUpToTheLongestPause() {
    assertThat(plan.pause(RejectReason.FETCH_THROTTLED, 1, Duration.ofHours(1), LINK))
        .isEqualTo(Duration.ofHours(1));
    assertThat(plan.pause(RejectReason.FETCH_THROTTLED, 1, Duration.ofDays(365), LINK))
        .isEqualTo(plan.longestPause());
    assertThat(plan.pause(RejectReason.FETCH_THROTTLED, 1_000_000, Duration.ZERO, LINK))
        .isEqualTo(plan.longestPause());
  }
}
