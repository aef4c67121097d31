package io.pairstream.operate.lag.watch;

import static io.pairstream.operate.lag.watch.GeneratedTracesTest.random;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operate.lag.LagVerdict;
import io.pairstream.operate.lag.judge.PartitionJudge.Role;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Groups that need not always run: no alarm before one is due. */
class StrangersTest {

  static LongStream seeds() {
    return LongStream.range(0, 50);
  }

  private static boolean isCalm(Trace trace) {
    return trace.saidSince(0).keySet().stream().noneMatch(LagVerdict::isAlarm);
  }

  /** Comes every 12 looks, is there for one to three of them, reads all, and goes. */
  @ParameterizedTest
  @MethodSource("seeds")
  void whoComesEveryTwoMinutesIsNeverRed(long seed) {
    RandomGenerator random = random(seed);
    Trace trace = Trace.of(Role.OTHER).membersLeave().at(0, 50);
    int there = random.nextInt(4);
    for (int run = 0; run < 30; run++) {
      trace.stands(12 - there, 1 + random.nextInt(40));
      runOf(trace, there, random);
    }

    assertThat(isCalm(trace)).as("%s", trace.saidSince(0)).isTrue();
  }

  /** Comes every hour for 0 to 4 minutes, for a day; some hours have next to nothing to read. */
  @ParameterizedTest
  @MethodSource("seeds")
  void whoComesEveryHourIsNeverRed(long seed) {
    RandomGenerator random = random(seed);
    Trace trace = Trace.of(Role.OTHER).membersLeave().at(0, 50);
    for (int run = 0; run < 24; run++) {
      int there = random.nextInt(24);
      int quiet = random.nextInt(300);
      trace.stands(quiet, 0).stands(360 - there - quiet, random.nextInt(3));
      runOf(trace, there, random);
    }

    assertThat(isCalm(trace)).as("%s", trace.saidSince(0)).isTrue();
  }

  private static void runOf(Trace trace, int there, RandomGenerator random) {
    if (there == 0) {
      trace.looks(1, 1_000_000, 1); // came and went between two looks
      return;
    }
    trace.membersCome();
    for (int look = 0; look < there; look += 3) {
      // It takes a while to join, and from one commit to the next.
      trace.stands(random.nextInt(3), random.nextInt(10)).looks(1, 1_000, 1);
    }
    trace.looks(1, 1_000_000, 0).membersLeave();
  }

  @Test
  void whatIsNotKnownYetIsSaid() {
    Trace trace = Trace.of(Role.OTHER).membersLeave().at(0, 50).stands(20, 1);

    assertThat(trace.verdict()).isEqualTo(LagVerdict.UNKNOWN);
    assertThat(trace.sentence(""))
        .endsWith("the group has no members, and whether that is usual is not known");
  }

  @Test
  void whoIsSlowFromTheStartIsNeverSaidToKeepUp() {
    for (Role role : List.of(Role.COUNTED, Role.OTHER)) {
      Trace trace = Trace.of(role).at(0, 3_000).looks(30, 20, 120);

      assertThat(trace.saidSince(0)).containsOnlyKeys(LagVerdict.STARTING, LagVerdict.BEHIND);
      assertThat(trace.verdict()).isEqualTo(LagVerdict.BEHIND);
      assertThat(trace.judgement().catchUp().isNever()).isTrue();
    }
  }
}
