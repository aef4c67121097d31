package io.pairstream.cli.command;

import io.pairstream.image.card.InvalidCardException;
import io.pairstream.ingest.publish.LinkPublisher;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.Cluster;
import io.pairstream.service.ClusterRequirement;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.requirements.ClusterCheck;
import io.pairstream.service.requirements.WeakClusterException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
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

  protected final PairTopics topics() {
    return PairTopics.of(cluster().dataset(), new AvroSerdes(cluster().registry()));
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

    /** Publishes raw pairs. */
    protected final PairPublisher pairPublisher() {
      PairTopics topics = topics();
      return ifFit(
          PairPublisher.openWithNotes(
              topics.crowdsourced(),
              topics.uploads(),
              cluster().registry(),
              cluster().clientSettings(Map.of()),
              Clock.systemUTC()),
          PairPublisher::close,
          topics.crowdsourced().name(),
          topics.uploads().name());
    }

    /** Publishes links. */
    protected final LinkPublisher linkPublisher() {
      Topic<String, PairLink> links = topics().links();
      return ifFit(
          LinkPublisher.open(
              links, cluster().registry(), cluster().clientSettings(Map.of()), Clock.systemUTC()),
          LinkPublisher::close,
          links.name());
    }

    /** Says by what fault a service has ended; throws one that has words of its own. */
    protected final int broken(Throwable fault) {
      if (fault instanceof WeakClusterException || fault instanceof InvalidCardException) {
        throw (RuntimeException) fault;
      }
      complain(fault);
      return ExitStatus.COULD_NOT;
    }

    private <T> T ifFit(T publisher, Consumer<T> close, String... topics) {
      try {
        ClusterCheck.of(cluster()).onTopics(List.of(topics)).requireQuietly();
        return publisher;
      } catch (RuntimeException e) {
        close.accept(publisher);
        throw e;
      }
    }
  }
}
