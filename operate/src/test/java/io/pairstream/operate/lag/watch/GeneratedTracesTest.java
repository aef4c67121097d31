package io.pairstream.operate.lag.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operate.lag.LagVerdict;
import io.pairstream.operate.lag.judge.Judgement;
import io.pairstream.testing.Repeats;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Properties of every trace, checked on many random ones; a trace is its seed. */
class GeneratedTracesTest {

  private static final int DAY = 24 * 60 * 6;

  static LongStream seeds() {
    return LongStream.range(0, Repeats.of(40, 200));
  }

  static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  /** Between 0 and a few thousand records in a look, of any order of magnitude. */
  private static long amount(RandomGenerator random) {
    return (long) Math.pow(10, random.nextDouble() * 3.5) - 1;
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void whoMovesOnIsNeverSaidToStand(long seed) {
    RandomGenerator random = random(seed);
    Trace trace = Trace.begin().at(0, amount(random));

    for (int i = 0; i < 500; i++) {
      trace.looks(1, 1 + amount(random), amount(random));
    }

    assertThat(trace.saidSince(0))
        .doesNotContainKeys(LagVerdict.STOP, LagVerdict.STALL, LagVerdict.LOST, LagVerdict.REWIND);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void whoStandsBeforeSomethingIsSaidToAfterThreeOfItsUsualGaps(long seed) {
    RandomGenerator random = random(seed);
    int gap = 1 + random.nextInt(20);
    Trace trace = Trace.begin().at(0, 10_000);
    for (int i = 0; i < 30; i++) {
      trace.stands(gap - 1, amount(random)).looks(1, 1 + amount(random), 1 + amount(random));
    }
    boolean gone = random.nextBoolean();
    if (gone) {
      trace.membersLeave();
    }
    int stand = trace.length();

    trace.stands(6 + 4 * gap, 1 + amount(random));

    LagVerdict expected = gone ? LagVerdict.STOP : LagVerdict.STALL;
    assertThat(trace.verdict()).isEqualTo(expected);
    assertThat(trace.until(expected, stand))
        .isLessThanOrEqualTo(Trace.INTERVAL.multipliedBy(5L + 3L * gap));
    assertThat(trace.judgement().catchUp().isNever()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void onceItStandsItIsSaidToUntilItMoves(long seed) {
    RandomGenerator random = random(seed);
    Trace trace = Trace.begin().at(0, 10).looks(20, 10, 10 + amount(random)).stands(10, 1);
    int said = trace.length();

    for (int i = 0; i < 300; i++) {
      trace.stands(1, amount(random));
    }

    assertThat(trace.saidSince(said)).containsOnlyKeys(LagVerdict.STALL);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void whateverHappensTheSameLooksGiveTheSameVerdicts(long seed) {
    assertThat(anything(seed).saidSince(0)).isEqualTo(anything(seed).saidSince(0));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void whateverHappensNumbersStayWithinTheirRanges(long seed) {
    Judgement judgement = anything(seed).judgement();

    judgement.arrivalPerSecond().ifPresent(rate -> assertThat(rate).isGreaterThanOrEqualTo(0));
    judgement.processingPerSecond().ifPresent(rate -> assertThat(rate).isGreaterThanOrEqualTo(0));
    assertThat(judgement.lost()).isNotNegative();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void aGroupThatIsStuckOrBehindHasSomethingWaiting(long seed) {
    Trace trace = anything(seed);

    assertThat(trace.saidWithNothingWaiting())
        .doesNotContain(LagVerdict.STOP, LagVerdict.STALL, LagVerdict.AT_RISK, LagVerdict.BEHIND);
    assertThat(trace.saidToStandInTheLookThatMovesOn()).isZero();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void aStartIsOverInTime(long seed) {
    RandomGenerator random = random(seed);
    Trace never = Trace.begin().neverCommitted().at(0, amount(random));
    for (int i = 0; i < 60; i++) {
      never.stands(1, amount(random));
    }

    assertThat(never.verdict()).isEqualTo(LagVerdict.UNKNOWN);
    assertThat(never.saidToStartAfterItsStart()).isZero();
    // Another verdict may need three looks before it is given.
    assertThat(anything(seed).saidToStartAfterItsStart()).isLessThanOrEqualTo(2);
  }

  private static Trace anything(long seed) {
    RandomGenerator random = random(seed);
    Trace trace = Trace.begin().at(amount(random), 10_000 + amount(random));
    for (int i = 0; i < 200; i++) {
      switch (random.nextInt(12)) {
        case 0 -> trace.stands(random.nextInt(30), amount(random));
        case 1 -> trace.membersLeave();
        case 2 -> trace.membersCome();
        case 3 -> trace.goesBackTo(amount(random));
        case 4 -> trace.noLookFor(Duration.ofSeconds(random.nextInt(4000)));
        case 5 -> trace.logStartsAt(amount(random));
        case 6 -> trace.headIsOld((double) amount(random), (double) amount(random));
        case 7 -> trace.markersLeft(random.nextInt(3));
        default -> trace.looks(random.nextInt(20), amount(random), amount(random));
      }
    }
    return trace.look();
  }

  /**
   * A day of a healthy but noisy partition: arrivals come in bursts and with the time of day, the
   * group reads with pauses of up to 20 seconds, restarts now and then, and some looks are missed.
   */
  @Test
  void aNoisyDayHasHardlyAFalseAlarm() {
    int alarms = 0;
    int behind = 0;
    int looks = 0;
    for (long seed = 0; seed < 20; seed++) {
      Trace trace = noisyDay(seed);
      Map<LagVerdict, Integer> said = trace.saidSince(0);
      for (LagVerdict verdict :
          EnumSet.of(
              LagVerdict.LOST,
              LagVerdict.REWIND,
              LagVerdict.STOP,
              LagVerdict.STALL,
              LagVerdict.AT_RISK)) {
        alarms += said.getOrDefault(verdict, 0);
      }
      behind += said.getOrDefault(LagVerdict.BEHIND, 0);
      looks += trace.length();
    }

    assertThat(alarms).as("alarms in %d looks", looks).isZero();
    assertThat(behind).as("looks that say BEHIND of %d", looks).isLessThan(looks / 100);
  }

  private static Trace noisyDay(long seed) {
    RandomGenerator random = random(seed);
    double usual = 5 + random.nextDouble() * 500;
    double capacity = usual * 3;
    Trace trace = Trace.begin().at(0, 0);
    long burst = 0;
    for (int i = 0; i < DAY; i++) {
      double hour = 1 + 0.7 * Math.sin(2 * Math.PI * i / DAY);
      long arrived = Math.round(Math.max(0, usual * hour * (1 + 0.5 * random.nextGaussian())));
      if (random.nextInt(400) == 0) {
        burst = Math.round(usual * (1 + random.nextInt(6)));
      }
      arrived += burst;
      burst = 0;
      boolean pauses = random.nextInt(60) == 0;
      boolean restarts = random.nextInt(2000) == 0;
      if (restarts) {
        trace.membersLeave().stands(2, arrived).membersCome();
      } else if (pauses) {
        trace.stands(1 + random.nextInt(2), arrived);
      } else if (random.nextInt(200) == 0) {
        trace.noLookFor(Trace.INTERVAL);
      }
      trace.looks(1, Math.round(capacity * (0.7 + 0.6 * random.nextDouble())), arrived);
    }
    return trace;
  }
}
