package io.pairstream.operate.lag.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operate.lag.LagVerdict;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * Wrong verdicts of other tools, by their users' reports: Burrow, kafka-lag-exporter and KMinion.
 */
class KnownFailuresTest {

  /** Burrow #58, #126, #127, #290: lag is measured at commits, so who stops is fine for ever. */
  @Test
  void aConsumerThatStopsAfterItHadReadEverythingIsNoticedByWhatArrives() {
    Trace trace = Trace.begin().at(1000, 1000).looks(30, 50, 50);
    int stop = trace.length();

    trace.membersLeave().stands(60, 50);

    assertThat(trace.until(LagVerdict.STOP, stop)).isLessThanOrEqualTo(Duration.ofSeconds(90));
    assertThat(trace.verdict()).isEqualTo(LagVerdict.STOP);
  }

  /** Burrow #303, first half: one commit in two hours makes a window that takes two hours. */
  @Test
  void aStopOnASlowTopicIsNoticedWithinMinutesOfTheNextRecord() {
    Trace trace = Trace.begin().at(10, 10).stands(700, 0).looks(1, 1, 1).stands(700, 0);
    int stop = trace.length();

    trace.membersLeave().stands(1, 1).stands(12, 0);

    assertThat(trace.until(LagVerdict.STOP, stop)).isLessThanOrEqualTo(Duration.ofMinutes(2));
  }

  /** Burrow #303, second half, #38, #113, #128, #140: a quiet night is taken for a stop. */
  @Test
  void aQuietNightIsNoStopAndNeitherIsTheFirstRecordInTheMorning() {
    Trace trace = Trace.begin().at(500, 500).looks(60, 3, 3);
    int night = trace.length();

    trace.stands(6 * 60 * 8, 0);
    assertThat(trace.verdict()).isEqualTo(LagVerdict.IDLE);
    // The look comes after the first record and before its commit.
    trace.stands(1, 1).looks(1, 1, 0).looks(20, 5, 5);

    assertThat(trace.saidSince(night)).containsOnlyKeys(LagVerdict.IDLE, LagVerdict.OK);
  }

  /** Burrow #745: one look without lag in the window hides 20 minutes without a commit. */
  @Test
  void oneMomentWithoutLagDoesNotHideTheStopThatFollows() {
    Trace trace = Trace.begin().at(0, 20);
    for (int i = 0; i < 10; i++) {
      trace.looks(1, 120, 100).looks(1, 80, 100);
    }
    trace.looks(1, 1_000, 0);
    assertThat(trace.judgement().catchUp().sentence().text()).isEqualTo("nothing waits");
    int stop = trace.length();

    trace.stands(120, 100);

    assertThat(trace.until(LagVerdict.STALL, stop)).isLessThanOrEqualTo(Duration.ofSeconds(70));
    assertThat(trace.verdict()).isEqualTo(LagVerdict.STALL);
    assertThat(Duration.between(trace.judgement().since(), trace.now()))
        .isBetween(Duration.ofMinutes(19), Duration.ofMinutes(20));
  }

  /** Burrow #738, #453: the lag falls now and then on its way to 200,000, and all is well. */
  @Test
  void aLagThatGrowsWithDipsIsBehind() {
    Trace trace = Trace.begin().at(0, 0);
    for (int i = 0; i < 100; i++) {
      trace.looks(2, 7_000, 11_000).looks(1, 9_000, 6_000);
    }

    assertThat(trace.verdict()).isEqualTo(LagVerdict.BEHIND);
    assertThat(trace.judgement().catchUp().isNever()).isTrue();
    assertThat(trace.saidSince(60)).containsOnlyKeys(LagVerdict.BEHIND);
  }

  /** Burrow #223: a lag of some seconds' work that comes and goes is called a warning. */
  @Test
  void aLagOfAFewSecondsThatComesAndGoesIsNothing() {
    Trace trace = Trace.begin().at(0, 11);
    for (int i = 0; i < 60; i++) {
      trace.looks(4, 42, 46).looks(1, 60, 42);
    }

    assertThat(trace.saidSince(2)).containsOnlyKeys(LagVerdict.OK);
  }

  /** kafka-lag-exporter, with transactions: a marker behind the last record is a lag of 1. */
  @Test
  void aMarkerAloneIsNoLag() {
    Trace trace = Trace.begin().markersLeft(1).at(100, 101).stands(100, 0);

    assertThat(trace.saidSince(0)).containsOnlyKeys(LagVerdict.OK, LagVerdict.IDLE);
  }

  /** And when retention has taken everything in front of that marker, nothing was lost. */
  @Test
  void whatWasOnlyMarkersIsNotLostWhenTheLogDropsIt() {
    Trace trace = Trace.begin().markersLeft(3).at(100, 103).stands(10, 0);

    trace.logStartsAt(103).stands(10, 0);

    assertThat(trace.saidSince(0)).doesNotContainKey(LagVerdict.LOST);
  }
}
