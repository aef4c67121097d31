package io.pairstream.cli;

import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.service.Cluster;
import io.pairstream.service.requirements.ClusterCheck;
import java.time.Clock;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** On which topic raw pairs are published, and who does it. */
final class RawTopicOption {

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      defaultValue = TopicCatalogue.CROWDSOURCED,
      completionCandidates = RawTopics.class)
  private String topic;

  /** Names of the topics on which raw pairs arrive. */
  static final class RawTopics implements Iterable<String> {

    private static final List<String> ALL =
        List.of(TopicCatalogue.CROWDSOURCED, TopicCatalogue.SCRAPED);

    @Override
    public Iterator<String> iterator() {
      return ALL.iterator();
    }
  }

  /** Its name within a data set. */
  String checked(PairstreamCommand command) {
    command.require(
        RawTopics.ALL.contains(topic),
        "--topic must be one of " + RawTopics.ALL + ", was '" + topic + "'");
    return topic;
  }

  /** Publishes there, on a cluster that keeps what that promises. */
  PairPublisher publisher(Cluster cluster) {
    PairTopics topics = PairTopics.of(cluster.dataset(), new AvroSerdes(cluster.registry()));
    Topic<String, RawPair> raw =
        topic.equals(TopicCatalogue.SCRAPED) ? topics.scraped() : topics.crowdsourced();
    return onFitCluster(
        PairPublisher.openWithNotes(
            raw,
            topics.uploads(),
            cluster.registry(),
            cluster.clientSettings(Map.of()),
            Clock.systemUTC()),
        PairPublisher::close,
        ClusterCheck.of(cluster).onTopics(List.of(raw.name(), topics.uploads().name())));
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
