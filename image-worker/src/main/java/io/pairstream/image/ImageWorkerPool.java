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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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
 * for itself. A worker that dies may have been killed from outside, and one that is late may have
 * got no processor, so the image gets a second attempt in a fresh worker; only when that one is
 * lost too is the image to blame. One that is late at work blames its image at once. In either case
 * another worker must start first. Every fresh worker must first prepare a picture that is known to
 * be good.
 *
 * <p>Rejects: what {@link ImageWorker} names. Thread-safe.
 */
public final class ImageWorkerPool implements ImageWorker, AutoCloseable {

  /** Shorter than any sensible deadline. */
  private static final long TICK_MILLIS = 500;

  /** How long a failed start is taken as the answer to {@link #available()}. */
  private static final Duration RETRY = Duration.ofSeconds(2);

  private static final String MODELS_UNUSABLE = "no worker can use the recipe's models: ";

  private final WorkerSettings settings;
  private final Supplier<Duration> deadline;
  private final Path directory;

  /** Empty until this system has answered what it offers; no worker starts before. */
  private volatile Optional<Sandbox> sandbox = Optional.empty();

  private final SelfTest selfTest = new SelfTest();
  private final SecureRandom tokens = new SecureRandom();
  private final ScheduledThreadPoolExecutor clock;
  private final ExecutorService starter =
      Executors.newSingleThreadExecutor(task -> daemon(task, "image-worker-starter"));

  /** The models of the plan that was asked for last. */
  private volatile List<ModelScore> models = List.of();

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
      directory = Files.createTempDirectory("pairstream-worker");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      probed();
    } catch (IOException e) {
      // Whoever needs a worker tries again, and is told.
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
    models = plan.scores();
    try {
      return ask(idleOrFresh(plan.scores()), image, plan);
    } catch (WorkerLostException first) {
      if (first.lateAtWork()) {
        idle.addFirst(fresh(plan.scores()));
        return blame(first);
      }
      // No verdict: somebody else may have killed it, or an earlier image may have hurt it.
    }
    try {
      return ask(fresh(plan.scores()), image, plan);
    } catch (WorkerLostException second) {
      idle.addFirst(fresh(plan.scores()));
      return blame(second);
    }
  }

  private Outcome<PreparedImage> blame(WorkerLostException loss) {
    String limit = deadline.get().toMillis() + " ms";
    return loss.late()
        ? Outcome.rejected(
            RejectReason.DECODE_TIMEOUT,
            "the image was not decoded in time",
            "more than " + limit,
            limit)
        : Outcome.rejected(
            RejectReason.DECODER_CRASH,
            Complaints.presentable(
                "the decoder crashed on the image, twice: " + loss.getMessage()));
  }

  private Outcome<PreparedImage> ask(WorkerProcess worker, ImageToPrepare image, ImagePlan plan)
      throws WorkerLostException {
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
    models = plan.scores();
    turns.acquireUninterruptibly();
    try {
      idle.addFirst(idleOrFresh(plan.scores()));
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

  /** What this system does not offer of what holds workers back, and why; empty where all is. */
  public String missing() {
    return sandbox.map(Sandbox::missing).orElse("");
  }

  /**
   * Finds out whether this system holds workers back in every way.
   *
   * @throws ImageWorkerUnavailableException if it does not, or nobody knows; the message says what
   *     is missing
   */
  public void requireSandbox() {
    String missing;
    try {
      missing = probed().missing();
    } catch (IOException e) {
      missing = "an answer: " + e.getMessage();
    }
    if (!missing.isEmpty()) {
      throw new ImageWorkerUnavailableException(
          "a sandbox for image workers is required, and here it lacks " + missing);
    }
  }

  private synchronized Sandbox probed() throws IOException {
    if (sandbox.isEmpty()) {
      sandbox = Optional.of(Sandbox.probe(settings, directory, Sandbox.Launcher.values()));
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

  private int alive() {
    synchronized (running) {
      return (int) running.stream().filter(WorkerProcess::isAlive).count();
    }
  }

  /** How the workers are, and what became of those that were. */
  public WorkerCounts counts() {
    return new WorkerCounts(
        settings.workers(),
        alive(),
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
    starter.shutdownNow();
    deleteDirectory();
  }

  private void tryAgain() {
    try {
      if (turns.tryAcquire()) {
        try {
          idle.addFirst(idleOrFresh(models));
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

  private WorkerProcess idleOrFresh(List<ModelScore> scores) {
    WorkerProcess worker = idle.pollFirst();
    while (worker != null && !(worker.isAlive() && worker.plan().scores().equals(scores))) {
      worker.kill();
      forget(worker);
      worker = idle.pollFirst();
    }
    return worker != null ? worker : fresh(scores);
  }

  /**
   * A worker that has just proved itself: it has loaded the models, which none does later, and
   * asked them about the picture that is known to be good. A model that fails here is no image's
   * fault.
   */
  private WorkerProcess fresh(List<ModelScore> scores) {
    if (closed.get()) {
      throw new ImageWorkerUnavailableException("the pool is closed");
    }
    if (settings.sandboxRequired()) {
      try {
        requireSandbox();
      } catch (ImageWorkerUnavailableException e) {
        throw unavailable(e.getMessage(), e);
      }
    }
    long token = tokens.nextLong();
    WorkerProcess worker;
    try {
      for (ModelScore score : scores) {
        refuseExchanged(score);
      }
      List<Path> files = scores.stream().map(score -> Path.of(score.model())).toList();
      worker = WorkerProcess.launch(settings, probed(), directory, token, files, starter, clock);
    } catch (WorkerLostException e) {
      throw unavailable(MODELS_UNUSABLE + Complaints.presentable(e.getMessage()), e);
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
    boolean greeted = false;
    try {
      codecs = worker.greet(token, settings.startLimit()).lines().reduce("", (a, b) -> b);
      greeted = true;
      Reply reply =
          worker.ask(
              tokens.nextLong(),
              selfTest.plan().withScores(scores),
              selfTest.picture(scores),
              settings.startLimit());
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
      throw unavailable(
          greeted && !scores.isEmpty()
              ? MODELS_UNUSABLE + Complaints.presentable(e.getMessage())
              : "no worker can be started: " + e.getMessage(),
          e);
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
