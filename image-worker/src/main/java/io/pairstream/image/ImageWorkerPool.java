package io.pairstream.image;

import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.ImageWorker;
import io.pairstream.cleaning.image.ImageWorker.ImageToPrepare;
import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.python.PythonStep;
import io.pairstream.image.protocol.WorkerProtocol.Answer;
import io.pairstream.image.python.StepProcesses;
import io.pairstream.image.sandbox.Complaints;
import io.pairstream.image.sandbox.ConfinedProcess.LostException;
import io.pairstream.image.sandbox.ConfinedProcess.Reply;
import io.pairstream.image.sandbox.Confinement;
import io.pairstream.image.sandbox.Launcher;
import io.pairstream.image.sandbox.WorkerSettings;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Image workers in child processes.
 *
 * <p>Workers start when they are first needed, and stay until each has answered so many images. A
 * caller waits its turn, then has a worker for itself. What a worker answers is compared with what
 * was asked; one that gives an odd answer is ended, as if it had died. A worker that dies may have
 * been killed from outside, and one that hangs may have been stopped, so the image gets a second
 * attempt in a fresh worker; only when that one is lost too is the image to blame. One that is late
 * at work blames its image at once. In either case another worker must start first. Every fresh
 * worker must first prepare a picture that is known to be good.
 *
 * <p>Rejects: what {@link ImageWorker} names. Thread-safe.
 */
public final class ImageWorkerPool implements ImageWorker, AutoCloseable {

  /** Time for which a failed start answers {@link #available()} without another try. */
  private static final Duration RETRY = Duration.ofSeconds(2);

  private final WorkerSettings settings;
  private final Supplier<Duration> deadline;

  private final Confinement confinement;
  private final WorkerStarter starter;
  private final SecureRandom tokens = new SecureRandom();
  private final List<StepProcesses> steps = new CopyOnWriteArrayList<>();
  private volatile Consumer<String> printed = line -> {};

  private final LongAdder asked = new LongAdder();
  private final LongAdder started = new LongAdder();
  private final LongAdder crashed = new LongAdder();
  private final LongAdder late = new LongAdder();
  private final LongAdder odd = new LongAdder();
  private final LongAdder failedStarts = new LongAdder();

  private final Semaphore turns;
  private final Deque<WorkerProcess> idle = new ConcurrentLinkedDeque<>();
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Workers that wait to replace those that have answered enough; at most one. */
  private final Deque<WorkerProcess> successors = new ConcurrentLinkedDeque<>();

  private final AtomicBoolean succeeding = new AtomicBoolean();

  /** False until a worker has answered, and after a failed start. */
  private volatile boolean available;

  private volatile String trouble = "";

  private volatile long failedAtNanos = System.nanoTime() - 2 * RETRY.toNanos();
  private final AtomicBoolean probing = new AtomicBoolean();

  /**
   * A pool without any worker yet. Tries out which protections this system offers, which takes
   * about half a second; where a trial does not end, they are tried again before a worker starts.
   *
   * @throws UncheckedIOException if there is no place for temporary files
   */
  public ImageWorkerPool(WorkerSettings settings) {
    this(settings, settings::deadline, Launcher.values());
  }

  /**
   * @param deadline how long one attempt at one image may take, whatever the settings say; asked
   *     anew for every attempt
   * @param launchers the outer walls that may be used, best first
   */
  ImageWorkerPool(WorkerSettings settings, Supplier<Duration> deadline, Launcher... launchers) {
    this.settings = settings;
    this.deadline = deadline;
    turns = new Semaphore(settings.workers(), true);
    confinement = Confinement.ofPictures(settings, launchers);
    starter = new WorkerStarter(settings.startLimit(), confinement);
  }

  /** Passes on lines that functions in Python print. */
  public void printTo(Consumer<String> log) {
    printed = log;
  }

  /** {@inheritDoc} They end with this pool. */
  @Override
  public StepProcesses open(List<PythonStep> opened) {
    StepProcesses processes = new StepProcesses(opened, settings, said -> printed.accept(said));
    steps.add(processes);
    return processes;
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
      return prepareInTurn(idleOrFresh(), image, plan);
    } finally {
      turns.release();
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>A fresh worker is asked and replaces an idle one. Where it says otherwise, one of those that
   * live has lied, or is broken, and none of them is asked again.
   */
  @Override
  public Outcome<PreparedImage> confirm(
      ImageToPrepare image, ImagePlan plan, Outcome<PreparedImage> doubted) {
    turns.acquireUninterruptibly();
    try {
      Optional.ofNullable(idle.pollFirst()).ifPresent(this::forget);
      Outcome<PreparedImage> answer = prepareInTurn(fresh(), image, plan);
      if (!answer.equals(doubted)) {
        confinement.retireAll();
      }
      return answer;
    } finally {
      turns.release();
    }
  }

  private Outcome<PreparedImage> prepareInTurn(
      WorkerProcess worker, ImageToPrepare image, ImagePlan plan) {
    try {
      return ask(worker, image, plan);
    } catch (LostException first) {
      if (first.lateAtWork()) {
        idle.addFirst(fresh());
        return blame(first);
      }
      // No verdict: another process may have killed it, or an earlier image may have damaged it.
    }
    try {
      return ask(fresh(), image, plan);
    } catch (LostException second) {
      idle.addFirst(fresh());
      return blame(second);
    }
  }

  private Outcome<PreparedImage> blame(LostException loss) {
    long limit = deadline.get().toMillis();
    return loss.late()
        ? Outcome.rejected(
            RejectReason.DECODE_TIMEOUT,
            "the image was not decoded in time",
            Measured.atMost("decoding_ms", limit, limit, "ms"))
        : Outcome.rejected(
            RejectReason.DECODER_CRASH,
            Complaints.presentable(
                "the decoder crashed on the image, twice: " + loss.getMessage()));
  }

  private Outcome<PreparedImage> ask(WorkerProcess worker, ImageToPrepare image, ImagePlan plan)
      throws LostException {
    Reply<Answer> reply;
    try {
      asked.increment();
      reply = worker.ask(tokens.nextLong(), plan, image, deadline.get());
    } catch (LostException e) {
      (e.late() ? late : e.odd() ? odd : crashed).increment();
      throw e;
    } catch (RuntimeException | Error e) {
      forget(worker); // its state is unknown
      throw e;
    }
    giveBack(worker);
    return outcome(reply, image.image().encoded().bytes());
  }

  private void forget(WorkerProcess worker) {
    worker.process().kill();
  }

  /**
   * Keeps a worker for the next image. A worker that has answered enough images, each of which may
   * have taken it over, is replaced by a successor that starts meanwhile, so that no caller waits.
   */
  private void giveBack(WorkerProcess worker) {
    if (worker.served() < settings.imagesPerWorker()) {
      idle.addFirst(worker);
      return;
    }
    WorkerProcess successor = successors.pollFirst();
    if (successor != null) {
      forget(worker);
      idle.addFirst(successor);
      return;
    }
    idle.addFirst(worker);
    if (hasRested() && succeeding.compareAndSet(false, true)) {
      beside(succeeding, this::startSuccessor, "image-worker-successor");
    }
  }

  private void startSuccessor() {
    try {
      successors.addFirst(starter.start());
      started.increment();
    } catch (ImageWorkerUnavailableException e) {
      // The worker that lives continues; its next image tries again.
      failedAtNanos = System.nanoTime();
      failedStarts.increment();
    }
  }

  private static void beside(AtomicBoolean underWay, Runnable task, String name) {
    try {
      Confinement.daemon(
              () -> {
                try {
                  task.run();
                } finally {
                  underWay.set(false);
                }
              },
              name)
          .start();
    } catch (RuntimeException | Error e) {
      underWay.set(false); // no thread is to be had: more than a worker is missing
      throw e;
    }
  }

  private boolean hasRested() {
    return System.nanoTime() - failedAtNanos > RETRY.toNanos();
  }

  /**
   * Finds out whether a worker can work, before any image needs it.
   *
   * @throws ImageWorkerUnavailableException if not; the message says why
   */
  public void rehearse() {
    turns.acquireUninterruptibly();
    try {
      idle.addFirst(idleOrFresh());
    } finally {
      turns.release();
    }
  }

  private static Outcome<PreparedImage> outcome(Reply<Answer> reply, byte[] file) {
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
        rejection.measured().withTexts(Complaints::presentable));
  }

  /**
   * Whether workers are able to work, as far as is known. Never waits: before the first worker has
   * proved itself, and after a failed start, it has one tried in the background, at most every 2 s,
   * and answers false until one succeeds.
   */
  public boolean available() {
    boolean works = available && stepsInTrouble().isEmpty();
    if (!works && !closed.get() && hasRested() && probing.compareAndSet(false, true)) {
      beside(probing, this::tryAgain, "image-worker-probe");
    }
    return works;
  }

  private List<StepProcesses> stepsInTrouble() {
    return steps.stream().filter(each -> !each.trouble().isEmpty()).toList();
  }

  /** Functions in Python of the recipes that were read. */
  public List<StepProcesses> steps() {
    return List.copyOf(steps);
  }

  /** Why {@link #available()} says no, in words, as far as is known. */
  public String trouble() {
    return stepsInTrouble().stream().map(StepProcesses::trouble).findFirst().orElse(trouble);
  }

  /** Description of the workers' sandbox. */
  public String sandbox() {
    return confinement.sandbox();
  }

  /** Parts of the sandbox that this system does not offer, and why; empty where all are offered. */
  public String missing() {
    return confinement.missing();
  }

  /**
   * Finds out whether this system holds workers back in every way.
   *
   * @throws ImageWorkerUnavailableException if it does not, or that is unknown; the message says
   *     what is missing
   */
  public void requireSandbox() {
    confinement.requireSandbox();
  }

  /** Who decodes what in the worker that started last, in words. */
  public String codecs() {
    return starter.codecs();
  }

  /** Process ids of the workers that are running. */
  public List<Long> pids() {
    return confinement.pids();
  }

  /** How the workers are, and what became of those that were. */
  public Counts counts() {
    return new Counts(
        settings.workers(),
        pids().size(),
        settings.workers() - turns.availablePermits(),
        turns.getQueueLength(),
        asked.sum(),
        started.sum(),
        crashed.sum(),
        late.sum(),
        odd.sum(),
        failedStarts.sum());
  }

  /** Ends all workers, those at work too. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      steps.forEach(StepProcesses::close);
      confinement.close();
    }
  }

  private void tryAgain() {
    if (turns.tryAcquire()) {
      try {
        idle.addFirst(idleOrFresh());
        stepsInTrouble().forEach(StepProcesses::rehearse);
      } catch (ImageWorkerUnavailableException e) {
        failedAtNanos = System.nanoTime(); // the next call to available() tries again
      } finally {
        turns.release();
      }
    }
  }

  private WorkerProcess idleOrFresh() {
    WorkerProcess worker = idle.pollFirst();
    while (worker != null && !worker.process().isUsable()) {
      forget(worker);
      worker = idle.pollFirst();
    }
    if (worker == null) {
      return fresh();
    }
    // It lives and has proved itself, whatever became of another one's start.
    available = true;
    return worker;
  }

  /** A worker that has answered its start's test picture and no other image. */
  private WorkerProcess fresh() {
    WorkerProcess successor = successors.pollFirst();
    if (successor != null && successor.process().isUsable()) {
      return successor;
    }
    Optional.ofNullable(successor).ifPresent(this::forget);
    try {
      WorkerProcess worker = starter.start();
      available = true;
      started.increment();
      return worker;
    } catch (ImageWorkerUnavailableException e) {
      failedAtNanos = System.nanoTime();
      trouble = Complaints.presentable(e.getMessage());
      available = false;
      failedStarts.increment();
      throw e;
    }
  }

  /**
   * How the image workers are, and what became of those that were.
   *
   * @param most workers that there may be
   * @param running worker processes that live now
   * @param busy workers that prepare an image now
   * @param callersWaiting threads that wait for their turn
   * @param asked images that a worker was given, second attempts counted too
   * @param started workers that have prepared the test picture since the pool was made
   * @param crashed workers that died over an image
   * @param late workers that were ended because an image took them too long
   * @param odd workers that were ended because an answer was none to its image
   * @param failedStarts workers that could not be started, or could not do what the recipe asks
   */
  public record Counts(
      int most,
      int running,
      int busy,
      int callersWaiting,
      long asked,
      long started,
      long crashed,
      long late,
      long odd,
      long failedStarts) {}
}
