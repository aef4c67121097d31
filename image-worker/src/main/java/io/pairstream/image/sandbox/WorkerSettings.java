package io.pairstream.image.sandbox;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * How image workers are run.
 *
 * @param classPath the worker's class path: this module, {@code cleaning} for its values, and the
 *     native codecs; {@code dir/*} stands for all jars of a directory
 * @param workers most workers at a time; 1 to 256, one per core is enough
 * @param deadline processor time that one attempt at one image may take; more than zero. A worker
 *     that hangs has as much on the clock, one that gets little of a busy machine 20 times as much.
 * @param startLimit processor time that a worker may take to start, and again to prepare the
 *     picture that is known to be good; more than zero; on the clock like {@code deadline}. The
 *     first start on a machine unpacks 120 MB of libraries.
 * @param imagesPerWorker how many images a worker answers before another takes its place; at least
 *     1
 * @param nativesCache where native libraries are unpacked once and found by every later worker;
 *     only its owner may be able to write there
 * @param jvmOptions further options of the worker's virtual machine; they come last
 * @param sandboxRequired whether no worker starts where this system cannot hold it back
 * @param pythonTrusted whether functions in Python start there all the same
 */
public record WorkerSettings(
    String classPath,
    int workers,
    Duration deadline,
    Duration startLimit,
    int imagesPerWorker,
    Path nativesCache,
    List<String> jvmOptions,
    boolean sandboxRequired,
    boolean pythonTrusted) {

  /**
   * A worker's start costs some 4 s of processor time until all is compiled: at this number a
   * fiftieth of the work.
   */
  private static final int IMAGES_PER_WORKER = 100_000;

  /** Libraries that are unpacked; another text where they are others of the same jars. */
  private static final String UNPACKED = "codecs, models, cascades";

  public WorkerSettings {
    if (workers < 1 || workers > 256) {
      throw new IllegalArgumentException("workers must be 1 to 256, was " + workers);
    }
    if (deadline.isNegative() || deadline.isZero()) {
      throw new IllegalArgumentException("deadline must be more than zero, was " + deadline);
    }
    if (startLimit.isNegative() || startLimit.isZero()) {
      throw new IllegalArgumentException("start limit must be more than zero, was " + startLimit);
    }
    if (imagesPerWorker < 1) {
      throw new IllegalArgumentException(
          "images per worker must be at least 1, was " + imagesPerWorker);
    }
    jvmOptions = List.copyOf(jvmOptions);
  }

  /** Settings with a deadline of 5 s, and 30 s for a start. */
  public static WorkerSettings of(String classPath, int workers) {
    return new WorkerSettings(
        classPath,
        workers,
        Duration.ofSeconds(5),
        Duration.ofSeconds(30),
        IMAGES_PER_WORKER,
        defaultCache(),
        List.of(),
        false,
        false);
  }

  /** Returns a copy with other limits, for an attempt at an image and for a worker's start. */
  public WorkerSettings withLimits(Duration ofAnImage, Duration ofAStart) {
    return with(ofAnImage, ofAStart, imagesPerWorker, jvmOptions, sandboxRequired, pythonTrusted);
  }

  /** Returns a copy with another number of images per worker. */
  public WorkerSettings withImagesPerWorker(int other) {
    return with(deadline, startLimit, other, jvmOptions, sandboxRequired, pythonTrusted);
  }

  /** Returns a copy with other options for the worker's virtual machine. */
  public WorkerSettings withJvmOptions(String... options) {
    return with(
        deadline, startLimit, imagesPerWorker, List.of(options), sandboxRequired, pythonTrusted);
  }

  /**
   * Returns a copy that requires a full sandbox, or does not.
   *
   * @param trusted whether functions in Python start without one all the same
   */
  public WorkerSettings withSandbox(boolean required, boolean trusted) {
    return with(deadline, startLimit, imagesPerWorker, jvmOptions, required, trusted);
  }

  private WorkerSettings with(
      Duration ofAnImage,
      Duration ofAStart,
      int images,
      List<String> options,
      boolean required,
      boolean trusted) {
    return new WorkerSettings(
        classPath, workers, ofAnImage, ofAStart, images, nativesCache, options, required, trusted);
  }

  /**
   * How long an image that hangs its workers takes on a machine with a processor to spare: two
   * attempts, and two starts of 2 s. Transaction and poll time-outs derive from this, with room to
   * spare.
   */
  public Duration likelyVerdict() {
    return deadline.multipliedBy(2).plusSeconds(4);
  }

  /**
   * Where this class path's native libraries are: a folder of the cache for each set of jars, since
   * two releases have other libraries of the same names.
   *
   * @throws UncheckedIOException if the class path cannot be read
   */
  Path natives() {
    List<String> jars = new ArrayList<>();
    for (String part : classPath.split(File.pathSeparator)) {
      Path path = Path.of(part.endsWith("*") ? part.substring(0, part.length() - 1) : part);
      if (Files.notExists(path)) {
        continue; // As Java does.
      }
      try (Stream<Path> files = Files.walk(path, 1)) {
        for (Path jar : files.filter(file -> file.toString().endsWith(".jar")).toList()) {
          jars.add(jar.getFileName() + " " + Files.size(jar));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    Collections.sort(jars);
    byte[] names = (UNPACKED + jars).getBytes(StandardCharsets.UTF_8);
    return nativesCache.toAbsolutePath().resolve(UUID.nameUUIDFromBytes(names).toString());
  }

  /**
   * Folder below the home directory, or below the system's temporary one where that is not
   * writable.
   */
  private static Path defaultCache() {
    Path home = Path.of(System.getProperty("user.home"));
    return Files.isWritable(home)
        ? home.resolve(".cache").resolve("pairstream").resolve("natives")
        : Path.of(
            System.getProperty("java.io.tmpdir"),
            "pairstream-natives-" + ProcessHandle.current().pid());
  }
}
