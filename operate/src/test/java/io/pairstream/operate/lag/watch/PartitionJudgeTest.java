package io.pairstream.operate.lag.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operate.lag.LagVerdict;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PartitionJudgeTest {

  /** A new verdict does not compile here before there is a trace that leads to it. */
  @ParameterizedTest
  @EnumSource(LagVerdict.class)
  void givesEachVerdict(LagVerdict verdict) {
    Trace reads = Trace.begin().at(0, 100).looks(10, 10, 10);
    Trace trace =
        switch (verdict) {
          case LOST -> reads.logStartsAt(350).stands(1, 10);
          case REWIND -> reads.goesBackTo(20);
          case STOP -> reads.membersLeave().stands(8, 10);
          case STALL -> reads.stands(8, 10);
          case AT_RISK -> Trace.begin().at(0, 200_000).headIsOld(9, 9).looks(40, 1_000, 1_000);
          case BEHIND -> Trace.begin().at(0, 200_000).looks(40, 1_000, 1_000);
          case UNKNOWN -> Trace.withoutStart().at(0, 100).stands(1, 10);
          case STARTING -> Trace.begin().at(0, 100).stands(1, 10);
          case OK -> reads.looks(20, 20, 10);
          case IDLE -> reads.looks(20, 20, 0);
        };

    assertThat(trace.verdict()).isEqualTo(verdict);
  }

  @Test
  void saysWhereAndSinceWhenAGroupStandsAndWhatIsThere() {
    Trace trace = Trace.begin().at(40_922, 40_922).looks(10, 10, 10);

    trace.stands(36, 34);

    assertThat(trace.verdict()).isEqualTo(LagVerdict.STALL);
    assertThat(trace.sentence("3.1 MB CMYK JPEG"))
        .isEqualTo(
            "STALL: pairs.crowdsourced-3 is stuck at offset 41,022 for 6 min with 1,224 waiting,"
                + " while 1,190 arrived; at the head: 3.1 MB CMYK JPEG");
  }

  @Test
  void linksThatAreNotDueWaitWithoutAlarmWhileAMemberIsThere() {
    Trace trace = Trace.begin().waitsByDesign().at(0, 100).looks(10, 10, 10);

    trace.stands(360, 0);

    assertThat(trace.verdict()).isEqualTo(LagVerdict.OK);
    assertThat(trace.sentence(""))
        .isEqualTo("OK: pairs.crowdsourced-3: 100 records are left until they are due");
    assertThat(trace.membersLeave().stands(60, 0).verdict()).isEqualTo(LagVerdict.STOP);
  }

  @Test
  void aStallEndsWithTheLookInWhichItMovesOn() {
    Trace trace = Trace.begin().at(0, 100).looks(10, 10, 10).stands(10, 10);
    assertThat(trace.verdict()).isEqualTo(LagVerdict.STALL);

    trace.looks(1, 500, 10);

    assertThat(trace.verdict()).isEqualTo(LagVerdict.OK);
  }

  /** The place is that in the earlier topic for longer than the new one is reported as new. */
  @Test
  void whoBeginsInATopicThatWasMadeAnewHasNotGoneBack() {
    Trace trace = Trace.begin().at(4_000, 4_000).looks(10, 59, 59).topicIsMadeAnew(270);
    assertThat(trace.sentence(""))
        .isEqualTo(
            "UNKNOWN: pairs.crowdsourced-3: its topic was made anew, first seen just now;"
                + " the group's place 4,590 was in the earlier one");
    int anew = trace.length();

    trace.stands(10, 5).goesBackTo(270).looks(10, 10, 5);

    assertThat(trace.saidSince(anew))
        .containsOnlyKeys(LagVerdict.UNKNOWN, LagVerdict.STARTING, LagVerdict.OK);
    assertThat(trace.verdict()).isEqualTo(LagVerdict.OK);
  }

  @Test
  void aGroupThatCommitsEveryTenMinutesDoesNotStandInBetween() {
    Trace trace = Trace.begin().at(0, 0);
    for (int i = 0; i < 6; i++) {
      trace.stands(59, 10).looks(1, 1_000, 10);
    }
    int learnt = trace.length();

    for (int i = 0; i < 6; i++) {
      trace.stands(59, 10).looks(1, 1_000, 10);
    }

    assertThat(trace.saidSince(learnt)).containsOnlyKeys(LagVerdict.OK);
  }

  /** As one that cron starts, and which reads for so many looks of ten seconds. */
  @ParameterizedTest
  @CsvSource({"1, 14", "9, 6", "5, 355"})
  void aGroupThatComesInRoundsStopsOnceItMissesSome(int there, int away) {
    Trace trace = Trace.begin().at(0, 0);
    for (int i = 0; i < 5; i++) {
      trace.membersCome().looks(there, 5_000, 10).membersLeave().stands(away, 10);
    }
    int learnt = trace.length();
    for (int i = 0; i < 11; i++) {
      trace.membersCome().looks(there, 5_000, 10).membersLeave().stands(away, 10);
    }
    assertThat(trace.saidSince(learnt).keySet()).containsOnly(LagVerdict.OK);

    int end = trace.length() - away;
    trace.stands(3 * away, 10);

    assertThat(trace.until(LagVerdict.STOP, end).toSeconds())
        .isBetween(30L * away, 30L * (away + 2));
  }

  @Test
  void restartsOfAGroupThatStaysAreNoRounds() {
    Trace trace = Trace.begin().at(0, 0);
    for (int i = 0; i < 6; i++) {
      trace.membersCome().looks(40, 10, 10).membersLeave().stands(8, 10);
    }
    int gone = trace.membersCome().looks(40, 80, 10).length();

    trace.membersLeave().stands(8, 10);

    assertThat(trace.until(LagVerdict.STOP, gone)).isLessThanOrEqualTo(Duration.ofSeconds(50));
  }

  @Test
  void oneLongStandDoesNotBecomeUsual() {
    Trace trace = Trace.begin().at(0, 1000).looks(30, 10, 10).stands(360, 10).looks(8, 100, 10);
    int second = trace.length();

    trace.stands(20, 10);

    assertThat(trace.until(LagVerdict.STALL, second)).isLessThanOrEqualTo(Duration.ofSeconds(40));
  }

  @Test
  void aGroupThatWasNotSeenMovingStartsAtFirstAndThenIsStuck() {
    Trace trace = Trace.begin().at(10, 100).stands(4, 5);
    assertThat(trace.saidSince(0)).containsOnlyKeys(LagVerdict.STARTING);
    assertThat(trace.sentence("")).startsWith("STARTING: pairs.crowdsourced-3: 110 records wait");

    trace.stands(4, 5);

    assertThat(trace.verdict()).isEqualTo(LagVerdict.STALL);
    assertThat(Trace.withoutStart().at(10, 100).stands(4, 5).verdict())
        .isEqualTo(LagVerdict.UNKNOWN);
  }

  /** The first record comes when the group has been idle for long, and is read 30 s later. */
  @Test
  void theFirstRecordAfterAQuietTimeIsAStartToo() {
    Trace trace = Trace.begin().neverCommitted().at(0, 0).stands(60, 0);
    assertThat(trace.saidSince(0)).containsOnlyKeys(LagVerdict.IDLE);
    int first = trace.length();

    trace.stands(1, 5).stands(2, 0).looks(3, 5, 0);

    assertThat(trace.saidSince(first)).containsOnlyKeys(LagVerdict.STARTING, LagVerdict.OK);
    assertThat(trace.verdict()).isEqualTo(LagVerdict.OK);
  }

  @Test
  void whoStartsTogetherWithTheWatchWasNotStuckBeforeIt() {
    Trace trace = Trace.begin().at(0, 10).looks(40, 10, 10).stands(1, 10).membersLeave();
    int again = trace.restartsAfter(Duration.ofMinutes(3)).length();

    trace.stands(3, 0);
    assertThat(trace.saidSince(again).keySet()).noneMatch(LagVerdict::isAlarm);
    trace.stands(4, 0);

    assertThat(trace.verdict()).isEqualTo(LagVerdict.STOP);
  }

  @Test
  void aMissedLookDoesNotChangeARate() {
    Trace trace = Trace.begin().at(0, 0).looks(30, 100, 100);

    trace.noLookFor(Duration.ofSeconds(30)).looks(1, 400, 400);

    assertThat(trace.judgement().arrivalPerSecond().orElseThrow()).isBetween(9.9, 10.1);
    assertThat(trace.judgement().processingPerSecond().orElseThrow()).isBetween(9.9, 10.1);
  }

  @Test
  void whatLeftTheLogUnreadIsLostAtOnce() {
    Trace trace = Trace.begin().at(100, 500).looks(10, 10, 10);

    trace.logStartsAt(350).stands(1, 10);

    assertThat(trace.verdict()).isEqualTo(LagVerdict.LOST);
    assertThat(trace.judgement().lost()).isEqualTo(150);
    assertThat(trace.sentence("")).contains("up to 150 records left the log");
  }

  @Test
  void aSingleOffsetThatIsMissingAtFirstSightWasTheMarkerOfATransaction() {
    Trace one = Trace.begin().logStartsAt(101).at(100, 101).stands(5, 0);
    Trace two = Trace.begin().logStartsAt(102).at(100, 102).stands(5, 0);

    assertThat(one.saidSince(0)).doesNotContainKey(LagVerdict.LOST);
    assertThat(two.verdict()).isEqualTo(LagVerdict.LOST);
  }

  @Test
  void aLossIsShownForTenMinutesAfterTheGroupWentOn() {
    Trace trace = Trace.begin().at(100, 500).looks(10, 10, 10).logStartsAt(350).stands(1, 10);
    int on = trace.length();

    trace.looks(1, 160, 10).looks(200, 20, 10);

    assertThat(trace.verdict()).isEqualTo(LagVerdict.OK);
    assertThat(trace.saidSince(on).get(LagVerdict.LOST)).isBetween(55, 65);
    assertThat(trace.judgement().lost()).isEqualTo(150);
  }

  @Test
  void aGroupThatGoesBackIsSeenAtOnceAndUntilItIsWhereItWas() {
    Trace trace = Trace.begin().at(10_000, 10_000).looks(20, 100, 100);
    int back = trace.length();

    trace.goesBackTo(5_000);
    assertThat(trace.verdict()).isEqualTo(LagVerdict.REWIND);
    assertThat(trace.sentence(""))
        .contains("went back from 12,000 to 5,000", "7,000 records are read again");
    trace.looks(20, 1_000, 100);

    assertThat(trace.verdict()).isEqualTo(LagVerdict.OK);
    assertThat(trace.saidSince(back).get(LagVerdict.REWIND)).isBetween(6, 9);
  }

  @Test
  void aTopicThatIsMadeAgainIsNoRewind() {
    Trace trace = Trace.begin().at(10_000, 10_000).looks(20, 100, 100);
    int again = trace.length();

    trace.at(0, 50).looks(20, 100, 100);

    assertThat(trace.saidSince(again)).doesNotContainKeys(LagVerdict.REWIND, LagVerdict.LOST);
  }

  @Test
  void aPlaceBeyondTheEndIsUnknown() {
    Trace trace = Trace.begin().at(10_000, 10_000).looks(20, 100, 100);

    trace.at(12_000, 20).stands(5, 1);

    assertThat(trace.verdict()).isEqualTo(LagVerdict.UNKNOWN);
    assertThat(trace.sentence("")).contains("beyond the log's end");
  }

  @Test
  void aTransactionThatDoesNotEndStallsAGroupThatHasReadAllBeforeIt() {
    Trace trace = Trace.begin().at(0, 100).looks(20, 100, 100).holdsBack(40);
    int held = trace.length();

    trace.looks(12, 100, 0);

    assertThat(trace.verdict()).isEqualTo(LagVerdict.STALL);
    assertThat(trace.until(LagVerdict.STALL, held)).isEqualTo(Duration.ofSeconds(60));
    assertThat(trace.judgement().since()).isEqualTo(trace.now().minusSeconds(120));
    assertThat(trace.sentence("an older record"))
        .isEqualTo(
            "STALL: pairs.crowdsourced-3 is read up to 2,100, where a transaction that has been"
                + " open for 2 min holds back 40 records from all consumers; stop its producer, or end"
                + " it: kafka-transactions.sh --bootstrap-server kafka-1:9092 abort --topic"
                + " pairs.crowdsourced --partition 3 --start-offset 2100");
  }

  @Test
  void whoStillHasSomethingToReadBeforeAnOpenTransactionIsJudgedByThat() {
    Trace trace = Trace.begin().at(0, 30_000).looks(12, 1_000, 0).holdsBack(1).looks(8, 1_000, 0);

    assertThat(trace.verdict()).isEqualTo(LagVerdict.BEHIND);
    assertThat(trace.sentence(""))
        .endsWith(
            "; behind that a transaction that has been open for 80 s holds back 1 record from"
                + " all consumers");
  }

  @Test
  void noGroupIsHeldBackOnceTheTransactionHasEnded() {
    Trace trace = Trace.begin().at(0, 100).looks(20, 100, 100).holdsBack(40).looks(12, 100, 0);

    trace.holdsBack(0).looks(1, 0, 41);

    assertThat(trace.verdict()).isEqualTo(LagVerdict.OK);
  }

  @Test
  void whoReadsWhatIsNotCommittedIsNeitherHeldBackNorBeyondTheEnd() {
    Trace trace = Trace.begin().at(0, 100).looks(20, 100, 100).holdsBack(40);
    int held = trace.length();

    trace.goesBeyondTheEndBy(40).stands(12, 0);

    assertThat(trace.saidSince(held)).containsOnlyKeys(LagVerdict.OK, LagVerdict.IDLE);
  }

  @Test
  void aGroupThatCatchesUpIsBehindUntilItHas() {
    Trace trace = Trace.begin().at(0, 30_000).looks(12, 1_000, 100);

    assertThat(trace.verdict()).isEqualTo(LagVerdict.BEHIND);
    assertThat(trace.judgement().catchUp().seconds().orElseThrow()).isBetween(200.0, 230.0);
    assertThat(trace.sentence("")).contains("it catches up in about 4 min");
    trace.looks(40, 1_000, 100);

    assertThat(trace.verdict()).isEqualTo(LagVerdict.OK);
  }

  @Test
  void whatArrivedSinceTheLastLooksIsNoReasonToSayThatItNeverCatchesUp() {
    Trace trace = Trace.begin().at(0, 50).looks(30, 100, 100);

    assertThat(trace.judgement().catchUp().sentence().text()).isEqualTo("keeps up");
  }

  @Test
  void aLeastLagThatRisesOverTenMinutesIsBehindBeforeItIsLarge() {
    Trace trace = Trace.begin().at(0, 0).looks(66, 1_000, 1_050);

    assertThat(trace.verdict()).isEqualTo(LagVerdict.BEHIND);
  }

  /** The group was away for a while, came back, and has not read anything yet. */
  @Test
  void whatWaitsUnreadForAMinuteIsNotKeptUpWith() {
    Trace trace =
        Trace.withoutStart().at(0, 0).looks(3, 10, 10).stands(3, 10).membersLeave().stands(3, 10);
    int back = trace.headIsOld(70, 7_200).membersCome().stands(1, 10).length();

    trace.stands(3, 10);

    assertThat(trace.saidSince(back)).containsOnlyKeys(LagVerdict.UNKNOWN);
    assertThat(trace.sentence("")).endsWith("; whether the group keeps up is not known yet");
    assertThat(trace.looks(3, 500, 10).verdict()).isEqualTo(LagVerdict.OK);
  }

  @Test
  void whatTakesLongerToReadThanTheLogKeepsItIsAtRisk() {
    Trace trace = Trace.begin().at(0, 100_000).headIsOld(3_000, 600).looks(20, 1_000, 1_000);

    assertThat(trace.sentence("")).contains("the log drops the first of them in 10 min");
  }

  @Test
  void aStandTellsWhenTheLogBeginsToDropWhatWaits() {
    Trace trace = Trace.begin().at(0, 100).headIsOld(60, 7_200).looks(10, 10, 10).stands(8, 10);

    assertThat(trace.sentence("")).contains("in 2 h the log begins to drop what waits");
  }
}
