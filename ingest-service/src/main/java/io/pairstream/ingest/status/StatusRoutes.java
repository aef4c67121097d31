package io.pairstream.ingest.status;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Upload;
import io.pairstream.schemas.wire.KafkaTimeouts;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.http.Access;
import io.pairstream.service.http.Answer;
import io.pairstream.service.http.Incoming;
import io.pairstream.service.http.Json;
import io.pairstream.service.http.Principal;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemKind;
import io.pairstream.service.http.Route;
import io.pairstream.service.http.Scope;
import io.pairstream.service.table.LastOfEachKey;
import io.pairstream.service.table.TopicTable;
import io.pairstream.service.table.ViewStorageException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.SerializationException;

/**
 * HTTP routes for the status of pairs and links, from this instance's copies of {@code uploads} and
 * {@code receipts}. Thread-safe.
 *
 * <p>Any key with the scope {@code read} may ask for any pair id or link id. An id is a digest of
 * content, so a caller who knows it had the content or got the id from its holder; and two
 * producers may have sent the same pair. Coordinates can be enumerated, so a record by its
 * coordinates is visible only to keys with the scope {@code review} and to its sender's, and to all
 * where no keys are asked for. A record that could not be read names no sender.
 *
 * <p>Before an id is answered as unknown, this instance reads its topics up to the present, so that
 * an id which another instance gave out a moment ago is found.
 */
public final class StatusRoutes implements AutoCloseable {

  private static final int MAX_IDS = 1000;
  private static final long MAX_BODY_BYTES = 256 * 1024;

  /** Coordinates of a record, used in place of an id where the record has none. */
  private static final Pattern COORDINATES =
      Pattern.compile("[a-z0-9_.-]{1,100}-[0-9]{1,9}-[0-9]{1,18}");

  private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

  /** Default time that a request waits for earlier events to be read. */
  private static final Duration TIMEOUT = Duration.ofSeconds(3);

  private final Topic<Upload> uploads;
  private final Topic<Receipt> receipts;
  private final TopicTable uploadsView;
  private final TopicTable receiptsView;
  private final Duration timeout;

  /**
   * Begins to follow both topics.
   *
   * @param directory this instance's own folder
   * @param kafkaSettings settings of Kafka's clients, with {@code bootstrap.servers}: {@code
   *     default.api.timeout.ms} is how long a question waits for what happened before it, or else 3
   *     s
   * @throws io.pairstream.service.table.ViewStorageException where the folder cannot be used
   */
  public StatusRoutes(
      PairTopics topics, Path directory, Map<String, ?> kafkaSettings, Clock clock) {
    uploads = topics.uploads();
    receipts = topics.receipts();
    uploadsView = follow(uploads.name(), directory.resolve("uploads"), kafkaSettings, clock);
    receiptsView = follow(receipts.name(), directory.resolve("receipts"), kafkaSettings, clock);
    timeout = KafkaTimeouts.ofAnswers(kafkaSettings, TIMEOUT);
  }

  private static TopicTable follow(
      String topic, Path directory, Map<String, ?> kafkaSettings, Clock clock) {
    return TopicTable.open(new LastOfEachKey(topic), directory, kafkaSettings, clock);
  }

  public List<Route> routes() {
    return List.of(
        Route.get("/v1/pairs/{id}", Access.READ, (request, body) -> status(request)),
        Route.post(
            "/v1/statuses", Access.READ, Set.of(Json.MEDIA_TYPE), MAX_BODY_BYTES, this::statuses));
  }

  private record Statuses(List<StatusReport> statuses, List<String> unknown) {}

  private CompletionStage<Answer> status(Incoming request) {
    String id = request.parameter("id");
    if (!ID.matcher(id).matches() && !COORDINATES.matcher(id).matches()) {
      throw Problem.of(
          ProblemKind.NOT_FOUND,
          "this is no id: the id of a pair or a link has 32 hex digits, as the answer to its upload"
              + " says");
    }
    return ask(List.of(id))
        .thenApply(
            known -> {
              requireOwn(request, List.of(id));
              if (known.isEmpty()) {
                throw Problem.of(
                    ProblemKind.NOT_FOUND,
                    "no producer has sent a pair or a link of this id; the answer to an upload says its"
                        + " id");
              }
              return Answer.json(200, known.get(id));
            });
  }

  private CompletionStage<Answer> statuses(Incoming request, byte[] body) {
    List<String> ids = ids(body);
    return ask(ids)
        .thenApply(
            known -> {
              requireOwn(request, ids);
              List<String> unknown =
                  ids.stream().filter(id -> !known.containsKey(id)).distinct().toList();
              return Answer.json(200, new Statuses(List.copyOf(known.values()), unknown));
            });
  }

  /**
   * Requires that the caller may see all records, or has sent those that it asks for by
   * coordinates. A missing record is refused alike.
   */
  private void requireOwn(Incoming request, List<String> ids) {
    Principal who = request.principal();
    boolean isAllowed =
        who.equals(Principal.ANONYMOUS)
            || who.scopes().contains(Scope.REVIEW)
            || ids.stream()
                .filter(id -> COORDINATES.matcher(id).matches())
                .allMatch(
                    id ->
                        receipt(id)
                            .filter(r -> r.getProducer().equals(who.producer()))
                            .isPresent());
    if (!isAllowed) {
      throw Problem.of(
          ProblemKind.FORBIDDEN,
          "what became of a record by its topic, partition and offset is shown to keys with the"
              + " scope review, and to those of its sender; ask by the id of the pair or link");
    }
  }

  private static List<String> ids(byte[] body) {
    List<String> ids = new ArrayList<>();
    try {
      JsonNode asked = Json.MAPPER.readTree(body);
      asked.path("ids").forEach(id -> ids.add(id.textValue()));
      boolean isList = asked.size() == 1 && asked.path("ids").isArray();
      if (isList && ids.size() <= MAX_IDS && !ids.contains(null)) {
        return ids;
      }
    } catch (IOException e) {
      // What is wrong with it is said below, without quoting it.
    }
    throw Problem.of(
        ProblemKind.BODY_MALFORMED,
        "the body is a JSON object with up to %s ids of pairs or links: {\"ids\": [\"…\"]}"
            .formatted(MAX_IDS));
  }

  /**
   * Statuses of the known ids, in their order. Fails with {@link Problem}, {@link
   * ProblemKind#NOT_READY}, where one of them cannot be answered.
   */
  private CompletableFuture<Map<String, StatusReport>> ask(List<String> ids) {
    Map<String, StatusReport> known = findAll(ids);
    if (known.keySet().containsAll(ids)) {
      return CompletableFuture.completedFuture(known);
    }
    return upToDate()
        .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
        .handle((unused, failure) -> failure == null)
        .thenApply(
            upToDate -> {
              Map<String, StatusReport> found = findAll(ids);
              if (!upToDate && !found.keySet().containsAll(ids)) {
                throw Problem.of(
                        ProblemKind.NOT_READY,
                        "nothing is known of this id, but the service is still reading; ask again"
                            + " in a moment")
                    .retryAfter(2);
              }
              return found;
            });
  }

  private Map<String, StatusReport> findAll(List<String> ids) {
    Map<String, StatusReport> found = new LinkedHashMap<>();
    ids.forEach(id -> find(id).ifPresent(status -> found.put(id, status)));
    return found;
  }

  /**
   * Status of a pair or link as far as this instance has read; nothing where it has read nothing of
   * it.
   *
   * @param id a pair id or link id, or the coordinates {@code topic-partition-offset} of a record
   *     that could not be read
   * @throws Problem {@link ProblemKind#NOT_READY} where the registry does not answer and its
   *     schemas are not at hand
   */
  Optional<StatusReport> find(String id) {
    try {
      Optional<Upload> upload = read(uploads, uploadsView, id);
      if (upload.isEmpty()) {
        return read(receipts, receiptsView, id).map(receipt -> StatusReport.of(id, receipt));
      }
      String pairId = upload.get().getPairId();
      Optional<Receipt> receipt =
          pairId.isEmpty() ? Optional.empty() : read(receipts, receiptsView, pairId);
      return Optional.of(StatusReport.of(id, upload.get(), receipt.orElse(null)));
    } catch (SerializationException e) {
      throw Problem.of(
              ProblemKind.NOT_READY,
              "the schema registry does not answer, without which the records cannot be read")
          .retryAfter(5);
    }
  }

  /**
   * The receipt of a pair, or of a record by its coordinates, as far as this instance has read and
   * the registry answers.
   */
  public Optional<Receipt> receipt(String id) {
    try {
      return read(receipts, receiptsView, id);
    } catch (SerializationException | ViewStorageException e) {
      return Optional.empty();
    }
  }

  private static <V> Optional<V> read(Topic<V> topic, TopicTable view, String id) {
    return view.read(table -> LastOfEachKey.get(table, id)).map(topic::read);
  }

  /**
   * Completes once this instance has read all that is there now. Fails where the broker does not
   * answer. An ingest API's note may lie behind a fetcher's that is not committed yet, and waits
   * for that one.
   */
  CompletableFuture<Void> upToDate() {
    return CompletableFuture.allOf(uploadsView.reachedAllWritten(), receiptsView.reachedNow());
  }

  /** Whether this instance has read everything but the last moments. */
  public boolean isCaughtUp() {
    return uploadsView.isCaughtUp() && receiptsView.isCaughtUp();
  }

  /** Why this instance does not follow what happens now; empty while it does. */
  public Optional<String> trouble() {
    return Stream.of(uploadsView, receiptsView).flatMap(v -> v.trouble().stream()).findFirst();
  }

  @Override
  public void close() {
    uploadsView.close();
    receiptsView.close();
  }
}
