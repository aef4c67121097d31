package io.pairstream.ingest.status;

import io.pairstream.schemas.wire.KafkaTimeouts;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemException;
import io.pairstream.service.http.ProblemKind;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Answers for ids, with problems for what cannot be answered. What this instance has not read yet
 * it reads before it says that nobody has heard of it, so that an id which another instance gave
 * out a moment ago is found here. Thread-safe.
 */
final class PairQuestions {

  /** A pair id or a link id, or a record's coordinates. */
  private static final Pattern ID =
      Pattern.compile("[0-9a-f]{32}|[a-z0-9_.-]{1,100}-[0-9]{1,9}-[0-9]{1,18}");

  /** How long a question waits for what happened before it, where the settings do not say. */
  private static final Duration TIMEOUT = Duration.ofSeconds(3);

  private final StatusView view;
  private final Duration timeout;

  /**
   * @param kafkaSettings settings of Kafka's clients
   */
  PairQuestions(StatusView view, Map<String, ?> kafkaSettings) {
    this.view = view;
    this.timeout = KafkaTimeouts.ofAnswers(kafkaSettings, TIMEOUT);
  }

  StatusView view() {
    return view;
  }

  /**
   * Where the pair stands. Fails with {@link ProblemException}: {@link ProblemKind#NOT_FOUND} where
   * nobody has heard of the id, {@link ProblemKind#NOT_READY} where that cannot be said.
   */
  CompletableFuture<StatusReport> ask(String id) {
    if (!ID.matcher(id).matches()) {
      return CompletableFuture.failedFuture(
          Problem.of(
                  ProblemKind.NOT_FOUND,
                  "this is no id: the id of a pair or a link has 32 hex digits, as the answer to"
                      + " its upload says")
              .asException());
    }
    return ask(List.of(id))
        .thenApply(known -> Optional.ofNullable(known.get(id)).orElseThrow(unknown()::asException));
  }

  /**
   * Where those of the pairs stand that somebody has sent, in the order of the ids. Fails with
   * {@link ProblemException}, {@link ProblemKind#NOT_READY}, where that cannot be said of all.
   */
  CompletableFuture<Map<String, StatusReport>> ask(List<String> ids) {
    Map<String, StatusReport> known = findAll(ids);
    if (known.keySet().containsAll(ids)) {
      return CompletableFuture.completedFuture(known);
    }
    return view.upToDate()
        .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
        .handle((unused, failure) -> failure == null)
        .thenApply(
            upToDate -> {
              Map<String, StatusReport> found = findAll(ids);
              if (!upToDate && !found.keySet().containsAll(ids)) {
                throw notYet().asException();
              }
              return found;
            });
  }

  private Map<String, StatusReport> findAll(List<String> ids) {
    Map<String, StatusReport> found = new LinkedHashMap<>();
    ids.forEach(id -> find(id).ifPresent(status -> found.put(id, status)));
    return found;
  }

  /** Where the pair stands as far as this instance has read. */
  Optional<StatusReport> find(String id) {
    try {
      return view.find(id);
    } catch (SerializationException e) {
      throw Problem.of(
              ProblemKind.NOT_READY,
              "the schema registry does not answer, without which the records cannot be read")
          .retryAfter(5)
          .asException();
    }
  }

  private static Problem unknown() {
    return Problem.of(
        ProblemKind.NOT_FOUND,
        "nobody has sent a pair or a link of this id; the answer to an upload says its id");
  }

  private static Problem notYet() {
    return Problem.of(
            ProblemKind.NOT_READY,
            "nothing is known of this id, but the service is still reading; ask again in a moment")
        .retryAfter(2);
  }
}
