package io.pairstream.service.http;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.thread.Scheduler;

/** Reads a body whole while it arrives. No thread waits for it. */
final class WholeBody implements Runnable {

  private static final int FIRST_BYTES = 8 * 1024;

  private final Request request;
  private final SharedBudget budget;
  private final String producer;
  private final long maxBytes;
  private final Pace pace;
  private final Consumer<byte[]> whole;
  private final Consumer<Throwable> failed;
  private final AtomicBoolean done = new AtomicBoolean();
  private volatile Scheduler.Task check;
  private volatile long read;
  private long taken;
  private byte[] bytes = new byte[0];
  private int size;

  /**
   * @param maxBytes largest body that is taken
   * @param whole gets the body; whoever gets it calls {@link #giveBack} in the end
   * @param failed gets what went wrong; the budget has everything back
   */
  WholeBody(
      Request request,
      SharedBudget budget,
      String producer,
      long maxBytes,
      Pace pace,
      Consumer<byte[]> whole,
      Consumer<Throwable> failed) {
    this.request = request;
    this.budget = budget;
    this.producer = producer;
    this.maxBytes = maxBytes;
    this.pace = pace;
    this.whole = whole;
    this.failed = failed;
  }

  void start() {
    checkLater();
    run();
  }

  /** Gives the budget back what the body holds of it. */
  synchronized void giveBack() {
    budget.giveBack(producer, taken);
    taken = 0;
    bytes = new byte[0];
  }

  @Override
  public void run() {
    while (!done.get()) {
      Content.Chunk chunk = request.read();
      if (chunk == null) {
        request.demand(this);
        return;
      }
      if (Content.Chunk.isFailure(chunk)) {
        fail(Problem.of(ProblemKind.BODY_MALFORMED, "the body ended before it was whole"));
        return;
      }
      boolean last = chunk.isLast();
      try {
        take(chunk);
      } catch (Problem e) {
        fail(e);
        return;
      } finally {
        chunk.release();
      }
      if (last && done.compareAndSet(false, true)) {
        stopChecking();
        whole.accept(size == bytes.length ? bytes : Arrays.copyOf(bytes, size));
      }
    }
  }

  private synchronized void take(Content.Chunk chunk) {
    int more = chunk.remaining();
    if (size + (long) more > maxBytes) {
      throw tooLarge(maxBytes);
    }
    if (done.get()) {
      return;
    }
    if (size + more > bytes.length) {
      grow(size + more);
    }
    chunk.getByteBuffer().get(bytes, size, more);
    size += more;
    read += more;
  }

  /** Doubles up to the declared length, so that a body is copied few times and fits in the end. */
  private void grow(int needed) {
    long declared = request.getLength();
    long wanted = Math.max(FIRST_BYTES, 2L * bytes.length);
    if (declared >= needed) {
      wanted = Math.min(wanted, declared);
    }
    int capacity = (int) Math.max(needed, Math.min(wanted, maxBytes));
    if (!budget.take(producer, capacity - bytes.length)) {
      throw Problem.of(
              ProblemKind.OVERLOADED, "too many bodies are being read; send this one again later")
          .retryAfter(2);
    }
    taken += capacity - bytes.length;
    bytes = Arrays.copyOf(bytes, capacity);
  }

  static Problem tooLarge(long maxBytes) {
    return Problem.of(
            ProblemKind.BODY_TOO_LARGE, "the body may have at most " + maxBytes + " bytes here")
        .with("limit", maxBytes + " bytes");
  }

  private void checkLater() {
    check = request.getComponents().getScheduler().schedule(this::checkPace, 1, TimeUnit.SECONDS);
    if (done.get()) {
      stopChecking();
    }
  }

  private void checkPace() {
    if (done.get()) {
      return;
    }
    if (pace.isTooSlow(read)) {
      fail(pace.problem());
    } else {
      checkLater();
    }
  }

  private void stopChecking() {
    Scheduler.Task task = check;
    if (task != null) {
      task.cancel();
    }
  }

  private void fail(Throwable thrown) {
    if (done.compareAndSet(false, true)) {
      stopChecking();
      giveBack();
      failed.accept(thrown);
    }
  }
}
