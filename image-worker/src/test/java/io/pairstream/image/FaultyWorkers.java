package io.pairstream.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.ImageWorker.ImageToPrepare;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.image.Sandbox.Launcher;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;

/** A pool of workers behind one wall, shared by the cases of a class, and images that harm them. */
abstract class FaultyWorkers {

  private static final ImagePlan TARGET = Pictures.raw(64);

  static final String TEST_HOOKS = "-Dpairstream.worker.test-hooks=true";

  static final byte[] GOOD = Pictures.jpeg(Pictures.drawRgb(90, 70), false);

  /** Deadlines of the next attempts; the others' is one that no image reaches. */
  static final Queue<Duration> deadlines = new ConcurrentLinkedQueue<>();

  static ImageWorkerPool pool;

  final Launcher wall;

  FaultyWorkers(Launcher wall) {
    this.wall = wall;
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
