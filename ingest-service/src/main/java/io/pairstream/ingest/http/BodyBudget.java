package io.pairstream.ingest.http;

import java.util.HashMap;
import java.util.Map;

/**
 * Memory for bodies that are read whole. It is taken as bytes arrive, so that a client that
 * declares much and sends nothing holds nothing; one producer with a key may hold half of it.
 * Thread-safe.
 */
final class BodyBudget {

  private final long totalBytes;
  private final Map<String, Long> held = new HashMap<>();
  private long heldBytes;

  BodyBudget(long totalBytes) {
    this.totalBytes = totalBytes;
  }

  /** Takes bytes for a producer, or says that there is no room. */
  synchronized boolean take(String producer, long bytes) {
    long own = held.getOrDefault(producer, 0L) + bytes;
    if (heldBytes + bytes > totalBytes || own > share(producer)) {
      return false;
    }
    heldBytes += bytes;
    held.put(producer, own);
    return true;
  }

  /** Gives bytes back that were taken. */
  synchronized void giveBack(String producer, long bytes) {
    heldBytes -= bytes;
    held.computeIfPresent(producer, (name, own) -> own == bytes ? null : own - bytes);
  }

  synchronized long heldBytes() {
    return heldBytes;
  }

  /** Where nobody has a key, all are one producer. */
  private long share(String producer) {
    return producer.equals(Principal.ANONYMOUS.producer()) ? totalBytes : totalBytes / 2;
  }
}
