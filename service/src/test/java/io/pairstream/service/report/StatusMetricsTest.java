package io.pairstream.service.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.InstanceStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StatusMetricsTest {

  @Test
  void aDistributionIsAHistogramWithItsSumAndCount() {
    InstanceStatus status =
        status()
            .setCounters(
                Map.of(
                    "decision_delay_seconds_bucket{le=1}", 3L,
                    "decision_delay_seconds_bucket{le=+Inf}", 5L,
                    "decision_delay_nanoseconds_total", 7_500_000_000L))
            .build();
    PrometheusText text = new PrometheusText();

    StatusMetrics.write(status, text);

    assertThat(text.toString())
        .contains("# TYPE pairstream_decision_delay_seconds histogram\n")
        .contains("pairstream_decision_delay_seconds_bucket{le=\"1\",service=\"preprocess\"} 3\n")
        .contains(
            "pairstream_decision_delay_seconds_bucket{le=\"+Inf\",service=\"preprocess\"} 5\n")
        .contains("pairstream_decision_delay_seconds_sum{service=\"preprocess\"} 7.5\n")
        .contains("pairstream_decision_delay_seconds_count{service=\"preprocess\"} 5\n")
        .doesNotContain("TYPE pairstream_decision_delay_seconds_bucket");
  }

  @Test
  void whoIsMissingIsToldAsDown() {
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
