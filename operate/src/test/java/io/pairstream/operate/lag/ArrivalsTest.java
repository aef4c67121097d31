package io.pairstream.operate.lag;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class ArrivalsTest {

  private final Arrivals arrivals = new Arrivals();

  @Test
  void isTheMeanOfTheLastMinute() {
    for (int look = 0; look <= 30; look++) {
      // Five a second for four minutes, then none.
      arrivals.note(report(at(look), Math.min(look, 24) * 50L));
    }

    assertThat(arrivals.perSecond("t", at(30))).isZero();
    assertThat(arrivals.perSecond("other", at(30))).isNaN();
    assertThat(arrivals.perSecond("t", at(37))).isNaN();
  }

  @Test
  void countsEachPartitionOnceAndNothingBackwards() {
    arrivals.note(report(at(0), 100));
    assertThat(arrivals.perSecond("t", at(0))).isNaN();

    arrivals.note(report(at(1), 130));
    assertThat(arrivals.perSecond("t", at(1))).isEqualTo(3);

    arrivals.note(report(at(2), 0));
    assertThat(arrivals.perSecond("t", at(2))).isZero();
  }

  @Test
  void aCanaryIsNoArrival() {
    arrivals.note(report(at(0), 100));
    arrivals.leaveOut("t");
    arrivals.note(report(at(1), 101));
    assertThat(arrivals.perSecond("t", at(1))).isZero();

    arrivals.note(report(at(2), 111));
    assertThat(arrivals.perSecond("t", at(2))).isEqualTo(0.5);
  }

  private static Instant at(int look) {
    return PlayedLag.AT.plusSeconds(10L * look);
  }

  /** Two groups that read the same partition. */
  private static LagReport report(Instant at, long end) {
    PartitionLag log = PlayedLag.endingAt("t", end);
    return PlayedLag.report(
        at, PlayedLag.group("a", LagVerdict.OK, log), PlayedLag.group("b", LagVerdict.OK, log));
  }
}
