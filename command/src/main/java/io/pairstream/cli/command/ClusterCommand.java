package io.pairstream.cli.command;

import io.pairstream.image.card.InvalidCardException;
import io.pairstream.service.Cluster;
import io.pairstream.service.ClusterRequirement;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.requirements.WeakClusterException;
import java.util.Set;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A command that works on a cluster. */
public abstract class ClusterCommand extends PairstreamCommand {

  @Mixin private ClusterOptions cluster;

  protected final ClusterOptions options() {
    return cluster;
  }

  protected Cluster cluster() {
    return cluster.cluster();
  }

  protected final ClusterAccess access() {
    return new ClusterAccess(cluster());
  }

  /**
   * A command that relies on what a cluster promises, but for the requirements that it waives;
   * nothing is acknowledged by a cluster that cannot keep the rest.
   */
  public abstract static class Fit extends ClusterCommand {

    @Mixin private RequirementOptions requirements;

    /** Options that name the requirements which a cluster need not meet. */
    static final class RequirementOptions {

      @Option(names = "--accept-weaker", paramLabel = "NAME", split = ",")
      private Set<ClusterRequirement> doneWithout = Set.of();
    }

    /** The cluster, of which so much less is asked. */
    @Override
    protected final Cluster cluster() {
      return super.cluster().without(requirements.doneWithout);
    }

    /** Says by what fault a service has ended; throws one that has words of its own. */
    protected final int broken(Throwable fault) {
      if (fault instanceof WeakClusterException || fault instanceof InvalidCardException) {
        throw (RuntimeException) fault;
      }
      complain(fault);
      return ExitStatus.COULD_NOT;
    }
  }
}
