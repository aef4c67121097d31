package io.pairstream.service.publish;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.schemas.Threads;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(900)
class TopicReadinessTest {

  /** A test that waits for it fails. */
  private static final Duration TIMEOUT = Duration.ofHours(1);

  private static final int QUESTION_WITHIN_MS = 300_000;

  @Test
  void whoeverGivesUpDoesNotWaitForTheAnswer() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      silent.setSoTimeout(QUESTION_WITHIN_MS);
      TopicReadiness readiness =
          new TopicReadiness(
              Map.of("bootstrap.servers", "127.0.0.1:" + silent.getLocalPort()), TIMEOUT);
      FutureTask<Void> waiting =
          new FutureTask<>(
              () -> {
                readiness.await("pairs.uploads");
                return null;
              });
      Thread waiter = Threads.daemon("waiter", waiting);
      waiter.start();

      try (Socket asked = silent.accept()) {
        asked.setSoTimeout(QUESTION_WITHIN_MS);
        int unused = asked.getInputStream().read(); // so the question is under way
        waiter.interrupt();

        assertThatThrownBy(() -> waiting.get(5, TimeUnit.MINUTES))
            .hasCauseInstanceOf(BrokerUnavailableException.class);
      }
    }
  }
}
