package io.pairstream.ingest.publish;

import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Threads;
import io.pairstream.schemas.wire.KafkaTimeouts;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.service.Cluster;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemKind;
import io.pairstream.service.publish.PairTooLargeException;
import io.pairstream.service.publish.PublishFailedException;
import io.pairstream.service.publish.TopicWatch;
import io.pairstream.service.report.Obstacle;
import io.pairstream.service.report.Reading;
import io.pairstream.service.requirements.ClusterCheck;
import io.pairstream.service.requirements.Prerequisites;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of a submission into Kafka, with a note under which it can be asked after.
 *
 * <p>No caller ever waits: what Kafka does not confirm within 10 s, or 2 s after its clients have
 * given up, fails with {@link ProblemKind#KAFKA_UNAVAILABLE}, and at once while Kafka is known to
 * be away. The intake opens itself, whenever Kafka and the registry are there, and finds them again
 * by itself. Thread-safe.
 */
public final class PairIntake implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(PairIntake.class);

  /** Default time after which a send is given up. */
  private static final Duration DELIVERY = Duration.ofSeconds(8);

  /** Time from giving a send up to its sender's answer. */
  private static final Duration GIVEN_UP = Duration.ofSeconds(2);

  private static final Duration REQUEST = Duration.ofSeconds(5);
  private static final Duration WATCH_UP = Duration.ofSeconds(3);
  private static final Duration WATCH_DOWN = Duration.ofMillis(500);
  private static final Duration WATCH_TIMEOUT = Duration.ofSeconds(4);
  private static final int SENDERS = 2;
  private static final int MOST_WAITING = 2048;

  private final LongAdder pairsTaken = new LongAdder();
  private final LongAdder linksTaken = new LongAdder();
  private final Cluster cluster;
  private final Duration deadline;
  private final Clock clock;
  private final Supplier<Optional<String>> disk;
  private final ExecutorService senders;
  private final Semaphore lookAgain = new Semaphore(0);
  private final CompletableFuture<Void> fault = new CompletableFuture<>();
  private final Thread watcher;

  /** Null until Kafka and the registry were there. */
  private volatile Open open;

  private volatile Obstacle obstacle =
      Obstacle.known("KAFKA_NOT_REACHED", "Kafka is not reached yet");

  private volatile boolean closing;

  private record Open(PairPublisher pairs, LinkPublisher links) {
    void abort() {
      pairs.abort(); // with the notes
      links.abort();
    }
  }

  /**
   * @param disk says for the log which disk of this machine is full, which a broker on it would
   *     suffer from too; empty where it has room
   */
  public PairIntake(Cluster cluster, Clock clock, Supplier<Optional<String>> disk) {
    this.cluster = cluster;
    this.disk = disk;
    this.deadline = KafkaTimeouts.ofSends(producerSettings(), DELIVERY).plus(GIVEN_UP);
    this.clock = clock;
    this.senders = Threads.pool("send", SENDERS, MOST_WAITING);
    this.watcher = Threads.daemon("watch-kafka", this::watch);
  }

  /** Begins to look for Kafka. */
  public void start() {
    watcher.start();
  }

  /**
   * Fails where Kafka answers and will never do: it refuses us, or its settings cannot keep
   * Pairstream's guarantees. Completes on close.
   */
  public CompletableFuture<Void> fault() {
    return fault;
  }

  /** Why nothing can be taken now; empty where all is well. */
  public Optional<Obstacle> obstacle() {
    return obstacle
        .ifAny()
        .map(
            why ->
                disk.get().isPresent()
                    ? Obstacle.known("DISK_FULL_TOO", "{0}", withDisk(why.text()))
                    : why);
  }

  /**
   * Says at once that nothing can be taken now, before anything is read out of a body.
   *
   * @throws Problem {@link ProblemKind#KAFKA_UNAVAILABLE}
   */
  public void requireOpen() {
    obstacle()
        .ifPresent(
            why -> {
              throw unavailable(why.text());
            });
  }

  /**
   * Takes a submission.
   *
   * @param submission a {@link RawPair}, or a {@link PairLink} whose image is to be fetched
   * @param producer owner of the API key; empty where no key was asked for
   * @return what Kafka has, or {@link Problem}: {@link ProblemKind#KAFKA_UNAVAILABLE}, {@link
   *     ProblemKind#OVERLOADED} or, for a record that is too large as a whole, {@link
   *     ProblemKind#PAIR_REFUSED}
   */
  public CompletableFuture<Published> take(SpecificRecord submission, String producer) {
    long startedAt = System.nanoTime();
    return CompletableFuture.completedFuture(null)
        .thenComposeAsync(now -> publish(submission, producer, startedAt), senders)
        .orTimeout(deadline.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete(
            (received, failure) -> {
              if (failure == null) {
                (submission instanceof RawPair ? pairsTaken : linksTaken).increment();
              }
            })
        .exceptionally(
            failure -> {
              throw new CompletionException(problem(failure));
            });
  }

  /** Reads the counts of accepted inputs, batches' included. */
  public void read(Reading reading) {
    reading
        .counter("pairs_taken_total", pairsTaken.sum())
        .counter("links_taken_total", linksTaken.sum());
  }

  private CompletableFuture<Published> publish(
      SpecificRecord submission, String producer, long startedAt) {
    if (System.nanoTime() - startedAt >= deadline.toNanos()) {
      return CompletableFuture.failedFuture(new TimeoutException());
    }
    requireOpen();
    Open to = open;
    return submission instanceof RawPair pair
        ? to.pairs().publish(pair, producer)
        : to.links().publish((PairLink) submission, producer, to.pairs().notes().orElseThrow());
  }

  private Problem problem(Throwable failure) {
    Throwable cause = Problem.causeOf(failure);
    if (cause instanceof Problem known) {
      return known;
    }
    if (cause instanceof PairTooLargeException large) {
      Problem problem =
          Problem.of(ProblemKind.PAIR_REFUSED, large.getMessage())
              .with("reason", "RECORD_TOO_LARGE");
      return PairForm.measured(problem, large.measured())
          .with("remedy", "Shorten the caption or the annotations, or send a smaller file.");
    }
    if (cause instanceof PublishFailedException
        || cause instanceof RegistryUnavailableException
        || cause instanceof TimeoutException) {
      lookAgain.release();
      return unavailable(
          withDisk(
              "no confirmation came in time; the pair may be taken all the same, and a repetition"
                  + " is counted as a copy"));
    }
    if (cause instanceof RejectedExecutionException) {
      return Problem.overloaded("too many pairs are on their way to Kafka");
    }
    log.error("a submission failed", cause);
    return Problem.of(ProblemKind.INTERNAL, "this is a fault of ours");
  }

  private String withDisk(String why) {
    return disk.get().isPresent() ? why + "; the disk of this machine is full" : why;
  }

  private static Problem unavailable(String why) {
    return Problem.of(ProblemKind.KAFKA_UNAVAILABLE, why).retryAfter(5);
  }

  private void watch() {
    PairTopics topics = PairTopics.of(cluster.dataset(), cluster.registry());
    try {
      Open opened =
          Prerequisites.await(
                  () -> open(topics),
                  () -> closing,
                  why -> why.ifAny().ifPresent(now -> obstacle = now))
              .orElseThrow(InterruptedException::new);
      try (TopicWatch watch =
          new TopicWatch(
              cluster.clientSettings(Map.of()),
              List.of(topics.crowdsourced().name(), topics.links().name(), topics.uploads().name()),
              KafkaTimeouts.ofAnswers(cluster.kafkaSettings(), WATCH_TIMEOUT))) {
        requireFit(topics);
        log.info("Kafka takes pairs for {}", opened.pairs().topic());
        open = opened;
        obstacle = Obstacle.NONE;
        look(watch);
      } finally {
        obstacle = Obstacle.known("STOPPING", "the service is being stopped");
        opened.abort();
      }
      fault.complete(null);
    } catch (InterruptedException e) {
      fault.complete(null);
    } catch (RuntimeException | Error e) {
      fault.completeExceptionally(e);
    }
  }

  private Open open(PairTopics topics) {
    Map<String, Object> settings = producerSettings();
    PairPublisher pairs =
        PairPublisher.openWithNotes(topics.crowdsourced(), topics.uploads(), settings, clock);
    try {
      return new Open(pairs, LinkPublisher.open(topics.links(), settings, clock));
    } catch (RuntimeException e) {
      pairs.abort();
      throw e;
    }
  }

  private void requireFit(PairTopics topics) throws InterruptedException {
    ClusterCheck.of(cluster)
        .onTopics(
            List.of(
                topics.crowdsourced().name(),
                topics.links().name(),
                topics.uploads().name(),
                topics.apiKeys().name()))
        .requireOnceItAnswers();
  }

  private void look(TopicWatch watch) throws InterruptedException {
    while (!closing) {
      boolean isUp = watch.isUp();
      if (!isUp) {
        String at = cluster.bootstrapServers();
        shut(Obstacle.known("NO_BROKER_TAKES", "no Kafka broker at {0} takes records", at));
      } else if (obstacle.ifAny().isPresent()) {
        log.info("Kafka takes pairs again");
        obstacle = Obstacle.NONE;
      }
      Duration pause = isUp ? WATCH_UP : WATCH_DOWN;
      if (lookAgain.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS)) {
        lookAgain.drainPermits();
      }
    }
  }

  private void shut(Obstacle why) {
    if (!obstacle.equals(why)) {
      log.warn(
          "nothing can be taken: {}{}", why.text(), disk.get().map(full -> "; " + full).orElse(""));
    }
    obstacle = why;
  }

  private Map<String, Object> producerSettings() {
    Map<String, Object> settings =
        cluster.clientSettings(Map.of("request.timeout.ms", (int) REQUEST.toMillis()));
    KafkaTimeouts.sendWithin(settings, DELIVERY);
    return settings;
  }

  /** Gives up what is not through; the caller has drained before. */
  @Override
  public void close() {
    closing = true;
    watcher.interrupt();
    senders.shutdownNow();
  }
}
