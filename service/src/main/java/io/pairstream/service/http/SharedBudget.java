package io.pairstream.service.http;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * A budget that all producers share: memory for bodies, in bytes, or places for streams. Memory is
 * taken as bytes arrive, so that a client that declares much and sends nothing holds nothing.
 *
 * <p>A producer with a key that holds some may go on to hold as much as is left over: alone at most
 * half of all, two that want everything a third each, and so on. The rest is free for the next
 * producer. These are dynamic thresholds as switches use them for their buffers (Choudhury and
 * Hahne, "Dynamic queue length thresholds for shared-memory packet switches", IEEE/ACM Transactions
 * on Networking 6, 1998), with a factor of 1.
 *
 * <p>Thread-safe.
 */
public final class SharedBudget {

  private final long total;
  private final Map<String, Long> held = new HashMap<>();
  private long heldByAll;

  public SharedBudget(long total) {
    this.total = total;
  }

  /** Takes an amount for a producer, or says that there is no room. */
  public synchronized boolean take(String producer, long amount) {
    long own = held.getOrDefault(producer, 0L);
    long left = total - heldByAll;
    // Without keys, all callers are one producer.
    boolean isOneOfSeveral = !producer.equals(Principal.ANONYMOUS.producer());
    if (amount > left || (own > 0 && isOneOfSeveral && own + amount > left)) {
      return false;
    }
    heldByAll += amount;
    held.put(producer, own + amount);
    return true;
  }

  /**
   * Takes an amount for a producer, waiting up to {@code timeout} for room; false where there is
   * none by then.
   */
  public synchronized boolean take(String producer, long amount, Duration timeout)
      throws InterruptedException {
    long startedAt = System.nanoTime();
    while (!take(producer, amount)) {
      long millis = timeout.minusNanos(System.nanoTime() - startedAt).toMillis();
      if (millis <= 0) {
        return false;
      }
      wait(millis);
    }
    return true;
  }

  /** Gives back what was taken. */
  public synchronized void giveBack(String producer, long amount) {
    heldByAll -= amount;
    held.computeIfPresent(producer, (name, own) -> own == amount ? null : own - amount);
    notifyAll();
  }

  synchronized long held() {
    return heldByAll;
  }
}
