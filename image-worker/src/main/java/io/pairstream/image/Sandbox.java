package io.pairstream.image;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What keeps a worker from doing harm, as far as this system offers it: no environment, no network,
 * no new privileges, limits on memory and core files.
 *
 * @param launcher the commands that start the worker, each of which becomes the next
 * @param measures what is in force, in words
 */
record Sandbox(List<String> launcher, List<String> measures) {

  /**
   * All that a worker sees of an environment: no credentials, no options for its virtual machine.
   *
   * <p>OpenCV reads its pixel limit when it loads; the gate's own limit is the same.
   */
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "OPENCV_IO_MAX_IMAGE_PIXELS", "50000000",
          "OPENCV_LOG_LEVEL", "WARNING",
          "OPENCV_OPENCL_RUNTIME", "disabled",
          "OPENBLAS_NUM_THREADS", "1",
          "MALLOC_ARENA_MAX", "2",
          "LC_ALL", "C",
          "PATH", "/usr/sbin:/usr/bin:/sbin:/bin");

  /**
   * Tries each measure on this system and keeps what works together with those before it.
   *
   * @param limit how long one trial may take; more than zero
   * @throws IOException where a trial did not end, so that nobody knows; taken for a no, it would
   *     leave workers without that measure for good
   */
  static Sandbox probe(Path javaExecutable, long memoryLimitBytes, Duration limit)
      throws IOException {
    List<String> launcher = new ArrayList<>();
    List<String> measures = new ArrayList<>();
    measures.add("cleared environment");
    if (works(limit, launcher, List.of("unshare", "-n"), "true")) {
      measures.add("own network namespace");
    } else if (works(limit, launcher, List.of("unshare", "-rn"), "true")) {
      measures.add("own network and user namespace");
    }
    if (works(limit, launcher, List.of("setpriv", "--no-new-privs"), "true")) {
      measures.add("no new privileges");
    }
    if (works(limit, launcher, List.of("prlimit", "--core=0"), "true")) {
      measures.add("no core files");
    }
    if (works(
        limit,
        launcher,
        List.of("prlimit", "--as=" + memoryLimitBytes),
        javaExecutable.toString(),
        "-Xmx96m",
        "-XX:+UseSerialGC",
        "-version")) {
      measures.add("at most " + (memoryLimitBytes >> 20) + " MiB of address space");
    }
    return new Sandbox(List.copyOf(launcher), List.copyOf(measures));
  }

  /** A process that runs {@code command} inside. */
  ProcessBuilder process(List<String> command) {
    return prepare(launcher, command);
  }

  String inWords() {
    return String.join(", ", measures);
  }

  private static boolean works(
      Duration limit, List<String> launcher, List<String> measure, String... command)
      throws IOException {
    List<String> candidate = new ArrayList<>(launcher);
    candidate.addAll(measure);
    if (!succeeds(prepare(candidate, List.of(command)), limit)) {
      return false;
    }
    launcher.addAll(measure);
    return true;
  }

  private static boolean succeeds(ProcessBuilder builder, Duration limit) throws IOException {
    Process process;
    try {
      process = builder.redirectOutput(Redirect.DISCARD).redirectError(Redirect.DISCARD).start();
    } catch (IOException e) {
      return false; // not installed here
    }
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException(
            "not within " + limit.toMillis() + " ms: " + String.join(" ", builder.command()));
      }
      return process.exitValue() == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while it was tried what holds workers back");
    } finally {
      process.destroyForcibly();
    }
  }

  private static ProcessBuilder prepare(List<String> launcher, List<String> command) {
    List<String> whole = new ArrayList<>(launcher);
    whole.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(whole);
    builder.environment().clear();
    builder.environment().putAll(ENVIRONMENT);
    return builder;
  }
}
