package io.pairstream.operations.metrics;

import io.pairstream.operations.instances.ClusterWatch.Unavailable;
import io.pairstream.operations.lag.watch.BrokerDisk;
import io.pairstream.service.report.PrometheusText;
import io.pairstream.service.report.PrometheusText.Family;
import java.util.Collection;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Supplier;

/** How the brokers are: their disks, and the data set's partitions. */
public final class ClusterMetrics implements MetricsSource {

  private final ClusterLabels cluster;
  private final Supplier<? extends Collection<BrokerDisk>> disks;
  private final Supplier<Optional<Unavailable>> partitions;

  /**
   * @param partitions empty while the brokers do not answer
   */
  public ClusterMetrics(
      ClusterLabels cluster,
      Supplier<? extends Collection<BrokerDisk>> disks,
      Supplier<Optional<Unavailable>> partitions) {
    this.cluster = cluster;
    this.disks = disks;
    this.partitions = partitions;
  }

  @Override
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
    partitions
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
  }
}
