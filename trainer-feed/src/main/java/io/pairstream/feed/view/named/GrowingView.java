package io.pairstream.feed.view.named;

import java.util.Optional;

/** A named view as it stands whenever one looks. Not thread-safe. */
public final class GrowingView implements AutoCloseable {

  private final String name;
  private final TopicTail tail;
  private final KnownSegments known;

  GrowingView(String name, TopicTail tail, KnownSegments known) {
    this.name = name;
    this.tail = tail;
    this.known = known;
  }

  /** The view as it is now; empty where there is none, or none any more. */
  public Optional<NamedView> look() {
    tail.readCommitted(known);
    return known.view(name);
  }

  @Override
  public void close() {
    tail.close();
  }
}
