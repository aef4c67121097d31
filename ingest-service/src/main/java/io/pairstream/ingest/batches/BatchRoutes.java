package io.pairstream.ingest.batches;

import io.pairstream.ingest.status.StatusView;
import io.pairstream.schemas.BatchInput;
import io.pairstream.schemas.Threads;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.wire.KafkaTimeouts;
import io.pairstream.service.http.Access;
import io.pairstream.service.http.Answer;
import io.pairstream.service.http.EventStream;
import io.pairstream.service.http.Handler;
import io.pairstream.service.http.Incoming;
import io.pairstream.service.http.Method;
import io.pairstream.service.http.Outgoing;
import io.pairstream.service.http.Principal;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemException;
import io.pairstream.service.http.ProblemKind;
import io.pairstream.service.http.Quota;
import io.pairstream.service.http.Route;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Batches: sent, asked after, followed, and what failed of them. Only the producer that sent a
 * batch sees what failed, which has pairs in it; the numbers are for whoever knows the id, which is
 * random.
 */
public final class BatchRoutes implements AutoCloseable {

  private static final String JSON_LINES = "application/jsonl";
  private static final String NDJSON = "application/x-ndjson";
  private static final String FILES =
      "a data set in files, such as WebDataset, Parquet or CSV, is imported: ./pairstream import FILE";

  private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");
  private static final int ID_BYTES = 16;

  /** How long a question waits for what happened before it, where the settings do not say. */
  private static final Duration TIMEOUT = Duration.ofSeconds(3);

  private final Intake intake;
  private final BatchLog log;
  private final BatchView batches;
  private final BatchTallies tallies;
  private final FailedInputs failed;
  private final Duration timeout;
  private final Quota quota;
  private final Clock clock;
  private final Path spoolFolder;
  private final BatchLimits limits = new BatchLimits();
  private final SecureRandom random = new SecureRandom();
  private final ScheduledExecutorService counting =
      Executors.newScheduledThreadPool(2, Threads.daemons("batch-events"));

  /**
   * @param kafkaSettings settings of Kafka's clients, with {@code bootstrap.servers}
   * @param spoolFolder a folder of this instance alone for what is on its way; what an earlier
   *     process left there is deleted
   * @throws UncheckedIOException where the folder cannot be written
   */
  public BatchRoutes(
      Intake intake,
      BatchLog log,
      BatchView batches,
      StatusView pairs,
      PairTopics topics,
      Map<String, ?> kafkaSettings,
      Quota quota,
      Clock clock,
      Path spoolFolder) {
    this.intake = intake;
    this.log = log;
    this.batches = batches;
    this.tallies = new BatchTallies(batches, pairs, clock);
    this.failed = new FailedInputs(pairs, topics, kafkaSettings);
    this.timeout = KafkaTimeouts.ofAnswers(kafkaSettings, TIMEOUT);
    this.quota = quota;
    this.clock = clock;
    this.spoolFolder = spoolFolder;
    clear(spoolFolder);
  }

  public List<Route> routes() {
    return List.of(
        Route.stream("/v1/batches", Access.PUBLISH, Set.of(JSON_LINES, NDJSON), this::upload)
            .withAdvice(FILES),
        Route.get("/v1/batches/{id}", Access.READ, (request, body) -> status(request)),
        new Route(Method.GET, "/v1/batches/{id}/failed", Access.READ, Set.of(), 0, failedInputs()),
        Route.events("/v1/batches/{id}/events", Access.READ, this::events));
  }

  /** Ends what counts for streams of events. */
  @Override
  public void close() {
    counting.shutdownNow();
  }

  private void upload(Incoming request, InputStream body, Outgoing out) throws IOException {
    Principal sender = request.principal();
    byte[] id = new byte[ID_BYTES];
    random.nextBytes(id);
    try (ResultSpool spool = ResultSpool.open(spoolFolder)) {
      JsonLinesBody lines =
          new JsonLinesBody(
              new SentBytes(body, quota, sender),
              limits.longLines(),
              sender.producer(),
              System::nanoTime);
      new BatchUpload(intake, log, limits, quota, clock, sender, HexFormat.of().formatHex(id))
          .run(lines, out, spool);
    }
  }

  private static void clear(Path folder) {
    try {
      Files.createDirectories(folder);
      try (Stream<Path> left = Files.list(folder)) {
        for (Path file : left.toList()) {
          Files.delete(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(folder + " cannot be used: " + e.getMessage(), e);
    }
  }

  private CompletionStage<Answer> status(Incoming request) {
    return counted(request.parameter("id")).thenApply(counted -> Answer.json(200, counted.tally()));
  }

  private CompletionStage<?> events(Incoming request, EventStream stream) {
    String id = request.parameter("id");
    return counted(id)
        .thenAccept(first -> BatchEvents.begin(tallies, first.tally(), stream, counting));
  }

  private Handler.Streamed failedInputs() {
    return (request, body, out) -> {
      String id = request.parameter("id");
      joined(counted(id));
      requireOwner(id, request.principal());
      OutputStream answer = out.begin(200, JSON_LINES, Map.of());
      writeFailed(id, answer);
    };
  }

  private void requireOwner(String id, Principal principal) {
    batches.parts(
        id,
        0,
        (offset, part) -> {
          if (!part.getProducer().equals(principal.producer())) {
            throw Problem.of(
                    ProblemKind.FORBIDDEN,
                    "another producer sent this batch; only who sent it gets what failed")
                .asException();
          }
          return false;
        });
  }

  /** All that failed is known before the first is written, so that no reader holds the table. */
  private void writeFailed(String id, OutputStream answer) throws IOException {
    List<BatchInput> all = new ArrayList<>();
    batches.parts(
        id,
        0,
        (offset, part) -> {
          all.addAll(failed.of(part.getInputs()));
          return true;
        });
    failed.write(id, all, answer);
  }

  /**
   * The count of a batch, with all that was written of it until now. Fails with {@link
   * ProblemException}: {@link ProblemKind#NOT_FOUND} where there is no such batch, {@link
   * ProblemKind#NOT_READY} where that cannot be said.
   */
  private CompletableFuture<BatchTallies.Counted> counted(String id) {
    if (!ID.matcher(id).matches()) {
      return CompletableFuture.failedFuture(
          Problem.of(
                  ProblemKind.NOT_FOUND,
                  "this is no id of a batch: it has 32 hex digits, as the first line of the answer"
                      + " to its upload says")
              .asException());
    }
    Optional<BatchTallies.Counted> known = find(id);
    if (known.filter(BatchTallies.Counted::isClosed).isPresent()) {
      return CompletableFuture.completedFuture(known.get());
    }
    return batches
        .upToDate()
        .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
        .handle((done, failure) -> failure == null)
        // Not on the thread that reads, which a count would keep.
        .thenApplyAsync(upToDate -> counted(id, upToDate), counting);
  }

  /** What was counted a while ago is not the count of a batch whose end is not read. */
  private BatchTallies.Counted counted(String id, boolean upToDate) {
    Optional<BatchTallies.Counted> found = find(id);
    if (found.isEmpty()) {
      throw upToDate ? unknown() : notYet("nothing is known of this batch");
    }
    if (!upToDate && !found.get().isClosed()) {
      throw notYet("the end of this batch is not read yet");
    }
    return found.get();
  }

  private Optional<BatchTallies.Counted> find(String id) {
    try {
      return tallies.of(id);
    } catch (SerializationException e) {
      throw Problem.of(
              ProblemKind.NOT_READY,
              "the schema registry does not answer, without which the records cannot be read")
          .retryAfter(5)
          .asException();
    }
  }

  private static ProblemException unknown() {
    return Problem.of(
            ProblemKind.NOT_FOUND, "there is no batch of this id, or it is older than 30 days")
        .asException();
  }

  private static ProblemException notYet(String known) {
    return Problem.of(
            ProblemKind.NOT_READY,
            known + ", but the service is still reading; ask again in a moment")
        .retryAfter(2)
        .asException();
  }

  private static void joined(CompletableFuture<?> answer) {
    try {
      answer.join();
    } catch (CompletionException e) {
      throw Problem.causeOf(e) instanceof ProblemException problem ? problem : e;
    }
  }
}
