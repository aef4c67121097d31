package io.pairstream.ingest.files;

import io.pairstream.ingest.publish.LinkPublisher;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.service.Cluster;
import io.pairstream.service.requirements.ClusterCheck;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.utils.Utils;

/**
 * Publishes pairs and links on a cluster that keeps what is required of it. The publisher of links
 * opens with the first one. Thread-safe.
 */
public final class ItemPublisher implements AutoCloseable {

  private final Cluster cluster;
  private final PairTopics topics;
  private final PairPublisher pairs;
  private LinkPublisher links;

  /** Opens the publisher of pairs; throws as that does. */
  public ItemPublisher(Cluster cluster, PairTopics topics) {
    this.cluster = cluster;
    this.topics = topics;
    pairs =
        ifFit(
            PairPublisher.openWithNotes(
                topics.crowdsourced(),
                topics.uploads(),
                cluster.clientSettings(Map.of()),
                Clock.systemUTC()),
            topics.crowdsourced().name(),
            topics.uploads().name());
  }

  /** Sends a pair or a link; done once it is acknowledged. */
  public CompletableFuture<?> publish(SourceItem item) {
    return item instanceof SourceItem.Pair pair
        ? pairs.publish(pair.pair())
        : links().publish(((SourceItem.Link) item).link());
  }

  private synchronized LinkPublisher links() {
    if (links == null) {
      links =
          ifFit(
              LinkPublisher.open(
                  topics.links(), cluster.clientSettings(Map.of()), Clock.systemUTC()),
              topics.links().name());
    }
    return links;
  }

  private <T extends AutoCloseable> T ifFit(T publisher, String... names) {
    try {
      ClusterCheck.of(cluster).onTopics(List.of(names)).requireQuietly();
      return publisher;
    } catch (RuntimeException e) {
      Utils.closeQuietly(publisher, "a publisher");
      throw e;
    }
  }

  @Override
  public synchronized void close() {
    try (pairs) {
      if (links != null) {
        links.close();
      }
    }
  }
}
