package io.pairstream.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.image.sandbox.Launcher;
import io.pairstream.image.sandbox.Walls;
import io.pairstream.image.sandbox.WorkerSettings;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Workers that crash, hang, or never come up, behind the best wall that is to be had. */
class WorkerFaultsTest extends WorkerWallsTest {

  WorkerFaultsTest(Launcher wall) {
    super(wall);
  }

  static Stream<Launcher> walls() {
    return Stream.of(Walls.best());
  }

  @Test
  void rejectsOnlyTheImageThatCrashesItsWorker() {
    assertCostsItselfAlone("segv");
  }

  @Tag("full")
  @Test
  void rejectsOnlyTheImageThatStopsItsWorker() {
    assertCostsItselfAlone("halt");
  }

  @Test
  void rejectsOnlyTheImageThatHangsItsWorker() {
    PreparedImage before = keptGood(pool);
    long late = pool.counts().late();

    deadlines.add(Duration.ofSeconds(3)); // of the image that reaches it in any case
    deadlines.add(Duration.ofSeconds(3)); // of the words about it
    Rejection rejection = Pictures.rejection(prepare(pool, faulty("spin")));

    assertThat(rejection.reason()).isEqualTo(RejectReason.DECODE_TIMEOUT);
    assertThat(rejection.measured().limitInWords()).isEqualTo("3000 ms");
    assertThat(pool.counts().late()).as("attempts").isEqualTo(late + 1);
    assertThat(keptGood(pool)).isEqualTo(before);
    assertThat(pool.pids()).hasSize(1);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void blamesNoImageWhileItsWorkerGetsNoProcessor() throws Exception {
    PreparedImage before = keptGood(pool);
    long late = pool.counts().late();
    String worker = String.valueOf(pool.pids().get(0));
    assertThat(new ProcessBuilder("kill", "-STOP", worker).start().waitFor()).isZero();
    Path state = Path.of("/proc", worker, "stat");
    await(() -> Files.readString(state).contains(") T ")); // kill does not wait for that

    deadlines.add(Duration.ofSeconds(2)); // of the worker that stands still alone

    assertThat(keptGood(pool)).isEqualTo(before);
    assertThat(pool.counts().late()).isEqualTo(late + 1);
  }

  @Test
  void resumesWhenWorkersCanStartAgain(@TempDir Path lib) throws Exception {
    Path jars = lib.resolve("jars");
    WorkerSettings settings = Pictures.settings(classes() + ":" + jars + "/*", 1);
    try (ImageWorkerPool pausing = pool(settings)) {
      assertThatThrownBy(() -> prepare(pausing, GOOD))
          .isInstanceOf(ImageWorkerUnavailableException.class)
          .hasMessageStartingWith("no worker can be started: ");
      assertThat(pausing.available()).isFalse();
      assertThat(pausing.trouble()).startsWith("no worker can be started: ");
      await(() -> !pausing.available() && pausing.counts().failedStarts() > 1);

      copyClassPath(Files.createDirectory(jars));

      await(pausing::available);
      assertThat(prepare(pausing, GOOD).keptOnly()).hasSize(1);
    }
  }

  @Test
  void goesOnWithTheWorkerThatLivesAfterAnothersStartFailed(@TempDir Path lib) throws Exception {
    String classPath = copyClassPath(lib);
    WorkerSettings settings = Pictures.settings(classPath, 2).withJvmOptions(TEST_HOOKS);
    ExecutorService caller = Executors.newSingleThreadExecutor();
    try (ImageWorkerPool half = new ImageWorkerPool(settings)) {
      PreparedImage before = keptGood(half);
      long first = half.pids().get(0);
      Future<Outcome<PreparedImage>> hanging = caller.submit(() -> prepare(half, faulty("spin")));
      await(() -> half.counts().busy() == 1);
      keptGood(half);
      Files.delete(lib.resolve("javacpp.jar"));

      ProcessHandle.of(first).orElseThrow().destroyForcibly();

      assertThatThrownBy(() -> hanging.get(5, TimeUnit.MINUTES))
          .hasCauseInstanceOf(ImageWorkerUnavailableException.class);
      assertThat(half.counts().failedStarts()).isEqualTo(1);
      await(half::available);
      assertThat(keptGood(half)).isEqualTo(before);
      assertThat(half.pids()).hasSize(1).doesNotContain(first);
    } finally {
      caller.shutdownNow();
    }
  }

  @Test
  void replacesAWorkerThatHasAnsweredEnoughWithoutLosingAnImage() throws Exception {
    try (ImageWorkerPool renewed =
        new ImageWorkerPool(Pictures.settings(1).withImagesPerWorker(3))) {
      PreparedImage before = keptGood(renewed);
      long first = renewed.pids().get(0);
      await(
          () -> {
            assertThat(keptGood(renewed)).isEqualTo(before);
            return !renewed.pids().contains(first);
          });

      assertThat(renewed.counts().started()).isGreaterThanOrEqualTo(2);
      assertThat(renewed.counts().crashed()).isZero();
      assertThat(renewed.counts().failedStarts()).isZero();
    }
  }

  @Test
  void goesOnWithAWorkerThatHasAnsweredEnoughWhereNoOtherStarts(@TempDir Path lib)
      throws Exception {
    String classPath = copyClassPath(lib);
    try (ImageWorkerPool worn =
        new ImageWorkerPool(Pictures.settings(classPath, 1).withImagesPerWorker(3))) {
      PreparedImage before = keptGood(worn);
      List<Long> first = worn.pids();
      Files.delete(lib.resolve("javacpp.jar"));

      await(
          () -> {
            assertThat(keptGood(worn)).isEqualTo(before);
            return worn.counts().failedStarts() > 0;
          });

      assertThat(worn.available()).isTrue();
      assertThat(keptGood(worn)).isEqualTo(before);
      assertThat(worn.pids()).isEqualTo(first);
    }
  }

  @Test
  void doesNotBlameACrashOnTheImageWhenTheWorldBreaksMeanwhile(@TempDir Path lib)
      throws IOException {
    // Inside, workers of root are another user, who may not enter the temporary folder itself.
    Path jars = Files.createDirectory(lib.resolve("jars"));
    String classPath = copyClassPath(jars);
    WorkerSettings settings = Pictures.settings(classPath, 1).withJvmOptions(TEST_HOOKS);
    try (ImageWorkerPool doomed = pool(settings)) {
      keptGood(doomed);
      Files.delete(jars.resolve("javacpp.jar"));

      assertThatThrownBy(() -> prepare(doomed, faulty("halt")))
          .isInstanceOf(ImageWorkerUnavailableException.class);
    }
  }

  @Test
  void startsNoWorkerBeforeThisSystemHasSaidWhatItOffers() {
    assumeFalse(wall == Launcher.NONE, "no wall: nothing is tried out");
    Thread.currentThread().interrupt();
    try (ImageWorkerPool unsure = pool(Pictures.settings(1))) {
      assertThat(Thread.interrupted()).isTrue();
      assertThat(unsure.sandbox()).startsWith("not known");

      assertThat(keptGood(unsure)).isEqualTo(keptGood(pool));

      assertThat(unsure.sandbox()).isEqualTo(pool.sandbox());
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("largestFiles")
  void decodesTheLargestImageThatTheGateLetsThrough(String name, byte[] file) {
    assertThat(Pictures.probe(file).pixels()).isEqualTo(50_000_000);
    assertThat(prepare(pool, file).rejectedOnly()).isEmpty();
  }

  static Stream<Arguments> largestFiles() {
    BufferedImage clear = new BufferedImage(8000, 6250, BufferedImage.TYPE_4BYTE_ABGR);
    return Stream.of(
        Arguments.of("progressive JPEG", Pictures.jpeg(Pictures.drawRgb(8000, 6250), true)),
        Arguments.of("interlaced PNG with alpha", Pictures.png(clear, true)));
  }

  private static String classes() {
    String[] parts = System.getProperty("pairstream.worker.classpath").split(":");
    return parts[0] + ":" + parts[2];
  }

  /** Copies the worker's jars into {@code lib}. */
  private static String copyClassPath(Path lib) throws IOException {
    String jars = System.getProperty("pairstream.worker.classpath").split(":")[1];
    try (var files = Files.newDirectoryStream(Path.of(jars.replace("*", "")), "*.jar")) {
      for (Path file : files) {
        Path partial = lib.resolve(file.getFileName() + ".part");
        Files.copy(file, partial);
        Files.move(partial, lib.resolve(file.getFileName()), StandardCopyOption.ATOMIC_MOVE);
      }
    }
    return classes() + ":" + lib + "/*";
  }
}
