package io.pairstream.image.sandbox;

import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import io.pairstream.image.protocol.ImageWindow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * Starts child processes of one main class in the sandbox that this system offers, and ends them.
 * Thread-safe.
 */
public final class Confinement implements AutoCloseable {

  private static final String NOT_STARTED = "no worker can be started: ";

  private final WorkerSettings settings;
  private final Program program;
  private final Launcher[] launchers;
  private final Path directory;

  /** Null until this system's measures have been tried out; no process starts before. */
  private volatile Sandbox sandbox;

  private final SecureRandom tokens = new SecureRandom();
  private final Set<ConfinedProcess> running = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;
  private final ExecutorService starter =
      Executors.newSingleThreadExecutor(task -> daemon(task, "image-worker-starter"));

  /**
   * Tries out which protections this system offers; where a trial does not end, they are tried
   * again before a process starts.
   *
   * @param mainClass what runs in a process: one that speaks {@link
   *     io.pairstream.image.protocol.WorkerProtocol}
   * @param memoryBytes most address space of a process
   * @param launchers the outer walls that may be used, best first
   * @throws UncheckedIOException if there is no place for temporary files
   */
  public Confinement(
      WorkerSettings settings, String mainClass, long memoryBytes, Launcher... launchers) {
    this(settings, new JavaProgram(settings, mainClass, memoryBytes), launchers);
  }

  /**
   * Confinement of a program.
   *
   * @param launchers the outer walls that may be used, best first
   */
  public Confinement(WorkerSettings settings, Program program, Launcher... launchers) {
    this.settings = settings;
    this.program = program;
    this.launchers = launchers;
    try {
      directory = Files.createTempDirectory("pairstream-worker");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      probed();
    } catch (IOException e) {
      // The next caller that needs a process tries again, and reports.
    }
  }

  /**
   * Confinement of workers that prepare pictures.
   *
   * @param launchers the outer walls that may be used, best first
   */
  public static Confinement ofPictures(WorkerSettings settings, Launcher... launchers) {
    return new Confinement(settings, Sandbox.WORKER, Sandbox.PICTURE_MEMORY_BYTES, launchers);
  }

  /** Description of the sandbox. */
  public String sandbox() {
    return sandbox == null
        ? "not known; no worker starts before it is"
        : sandbox.inWords(program.isFiltered());
  }

  /** Parts of the sandbox that this system does not offer, and why; empty where all are offered. */
  public String missing() {
    return sandbox == null ? "" : sandbox.missing(program.isFiltered());
  }

  /**
   * Finds out whether this system offers every protection.
   *
   * @throws ImageWorkerUnavailableException where this system lacks a protection, or that is
   *     unknown
   */
  public void requireSandbox() {
    String missing;
    try {
      missing = probed().missing(program.isFiltered());
    } catch (IOException e) {
      missing = "an answer: " + e.getMessage();
    }
    if (!missing.isEmpty()) {
      throw new ImageWorkerUnavailableException(
          "a sandbox for image workers is required, and here it lacks " + missing);
    }
  }

  private synchronized Sandbox probed() throws IOException {
    if (sandbox == null) {
      sandbox = Sandbox.probe(settings, directory, program.trialBytes(), launchers);
    }
    return sandbox;
  }

  /** A window for the next process; its file is deleted once the process has greeted. */
  public ImageWindow window() {
    return ImageWindow.create(directory);
  }

  /**
   * Starts a process, which is yet to be greeted.
   *
   * @param window where its client lays what it sees at once
   * @param files what it may read, beside the window
   * @throws ImageWorkerUnavailableException with the reason where there is none
   */
  public ConfinedProcess start(ImageWindow window, List<Path> files) {
    try {
      if (settings.sandboxRequired()) {
        requireSandbox();
      }
      long token = tokens.nextLong();
      List<String> command = program.command(directory, token, window, probed().filters());
      ConfinedProcess process =
          ConfinedProcess.launch(probed(), program.wall(), command, token, window, files, starter);
      running.removeIf(ended -> !ended.isAlive());
      running.add(process);
      if (closed) {
        process.kill();
        throw new ImageWorkerUnavailableException("the pool is closed");
      }
      return process;
    } catch (IOException e) {
      window.forgetFile();
      throw new ImageWorkerUnavailableException(NOT_STARTED + e.getMessage(), e);
    } catch (ImageWorkerUnavailableException e) {
      window.forgetFile();
      throw e;
    }
  }

  /** Has every process end once its request, if it has one, is answered. */
  public void retireAll() {
    running.forEach(ConfinedProcess::retire);
  }

  /** Process ids of those that are running. */
  public List<Long> pids() {
    return running.stream()
        .filter(ConfinedProcess::isAlive)
        .map(process -> process.handle().pid())
        .toList();
  }

  /** Ends all processes, those at work too, and deletes their files. */
  @Override
  public void close() {
    closed = true;
    running.forEach(ConfinedProcess::kill);
    starter.shutdown(); // not shutdownNow, which forgets a start that a caller waits for
    try {
      remove(directory);
    } catch (IOException | UncheckedIOException e) {
      directory.toFile().deleteOnExit();
    }
  }

  /** Removes a folder with all that is in it. */
  public static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** Has every user of this system read what is in a folder. */
  public static void showToOthers(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.toList()) {
        boolean unused = file.toFile().setReadable(true, false);
        unused = !Files.isDirectory(file) || file.toFile().setExecutable(true, false);
      }
    }
  }

  /** A thread that does not keep this program alive. */
  public static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }
}
