package io.pairstream.operate.pairs;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.curation.actions.ActionLog;
import io.pairstream.curation.actions.Actor;
import io.pairstream.curation.sentence.AnswerJson;
import io.pairstream.operate.catalogue.GivenLabels;
import io.pairstream.operate.catalogue.PairPage.FoundPair;
import io.pairstream.operate.catalogue.PairSearch;
import io.pairstream.operate.waiting.WaitingWork;
import io.pairstream.schemas.LabelRule;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.http.Access;
import io.pairstream.service.http.Answer;
import io.pairstream.service.http.Incoming;
import io.pairstream.service.http.Json;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemKind;
import io.pairstream.service.http.Route;
import io.pairstream.service.table.TopicTable;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * {@code POST /v1/pairs/ID/labels}: says what a published pair's picture shows, or with no label
 * takes that back; for keys with the scope review.
 */
public final class LabelRoutes implements AutoCloseable {

  private static final int MAX_BODY_BYTES = 64 * 1024;
  private static final int MOST_WAITING = 16;
  private static final String WANTED = "the body must be {\"labels\": [\"dog\", \"cat\"]}";

  private final ClusterAccess cluster;
  private final PairSearch search;
  private final ActionLog actions;
  private final Clock clock;
  private final WaitingWork worker = new WaitingWork("labels", 1, MOST_WAITING);

  /**
   * @param catalogue with a {@link io.pairstream.operate.catalogue.PairIndex}
   */
  public LabelRoutes(ClusterAccess cluster, TopicTable catalogue, ActionLog actions, Clock clock) {
    this.cluster = cluster;
    this.search = new PairSearch(catalogue, clock);
    this.actions = actions;
    this.clock = clock;
  }

  /** The route. */
  public List<Route> routes() {
    return List.of(
        Route.post(
            "/v1/pairs/{id}/labels",
            Access.REVIEW_BY_HANDLER,
            Set.of(Json.MEDIA_TYPE),
            MAX_BODY_BYTES,
            this::label));
  }

  /** Labels that a person gave to a pair. */
  private record Given(String pairId, String by, List<String> labels) {}

  private CompletionStage<Answer> label(Incoming request, byte[] body) {
    Actor actor = actions.requireReviewer(request, GivenLabels.EVENT);
    List<String> labels = labels(body);
    String id = request.parameter("id");
    return worker.later(
        () -> {
          Optional<FoundPair> found = search.get(id);
          if (found.isEmpty() || found.get().row().isQuarantined()) {
            throw Problem.of(ProblemKind.NOT_FOUND, "no published pair has this id");
          }
          String pairId = found.get().row().pairId();
          ActionLog.writeNow(cluster, GivenLabels.event(pairId, labels), actor, clock);
          return AnswerJson.answer(new Given(pairId, actor.name(), labels));
        });
  }

  private static List<String> labels(byte[] body) {
    JsonNode asked;
    try {
      asked = Json.MAPPER.readTree(body);
    } catch (IOException e) {
      throw Problem.of(ProblemKind.BODY_MALFORMED, WANTED);
    }
    JsonNode given = asked.path("labels");
    List<String> labels = new ArrayList<>();
    for (JsonNode label : given) {
      if (!label.isTextual()) {
        throw Problem.of(ProblemKind.BAD_REQUEST, WANTED);
      }
      labels.add(label.textValue());
    }
    if (!given.isArray() || asked.size() != 1) {
      throw Problem.of(ProblemKind.BAD_REQUEST, WANTED);
    }
    List<String> cleaned = LabelRule.cleaned(labels);
    LabelRule.fault(cleaned)
        .ifPresent(
            fault -> {
              throw Problem.of(ProblemKind.BAD_REQUEST, fault);
            });
    return cleaned;
  }

  /** Lets what is being written end, for a few seconds at most. */
  @Override
  public void close() {
    worker.close();
  }
}
