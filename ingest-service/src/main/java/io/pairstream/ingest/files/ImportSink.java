package io.pairstream.ingest.files;

import io.pairstream.ingest.publish.LinkPublisher;
import io.pairstream.ingest.publish.NewLink;
import io.pairstream.ingest.publish.NewPair;
import io.pairstream.ingest.publish.PairPublisher;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Where the pairs of an import go. */
public interface ImportSink extends AutoCloseable {

  /** Sends a pair; done once it is acknowledged. Throws as {@link PairPublisher#publish} does. */
  CompletableFuture<?> publish(NewPair pair);

  /** Sends a link; done once it is acknowledged. Throws as {@link LinkPublisher#publish} does. */
  CompletableFuture<?> publish(NewLink link);

  /** Returns once all that was sent is acknowledged, or throws the first failure. */
  void flush();

  @Override
  void close();

  /** Nowhere: a trial that sends nothing. */
  static ImportSink nowhere() {
    return new ImportSink() {
      @Override
      public CompletableFuture<?> publish(NewPair pair) {
        return CompletableFuture.completedFuture(pair);
      }

      @Override
      public CompletableFuture<?> publish(NewLink link) {
        return CompletableFuture.completedFuture(link);
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
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
      public CompletableFuture<?> publish(NewPair pair) {
        if (pairs.isEmpty()) {
          pairs = Optional.of(openPairs.get());
        }
        return pairs.get().publish(pair);
      }

      @Override
      public CompletableFuture<?> publish(NewLink link) {
        if (links.isEmpty()) {
          links = Optional.of(openLinks.get());
        }
        return links.get().publish(link);
      }

      @Override
      public void flush() {
        pairs.ifPresent(PairPublisher::flush);
        links.ifPresent(LinkPublisher::flush);
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
