package io.pairstream.operate.pairs;

import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import io.pairstream.curation.actions.ActionLog;
import io.pairstream.curation.actions.Actor;
import io.pairstream.curation.review.ReviewDecision;
import io.pairstream.curation.review.ReviewDecision.Decision;
import io.pairstream.curation.review.ReviewDesk;
import io.pairstream.curation.review.ReviewResult;
import io.pairstream.curation.sentence.AnswerJson;
import io.pairstream.operate.waiting.WaitingWork;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.http.Access;
import io.pairstream.service.http.Answer;
import io.pairstream.service.http.Incoming;
import io.pairstream.service.http.Json;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemKind;
import io.pairstream.service.http.Route;
import java.io.IOException;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Deciding about pairs by HTTP. One request after another, as one desk can work at a time. */
public final class ReviewRoutes implements AutoCloseable {

  static final int MOST_PAIRS = 500;

  private static final String EVENT = "quarantine.review";

  private static final int MAX_BODY_BYTES = 256 * 1024;
  private static final int MOST_WAITING = 16;

  /** A number is no text. */
  private static final JsonMapper MAPPER =
      Json.MAPPER
          .rebuild()
          .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
          .withCoercionConfig(
              LogicalType.Textual,
              texts ->
                  texts
                      .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
          .build();

  private final ReviewDesk desk;
  private final ActionLog actions;
  private final WaitingWork worker = new WaitingWork("review-desk", 1, MOST_WAITING);

  public ReviewRoutes(ClusterAccess cluster, ActionLog actions, Clock clock) {
    this.desk = new ReviewDesk(cluster, EVENT, clock);
    this.actions = actions;
  }

  public List<Route> routes() {
    return List.of(
        Route.post(
            "/v1/reviews",
            Access.REVIEW_BY_HANDLER,
            Set.of(Json.MEDIA_TYPE),
            MAX_BODY_BYTES,
            this::decide));
  }

  private CompletionStage<Answer> decide(Incoming incoming, byte[] body) {
    Actor actor = actions.requireReviewer(incoming, EVENT);
    Asked asked = asked(body);
    List<String> ids = asked.checkedPairs();
    ReviewDecision decided = asked.decided(actor);
    if (decided.decision() == Decision.RECAPTIONED && ids.size() != 1) {
      throw wrong("a caption is for one pair; pairs holds " + ids.size());
    }
    return worker.later(() -> AnswerJson.answer(new Results(desk.decide(ids, decided, false))));
  }

  private record Results(List<ReviewResult> results) {}

  /** Body of a request; members that are left out are null. */
  private record Asked(List<String> pairs, Decision decision, String caption, String comment) {

    List<String> checkedPairs() {
      if (pairs == null || pairs.isEmpty() || pairs.size() > MOST_PAIRS || pairs.contains(null)) {
        throw wrong("pairs must be a list of 1 to " + MOST_PAIRS + " ids");
      }
      return pairs;
    }

    ReviewDecision decided(Actor actor) {
      if (decision == null) {
        throw wrong("decision is missing");
      }
      try {
        return new ReviewDecision(
            decision,
            Objects.requireNonNullElse(caption, ""),
            Objects.requireNonNullElse(comment, ""),
            false,
            actor);
      } catch (IllegalArgumentException e) {
        throw wrong(e.getMessage());
      }
    }
  }

  private static Asked asked(byte[] body) {
    try {
      Asked asked = MAPPER.readValue(body, Asked.class);
      return asked == null ? new Asked(null, null, null, null) : asked;
    } catch (StreamReadException e) {
      throw Problem.of(ProblemKind.BODY_MALFORMED, "the body is no JSON, or holds a name twice");
    } catch (IOException e) {
      throw wrong(
          "the body must be an object with pairs, a list of ids, decision, which must be one of "
              + Arrays.toString(Decision.values())
              + ", the texts comment and, of one pair, caption, and nothing else");
    }
  }

  private static Problem wrong(String detail) {
    return Problem.of(ProblemKind.BAD_REQUEST, detail);
  }

  /** Lets the decision under way end, for a few seconds at most. */
  @Override
  public void close() {
    worker.close();
  }
}
