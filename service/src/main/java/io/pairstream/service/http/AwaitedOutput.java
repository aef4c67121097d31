package io.pairstream.service.http;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * An answer whose client must take it: one that leaves a piece of {@link #PIECE_BYTES} unread for
 * too long is left, however often it takes a byte.
 */
final class AwaitedOutput extends OutputStream {

  private static final int PIECE_BYTES = 16 * 1024;

  private final OutputStream out;
  private final Duration timeout;
  private final Scheduler scheduler;
  private final Runnable leave;
  private volatile long sinceNanos;
  private volatile boolean waits;
  private volatile boolean ended;

  /**
   * @param timeout longest time for a piece
   * @param leave makes a write that waits fail
   */
  AwaitedOutput(OutputStream out, Duration timeout, Scheduler scheduler, Runnable leave) {
    this.out = out;
    this.timeout = timeout;
    this.scheduler = scheduler;
    this.leave = leave;
  }

  /** Begins to look after the client, until {@link #stop}. */
  void start() {
    var unused = scheduler.schedule(this::check, timeout.toMillis() / 4 + 1, TimeUnit.MILLISECONDS);
  }

  void stop() {
    ended = true;
  }

  @Override
  public void write(int one) throws IOException {
    write(new byte[] {(byte) one}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    for (int done = 0; done < length; done += PIECE_BYTES) {
      int from = offset + done;
      int count = Math.min(PIECE_BYTES, length - done);
      await(() -> out.write(bytes, from, count));
    }
  }

  @Override
  public void flush() throws IOException {
    await(out::flush);
  }

  @Override
  public void close() throws IOException {
    await(out::close);
  }

  @FunctionalInterface
  private interface Piece {

    void send() throws IOException;
  }

  private void await(Piece piece) throws IOException {
    sinceNanos = System.nanoTime();
    waits = true;
    try {
      piece.send();
    } finally {
      waits = false;
    }
  }

  private void check() {
    if (ended) {
      return;
    }
    if (waits && System.nanoTime() - sinceNanos > timeout.toNanos()) {
      leave.run();
    } else {
      start();
    }
  }
}
