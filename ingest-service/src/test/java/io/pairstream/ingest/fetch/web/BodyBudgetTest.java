package io.pairstream.ingest.fetch.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.testing.Await;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class BodyBudgetTest {

  private final ManualTimers timers = new ManualTimers();
  private final BodyBudget budget = new BodyBudget(100, timers);

  @Test
  void theOldestAloneIsReadOnWhenThereIsNone() throws Exception {
    BodyBudget.Share oldest = budget.open();
    BodyBudget.Share second = budget.open();
    second.take(40);

    oldest.take(100);
    CompletableFuture<Void> stopped = take(second, 40);
    oldest.take(100);
    assertThat(stopped).isNotDone();
    oldest.close();

    stopped.join();
    assertThat(budget.held()).isEqualTo(80);
  }

  @Test
  void countsHowLongABodyHadToStop() throws Exception {
    BodyBudget.Share oldest = budget.open();
    BodyBudget.Share second = budget.open();
    oldest.take(100);
    CompletableFuture<Void> stopped = take(second, 10);

    timers.pass(Duration.ofSeconds(2));
    assertThat(second.waitedNanos()).isEqualTo(Duration.ofSeconds(2).toNanos());
    oldest.close();
    stopped.join();
    timers.pass(Duration.ofSeconds(3));

    assertThat(second.waitedNanos()).isEqualTo(Duration.ofSeconds(2).toNanos());
  }

  /** Takes on a thread of its own; returns once that has begun. */
  private CompletableFuture<Void> take(BodyBudget.Share share, int bytes) throws Exception {
    long before = budget.held();
    CompletableFuture<Void> taken =
        CompletableFuture.runAsync(
            () -> {
              try {
                share.take(bytes);
              } catch (InterruptedIOException e) {
                throw new AssertionError(e);
              }
            });
    Await.until("it is taken or waits", () -> budget.held() != before);
    return taken;
  }
}
