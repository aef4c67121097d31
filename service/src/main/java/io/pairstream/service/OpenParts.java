package io.pairstream.service;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Open parts of a service, of which the newest is closed first. Not thread-safe. */
public final class OpenParts implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(OpenParts.class);

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();

  /** Adds a part, and returns it. */
  public <T extends AutoCloseable> T add(T part) {
    parts.addFirst(part);
    return part;
  }

  /** Adds a part that is closed after all that are here. */
  public void addClosedLast(AutoCloseable part) {
    parts.addLast(part);
  }

  /** Closes all parts; what a part throws is logged, and the others are closed too. */
  @Override
  public void close() {
    while (!parts.isEmpty()) {
      try {
        parts.removeFirst().close();
      } catch (Exception e) {
        LOG.warn("a part does not close", e);
      }
    }
  }
}
