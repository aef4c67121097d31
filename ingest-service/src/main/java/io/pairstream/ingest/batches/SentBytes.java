package io.pairstream.ingest.batches;

import io.pairstream.service.http.Principal;
import io.pairstream.service.http.Quota;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A body, whose bytes count against its sender's quota as they come, whatever is made of them. What
 * they cost in time is paid when the reader says so, because meanwhile it must hold nothing that
 * others wait for. For one thread.
 */
final class SentBytes extends FilterInputStream {

  private final Quota quota;
  private final Principal sender;
  private Duration debt = Duration.ZERO;

  SentBytes(InputStream in, Quota quota, Principal sender) {
    super(in);
    this.quota = quota;
    this.sender = sender;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    int count = in.read(into, offset, length);
    if (count > 0) {
      debt = quota.charge(sender, 0, count);
    }
    return count;
  }

  @Override
  public long skip(long bytes) throws IOException {
    byte[] lost = new byte[(int) Math.max(0, Math.min(bytes, 16 * 1024))];
    return lost.length == 0 ? 0 : Math.max(0, read(lost, 0, lost.length));
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  @Override
  public void close() {
    // The server closes the body.
  }

  /** Waits until the sender may send more. */
  void pay() {
    Duration due = debt;
    debt = Duration.ZERO;
    pause(due);
  }

  /** Waits for some time; none where the time is not above zero. */
  static void pause(Duration time) {
    if (time.isZero() || time.isNegative()) {
      return;
    }
    try {
      TimeUnit.NANOSECONDS.sleep(time.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
