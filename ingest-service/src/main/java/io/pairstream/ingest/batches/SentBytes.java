package io.pairstream.ingest.batches;

import io.pairstream.service.http.Principal;
import io.pairstream.service.http.Quota;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
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

  SentBytes(InputStream body, Quota quota, Principal sender) {
    super(body);
    this.quota = quota;
    this.sender = sender;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    int count = super.read(into, offset, length);
    if (count > 0) {
      debt = quota.charge(sender, 0, count);
    }
    return count;
  }

  /** Waits until the sender may send more. */
  void pay() throws IOException {
    Duration due = debt;
    debt = Duration.ZERO;
    pause(due);
  }

  static void pause(Duration time) throws IOException {
    try {
      TimeUnit.NANOSECONDS.sleep(time.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the service is being stopped");
    }
  }
}
