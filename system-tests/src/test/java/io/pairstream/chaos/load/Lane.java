package io.pairstream.chaos.load;

import java.util.concurrent.locks.LockSupport;

/** The numbers of the load that go one way, HTTP or Kafka, at their pace. Thread-safe. */
final class Lane {

  /** One record in so many goes by HTTP, where HTTP can carry its kind. */
  private static final int HTTP_EVERY = 10;

  /** Records per second of the Kafka lane; the HTTP lane sends a tenth of that. */
  private static final int RECORDS_PER_SECOND = 100;

  private final SeededLoad load;
  private final long records;
  private final boolean byHttp;
  private final long pauseNanos;
  private long next;
  private long notBefore = System.nanoTime();

  Lane(SeededLoad load, long records, boolean byHttp) {
    this.load = load;
    this.records = records;
    this.byHttp = byHttp;
    this.pauseNanos = 1_000_000_000L / RECORDS_PER_SECOND * (byHttp ? HTTP_EVERY : 1);
  }

  /** Waits until the next number is due; -1 where none is left. */
  synchronized long next() {
    if (isDone()) {
      return -1;
    }
    long now = System.nanoTime();
    LockSupport.parkNanos(notBefore - now);
    // By HTTP each pair is answered before the next: that lane makes up for what a fault cost.
    notBefore = (byHttp ? notBefore : Math.max(notBefore, now)) + pauseNanos;
    return next++;
  }

  synchronized boolean isDone() {
    while (next < records && goesByHttp(next) != byHttp) {
      next++;
    }
    return next >= records;
  }

  private boolean goesByHttp(long number) {
    if (number % HTTP_EVERY != 3) {
      return false;
    }
    SentKind kind = load.kindAt(number);
    return kind == SentKind.GOOD || kind == SentKind.COPY || kind == SentKind.ANOTHER_CAPTION;
  }
}
