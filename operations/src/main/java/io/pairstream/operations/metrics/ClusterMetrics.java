package io.pairstream.operations.metrics;

import io.pairstream.operations.canary.CanaryReport;
import io.pairstream.operations.canary.CanaryState;
import io.pairstream.operations.instances.BrokerState;
import io.pairstream.operations.lag.watch.WatchedLogs.BrokerDisk;
import io.pairstream.service.report.PrometheusText;
import io.pairstream.service.report.PrometheusText.Family;
import java.util.Collection;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Supplier;

/** How the brokers are: their disks, and the data set's partitions; and what the canary tells. */
public final class ClusterMetrics {

  private final ClusterLabels cluster;
  private final Supplier<? extends Collection<BrokerDisk>> disks;
  private final Supplier<Optional<BrokerState>> brokers;
  private final Supplier<CanaryReport> canary;

  /**
   * @param brokers empty while the brokers do not answer
   */
  public ClusterMetrics(
      ClusterLabels cluster,
      Supplier<? extends Collection<BrokerDisk>> disks,
      Supplier<Optional<BrokerState>> brokers,
      Supplier<CanaryReport> canary) {
    this.cluster = cluster;
    this.disks = disks;
    this.brokers = brokers;
    this.canary = canary;
  }

  /** Adds what is known now. */
  public void write(PrometheusText text) {
    Family free =
        text.gauge(
            "pairstream_broker_disk_free_bytes", "Room that is left where a broker keeps logs");
    Family size = text.gauge("pairstream_broker_disk_bytes", "Size of the disk of a broker's logs");
    for (BrokerDisk disk : disks.get()) {
      SortedMap<String, String> labels =
          cluster.with("broker", String.valueOf(disk.broker()), "path", disk.path());
      free.sample((double) disk.freeBytes(), labels);
      size.sample((double) disk.bytes(), labels);
    }
    brokers
        .get()
        .ifPresent(
            found -> {
              text.gauge(
                      "pairstream_partitions_under_replicated",
                      "Partitions of the data set with a copy that is behind")
                  .sample(found.underReplicated(), cluster.with());
              text.gauge(
                      "pairstream_partitions_offline",
                      "Partitions of the data set that nobody leads: nothing can be written there")
                  .sample(found.offline(), cluster.with());
            });
    canary(canary.get(), text);
  }

  /** Nothing where none is sent. */
  private void canary(CanaryReport report, PrometheusText text) {
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
