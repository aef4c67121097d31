package io.pairstream.service.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A body that must not come too slowly; the time between reads is the reader's own. */
final class PacedInput extends FilterInputStream {

  private final Pace pace;
  private long waitedNanos;
  private long bytes;
  private volatile boolean reading;

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
    waitedNanos += System.nanoTime() - startedAt;
    if (count > 0) {
      bytes += count;
      if (pace.isTooSlow(bytes, waitedNanos)) {
        throw new IOException(pace.problem().detail());
      }
    }
    return count;
  }

  /** Whether somebody waits for the client. */
  boolean isReading() {
    return reading;
  }
}
