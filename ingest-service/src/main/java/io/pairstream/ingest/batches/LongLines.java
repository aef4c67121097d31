package io.pairstream.ingest.batches;

import io.pairstream.service.http.Principal;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Permits for lines that are long, which all batches share. A producer with a key that holds some
 * may hold as many as are left over, so that one is there for whoever comes next; where nobody has
 * a key, all are one producer. Thread-safe.
 */
final class LongLines {

  private final Map<String, Integer> held = new HashMap<>();
  private int left;

  /**
   * @param permits how many there are; at least 1
   */
  LongLines(int permits) {
    this.left = permits;
  }

  /** Takes a permit, or says that there was none within that time. */
  synchronized boolean take(String producer, Duration timeout) throws InterruptedException {
    long startedAt = System.nanoTime();
    while (!isFree(producer)) {
      long millis = timeout.minusNanos(System.nanoTime() - startedAt).toMillis();
      if (millis <= 0) {
        return false;
      }
      wait(millis);
    }
    left--;
    var unused = held.merge(producer, 1, Integer::sum);
    return true;
  }

  /** Gives a permit back. */
  synchronized void giveBack(String producer) {
    left++;
    var unused = held.computeIfPresent(producer, (name, own) -> own == 1 ? null : own - 1);
    notifyAll();
  }

  private boolean isFree(String producer) {
    int own = held.getOrDefault(producer, 0);
    boolean isEverybody = producer.equals(Principal.ANONYMOUS.producer());
    return left > 0 && (own == 0 || isEverybody || own < left);
  }
}
