package io.pairstream.ingest.keys;

import java.util.HashMap;
import java.util.Map;

/**
 * Bytes that all producers hold at once, shared so that no producer takes them all.
 *
 * <p>A producer that holds some may go on to hold as much as is left over: alone at most half of
 * all, two that want everything a third each, and so on. What is left over is there for whoever
 * comes next. These are dynamic thresholds as switches use them for their buffers (Choudhury and
 * Hahne, "Dynamic queue length thresholds for shared-memory packet switches", IEEE/ACM Transactions
 * on Networking 6, 1998), with a factor of 1.
 *
 * <p>Thread-safe.
 */
public final class FairBudget {

  /** What came of asking for room. */
  public enum Verdict {
    /** The room is the producer's until it is released. */
    GRANTED,
    /** The producer holds its share already; others still find room. */
    SHARE_TAKEN,
    /** All producers together hold too much. */
    ALL_TAKEN
  }

  private final long totalBytes;
  private final Map<String, Long> held = new HashMap<>();
  private long heldByAll;

  /**
   * @param totalBytes at least 1
   */
  public FairBudget(long totalBytes) {
    if (totalBytes < 1) {
      throw new IllegalArgumentException("a budget has at least 1 byte, not " + totalBytes);
    }
    this.totalBytes = totalBytes;
  }

  /** The whole budget. */
  public long totalBytes() {
    return totalBytes;
  }

  /**
   * Asks for room; whoever is granted it releases as much.
   *
   * @param bytes 0 or more; more than the whole budget is never granted
   */
  public synchronized Verdict reserve(String producer, long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("room for 0 bytes or more, not " + bytes);
    }
    long own = held.getOrDefault(producer, 0L);
    long free = totalBytes - heldByAll;
    if (own > 0 && own + bytes > free) {
      return Verdict.SHARE_TAKEN;
    }
    if (bytes > free) {
      return Verdict.ALL_TAKEN;
    }
    held.put(producer, own + bytes);
    heldByAll += bytes;
    return Verdict.GRANTED;
  }

  /** Gives room back. */
  public synchronized void release(String producer, long bytes) {
    long own = held.getOrDefault(producer, 0L);
    if (bytes < 0 || bytes > own) {
      throw new IllegalStateException(bytes + " bytes are released, of " + own + " held");
    }
    heldByAll -= bytes;
    if (own == bytes) {
      held.remove(producer);
    } else {
      held.put(producer, own - bytes);
    }
  }

  /** Bytes that all producers hold now. */
  public synchronized long heldBytes() {
    return heldByAll;
  }
}
