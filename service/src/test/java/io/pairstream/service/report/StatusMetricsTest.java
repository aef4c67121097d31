package io.pairstream.service.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.InstanceStatus;
import io.pairstream.schemas.Metric;
import io.pairstream.schemas.wire.AvroSafety;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StatusMetricsTest {

  static {
    AvroSafety.install();
  }

  @Test
  void aDistributionIsAHistogramWithItsSumAndCount() {
    Reading reading = new Reading();
    Distribution delays =
        new Distribution("decision_delay_seconds", List.of(1.0, Double.POSITIVE_INFINITY));
    for (int millis : new int[] {0, 500, 1_000, 1_001, 4_999}) {
      delays.add(Duration.ofMillis(millis));
    }
    delays.accept(reading);
    InstanceStatus status = status().setMetrics(reading.metrics()).build();
    PrometheusText text = new PrometheusText();

    StatusMetrics.write(status, text);

    assertThat(text.toString())
        .contains("# TYPE pairstream_decision_delay_seconds histogram\n")
        .contains("pairstream_decision_delay_seconds_bucket{le=\"1.0\",service=\"preprocess\"} 3\n")
        .contains(
            "pairstream_decision_delay_seconds_bucket{le=\"+Inf\",service=\"preprocess\"} 5\n")
        .contains("pairstream_decision_delay_seconds_sum{service=\"preprocess\"} 7.5\n")
        .contains("pairstream_decision_delay_seconds_count{service=\"preprocess\"} 5\n")
        .doesNotContain("TYPE pairstream_decision_delay_seconds_bucket");
  }

  @Test
  void aMetricOfAnotherVersionThatHasNoNameOrTypeHereIsLeftOut() {
    InstanceStatus status =
        status()
            .setMetrics(
                List.of(
                    new Metric("known_total", "COUNTER", "", Map.of("a", "b\n\"}"), 3.0),
                    new Metric("no-name", "COUNTER", "", Map.of(), 1.0),
                    new Metric("n", "GAUGE", "", Map.of("no-label", ""), 1.0),
                    new Metric("tomorrows", "SUMMARY", "", Map.of(), 1.0)))
            .build();
    PrometheusText text = new PrometheusText();

    StatusMetrics.write(status, text);

    assertThat(text.toString())
        .contains("pairstream_known_total{a=\"b\\n\\\"}\",service=\"preprocess\"} 3\n")
        .doesNotContain("no-name", "no-label", "tomorrows");
  }

  @Test
  void aMissingInstanceIsReportedAsDown() {
    PrometheusText text = new PrometheusText();

    Map<String, String> place = Map.of("namespace", "pairs");
    StatusMetrics.write(List.of(status().build()), place, text);
    StatusMetrics.writeMissing(List.of(status().setInstance("p2").build()), place, text);

    assertThat(text.toString())
        .contains("pairstream_up{instance=\"p1\",namespace=\"pairs\",service=\"preprocess\"} 1\n")
        .contains("pairstream_up{instance=\"p2\",namespace=\"pairs\",service=\"preprocess\"} 0\n")
        .doesNotContain("pairstream_state{instance=\"p2\"");
  }

  private static InstanceStatus.Builder status() {
    return InstanceStatus.newBuilder()
        .setService("preprocess")
        .setInstance("p1")
        .setState("RUNNING")
        .setIntervalMs(5_000)
        .setStartedAt(Instant.EPOCH)
        .setReportedAt(Instant.EPOCH);
  }
}
