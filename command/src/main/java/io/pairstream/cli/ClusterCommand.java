package io.pairstream.cli;

import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.service.Cluster;
import io.pairstream.service.requirements.ClusterCheck;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import picocli.CommandLine.Mixin;

/** A command that works on a cluster. */
abstract class ClusterCommand extends PairstreamCommand {

  @Mixin private ClusterOptions cluster;

  final ClusterOptions options() {
    return cluster;
  }

  final Cluster cluster() {
    return cluster.cluster();
  }

  final ClusterAccess access() {
    return new ClusterAccess(cluster.cluster());
  }

  /** Publishes raw pairs, on a cluster that keeps what that promises. */
  static PairPublisher publisher(Cluster cluster) {
    PairTopics topics = PairTopics.of(cluster.dataset(), new AvroSerdes(cluster.registry()));
    return onFitCluster(
        PairPublisher.openWithNotes(
            topics.crowdsourced(),
            topics.uploads(),
            cluster.registry(),
            cluster.clientSettings(Map.of()),
            Clock.systemUTC()),
        PairPublisher::close,
        ClusterCheck.of(cluster)
            .onTopics(List.of(topics.crowdsourced().name(), topics.uploads().name())));
  }

  /** Nothing is acknowledged by a cluster that cannot keep what that promises. */
  static <T> T onFitCluster(T publisher, Consumer<T> close, ClusterCheck check) {
    try {
      check.requireQuietly();
      return publisher;
    } catch (RuntimeException e) {
      close.accept(publisher);
      throw e;
    }
  }
}
