package io.pairstream.platform;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** The processes of a platform, in the order of their start. Thread-safe. */
final class ChildProcesses {

  /** How long children of a platform that was killed may still need to notice and end. */
  private static final Duration ORPHANS_GRACE = Duration.ofSeconds(6);

  private final PlatformSettings settings;
  private final Path data;
  private final Function<String, SupervisedChild.Listener> listeners;

  /** Guarded by this, as is the field below. */
  private final List<SupervisedChild> children = new ArrayList<>();

  private boolean closing;

  /** Says how a child is started the next time. */
  @FunctionalInterface
  interface Next {

    /**
     * The service.
     *
     * @param known whether the address of the child was given out, so that it must not change
     */
    ServiceSpec get(boolean known) throws IOException;
  }

  ChildProcesses(PlatformSettings settings, Function<String, SupervisedChild.Listener> listeners) {
    this.settings = settings;
    this.data = settings.dataDirectory();
    this.listeners = listeners;
  }

  /** Starts one more and keeps it running, without waiting until it answers. */
  synchronized void start(String name, Next next) {
    if (closing) {
      throw new PlatformException("the platform in " + data + " is stopping");
    }
    if (named(name).isPresent()) {
      throw new IllegalArgumentException("there is a process named " + name + " already");
    }
    ChildLog log = new ChildLog(data.resolve("logs").resolve(name + ".log"));
    SupervisedChild.Launch launch =
        known -> {
          log.putAsideIfLarge();
          ServiceSpec service = next.get(known);
          return new SupervisedChild.Attempt(service.start(data, log.file()), service.readiness());
        };
    try {
      log.begin();
    } catch (IOException e) {
      throw new PlatformException("cannot write " + log.file(), e);
    }
    SupervisedChild child =
        new SupervisedChild(
            name, launch, log, SupervisedChild.Backoff.USUAL, listeners.apply(name));
    children.add(child);
    child.start();
  }

  /**
   * Returns once a process answers.
   *
   * @throws PlatformException where it does not start; then it is stopped, and the rest goes on
   */
  void await(String name) {
    try {
      named(name).orElseThrow().awaitReady(settings.startTimeout());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PlatformException("interrupted while " + name + " started", e);
    } catch (PlatformException e) {
      stop(name);
      throw e;
    }
  }

  /** Stops a process for good; harmless where none has that name. */
  void stop(String name) {
    Optional<SupervisedChild> child = named(name);
    child.ifPresent(this::stop);
    synchronized (this) {
      child.ifPresent(children::remove);
    }
  }

  private void stop(SupervisedChild child) {
    try {
      child.stop(settings.grace());
    } catch (InterruptedException e) {
      // Its parent ends next, and so will it.
      Thread.currentThread().interrupt();
    }
  }

  /** Stops all, the last started first; no more start. */
  void stopAll() {
    List<SupervisedChild> running;
    synchronized (this) {
      closing = true;
      running = new ArrayList<>(children);
    }
    for (int i = running.size() - 1; i >= 0; i--) {
      stop(running.get(i));
    }
  }

  synchronized boolean isClosing() {
    return closing;
  }

  /** Those that run. */
  synchronized List<PlatformFile.Child> running() {
    List<PlatformFile.Child> running = new ArrayList<>();
    for (SupervisedChild child : children) {
      child
          .identity()
          .ifPresent(
              process ->
                  running.add(
                      new PlatformFile.Child(child.name(), process.pid(), process.startedAt())));
    }
    return running;
  }

  boolean hasAnswered(String name) {
    return named(name).filter(SupervisedChild::hasAnswered).isPresent();
  }

  private synchronized Optional<SupervisedChild> named(String name) {
    return children.stream().filter(child -> child.name().equals(name)).findFirst();
  }

  /** Waits until the children of a platform that was killed have freed files and ports. */
  static void awaitOrphans(List<PlatformFile.Child> recorded) {
    long deadline = System.nanoTime() + ORPHANS_GRACE.toNanos();
    for (PlatformFile.Child child : recorded) {
      child.identity().find().ifPresent(orphan -> awaitOrphan(orphan, deadline));
    }
  }

  private static void awaitOrphan(ProcessHandle orphan, long deadline) {
    try {
      orphan.onExit().get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      orphan.destroyForcibly();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a process's end is no exception", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PlatformException("interrupted while an earlier platform ended", e);
    }
  }
}
