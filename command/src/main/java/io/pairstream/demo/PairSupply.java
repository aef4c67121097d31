package io.pairstream.demo;

import io.pairstream.drawing.DrawnPair;
import io.pairstream.drawing.DrawnPairs;
import io.pairstream.ingest.files.PairSource;
import io.pairstream.ingest.files.SourceItem;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.schemas.RawPair;
import io.pairstream.service.Cluster;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Where a demo's pairs come from. */
@FunctionalInterface
public interface PairSupply {

  /**
   * Publishes them all, and returns once they are acknowledged.
   *
   * @param publisher for the raw topic
   * @param cluster where it is
   * @param published told of each pair that is in Kafka
   */
  void publish(PairPublisher publisher, Cluster cluster, Runnable published);

  /** The first pairs that a seed draws. */
  static PairSupply drawn(long seed, long pairs) {
    return (publisher, cluster, published) -> {
      int schemaId = cluster.registry().idOf(publisher.topic() + "-value", RawPair.SCHEMA$);
      DrawnPairs source = new DrawnPairs(seed);
      for (long index = 0; index < pairs; index++) {
        var unused = send(source.at(index), publisher, schemaId).thenRun(published);
      }
      publisher.flush();
    };
  }

  /** The first pairs of files; problems with them are told. */
  static PairSupply files(PairSource source, long limit, Consumer<SourceItem.Problem> problems) {
    return (publisher, cluster, published) -> {
      try (source) {
        for (long sent = 0; sent < limit && source.hasNext(); ) {
          SourceItem item = source.next();
          if (item instanceof SourceItem.Pair pair) {
            sent++;
            var unused = publisher.publish(pair.pair()).thenRun(published);
          } else if (item instanceof SourceItem.Problem problem) {
            problems.accept(problem);
          } else {
            problems.accept(
                new SourceItem.Problem(item.entry(), item.where(), "links are not fetched here"));
          }
        }
        publisher.flush();
      }
    };
  }

  private static CompletableFuture<?> send(DrawnPair pair, PairPublisher publisher, int schemaId) {
    if (pair.content() instanceof DrawnPair.Content.Submitted submitted) {
      return publisher.publish(submitted.pair());
    }
    DrawnPair.Content.Forged forged = (DrawnPair.Content.Forged) pair.content();
    return publisher.publishRecord(
        forged.key().getBytes(StandardCharsets.UTF_8), forged.value(schemaId));
  }
}
