package io.pairstream.image;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.ImageToPrepare;
import io.pairstream.cleaning.image.ImageWorker;
import io.pairstream.cleaning.image.ImageWorkerUnavailableException;
import io.pairstream.cleaning.image.ModelScore;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.recipe.NamedFile;
import io.pairstream.image.WorkerProcess.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Image workers in child processes.
 *
 * <p>Workers start when they are first needed and stay. A caller waits its turn, then has a worker
 * for itself. A worker that dies or is late may have been killed from outside, so the image gets a
 * second attempt in a fresh worker; only when that one is lost too, and another can be started
 * after it, is the image to blame. Every fresh worker must first prepare a picture that is known to
 * be good.
 *
 * <p>Rejects: what {@link ImageWorker} names. Thread-safe.
 */
public final class ImageWorkerPool implements ImageWorker, AutoCloseable {

  /** Shorter than any sensible deadline. */
  private static final long TICK_MILLIS = 500;

  /** How long a failed start is taken as the answer to {@link #available()}. */
  private static final Duration RETRY = Duration.ofSeconds(2);

  private final WorkerSettings settings;
  private final Supplier<Duration> deadline;
  private final Path directory;

  /** Empty until this system has answered what it offers; no worker starts before. */
  private volatile Optional<Sandbox> sandbox = Optional.empty();

  private final SelfTest selfTest = new SelfTest();
  private final SecureRandom tokens = new SecureRandom();
  private final ScheduledThreadPoolExecutor clock;

  private final LongAdder asked = new LongAdder();
  private final LongAdder started = new LongAdder();
  private final LongAdder crashed = new LongAdder();
  private final LongAdder late = new LongAdder();
  private final LongAdder failedStarts = new LongAdder();

  private final Semaphore turns;
  private final Deque<WorkerProcess> idle = new ConcurrentLinkedDeque<>();
  private final Set<WorkerProcess> running = new HashSet<>(); // guarded by itself
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Until a worker has proved itself, nobody knows. */
  private volatile boolean available;

  private volatile String trouble = "no image worker is able to work";

  private volatile String codecs = "not known before a worker has started";

  private volatile long failedAtNanos = System.nanoTime() - 2 * RETRY.toNanos();
  private final AtomicBoolean probing = new AtomicBoolean();

  /**
   * A pool without any worker yet. Tries out which protections this system offers, which takes
   * about half a second; where a trial does not end, they are tried again before a worker starts.
   *
   * @throws UncheckedIOException if there is no place for temporary files
   */
  public ImageWorkerPool(WorkerSettings settings) {
    this(settings, settings::deadline);
  }

  /**
   * @param deadline how long one attempt at one image may take, whatever the settings say; asked
   *     anew for every attempt
   */
  ImageWorkerPool(WorkerSettings settings, Supplier<Duration> deadline) {
    this.settings = settings;
    this.deadline = deadline;
    turns = new Semaphore(settings.workers(), true);
    try {
      probed();
    } catch (IOException e) {
      // Whoever needs a worker tries again, and is told.
    }
    try {
      directory = Files.createTempDirectory("pairstream-worker");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    clock = new ScheduledThreadPoolExecutor(1, task -> daemon(task, "image-worker-deadlines"));
    clock.setRemoveOnCancelPolicy(true);
    // While something is due sooner, a new deadline does not wake the clock's thread.
    Future<?> unused =
        clock.scheduleWithFixedDelay(() -> {}, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  @Override
  public Outcome<PreparedImage> prepare(ImageToPrepare image, ImagePlan plan) {
    try {
      turns.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ImageWorkerUnavailableException("interrupted while waiting for a worker", e);
    }
    try {
      return prepareInTurn(image, plan);
    } finally {
      turns.release();
    }
  }

  private Outcome<PreparedImage> prepareInTurn(ImageToPrepare image, ImagePlan plan) {
    try {
      return ask(idleOrFresh(), image, plan);
    } catch (WorkerLostException first) {
      // No verdict: somebody else may have killed it, or an earlier image may have hurt it.
    }
    try {
      return ask(fresh(), image, plan);
    } catch (WorkerLostException second) {
      idle.addFirst(fresh());
      return blame(second);
    }
  }

  private Outcome<PreparedImage> blame(WorkerLostException loss) {
    String limit = deadline.get().toMillis() + " ms";
    return loss.late()
        ? Outcome.rejected(
            RejectReason.DECODE_TIMEOUT,
            "the image was not decoded in time, twice",
            "more than " + limit,
            limit)
        : Outcome.rejected(
            RejectReason.DECODER_CRASH,
            Complaints.presentable(
                "the decoder crashed on the image, twice: " + loss.getMessage()));
  }

  private Outcome<PreparedImage> ask(WorkerProcess worker, ImageToPrepare image, ImagePlan plan)
      throws WorkerLostException {
    if (!worker.plan().scores().equals(plan.scores())) {
      rehearse(worker, plan);
    }
    Reply reply;
    try {
      asked.increment();
      reply = worker.ask(tokens.nextLong(), plan, image, deadline.get());
    } catch (WorkerLostException e) {
      (e.late() ? late : crashed).increment();
      forget(worker);
      throw e;
    }
    idle.addFirst(worker);
    return outcome(reply, image.image().encoded().bytes());
  }

  /**
   * Has a worker load the plan's models and ask them about the picture that is known to be good,
   * which may take as long as a start. A model that fails here is no image's fault.
   *
   * @throws ImageWorkerUnavailableException where it fails
   */
  private void rehearse(WorkerProcess worker, ImagePlan plan) {
    try {
      for (ModelScore score : plan.scores()) {
        refuseExchanged(score);
      }
      String failure =
          worker
              .ask(
                  tokens.nextLong(),
                  selfTest.plan().withScores(plan.scores()),
                  selfTest.picture(plan.scores()),
                  settings.startLimit())
              .answer()
              .outcome()
              .fold(prepared -> "", Rejection::detail);
      if (!failure.isEmpty()) {
        throw new WorkerLostException(failure, false, null);
      }
    } catch (WorkerLostException e) {
      worker.kill();
      forget(worker);
      throw unavailable(
          "no worker can use the recipe's models: " + Complaints.presentable(e.getMessage()), e);
    }
  }

  /** Here rather than in the worker, whose virtual machine hashes a hundred times more slowly. */
  private static void refuseExchanged(ModelScore score) throws WorkerLostException {
    try {
      if (!NamedFile.sha256(Path.of(score.model())).equals(score.sha256())) {
        throw new WorkerLostException(
            "the model of scores." + score.name() + " has changed since the recipe was read",
            false,
            null);
      }
    } catch (IOException e) {
      throw new WorkerLostException("a model cannot be read: " + e.getMessage(), false, e);
    }
  }

  /**
   * Finds out whether a worker can do what the plan asks, before any image needs it.
   *
   * @throws ImageWorkerUnavailableException if not; the message says why
   */
  public void rehearse(ImagePlan plan) {
    turns.acquireUninterruptibly();
    try {
      WorkerProcess worker = idleOrFresh();
      rehearse(worker, plan);
      idle.addFirst(worker);
    } finally {
      turns.release();
    }
  }

  private static Outcome<PreparedImage> outcome(Reply reply, byte[] file) {
    String complaint = Complaints.serious(reply.words(), file).orElse("");
    return reply
        .answer()
        .outcome()
        .fold(
            prepared ->
                complaint.isEmpty()
                    ? Outcome.kept(prepared)
                    : Outcome.rejected(
                        RejectReason.IMAGE_DAMAGED,
                        "the decoder complains about the image: " + complaint),
            rejection -> Outcome.rejected(presentable(rejection, complaint)));
  }

  private static Rejection presentable(Rejection rejection, String complaint) {
    String detail = Complaints.presentable(rejection.detail());
    boolean quotes = rejection.reason() == RejectReason.IMAGE_DAMAGED && !complaint.isEmpty();
    return new Rejection(
        rejection.reason(),
        quotes ? detail + ": " + complaint : detail,
        Complaints.presentable(rejection.measured()),
        Complaints.presentable(rejection.limit()));
  }

  /**
   * Whether workers are able to work, as far as is known. Never waits: before the first worker has
   * proved itself, and after a failed start, it has one tried in the background, at most every 2 s,
   * and answers false until one succeeds.
   */
  public boolean available() {
    if (!available
        && !closed.get()
        && System.nanoTime() - failedAtNanos > RETRY.toNanos()
        && probing.compareAndSet(false, true)) {
      daemon(this::tryAgain, "image-worker-probe").start();
    }
    return available;
  }

  /** Why {@link #available()} says no, in words, as far as is known. */
  public String trouble() {
    return trouble;
  }

  /** What holds workers back, in words. */
  public String sandbox() {
    return sandbox.map(Sandbox::inWords).orElse("not known; no worker starts before it is");
  }

  private synchronized Sandbox probed() throws IOException {
    if (sandbox.isEmpty()) {
      sandbox =
          Optional.of(
              Sandbox.probe(
                  settings.javaExecutable(), settings.memoryLimitBytes(), settings.startLimit()));
    }
    return sandbox.orElseThrow();
  }

  /** Who decodes what in the worker that started last, in words. */
  public String codecs() {
    return codecs;
  }

  /** Process ids of the workers that are running. */
  public List<Long> pids() {
    synchronized (running) {
      return running.stream()
          .filter(WorkerProcess::isAlive)
          .map(worker -> worker.handle().pid())
          .toList();
    }
  }

  /** How the workers are, and what became of those that were. */
  public WorkerCounts counts() {
    return new WorkerCounts(
        settings.workers(),
        pids().size(),
        settings.workers() - turns.availablePermits(),
        turns.getQueueLength(),
        asked.sum(),
        started.sum(),
        crashed.sum(),
        late.sum(),
        failedStarts.sum());
  }

  /** Ends all workers, those at work too. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    List<WorkerProcess> left;
    synchronized (running) {
      left = List.copyOf(running);
      running.clear();
    }
    left.forEach(WorkerProcess::kill);
    clock.shutdownNow();
    deleteDirectory();
  }

  private void tryAgain() {
    try {
      if (turns.tryAcquire()) {
        try {
          idle.addFirst(idleOrFresh());
        } finally {
          turns.release();
        }
      }
    } catch (ImageWorkerUnavailableException e) {
      // Noted by the failed start itself; the next call to available() tries again.
    } finally {
      probing.set(false);
    }
  }

  private WorkerProcess idleOrFresh() {
    WorkerProcess worker = idle.pollFirst();
    while (worker != null && !worker.isAlive()) {
      worker.kill();
      forget(worker);
      worker = idle.pollFirst();
    }
    return worker != null ? worker : fresh();
  }

  /** A worker that has just proved itself. */
  private WorkerProcess fresh() {
    if (closed.get()) {
      throw new ImageWorkerUnavailableException("the pool is closed");
    }
    long token = tokens.nextLong();
    WorkerProcess worker;
    try {
      worker = WorkerProcess.launch(settings, probed(), directory, token, clock);
    } catch (IOException e) {
      throw unavailable("no worker can be started: " + e.getMessage(), e);
    }
    boolean kept;
    synchronized (running) {
      kept = !closed.get() && running.add(worker);
    }
    if (!kept) {
      worker.kill();
      throw new ImageWorkerUnavailableException("the pool is closed");
    }
    try {
      codecs = worker.greet(token, settings.startLimit()).lines().reduce("", (a, b) -> b);
      Reply reply =
          worker.ask(tokens.nextLong(), selfTest.plan(), selfTest.picture(), settings.startLimit());
      String failure =
          reply
              .answer()
              .outcome()
              .fold(
                  prepared -> selfTest.isPassedBy(prepared) ? reply.words() : "wrong pixels",
                  Rejection::detail);
      if (!failure.isBlank()) {
        worker.kill();
        throw new WorkerLostException(
            "it cannot decode a picture that is known to be good: " + failure, false, null);
      }
    } catch (WorkerLostException e) {
      forget(worker);
      throw unavailable("no worker can be started: " + e.getMessage(), e);
    }
    available = true;
    started.increment();
    return worker;
  }

  private ImageWorkerUnavailableException unavailable(String message, Exception cause) {
    failedAtNanos = System.nanoTime();
    trouble = Complaints.presentable(message);
    available = false;
    failedStarts.increment();
    return new ImageWorkerUnavailableException(message, cause);
  }

  private void forget(WorkerProcess worker) {
    synchronized (running) {
      running.remove(worker);
    }
  }

  private void deleteDirectory() {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      directory.toFile().deleteOnExit();
    }
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }
}
