package io.pairstream.cli;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.service.Cluster;
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
}
