package io.pairstream.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ThreadsTest {

  private final List<Throwable> reported = new CopyOnWriteArrayList<>();
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = Threads.daemon("repeated", task);
            thread.setUncaughtExceptionHandler((unused, thrown) -> reported.add(thrown));
            return thread;
          });

  static Stream<Runnable> faults() {
    return Stream.of(
        () -> {
          throw new IllegalStateException();
        },
        () -> {
          throw new LinkageError();
        });
  }

  @ParameterizedTest
  @MethodSource("faults")
  void whatFailsIsReportedAndDoneAgain(Runnable fault) throws InterruptedException {
    CountDownLatch runs = new CountDownLatch(3);

    Threads.repeat(
        executor,
        Duration.ofMillis(1),
        () -> {
          runs.countDown();
          fault.run();
        });

    assertThat(runs.await(30, TimeUnit.SECONDS)).isTrue();
    executor.shutdownNow();
    assertThat(reported).hasSizeGreaterThanOrEqualTo(2);
  }
}
