package io.pairstream.operations.metrics;

import io.pairstream.operations.canary.CanaryReport;
import io.pairstream.operations.canary.CanaryState;
import io.pairstream.service.report.PrometheusText;
import io.pairstream.service.report.PrometheusText.Family;
import java.util.function.Supplier;

/** What the canary tells; nothing where none is sent. */
public final class CanaryMetrics implements MetricsSource {

  private final ClusterLabels cluster;
  private final Supplier<CanaryReport> canary;

  public CanaryMetrics(ClusterLabels cluster, Supplier<CanaryReport> canary) {
    this.cluster = cluster;
    this.canary = canary;
  }

  @Override
  public void write(PrometheusText text) {
    CanaryReport report = canary.get();
    if (!report.enabled()) {
      return;
    }
    Family states = text.gauge("pairstream_canary_state", "1 for what the last canary tells");
    for (CanaryState state : CanaryState.values()) {
      states.sample(state == report.state() ? 1 : 0, cluster.with("state", state.name()));
    }
    report
        .lastMs()
        .ifPresent(
            took ->
                text.gauge(
                        "pairstream_canary_seconds", "How long the last canary took that came out")
                    .sample(took / 1e3, cluster.with()));
    text.gauge("pairstream_canary_budget_seconds", "How long a canary may take")
        .sample(report.budgetMs() / 1e3, cluster.with());
    text.counter("pairstream_canary_sent_total", "Canaries that were sent")
        .sample((double) report.sent(), cluster.with());
    text.counter("pairstream_canary_returned_total", "Canaries that came out")
        .sample((double) report.returned(), cluster.with());
  }
}
