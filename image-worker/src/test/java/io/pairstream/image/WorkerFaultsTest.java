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
import io.pairstream.cleaning.image.ProbedImage;
import io.pairstream.image.Sandbox.Launcher;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Workers that crash, hang, are killed, or never come up, behind each wall that is to be had. */
@ParameterizedClass(name = "by {0}")
@EnumSource(Launcher.class)
@Timeout(900)
class WorkerFaultsTest {

  private static final ImagePlan TARGET = Pictures.raw(64);

  private static final String TEST_HOOKS = "-Dpairstream.worker.test-hooks=true";

  private final byte[] good = Pictures.jpeg(Pictures.drawRgb(90, 70), false);

  private static ImageWorkerPool pool;

  private final Launcher wall;

  WorkerFaultsTest(Launcher wall) {
    this.wall = wall;
  }

  @BeforeParameterizedClassInvocation
  static void start(Launcher wall) {
    Walls.assumeToBeHad(wall);
    // Its deadline is one that no crash reaches either: "grow" writes to a gigabyte first.
    WorkerSettings settings = Pictures.settings(1).withJvmOptions(TEST_HOOKS);
    pool = new ImageWorkerPool(settings, settings::deadline, wall);
  }

  @AfterParameterizedClassInvocation
  static void close() {
    if (pool != null) {
      pool.close();
    }
  }

  private ImageWorkerPool pool(WorkerSettings settings) {
    return new ImageWorkerPool(settings, settings::deadline, wall);
  }

  @ParameterizedTest
  @ValueSource(strings = {"halt", "segv", "grow"})
  void rejectsOnlyTheImageThatCrashesItsWorker(String fault) {
    assumeFalse(
        wall == Launcher.NONE && fault.equals("grow"), "no wall: nothing limits a worker's memory");
    PreparedImage before = keptGood(pool);

    Rejection rejection = Pictures.rejection(prepare(pool, faulty(fault)));

    assertThat(rejection.reason()).isEqualTo(RejectReason.DECODER_CRASH);
    assertThat(rejection.detail()).contains("twice", "exit status");
    assertThat(keptGood(pool)).isEqualTo(before);
    assertThat(pool.available()).isTrue();
  }

  @Test
  void rejectsOnlyTheImageThatHangsItsWorker() {
    WorkerSettings settings = Pictures.settings(1).withJvmOptions(TEST_HOOKS);
    // Short for the image that reaches it in any case, and long for good ones.
    AtomicReference<Duration> deadline = new AtomicReference<>(settings.deadline());
    try (ImageWorkerPool hasty = new ImageWorkerPool(settings, deadline::get, wall)) {
      PreparedImage before = keptGood(hasty);

      deadline.set(Duration.ofSeconds(3));
      Rejection rejection = Pictures.rejection(prepare(hasty, faulty("spin")));
      deadline.set(settings.deadline());

      assertThat(rejection.reason()).isEqualTo(RejectReason.DECODE_TIMEOUT);
      assertThat(rejection.measured().limitInWords()).isEqualTo("3000 ms");
      assertThat(hasty.counts().late()).as("attempts").isEqualTo(1);
      assertThat(keptGood(hasty)).isEqualTo(before);
      assertThat(hasty.pids()).hasSize(1);
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void blamesNoImageWhileItsWorkerGetsNoProcessor() throws Exception {
    WorkerSettings settings = Pictures.settings(1);
    Deque<Duration> deadlines = new ArrayDeque<>();
    Supplier<Duration> deadline =
        () -> deadlines.isEmpty() ? settings.deadline() : deadlines.removeFirst();
    try (ImageWorkerPool stopped = new ImageWorkerPool(settings, deadline, wall)) {
      PreparedImage before = keptGood(stopped);
      String worker = String.valueOf(stopped.pids().get(0));
      assertThat(new ProcessBuilder("kill", "-STOP", worker).start().waitFor()).isZero();
      Path state = Path.of("/proc", worker, "stat");
      await(() -> Files.readString(state).contains(") T ")); // kill does not wait for that

      deadlines.add(Duration.ofSeconds(2)); // of the worker that stands still alone

      assertThat(keptGood(stopped)).isEqualTo(before);
      assertThat(stopped.counts().late()).isEqualTo(1);
    }
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
  void resumesWhenWorkersCanStartAgain(@TempDir Path lib) throws Exception {
    Path jars = lib.resolve("jars");
    WorkerSettings settings = Pictures.settings(classes() + ":" + jars + "/*", 1);
    try (ImageWorkerPool pausing = pool(settings)) {
      assertThatThrownBy(() -> prepare(pausing, good))
          .isInstanceOf(ImageWorkerUnavailableException.class)
          .hasMessageStartingWith("no worker can be started: ");
      assertThat(pausing.available()).isFalse();
      assertThat(pausing.trouble()).startsWith("no worker can be started: ");
      await(() -> !pausing.available() && pausing.counts().failedStarts() > 1);

      copyClassPath(Files.createDirectory(jars));

      await(pausing::available);
      assertThat(prepare(pausing, good).keptOnly()).hasSize(1);
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
    // Inside, workers of root are somebody else, who may not enter the temporary folder itself.
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
    try (ImageWorkerPool patient = pool(Pictures.settings(1))) {
      assertThat(Pictures.probe(file).pixels()).isEqualTo(50_000_000);
      assertThat(prepare(patient, file).rejectedOnly()).isEmpty();
    }
  }

  static Stream<Arguments> largestFiles() {
    BufferedImage clear = new BufferedImage(8000, 6250, BufferedImage.TYPE_4BYTE_ABGR);
    return Stream.of(
        Arguments.of("progressive JPEG", Pictures.jpeg(Pictures.drawRgb(8000, 6250), true)),
        Arguments.of("interlaced PNG with alpha", Pictures.png(clear, true)));
  }

  /** Waits, until the timeout of the class ends it. */
  private static void await(Callable<Boolean> condition) throws Exception {
    while (!condition.call()) {
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
      assertThat(Thread.currentThread().isInterrupted()).as("it takes too long").isFalse();
    }
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

  private byte[] faulty(String fault) {
    return Pictures.withTrailer(good, "PAIRSTREAM-TEST:" + fault);
  }

  private PreparedImage keptGood(ImageWorkerPool from) {
    return Pictures.kept(prepare(from, good));
  }

  private static Outcome<PreparedImage> prepare(ImageWorkerPool with, byte[] file) {
    ProbedImage image = Pictures.probe(file);
    return with.prepare(ImageToPrepare.whole(image), TARGET);
  }
}
