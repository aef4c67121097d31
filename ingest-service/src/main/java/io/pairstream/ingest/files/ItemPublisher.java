package io.pairstream.ingest.files;

import io.pairstream.ingest.publish.LinkPublisher;
import io.pairstream.ingest.publish.PairPublisher;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Publishes pairs and links. The publisher of links opens with the first one. Thread-safe. */
public final class ItemPublisher implements AutoCloseable {

  private final PairPublisher pairs;
  private final Supplier<LinkPublisher> open;
  private LinkPublisher links;

  /** A publisher that owns both publishers, and closes them. */
  public ItemPublisher(PairPublisher pairs, Supplier<LinkPublisher> links) {
    this.pairs = pairs;
    this.open = links;
  }

  /** Sends a pair or a link; done once it is acknowledged. */
  public CompletableFuture<?> publish(SourceItem item) {
    return item instanceof SourceItem.Pair pair
        ? pairs.publish(pair.pair())
        : links().publish(((SourceItem.Link) item).link());
  }

  private synchronized LinkPublisher links() {
    links = links == null ? open.get() : links;
    return links;
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
