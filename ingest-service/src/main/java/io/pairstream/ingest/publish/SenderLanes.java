package io.pairstream.ingest.publish;

import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Threads;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemKind;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Keeps a sender's pictures that take far longer to decode than to send from delaying other
 * senders': each sender has a few that are not judged yet, and its next ones wait for these. What
 * costs no more than its bytes never waits. Each instance counts for itself. Thread-safe.
 */
public final class SenderLanes implements AutoCloseable {

  /** Cost of a sender's pictures that are not judged; about a second and a half of two workers. */
  static final long WINDOW = 32L * 1024 * 1024;

  /** A picture of a lower cost is in no lane. */
  static final long LEAST = 1024 * 1024;

  /** A picture of which nothing is heard for so long holds up its sender's others no more. */
  static final Duration UNHEARD = Duration.ofSeconds(20);

  /** Requests of a sender that wait; each holds its picture in memory. */
  static final int MOST_WAITING = 16;

  private static final Duration LOOK = Duration.ofMillis(100);
  private static final int COME_BACK_SECONDS = 2;

  private final Function<String, Optional<Receipt>> receipts;
  private final LongSupplier nanos;
  private final Map<String, Lane> lanes = new HashMap<>();
  private final ScheduledExecutorService looking = Threads.scheduler("lanes");

  /**
   * @param receipts the receipt of a pair id, as far as it is known
   * @param nanos the time, as {@link System#nanoTime} tells it
   */
  public SenderLanes(Function<String, Optional<Receipt>> receipts, LongSupplier nanos) {
    this.receipts = receipts;
    this.nanos = nanos;
  }

  /** Begins to follow what becomes of pictures. */
  public void start() {
    Threads.repeat(looking, LOOK, this::look);
  }

  /**
   * A picture in flight. Any receipt other than {@code before} is about this picture, or its copy.
   */
  private record Picture(String pairId, Optional<Receipt> before, long cost, long sinceNanos) {}

  private record Waiting(Picture picture, long untilNanos, CompletableFuture<Void> room) {}

  private static final class Lane {
    private final List<Picture> underWay = new ArrayList<>();
    private final Deque<Waiting> waiting = new ArrayDeque<>();

    private boolean hasRoom() {
      return underWay.stream().mapToLong(Picture::cost).sum() < WINDOW;
    }
  }

  /**
   * Completes once a picture may be sent.
   *
   * @param cost as {@link PairForm.Submission#extraBytes} reckons
   * @param timeout how long to wait
   * @return fails with {@link Problem}, {@link ProblemKind#QUOTA_EXCEEDED}, where the sender's
   *     others are not judged in time, or too many wait already
   */
  CompletableFuture<Void> enter(String sender, RawPair pair, long cost, Duration timeout) {
    if (cost < LEAST) {
      return CompletableFuture.completedFuture(null);
    }
    String id = PairIdentity.pairId(PairIdentity.imageDigest(pair.getImage()), pair.getCaption());
    long now = nanos.getAsLong();
    Picture picture = new Picture(id, receipts.apply(id), cost, now);
    CompletableFuture<Void> room = new CompletableFuture<>();
    synchronized (lanes) {
      Lane lane = lanes.computeIfAbsent(sender, name -> new Lane());
      if (lane.waiting.isEmpty() && lane.hasRoom()) {
        lane.underWay.add(picture);
        room.complete(null);
      } else if (lane.waiting.size() < MOST_WAITING) {
        lane.waiting.add(new Waiting(picture, now + timeout.toNanos(), room));
      } else {
        room.completeExceptionally(full(lane));
      }
    }
    return room;
  }

  /** Admits pictures for which there is room now, and fails those that have waited too long. */
  void look() {
    long now = nanos.getAsLong();
    List<Runnable> answers = new ArrayList<>();
    synchronized (lanes) {
      lanes.values().forEach(lane -> look(lane, now, answers));
      lanes.values().removeIf(lane -> lane.underWay.isEmpty() && lane.waiting.isEmpty());
    }
    answers.forEach(Runnable::run);
  }

  private void look(Lane lane, long now, List<Runnable> answers) {
    lane.underWay.removeIf(
        picture ->
            now - picture.sinceNanos() >= UNHEARD.toNanos()
                || !receipts.apply(picture.pairId()).equals(picture.before()));
    while (!lane.waiting.isEmpty() && lane.hasRoom()) {
      Waiting next = lane.waiting.remove();
      Picture picture = next.picture();
      lane.underWay.add(new Picture(picture.pairId(), picture.before(), picture.cost(), now));
      answers.add(() -> next.room().complete(null));
    }
    while (!lane.waiting.isEmpty() && now - lane.waiting.peek().untilNanos() >= 0) {
      Waiting late = lane.waiting.remove();
      Problem why = full(lane);
      answers.add(() -> late.room().completeExceptionally(why));
    }
  }

  private static Problem full(Lane lane) {
    return Problem.of(
            ProblemKind.QUOTA_EXCEEDED,
            "pictures of this producer that are far larger than their files: %d are being prepared, %d wait; send this one again in %d s"
                .formatted(lane.underWay.size(), lane.waiting.size(), COME_BACK_SECONDS))
        .with("quota", "decoding")
        .retryAfter(COME_BACK_SECONDS);
  }

  /** Fails all waiting pictures. */
  @Override
  public void close() {
    looking.shutdownNow();
    List<Waiting> left = new ArrayList<>();
    synchronized (lanes) {
      lanes.values().forEach(lane -> left.addAll(lane.waiting));
      lanes.clear();
    }
    left.forEach(
        waiting ->
            waiting
                .room()
                .completeExceptionally(
                    Problem.of(ProblemKind.STOPPING, "the service is being stopped")));
  }
}
