package io.pairstream.service.http;

import io.pairstream.schemas.topics.RecordSizes;
import java.util.Arrays;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/**
 * Reads a body whole while it arrives. No thread waits for it. One that comes too slowly is found
 * out when more of it comes; one that does not come is the idle time-out's business.
 */
final class WholeBody implements Runnable {

  private static final int FIRST_BYTES = 8 * 1024;

  private final Request request;
  private final SharedBudget budget;
  private final String producer;
  private final long maxBytes;
  private final Pace pace;
  private final Consumer<byte[]> whole;
  private final Consumer<Throwable> failed;
  private long taken;
  private byte[] bytes = new byte[0];
  private int size;

  /**
   * @param maxBytes largest body that is taken
   * @param whole receives the body, and must call {@link #giveBack} in the end
   * @param failed gets what went wrong
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

  /** Gives the budget back what the body holds of it. */
  synchronized void giveBack() {
    budget.giveBack(producer, taken);
    taken = 0;
  }

  @Override
  public void run() {
    boolean last = false;
    while (!last) {
      Content.Chunk chunk = request.read();
      if (chunk == null) {
        request.demand(this);
        return;
      }
      last = chunk.isLast();
      try {
        take(chunk);
      } catch (Problem e) {
        giveBack();
        failed.accept(e);
        return;
      } finally {
        chunk.release();
      }
    }
    whole.accept(size == bytes.length ? bytes : Arrays.copyOf(bytes, size));
  }

  private void take(Content.Chunk chunk) {
    if (Content.Chunk.isFailure(chunk)) {
      throw chunk.getFailure() instanceof TimeoutException
          ? pace.problem()
          : Problem.of(ProblemKind.BODY_MALFORMED, "the body ended before it was whole");
    }
    int more = chunk.remaining();
    if (size + (long) more > maxBytes) {
      throw tooLarge(maxBytes);
    }
    if (size + more > bytes.length) {
      grow(size + more);
    }
    chunk.getByteBuffer().get(bytes, size, more);
    size += more;
    if (!chunk.isLast() && pace.isTooSlow(size)) {
      throw pace.problem();
    }
  }

  /**
   * Grows the buffer: doubles up to the declared length, so that a body is copied few times and
   * fits in the end.
   */
  private synchronized void grow(int needed) {
    long declared = request.getLength();
    long wanted = Math.max(FIRST_BYTES, 2L * bytes.length);
    if (declared >= needed) {
      wanted = Math.min(wanted, declared);
    }
    int capacity = (int) Math.max(needed, Math.min(wanted, maxBytes));
    if (!budget.take(producer, capacity - bytes.length)) {
      throw Problem.overloaded("too many bodies are being read; send this one again later");
    }
    taken += capacity - bytes.length;
    bytes = Arrays.copyOf(bytes, capacity);
  }

  static Problem tooLarge(long maxBytes) {
    String ofImages =
        maxBytes > RecordSizes.MAX_IMAGE
            ? "; an image may have at most 8 MiB (" + RecordSizes.MAX_IMAGE + " bytes)"
            : "";
    return Problem.of(
            ProblemKind.BODY_TOO_LARGE,
            "the body may have at most " + maxBytes + " bytes here" + ofImages)
        .with("limit", maxBytes + " bytes");
  }
}
