package io.pairstream.chaos.load;

import java.util.concurrent.TimeUnit;

/** One producer's part of the load: its numbers, in their order, at its pace. */
final class Lane {

  private final SeededLoad load;
  private final ProducersPlan plan;
  private final SendingProgress progress;
  private final boolean byHttp;
  private final int index;
  private long next;
  private long notBefore = System.nanoTime();

  /**
   * @param index of its producer among those of the same way
   */
  Lane(SeededLoad load, ProducersPlan plan, SendingProgress progress, boolean byHttp, int index) {
    this.load = load;
    this.plan = plan;
    this.progress = progress;
    this.byHttp = byHttp;
    this.index = index;
  }

  /** The next number, or -1 where there is none any more, or none now. */
  long next() throws InterruptedException {
    if (isDone() || progress.isPaused()) {
      return -1;
    }
    keepPace();
    return next++;
  }

  /** Whether there is none any more. */
  boolean isDone() {
    while (next < plan.records() && !isMine(next)) {
      next++;
    }
    return next >= plan.records();
  }

  private boolean isMine(long number) {
    boolean http =
        plan.httpThreads() > 0 && number % ProducersPlan.HTTP_EVERY == 3 && isForDoors(number);
    if (http != byHttp) {
      return false;
    }
    long turn = number / ProducersPlan.HTTP_EVERY;
    return byHttp ? turn % plan.httpThreads() == index : number % plan.kafkaThreads() == index;
  }

  /** Whether a front door can say it. */
  private boolean isForDoors(long number) {
    SentKind kind = load.kindAt(number);
    return kind == SentKind.GOOD || kind == SentKind.COPY || kind == SentKind.ANOTHER_CAPTION;
  }

  private void keepPace() throws InterruptedException {
    if (plan.recordsPerSecond() == 0) {
      return;
    }
    long now = System.nanoTime();
    if (notBefore > now) {
      TimeUnit.NANOSECONDS.sleep(notBefore - now);
    }
    double share =
        byHttp ? 1.0 / ProducersPlan.HTTP_EVERY / plan.httpThreads() : 1.0 / plan.kafkaThreads();
    long each = (long) (1e9 / (plan.recordsPerSecond() * share));
    // A front door is answered pair by pair: its producer makes up for the time that a fault cost.
    notBefore = (byHttp ? notBefore : Math.max(notBefore, now)) + each;
  }
}
