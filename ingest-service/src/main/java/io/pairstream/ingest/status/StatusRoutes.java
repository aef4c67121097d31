package io.pairstream.ingest.status;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.service.http.Access;
import io.pairstream.service.http.Answer;
import io.pairstream.service.http.EventStream;
import io.pairstream.service.http.Incoming;
import io.pairstream.service.http.Json;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemKind;
import io.pairstream.service.http.Route;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * What became of one pair, once and as events, and of many.
 *
 * <p>Any key with the scope {@code read} may ask for any id. An id is a digest of content: who
 * knows it has the content or was told; and two producers may have sent the same pair.
 */
public final class StatusRoutes {

  private static final int MAX_IDS = 1000;
  private static final long MAX_BODY_BYTES = 256 * 1024;

  private final PairQuestions questions;

  /**
   * @param kafkaSettings settings of Kafka's clients: {@code default.api.timeout.ms} is how long a
   *     question waits for what happened before it, or else 3 s
   */
  public StatusRoutes(StatusView view, Map<String, ?> kafkaSettings) {
    this.questions = new PairQuestions(view, kafkaSettings);
  }

  public List<Route> routes() {
    return List.of(
        Route.get("/v1/pairs/{id}", Access.READ, (request, body) -> status(request)),
        Route.events("/v1/pairs/{id}/events", Access.READ, this::events),
        Route.post(
            "/v1/statuses", Access.READ, Set.of(Json.MEDIA_TYPE), MAX_BODY_BYTES, this::statuses));
  }

  private CompletionStage<Answer> status(Incoming request) {
    return questions
        .ask(request.parameter("id"))
        .thenApply(status -> Answer.json(200, StatusJson.of(status)));
  }

  private CompletionStage<Answer> statuses(Incoming request, byte[] body) {
    List<String> ids = ids(body);
    return questions
        .ask(ids)
        .thenApply(
            known -> {
              ObjectNode json = Json.MAPPER.createObjectNode();
              ArrayNode statuses = json.putArray("statuses");
              known.values().forEach(status -> statuses.add(StatusJson.of(status)));
              ArrayNode unknown = json.putArray("unknown");
              ids.stream().filter(id -> !known.containsKey(id)).distinct().forEach(unknown::add);
              return Answer.json(200, json);
            });
  }

  private static List<String> ids(byte[] body) {
    try {
      Asked asked = Json.MAPPER.readValue(body, Asked.class);
      if (asked != null && asked.ids() != null && asked.ids().stream().allMatch(Objects::nonNull)) {
        if (asked.ids().size() > MAX_IDS) {
          throw Problem.of(
                  ProblemKind.BODY_TOO_LARGE, "at most " + MAX_IDS + " ids are answered at once")
              .asException();
        }
        return asked.ids();
      }
    } catch (IOException e) {
      // What is wrong with it is said below, without quoting it.
    }
    throw Problem.of(
            ProblemKind.BODY_MALFORMED,
            "the body is a JSON object with the ids of pairs or links: {\"ids\": [\"…\"]}")
        .asException();
  }

  private record Asked(List<String> ids) {}

  private CompletionStage<?> events(Incoming request, EventStream stream) {
    return new StatusEvents(questions, request.parameter("id"), stream).begin();
  }
}
