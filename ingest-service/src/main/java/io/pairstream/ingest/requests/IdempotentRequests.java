package io.pairstream.ingest.requests;

import io.pairstream.schemas.UploadRequest;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.wire.KafkaPatience;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.RecordDecoder;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.service.http.Answer;
import io.pairstream.service.publish.BrokerUnavailableException;
import io.pairstream.service.publish.MissingTopicException;
import io.pairstream.service.publish.RecordPublisher;
import io.pairstream.service.view.TopicView;
import io.pairstream.service.view.ViewPlan;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The requests of the last day that carry an idempotency key, each worked on by one instance at a
 * time.
 *
 * <p>Whoever wants to work on a request appends a claim to the topic of requests and waits until
 * its own copy of the topic has the claim: then it sees which claim was first. The answer is
 * appended too, and given once the copy shows that it holds. So what is answered was answered the
 * same by whichever instance, before and after a restart, and no instance asks another.
 *
 * <p>A claim holds for a lease and is renewed while its instance works. An instance that dies
 * leaves a claim that lapses; the request is then worked on again from the beginning, so what it
 * does must bear to be done twice: the answer that came first is still the only one.
 *
 * <p>Thread-safe. Futures complete on threads of this class, which may be kept for computing.
 */
public final class IdempotentRequests implements AutoCloseable {

  /** How long a request is remembered; the topic keeps its records as long. */
  public static final Duration REMEMBERED = Duration.ofDays(1);

  /** How long a claim holds that is not renewed. */
  public static final Duration LEASE = Duration.ofSeconds(15);

  private static final Logger LOG = LoggerFactory.getLogger(IdempotentRequests.class);

  /** How long Kafka may take for a record to come back. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** Between two attempts to reach Kafka at the start. */
  private static final Duration PAUSE = Duration.ofMillis(500);

  /** A claim is renewed this often in its lease. */
  private static final int RENEWALS = 3;

  /**
   * Looks for claims that are due, between two renewals: one that is due just after a look waits
   * for the next.
   */
  private static final int LOOKS_A_RENEWAL = 5;

  /** Answers of the upload API have a few kilobytes. */
  private static final RecordPublisher.Limits LIMITS =
      new RecordPublisher.Limits(1024 * 1024, 32 * 1024 * 1024);

  private final CompletableFuture<RecordPublisher<UploadRequest>> publisher =
      new CompletableFuture<>();
  private final TopicView view;
  private final FirstClaimHolds fold;
  private final Duration patience;
  private final Duration lease;
  private final Clock clock;
  private final Set<Claim> active = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads;
  private final ScheduledExecutorService renewals;
  private volatile boolean closing;
  private volatile String trouble = "Kafka is not reached yet";

  private IdempotentRequests(
      TopicView view, FirstClaimHolds fold, Duration patience, Duration lease, Clock clock) {
    this.view = view;
    this.fold = fold;
    this.patience = patience;
    this.lease = lease;
    this.clock = clock;
    this.threads =
        Executors.newFixedThreadPool(
            Math.max(4, Runtime.getRuntime().availableProcessors()), daemons("upload-requests"));
    this.renewals = Executors.newSingleThreadScheduledExecutor(daemons("upload-request-leases"));
  }

  /**
   * Opens this instance's copy of the requests, and follows them. Kafka and the registry need not
   * be there; they are waited for.
   *
   * @param directory a folder of this instance alone
   * @param kafkaSettings settings of Kafka's clients, with {@code bootstrap.servers}
   * @param lease how long a claim holds that is not renewed: {@link #LEASE}, or less in tests
   * @throws io.pairstream.service.view.ViewStorageException where the folder cannot be used
   */
  public static IdempotentRequests open(
      Topic<String, UploadRequest> topic,
      Registry registry,
      Path directory,
      Map<String, ?> kafkaSettings,
      Duration lease,
      Clock clock) {
    FirstClaimHolds fold =
        new FirstClaimHolds(new RecordDecoder<>(topic, UploadRequest.SCHEMA$, registry));
    TopicView view =
        TopicView.open(
            new ViewPlan(topic.name(), fold, Optional.of(REMEMBERED)),
            directory,
            kafkaSettings,
            clock);
    Duration patience = KafkaPatience.ofSends(kafkaSettings, PATIENCE);
    IdempotentRequests requests = new IdempotentRequests(view, fold, patience, lease, clock);
    requests.begin(topic, registry, kafkaSettings);
    return requests;
  }

  /** Why requests with an idempotency key cannot be taken now; empty where they can. */
  public Optional<String> obstacle() {
    if (!publisher.isDone()) {
      return Optional.of(trouble);
    }
    return view.trouble()
        .or(
            () ->
                view.isCaughtUp()
                    ? Optional.empty()
                    : Optional.of("the answers to earlier requests are being read"));
  }

  /**
   * Begins a request.
   *
   * @param fingerprint what it asks
   * @return how it stands, or {@link RequestsUnavailableException}
   */
  CompletableFuture<Beginning> begin(RequestKey key, String fingerprint) {
    String recordKey = key.recordKey();
    Optional<Beginning> known;
    try {
      known = judge(held(recordKey), fingerprint);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(unavailable(e));
    }
    if (known.isEmpty()) {
      return claim(recordKey, fingerprint);
    }
    if (!(known.get() instanceof Beginning.InProgress)) {
      return CompletableFuture.completedFuture(known.get());
    }
    // Our copy may be a moment behind the instance that has just answered.
    return within(view.reachedNow())
        .thenComposeAsync(
            now ->
                judge(held(recordKey), fingerprint)
                    .map(CompletableFuture::completedFuture)
                    .orElseGet(() -> claim(recordKey, fingerprint)),
            threads);
  }

  CompletableFuture<Beginning> answer(Claim claim, Answer answer) {
    Instant now = clock.instant();
    UploadRequest record =
        record(claim.id(), claim.fingerprint(), Held.ANSWERED, now)
            .setStatus(answer.status())
            .setMediaType(answer.mediaType())
            .setHeaders(answer.headers())
            .setBody(StandardCharsets.UTF_8.decode(answer.body().duplicate()).toString())
            .build();
    return write(claim.recordKey(), record)
        .thenApplyAsync(
            written ->
                judge(held(claim.recordKey()), claim.fingerprint())
                    .orElseGet(Beginning.InProgress::new),
            threads)
        .whenComplete((standing, failure) -> active.remove(claim));
  }

  CompletableFuture<Void> release(Claim claim) {
    active.remove(claim);
    claim.end();
    UploadRequest record =
        record(claim.id(), claim.fingerprint(), Held.RELEASED, clock.instant()).build();
    return write(claim.recordKey(), record)
        .exceptionally(
            failure -> {
              // The claim lapses in any case.
              LOG.warn("a request could not be released: {}", failure.getMessage());
              return null;
            });
  }

  @Override
  public void close() {
    closing = true;
    renewals.shutdownNow();
    threads.shutdownNow();
    view.close();
    if (publisher.isDone()) {
      publisher.join().abort();
    }
  }

  private CompletableFuture<Beginning> claim(String recordKey, String fingerprint) {
    String id = UUID.randomUUID().toString();
    long begunAt = System.nanoTime();
    Claim claim = new Claim(this, recordKey, id, fingerprint, begunAt);
    return write(recordKey, claimRecord(claim))
        .thenApplyAsync(
            written -> {
              Optional<Held> held = held(recordKey);
              if (held.isPresent() && held.get().isClaim() && held.get().isOf(id)) {
                if (System.nanoTime() - begunAt >= lease.toNanos()) {
                  // Seen so late that another instance may have claimed the request meanwhile.
                  return new Beginning.InProgress();
                }
                active.add(claim);
                return new Beginning.Ours(claim);
              }
              // A claim that was there before ours holds, even if it has lapsed since.
              return judge(held, fingerprint).orElseGet(Beginning.InProgress::new);
            },
            threads);
  }

  /** How a request stands; empty where it may be claimed. */
  private Optional<Beginning> judge(Optional<Held> held, String fingerprint) {
    if (held.isEmpty()) {
      return Optional.empty();
    }
    if (!held.get().asks(fingerprint)) {
      return Optional.of(new Beginning.AnotherRequest());
    }
    if (held.get().isAnswer()) {
      return Optional.of(new Beginning.Answered(held.get().answer()));
    }
    return held.get().hasLapsed(clock.millis())
        ? Optional.empty()
        : Optional.of(new Beginning.InProgress());
  }

  private Optional<Held> held(String recordKey) {
    return view.get(recordKey.getBytes(StandardCharsets.UTF_8)).flatMap(fold::read);
  }

  /** Appends a record and waits until our copy has it. */
  private CompletableFuture<Void> write(String recordKey, UploadRequest record) {
    if (!publisher.isDone()) {
      return CompletableFuture.failedFuture(unavailable(new IllegalStateException(trouble)));
    }
    // Where the client does not know the topic any more, it blocks whoever publishes.
    return within(
        publisher
            .thenComposeAsync(
                open -> open.publish(recordKey, record, "what became of a request"), threads)
            .thenCompose(metadata -> view.reached(metadata.partition(), metadata.offset())));
  }

  private <T> CompletableFuture<T> within(CompletableFuture<T> future) {
    return future
        .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
        .exceptionallyCompose(failure -> CompletableFuture.failedFuture(unavailable(failure)));
  }

  private static RequestsUnavailableException unavailable(Throwable cause) {
    return new RequestsUnavailableException(
        "Kafka does not say what became of a request: " + cause, cause);
  }

  private UploadRequest claimRecord(Claim claim) {
    Instant now = clock.instant();
    return record(claim.id(), claim.fingerprint(), Held.CLAIMED, now)
        .setExpiresAt(now.plus(lease))
        .build();
  }

  private static UploadRequest.Builder record(
      String claim, String fingerprint, String state, Instant now) {
    return UploadRequest.newBuilder()
        .setState(state)
        .setClaim(claim)
        .setFingerprint(fingerprint)
        .setAt(now);
  }

  private void begin(
      Topic<String, UploadRequest> topic, Registry registry, Map<String, ?> kafkaSettings) {
    Duration age = lease.dividedBy(RENEWALS);
    long lookMillis = Math.max(1, age.toMillis() / LOOKS_A_RENEWAL);
    var unused =
        renewals.scheduleWithFixedDelay(
            () -> {
              if (publisher.isDone()) {
                active.forEach(claim -> renew(claim, age));
              }
            },
            lookMillis,
            lookMillis,
            TimeUnit.MILLISECONDS);
    threads.execute(() -> openPublisher(topic, registry, kafkaSettings));
  }

  private void openPublisher(
      Topic<String, UploadRequest> topic, Registry registry, Map<String, ?> kafkaSettings) {
    while (!closing) {
      try {
        RecordPublisher<UploadRequest> opened =
            RecordPublisher.open(
                topic, UploadRequest.SCHEMA$, LIMITS, registry, prompt(kafkaSettings));
        publisher.complete(opened);
        if (closing) {
          opened.abort();
        }
        return;
      } catch (BrokerUnavailableException
          | MissingTopicException
          | RegistryUnavailableException
          | MissingSchemaException e) {
        trouble = String.valueOf(e.getMessage());
      }
      try {
        TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void renew(Claim claim, Duration age) {
    try {
      claim.renewIfOlderThan(
          age,
          () -> {
            var unused =
                publisher
                    .join()
                    .publish(claim.recordKey(), claimRecord(claim), "a renewed claim")
                    .exceptionally(
                        failure -> {
                          LOG.warn("a claim could not be renewed: {}", failure.getMessage());
                          return null;
                        });
          });
    } catch (RuntimeException e) {
      // Anything thrown would end the renewal of all claims.
      LOG.warn("a claim could not be renewed: {}", e.getMessage());
    }
  }

  private static Map<String, Object> prompt(Map<String, ?> kafkaSettings) {
    Map<String, Object> settings = new HashMap<>(kafkaSettings);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    KafkaPatience.sendWithin(settings, PATIENCE);
    return settings;
  }

  private static ThreadFactory daemons(String name) {
    return task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }
}
