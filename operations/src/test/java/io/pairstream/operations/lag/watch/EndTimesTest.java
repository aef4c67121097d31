package io.pairstream.operations.lag.watch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EndTimesTest {

  private final EndTimes times = new EndTimes();

  @Test
  void anOffsetArrivedBetweenTheLooksThatSawItComing() {
    times.add(100, 10_000);
    times.add(200, 20_000);

    assertThat(times.arrivalOf(100)).hasValue(10_000);
    assertThat(times.arrivalOf(150)).hasValue(15_000);
    assertThat(times.arrivalOf(199)).hasValue(19_900);
  }

  @Test
  void nothingIsSaidOfWhatWasThereBeforeOrIsNotThereYet() {
    times.add(100, 10_000);
    times.add(200, 20_000);

    assertThat(times.arrivalOf(99)).isEmpty();
    assertThat(times.arrivalOf(200)).isEmpty();
  }

  /** What is quiet for long did not arrive little by little meanwhile (kafka-lag-exporter #37). */
  @Test
  void aQuietTimeIsNotSpreadOverWhatArrivesAfterIt() {
    times.add(100, 10_000);
    for (int i = 2; i < 400; i++) {
      times.add(100, 10_000L * i);
    }
    times.add(101, 4_000_000);

    assertThat(times.arrivalOf(100).orElseThrow()).isEqualTo(3_990_000);
  }

  @Test
  void anOldOffsetIsKnownLessExactlyButStillKnown() {
    for (int i = 0; i < 1_000; i++) {
      times.add(10L * i, 10_000L * i);
    }

    assertThat(times.arrivalOf(9_975).orElseThrow()).isEqualTo(9_975_000);
    assertThat(times.arrivalOf(5_000).orElseThrow()).isBetween(4_900_000L, 5_100_000L);
  }

  @Test
  void aTopicThatIsMadeAgainBeginsAgain() {
    times.add(100, 10_000);
    times.add(5, 20_000);
    times.add(9, 30_000);

    assertThat(times.arrivalOf(50)).isEmpty();
    assertThat(times.arrivalOf(5)).hasValue(20_000);
  }
}
