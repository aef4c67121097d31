package io.pairstream.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.image.Sandbox.Launcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Ends of a worker in which the wall around it has a part, behind each that is to be had. */
@ParameterizedClass(name = "by {0}")
@EnumSource(Launcher.class)
@Timeout(900)
class WorkerWallsTest extends FaultyWorkers {

  WorkerWallsTest(Launcher wall) {
    super(wall);
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
}
