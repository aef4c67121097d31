package io.pairstream.chaos.load;

import java.util.concurrent.TimeUnit;

/** One producer's part of the load: its numbers, in their order, at its pace. */
final class Lane {

  /** One of so many good pairs goes by HTTP. */
  static final int HTTP_EVERY = 10;

  /** Of all lanes together, at most. */
  private static final int RECORDS_PER_SECOND = 100;

  private final SeededLoad load;
  private final long records;
  private final SendingProgress progress;
  private final boolean byHttp;
  private final int index;
  private long next;
  private long notBefore = System.nanoTime();

  /**
   * @param index of its producer among those of the same way
   */
  Lane(SeededLoad load, long records, SendingProgress progress, boolean byHttp, int index) {
    this.load = load;
    this.records = records;
    this.progress = progress;
    this.byHttp = byHttp;
    this.index = index;
  }

  /** The next number, or -1 where there is none any more, or none now. */
  long next() throws InterruptedException {
    if (isDone() || progress.isHeld()) {
      return -1;
    }
    keepPace();
    return next++;
  }

  /** Whether there is none any more. */
  boolean isDone() {
    while (next < records && !isMine(next)) {
      next++;
    }
    return next >= records;
  }

  private boolean isMine(long number) {
    boolean http = number % HTTP_EVERY == 3 && canGoByHttp(number);
    if (http != byHttp) {
      return false;
    }
    long turn = number / HTTP_EVERY;
    return byHttp ? turn % Producers.BY_HTTP == index : number % Producers.BY_KAFKA == index;
  }

  /** Whether a request of the ingest API can say it. */
  private boolean canGoByHttp(long number) {
    SentKind kind = load.kindAt(number);
    return kind == SentKind.GOOD || kind == SentKind.COPY || kind == SentKind.ANOTHER_CAPTION;
  }

  private void keepPace() throws InterruptedException {
    long now = System.nanoTime();
    if (notBefore > now) {
      TimeUnit.NANOSECONDS.sleep(notBefore - now);
    }
    double share = byHttp ? 1.0 / HTTP_EVERY / Producers.BY_HTTP : 1.0 / Producers.BY_KAFKA;
    long each = (long) (1e9 / (RECORDS_PER_SECOND * share));
    // By HTTP each pair is answered before the next: its producer makes up for the time that a
    // fault cost.
    notBefore = (byHttp ? notBefore : Math.max(notBefore, now)) + each;
  }
}
