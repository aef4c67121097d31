package io.pairstream.operate.instances;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operate.metrics.Promtool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainerClockTest {

  @TempDir private Path folder;

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
    TrainerClock clock = clock(1, 9, 0, 90, 1);

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
      TrainerClock clock = TrainerClock.of(feeds, 0, null);

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

  /** Seconds out of ten that the trainer waits, and samples that wait where a batch has 8. */
  @ParameterizedTest
  @CsvSource({"6, 8, 1", "6, 7, 0", "5, 90, 0", "9, NaN, 1"})
  void theCardAndTheAlertJudgeByTheSameTerms(int waitSeconds, double waiting, int starves)
      throws Exception {
    assertThat(clock(1, waitSeconds, 0, waiting, 5).starvesInSeconds() == 0)
        .isEqualTo(starves == 1);

    Files.writeString(
        folder.resolve("test.yml"),
        """
        rule_files: ['%s']
        tests: [{interval: 1m, input_series: [
          {series: pairstream_feed_data_wait_seconds_total, values: 0+%dx60},
          {series: pairstream_feed_samples_waiting, values: %sx60},
          {series: pairstream_feed_batch_samples, values: 8x60}], promql_expr_test: [{
          expr: 'count(ALERTS{alertname="PairstreamTrainerStarves"}) or vector(0)',
          eval_time: 1h, exp_samples: [{labels: '{}', value: %d}]}]}]
        """
            .formatted(
                Path.of("../deploy/prometheus/pairstream.rules.yml").toAbsolutePath(),
                6 * waitSeconds,
                Double.isNaN(waiting) ? "_" : waiting,
                starves));
    Promtool.Ended ended = Promtool.run("", "test", "rules", folder.resolve("test.yml").toString());
    assertThat(ended.status()).as(ended.output()).isZero();
  }

  private static TrainerClock overAView(Map<String, Double> gauges) {
    Instance feed =
        Played.afterTenSeconds(
            "feed",
            Map.of("feed_batches_total", 20.0, "feed_data_wait_seconds_total", 0.0),
            gauges);
    return TrainerClock.of(List.of(feed), 100, null);
  }

  private static TrainerClock clock(
      long batches, double waitSeconds, double ready, double waiting, double pairsPerSecond) {
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
    return TrainerClock.of(List.of(feed), pairsPerSecond, null);
  }
}
