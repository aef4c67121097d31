package io.pairstream.ingest.status;

import io.pairstream.service.http.Access;
import io.pairstream.service.http.Answer;
import io.pairstream.service.http.EventStream;
import io.pairstream.service.http.Incoming;
import io.pairstream.service.http.Route;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * What became of one pair, once and as events.
 *
 * <p>Any key with the scope {@code read} may ask for any id. An id is a digest of content: who
 * knows it has the content or was told; and two producers may have sent the same pair.
 */
public final class StatusRoutes {

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
        Route.events("/v1/pairs/{id}/events", Access.READ, this::events));
  }

  private CompletionStage<Answer> status(Incoming request) {
    return questions
        .ask(request.parameter("id"))
        .thenApply(status -> Answer.json(200, StatusJson.of(status)));
  }

  private CompletionStage<?> events(Incoming request, EventStream stream) {
    return new StatusEvents(questions, request.parameter("id"), stream).begin();
  }
}
