package io.pairstream.operate.instances;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrainerClockTest {

  @Test
  void countsWhatIsReadyAndWhatWaitsAgainstTheRate() {
    // Two batches of 8 per second; 4 ready and 1920 samples in the topic.
    TrainerClock clock = clock(20, 0, 4, 1920, 0);

    assertThat(clock.connected()).isTrue();
    assertThat(clock.batchesPerSecond()).isEqualTo(2);
    assertThat(clock.starvesInSeconds()).isEqualTo(122);
    assertThat(clock.sentence().text())
        .isEqualTo("full batches wait; at this rate the trainer starves in 2 min");
  }

  @Test
  void whatComesAnewPutsItOff() {
    assertThat(clock(20, 0, 4, 0, 8).starvesInSeconds()).isEqualTo(4);
    assertThat(clock(20, 0, 4, 0, 16).starvesInSeconds()).isNaN();
    assertThat(clock(20, 0, 4, 0, 16).sentence().text())
        .isEqualTo("full batches wait, and new pairs come as fast as the trainer takes them");
  }

  @Test
  void aTrainerThatWaitsWithNothingReadyStarvesNow() {
    TrainerClock clock = clock(1, 9, 0, 0, 1, true);

    assertThat(clock.starvesInSeconds()).isZero();
    assertThat(clock.sentence().text())
        .isEqualTo("the trainer starves: no batch is ready, and it waits 90 % of its time");
  }

  @Test
  void aTrainerThatHasJustBegunDoesNotStarveYet() {
    Map<String, Double> waits = Map.of("feed_data_wait_seconds_total", 10.0);
    Map<String, Double> none = Map.of("feed_ready_batches", 0.0, "feed_samples_waiting", 90.0);
    Map<String, Double> before =
        Map.of("feed_data_wait_seconds_total", 10.0, "feed_batches_total", 0.0);

    for (Map<String, Double> counters : List.of(waits, before)) {
      List<Instance> feeds = List.of(Played.afterTenSeconds("feed", counters, none));
      TrainerClock clock = TrainerClock.of(feeds, 0, true, null);

      assertThat(clock.starvesInSeconds()).isNaN();
      assertThat(clock.sentence().text()).isEqualTo("a trainer has just begun");
    }
  }

  /** Rates are those of the last minute: pairs came in it, and none is left. */
  @Test
  void aTrainerThatHasTakenAllDoesNotStarve() {
    TrainerClock clock = clock(1, 9, 0, 7, 5);

    assertThat(clock.starvesInSeconds()).isNaN();
    assertThat(clock.sentence().text())
        .isEqualTo("the trainer has taken all full batches and waits for new pairs");
    assertThat(clock(1, 9, 0, 8, 0).starvesInSeconds()).isZero();
  }

  /** Over a view nothing waits in the topic, and new pairs are none of its. */
  @Test
  void overAViewTheFeedKnowsItself() {
    TrainerClock never = overAView(Map.of("feed_ready_batches", 4.0));
    TrainerClock soon = overAView(Map.of("feed_ready_batches", 4.0, "feed_starves_seconds", 240.0));

    assertThat(never.starvesInSeconds()).isNaN();
    assertThat(never.sentence().text())
        .isEqualTo("full batches wait, and the feed loads as fast as the trainer takes");
    assertThat(soon.starvesInSeconds()).isEqualTo(240);
    assertThat(soon.sentence().text())
        .isEqualTo("full batches wait; at this rate the trainer starves in 4 min");
  }

  private static TrainerClock overAView(Map<String, Double> gauges) {
    Instance feed =
        Played.afterTenSeconds(
            "feed",
            Map.of("feed_batches_total", 20.0, "feed_data_wait_seconds_total", 0.0),
            gauges);
    return TrainerClock.of(List.of(feed), 100, true, null);
  }

  private static TrainerClock clock(
      long batches, double waitSeconds, double ready, double waiting, double pairsPerSecond) {
    return clock(batches, waitSeconds, ready, waiting, pairsPerSecond, false);
  }

  private static TrainerClock clock(
      long batches,
      double waitSeconds,
      double ready,
      double waiting,
      double pairsPerSecond,
      boolean pairsWait) {
    Instance feed =
        Played.afterTenSeconds(
            "feed",
            Map.of(
                "feed_batches_total",
                (double) batches,
                "feed_data_wait_seconds_total",
                waitSeconds),
            Map.of(
                "feed_ready_batches", ready,
                "feed_samples_waiting", waiting,
                "feed_batch_samples", 8.0));
    return TrainerClock.of(List.of(feed), pairsPerSecond, pairsWait, null);
  }
}
