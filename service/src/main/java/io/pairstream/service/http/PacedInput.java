package io.pairstream.service.http;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * A body that must not come too slowly. The time between reads is the reader's own, and so is that
 * until a piece of the answer is sent: the client may have waited for it.
 */
final class PacedInput extends FilterInputStream {

  private final Pace pace;
  private long waitedNanos;
  private long bytes;
  private volatile boolean reading;
  private volatile long answeredAt = System.nanoTime();

  PacedInput(InputStream in, Pace pace) {
    super(in);
    this.pace = pace;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    long startedAt = System.nanoTime();
    reading = true;
    int count;
    try {
      count = in.read(into, offset, length);
    } finally {
      reading = false;
    }
    long begunAt = Math.max(startedAt, answeredAt);
    waitedNanos += Math.max(0, System.nanoTime() - begunAt);
    if (count > 0) {
      bytes += count;
      if (pace.isTooSlow(bytes, waitedNanos)) {
        throw new IOException(pace.problem().detail());
      }
    }
    return count;
  }

  /** The answer, which is sent while the body still comes. */
  OutputStream answer(OutputStream out) {
    return new FilterOutputStream(out) {
      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
      }

      @Override
      public void flush() throws IOException {
        // Before, since what the client sends then may come before this thread continues.
        answeredAt = System.nanoTime();
        out.flush();
        answeredAt = System.nanoTime();
      }
    };
  }

  /** Whether a thread waits for the client. */
  boolean isReading() {
    return reading;
  }
}
