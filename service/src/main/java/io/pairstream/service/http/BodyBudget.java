package io.pairstream.service.http;

import java.util.HashMap;
import java.util.Map;

/**
 * What all producers share, counted: memory for bodies that are read whole, in bytes, or places for
 * streams. Memory is taken as bytes arrive, so that a client that declares much and sends nothing
 * holds nothing.
 *
 * <p>A producer with a key that holds some may go on to hold as much as is left over: alone at most
 * half of all, two that want everything a third each, and so on. What is left over is there for
 * whoever comes next. These are dynamic thresholds as switches use them for their buffers
 * (Choudhury and Hahne, "Dynamic queue length thresholds for shared-memory packet switches",
 * IEEE/ACM Transactions on Networking 6, 1998), with a factor of 1.
 *
 * <p>Thread-safe.
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
    long own = held.getOrDefault(producer, 0L);
    long left = totalBytes - heldBytes;
    if (bytes > left || (own > 0 && isOneOfSeveral(producer) && own + bytes > left)) {
      return false;
    }
    heldBytes += bytes;
    held.put(producer, own + bytes);
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
  private static boolean isOneOfSeveral(String producer) {
    return !producer.equals(Principal.ANONYMOUS.producer());
  }
}
