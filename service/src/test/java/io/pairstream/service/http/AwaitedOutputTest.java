package io.pairstream.service.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class AwaitedOutputTest {

  private final ScheduledExecutorScheduler scheduler =
      new ScheduledExecutorScheduler("awaited-output", true);

  @BeforeEach
  void start() throws Exception {
    scheduler.start();
  }

  @AfterEach
  void stop() throws Exception {
    scheduler.stop();
  }

  @Test
  void clientThatDoesNotReadIsLeft() {
    CountDownLatch left = new CountDownLatch(1);
    AwaitedOutput out =
        new AwaitedOutput(deafUntil(left), Duration.ofMillis(50), scheduler, left::countDown);
    out.start();

    assertThatThrownBy(() -> out.write(new byte[100_000])).hasMessage("the connection is closed");
  }

  @Test
  void everythingArrivesInOrder() throws IOException {
    byte[] sent = new byte[100_001];
    for (int i = 0; i < sent.length; i++) {
      sent[i] = (byte) (i % 251);
    }
    ByteArrayOutputStream arrived = new ByteArrayOutputStream();

    try (AwaitedOutput out = new AwaitedOutput(arrived, Duration.ofHours(1), scheduler, () -> {})) {
      out.write(sent[0]);
      out.write(sent, 1, sent.length - 1);
    }

    assertThat(arrived.toByteArray()).isEqualTo(sent);
  }

  private static OutputStream deafUntil(CountDownLatch left) {
    return new OutputStream() {

      @Override
      public void write(int one) throws IOException {
        try {
          left.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
        throw new IOException("the connection is closed");
      }
    };
  }
}
