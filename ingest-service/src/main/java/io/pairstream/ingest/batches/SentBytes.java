package io.pairstream.ingest.batches;

import io.pairstream.service.http.Principal;
import io.pairstream.service.http.Quota;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A body, whose bytes count against its sender's quota as they come, whatever is made of them. What
 * they cost in time is paid when the reader says so, because meanwhile it must hold nothing that
 * others wait for. For one thread.
 */
final class SentBytes {

  private final InputStream body;
  private final Quota quota;
  private final Principal sender;
  private Duration debt = Duration.ZERO;

  /**
   * @param body closed by the server
   */
  SentBytes(InputStream body, Quota quota, Principal sender) {
    this.body = body;
    this.quota = quota;
    this.sender = sender;
  }

  /** Reads as {@link InputStream#read(byte[])} does. */
  int read(byte[] into) throws IOException {
    int count = body.read(into);
    if (count > 0) {
      debt = quota.charge(sender, 0, count);
    }
    return count;
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
