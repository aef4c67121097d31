package io.pairstream.cli;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.service.Cluster;
import picocli.CommandLine.Mixin;

/** A command that works on a cluster. */
abstract class ClusterCommand extends PairstreamCommand {

  @Mixin private ClusterOptions cluster;

  final ClusterOptions options() {
    return cluster;
  }

  Cluster cluster() {
    return cluster.cluster();
  }

  final ClusterAccess access() {
    return new ClusterAccess(cluster());
  }

  final PairTopics topics() {
    return PairTopics.of(cluster().dataset(), new AvroSerdes(cluster().registry()));
  }

  /** A command to run next, as it is typed here. */
  final String hint(String words) {
    return cluster.hint(words);
  }
}
