package io.pairstream.operate.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.operate.Served;
import io.pairstream.operate.instances.Instance;
import io.pairstream.operate.instances.Played;
import io.pairstream.operate.lag.Arrivals;
import io.pairstream.operate.lag.LagReport;
import io.pairstream.operate.lag.LagVerdict;
import io.pairstream.operate.lag.PartitionLag;
import io.pairstream.operate.lag.PlayedLag;
import io.pairstream.schemas.InstanceStatus;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.service.report.Series;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ThroughputHistoryTest {

  private final PairTopics topics =
      PairTopics.of(new Dataset("pairs"), new Registry("mock://history", Map.of()));
  private final Arrivals arrivals = new Arrivals();
  private Instant now = PlayedLag.AT;

  @Test
  void aPointHasWhatArrivedWasJudgedAndWaits() throws Exception {
    Instance judging = judging(Map.of("TRAINING", 3.0, "QUARANTINED", 1.0));
    ThroughputHistory history = history(List.of(judging));

    look(history, 0, 100);
    look(history, 1, 140);

    JsonNode json = answer(history);
    assertThat(json.path("since").asText()).isEqualTo("2026-11-20T03:00:00.000Z");
    assertThat(json.path("interval_seconds").asInt()).isEqualTo(10);
    assertThat(json.at("/points/0/arriving_per_minute").isNull()).as("one look").isTrue();
    JsonNode second = json.at("/points/1");
    assertThat(second.path("at").asText()).isEqualTo("2026-11-20T03:00:10.000Z");
    assertThat(second.path("arriving_per_minute").asDouble()).isEqualTo(3 * 240);
    assertThat(second.path("judged_per_minute").asDouble()).isEqualTo(240);
    assertThat(second.path("rejected_share").asDouble()).isEqualTo(0.25);
    assertThat(second.path("waiting").asDouble()).isEqualTo(3 * 12);
  }

  @Test
  void whatIsNotKnownIsNoZero() throws Exception {
    ThroughputHistory silent = history(List.of());
    assertThat(answer(silent).path("since").isNull()).isTrue();

    silent.note(PlayedLag.report());
    JsonNode point = answer(silent).at("/points/0");
    for (String figure : List.of("arriving_per_minute", "judged_per_minute", "waiting")) {
      assertThat(point.path(figure).isNull()).as(figure).isTrue();
    }

    Instance idle = judging(Map.of("TRAINING", 0.0));
    ThroughputHistory calm = history(List.of(idle));
    look(calm, 0, 100);
    assertThat(answer(calm).at("/points/0/judged_per_minute").asInt(-1)).isZero();
    assertThat(answer(calm).at("/points/0/rejected_share").isNull()).isTrue();
  }

  @Test
  void aPointThatNothingFollowsIsSaidToBeOld() throws Exception {
    ThroughputHistory history = history(List.of());
    look(history, 0, 100);

    now = PlayedLag.AT.plusSeconds(30);
    assertThat(answer(history).path("as_of").isNull()).isTrue();
    now = PlayedLag.AT.plusSeconds(31);
    assertThat(answer(history).path("as_of").asText()).isEqualTo("2026-11-20T03:00:00.000Z");
  }

  @Test
  void theOldestPointsGoAfterAnHour() throws Exception {
    ThroughputHistory history = history(List.of());

    for (int look = 0; look <= ThroughputHistory.MOST_POINTS; look++) {
      look(history, look, 100);
    }

    JsonNode json = answer(history);
    assertThat(json.path("points")).hasSize(ThroughputHistory.MOST_POINTS);
    assertThat(json.path("since").asText()).isEqualTo("2026-11-20T03:00:10.000Z");
  }

  private ThroughputHistory history(List<Instance> instances) {
    InstantSource clock = () -> now;
    return new ThroughputHistory(topics, () -> instances, arrivals, clock.withZone(ZoneOffset.UTC));
  }

  private static JsonNode answer(ThroughputHistory history) throws Exception {
    try (Served served = new Served(List.of(history.route()))) {
      return served.json("/v1/overview/history");
    }
  }

  /** A look at three topics that end at {@code end}, of each of which 12 records wait. */
  private void look(ThroughputHistory history, int number, long end) {
    PartitionLag[] partitions =
        topics.rawNames().stream()
            .map(topic -> PlayedLag.endingAt(topic, end))
            .toArray(PartitionLag[]::new);
    Instant at = PlayedLag.AT.plusSeconds(10L * number);
    String group = topics.dataset().preprocessGroup();
    LagReport report = PlayedLag.report(at, PlayedLag.group(group, LagVerdict.OK, partitions));
    arrivals.note(report);
    history.note(report);
  }

  /** A process that decides so many pairs a second, by status. */
  private static Instance judging(Map<String, Double> rates) {
    Map<Series, Double> counters = new HashMap<>();
    rates.forEach(
        (status, rate) -> counters.put(Series.of("decided_total", "status", status), rate));
    InstanceStatus status = Played.status("preprocess", "a", PlayedLag.AT).build();
    return new Instance(status, PlayedLag.AT, Map.of(), counters, false, false);
  }
}
