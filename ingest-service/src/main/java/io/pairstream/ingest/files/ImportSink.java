package io.pairstream.ingest.files;

import io.pairstream.ingest.publish.LinkPublisher;
import io.pairstream.ingest.publish.PairPublisher;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Where the pairs and links of an import go. */
public interface ImportSink extends AutoCloseable {

  /**
   * Sends a pair or a link; done once it is acknowledged. Throws as {@link PairPublisher#publish}
   * and {@link LinkPublisher#publish} do.
   */
  CompletableFuture<?> publish(SourceItem item);

  @Override
  default void close() {}

  /** Nowhere: a trial that sends nothing. */
  static ImportSink nowhere() {
    return CompletableFuture::completedFuture;
  }

  /**
   * Kafka, which is asked once there is something for it.
   *
   * @param openPairs opens what pairs are published with; closed with the sink
   * @param openLinks opens what links are published with; closed with the sink
   */
  static ImportSink kafka(Supplier<PairPublisher> openPairs, Supplier<LinkPublisher> openLinks) {
    return new ImportSink() {
      private Optional<PairPublisher> pairs = Optional.empty();
      private Optional<LinkPublisher> links = Optional.empty();

      @Override
      public CompletableFuture<?> publish(SourceItem item) {
        if (item instanceof SourceItem.Pair pair) {
          pairs = pairs.or(() -> Optional.of(openPairs.get()));
          return pairs.get().publish(pair.pair());
        }
        links = links.or(() -> Optional.of(openLinks.get()));
        return links.get().publish(((SourceItem.Link) item).link());
      }

      @Override
      public void close() {
        try {
          pairs.ifPresent(PairPublisher::close);
        } finally {
          links.ifPresent(LinkPublisher::close);
        }
      }
    };
  }
}
