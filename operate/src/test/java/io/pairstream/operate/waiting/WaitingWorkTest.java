package io.pairstream.operate.waiting;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class WaitingWorkTest {

  @Test
  void handsBackWhatItDoesNotBegin() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    WaitingWork work = new WaitingWork("test", 1, 10);
    work.execute(
        () -> {
          begun.countDown();
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    Runnable second = () -> {};
    Runnable third = () -> {};
    work.execute(second);
    work.execute(third);
    begun.await();

    assertThat(work.closeWithin(0)).containsExactly(second, third);
    assertThat(work.closeWithin(300)).isEmpty();
  }
}
