package io.pairstream.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.ImageWorker.ImageToPrepare;
import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.image.sandbox.Launcher;
import io.pairstream.image.sandbox.Walls;
import io.pairstream.image.sandbox.WorkerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Ends of a worker in which the wall around it has a part; the cases of a class share a pool. */
@ParameterizedClass(name = "by {0}")
@MethodSource("walls")
class WorkerWallsTest {

  private static final ImagePlan TARGET = Pictures.raw(64);

  static final String TEST_HOOKS = "-Dpairstream.worker.test-hooks=true";

  static final byte[] GOOD = Pictures.jpeg(Pictures.drawRgb(90, 70), false);

  /** Deadlines of the next attempts; the others' is one that no image reaches. */
  static final Queue<Duration> deadlines = new ConcurrentLinkedQueue<>();

  static ImageWorkerPool pool;

  final Launcher wall;

  WorkerWallsTest(Launcher wall) {
    this.wall = wall;
  }

  /** Each wall but the best, behind which another class finds the same and more. */
  static Stream<Launcher> walls() {
    return Arrays.stream(Launcher.values()).filter(wall -> wall != Walls.best());
  }

  @BeforeParameterizedClassInvocation
  static void start(Launcher wall) {
    Walls.assumeToBeHad(wall);
    WorkerSettings settings = Pictures.settings(1).withJvmOptions(TEST_HOOKS);
    pool =
        new ImageWorkerPool(
            settings,
            () -> Optional.ofNullable(deadlines.poll()).orElse(settings.deadline()),
            wall);
  }

  @AfterParameterizedClassInvocation
  static void close() {
    if (pool != null) {
      pool.close();
    }
  }

  @Test
  void rejectsOnlyTheImageThatTakesMoreMemoryThanThereIs() {
    assumeFalse(wall == Launcher.NONE, "no wall: nothing limits a worker's memory");
    assertCostsItselfAlone("grow");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void showsItsWorkersNothingOfTheEnvironment() throws IOException {
    keptGood(pool);

    Path environment = Path.of("/proc/" + pool.pids().get(0) + "/environ");
    assertThat(Files.readString(environment).split("\0"))
        .allMatch(variable -> variable.matches("(OPENCV_|OPENBLAS_|MALLOC_ARENA_|LC_ALL|PATH=).*"))
        .contains("OPENCV_IO_MAX_IMAGE_PIXELS=50000000");
  }

  @Test
  void losesNoImageToAKillFromOutsideDuringAnImage() throws Exception {
    byte[] large = Pictures.jpeg(Pictures.drawRgb(3000, 2500), true);
    keptGood(pool);
    long victim = pool.pids().get(0);
    ExecutorService caller = Executors.newSingleThreadExecutor();
    try {
      Future<Outcome<PreparedImage>> outcome = caller.submit(() -> prepare(pool, large));
      ProcessHandle.of(victim).orElseThrow().destroyForcibly();

      assertThat(outcome.get(5, TimeUnit.MINUTES).rejectedOnly()).isEmpty();
      // The system may bury the victim after the image is done, and the pool hear of it later yet.
      await(() -> !pool.pids().contains(victim));
    } finally {
      caller.shutdownNow();
    }
  }

  @Test
  void leavesNoProcessWhenClosed() throws Exception {
    ImageWorkerPool closing = pool(Pictures.settings(1).withJvmOptions(TEST_HOOKS));
    keptGood(closing);
    List<ProcessHandle> workers =
        closing.pids().stream().map(pid -> ProcessHandle.of(pid).orElseThrow()).toList();
    CountDownLatch asked = new CountDownLatch(1);
    ExecutorService caller = Executors.newSingleThreadExecutor();
    try {
      Future<Outcome<PreparedImage>> hanging =
          caller.submit(
              () -> {
                asked.countDown();
                return prepare(closing, faulty("spin"));
              });
      asked.await();

      closing.close();

      assertThatThrownBy(() -> hanging.get(5, TimeUnit.MINUTES))
          .hasCauseInstanceOf(ImageWorkerUnavailableException.class);
      for (ProcessHandle worker : workers) {
        worker.onExit().get(5, TimeUnit.MINUTES); // a busy system buries it later
      }
      assertThat(workers).hasSize(1).noneMatch(ProcessHandle::isAlive);
      assertThat(closing.pids()).isEmpty();
    } finally {
      caller.shutdownNow();
    }
  }

  final ImageWorkerPool pool(WorkerSettings settings) {
    return new ImageWorkerPool(settings, settings::deadline, wall);
  }

  static byte[] faulty(String fault) {
    return Pictures.withTrailer(GOOD, "PAIRSTREAM-TEST:" + fault);
  }

  static PreparedImage keptGood(ImageWorkerPool from) {
    return Pictures.kept(prepare(from, GOOD));
  }

  static Outcome<PreparedImage> prepare(ImageWorkerPool with, byte[] file) {
    return with.prepare(ImageToPrepare.whole(Pictures.probe(file)), TARGET);
  }

  /** An image that ends its worker twice is rejected, and the next one prepared as before. */
  static void assertCostsItselfAlone(String fault) {
    PreparedImage before = keptGood(pool);

    Rejection rejection = Pictures.rejection(prepare(pool, faulty(fault)));

    assertThat(rejection.reason()).isEqualTo(RejectReason.DECODER_CRASH);
    assertThat(rejection.detail()).contains("twice", "exit status");
    assertThat(keptGood(pool)).isEqualTo(before);
    assertThat(pool.available()).isTrue();
  }

  /** Waits, until the timeout of the class ends it. */
  static void await(Callable<Boolean> condition) throws Exception {
    while (!condition.call()) {
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
      assertThat(Thread.currentThread().isInterrupted()).as("it takes too long").isFalse();
    }
  }
}
