package io.pairstream.image.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How long a worker is left alive, by the processor time that it is said to have had. */
class DeadlineTest {

  private static final Duration LIMIT = Duration.ofMillis(200);

  private final AtomicLong looks = new AtomicLong();
  private Process worker;

  @BeforeEach
  void start() throws IOException {
    worker = new ProcessBuilder("cat").start();
  }

  @AfterEach
  void end() {
    worker.destroyForcibly();
  }

  @Test
  void leavesAliveWhatGetsLittleProcessorAndKillsItOnceItHasHadItsLimit() throws Exception {
    // A tenth of a processor at each look, and then all at once what is left of the limit.
    AtomicLong more = new AtomicLong();
    Deadline deadline = deadline(() -> looks.get() * LIMIT.toNanos() / 20 + more.get());

    awaitLooks(6);
    more.set(LIMIT.toNanos());

    assertThat(worker.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(deadline.met()).isFalse();
    assertThat(deadline.worked()).isTrue();
  }

  @Test
  void killsWhatStandsStillAndDoesNotCallItWork() throws Exception {
    Deadline deadline = deadline(() -> 0);

    assertThat(worker.waitFor(5, TimeUnit.MINUTES)).isTrue();

    assertThat(looks).as("looks").hasValue(2);
    assertThat(deadline.met()).isFalse();
    assertThat(deadline.worked()).isFalse();
  }

  @Test
  void losesPatienceWithWhatGoesOnForEver() throws Exception {
    Deadline deadline = deadline(() -> looks.get() * LIMIT.toNanos() / 100);

    assertThat(worker.waitFor(5, TimeUnit.MINUTES)).isTrue();

    assertThat(looks.get()).as("looks").isBetween(20L, 2L * Deadline.TIMES_WHEN_BUSY + 2);
    assertThat(deadline.worked()).isFalse();
  }

  @Test
  void leavesAliveWhatAnswersWhileItIsLookedAt() throws Exception {
    AtomicReference<Deadline> deadline = new AtomicReference<>();
    AtomicBoolean met = new AtomicBoolean();
    deadline.set(
        deadline(
            () -> {
              met.set(looks.get() == 2 && deadline.get().met());
              return 0;
            }));
    awaitLooks(2);

    // Looks are taken by one thread: once a later one has killed, this one has not.
    Process other = new ProcessBuilder("cat").start();
    Deadline unused = new Deadline(other.toHandle(), LIMIT, () -> 0);
    assertThat(other.waitFor(5, TimeUnit.MINUTES)).isTrue();

    assertThat(met).isTrue();
    assertThat(worker.isAlive()).isTrue();
  }

  /** One timer serves all: neither those that are met nor those with a longer limit hold it up. */
  @Test
  void looksAtEachInItsTimeWhicheverCameFirst() throws Exception {
    Process other = new ProcessBuilder("cat").start();
    Deadline longer = new Deadline(other.toHandle(), Duration.ofDays(1), () -> 0);
    for (int quick = 0; quick < 1000; quick++) {
      assertThat(new Deadline(other.toHandle(), LIMIT, () -> 0).met()).isTrue();
    }

    Deadline shorter = deadline(() -> 0);

    assertThat(worker.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(shorter.met()).isFalse();
    Deadline next = new Deadline(other.toHandle(), LIMIT, () -> 0);
    assertThat(longer.met()).isTrue();
    assertThat(other.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(next.met()).isFalse();
  }

  private Deadline deadline(LongSupplier processorNanos) {
    return new Deadline(
        worker.toHandle(),
        LIMIT,
        () -> {
          looks.incrementAndGet();
          return processorNanos.getAsLong();
        });
  }

  private void awaitLooks(long many) {
    while (looks.get() < many) {
      assertThat(worker.isAlive()).as("alive after %s looks", looks).isTrue();
      LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
      assertThat(Thread.currentThread().isInterrupted()).as("it takes too long").isFalse();
    }
  }
}
