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
import io.pairstream.operate.catalogue.GivenLabels;
import io.pairstream.operate.catalogue.PairSearch;
import io.pairstream.operate.catalogue.PairSearch.FoundPair;
import io.pairstream.operate.lag.Mutes;
import io.pairstream.operate.waiting.WaitingWork;
import io.pairstream.schemas.LabelRule;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.http.Access;
import io.pairstream.service.http.Incoming;
import io.pairstream.service.http.Json;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemKind;
import io.pairstream.service.http.Route;
import io.pairstream.service.table.TopicTable;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Changes that keys with the scope review make by HTTP: decisions about pairs in quarantine, labels
 * of published pairs, mutes of groups. One request after another.
 */
public final class ReviewerRoutes implements AutoCloseable {

  static final int MOST_PAIRS = 500;

  private static final String REVIEW = "quarantine.review";
  private static final int MOST_WAITING = 48;

  private static final String WANTED_REVIEW =
      "the body must be an object with pairs, a list of ids, decision, which must be one of "
          + Arrays.toString(Decision.values())
          + ", the texts comment and, of one pair, caption, and nothing else";
  private static final String WANTED_LABELS = "the body must be {\"labels\": [\"dog\", \"cat\"]}";
  private static final String WANTED_MUTE =
      "the body must be {\"group\": NAME, \"minutes\": NUMBER, \"why\": TEXT}; 0 minutes lift it";

  /** Reads bodies; a number is no text, and a text no number. */
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
          .withCoercionConfig(
              LogicalType.Integer,
              numbers -> numbers.setCoercion(CoercionInputShape.String, CoercionAction.Fail))
          .build();

  private final ClusterAccess cluster;
  private final PairSearch search;
  private final ReviewDesk desk;
  private final ActionLog actions;
  private final Clock clock;
  private final WaitingWork worker = new WaitingWork("reviewers", 1, MOST_WAITING);

  /**
   * @param catalogue with a {@link io.pairstream.operate.catalogue.PairIndex}
   */
  public ReviewerRoutes(
      ClusterAccess cluster, TopicTable catalogue, ActionLog actions, Clock clock) {
    this.cluster = cluster;
    this.search = new PairSearch(catalogue, clock);
    this.desk = new ReviewDesk(cluster, REVIEW, clock);
    this.actions = actions;
    this.clock = clock;
  }

  /** Reads a request, and refuses a wrong one; what it returns does the work. */
  private interface Act<T> {
    Supplier<?> prepare(T asked, Incoming request, Actor actor);
  }

  public List<Route> routes() {
    return List.of(
        route("/v1/reviews", REVIEW, 256, ReviewRequest.class, WANTED_REVIEW, this::review),
        route(
            "/v1/pairs/{id}/labels",
            GivenLabels.EVENT,
            64,
            LabelRequest.class,
            WANTED_LABELS,
            this::label),
        route("/v1/mutes", Mutes.MUTE, 8, MuteRequest.class, WANTED_MUTE, this::mute));
  }

  private <T> Route route(
      String path, String event, int maxBodyKib, Class<T> type, String wanted, Act<T> act) {
    return Route.post(
        path,
        Access.REVIEW_BY_HANDLER,
        Set.of(Json.MEDIA_TYPE),
        maxBodyKib * 1024L,
        (request, body) -> {
          Actor actor = actions.requireReviewer(request, event);
          Supplier<?> work = act.prepare(read(body, type, wanted), request, actor);
          return worker.later(() -> AnswerJson.answer(work.get()));
        });
  }

  private static <T> T read(byte[] body, Class<T> type, String wanted) {
    try {
      T asked = MAPPER.readValue(body, type);
      if (asked != null) {
        return asked;
      }
    } catch (StreamReadException e) {
      throw Problem.of(ProblemKind.BODY_MALFORMED, "the body is no JSON, or holds a name twice");
    } catch (IOException e) {
      throw Problem.badRequest(wanted);
    }
    throw Problem.badRequest(wanted);
  }

  /** Decision about pairs in quarantine; members that are left out are null. */
  private record ReviewRequest(
      List<String> pairs, Decision decision, String caption, String comment) {}

  private record Results(List<ReviewResult> results) {}

  private Supplier<?> review(ReviewRequest asked, Incoming request, Actor actor) {
    List<String> ids = asked.pairs();
    if (ids == null || ids.isEmpty() || ids.size() > MOST_PAIRS || ids.contains(null)) {
      throw Problem.badRequest("pairs must be a list of 1 to " + MOST_PAIRS + " ids");
    }
    if (asked.decision() == null) {
      throw Problem.badRequest("decision is missing");
    }
    if (asked.decision() == Decision.RECAPTIONED && ids.size() != 1) {
      throw Problem.badRequest("a caption is for one pair; pairs holds " + ids.size());
    }
    ReviewDecision decided =
        Problem.orBadRequest(
            () ->
                new ReviewDecision(
                    asked.decision(),
                    Objects.requireNonNullElse(asked.caption(), ""),
                    Objects.requireNonNullElse(asked.comment(), ""),
                    false,
                    actor));
    return () -> new Results(desk.decide(ids, decided, false));
  }

  /** Labels of a published pair; without any, those that were given before are taken back. */
  private record LabelRequest(List<String> labels) {}

  /** Labels that a person gave to a pair. */
  private record Given(String pairId, String by, List<String> labels) {}

  private Supplier<?> label(LabelRequest asked, Incoming request, Actor actor) {
    if (asked.labels() == null || asked.labels().contains(null)) {
      throw Problem.badRequest(WANTED_LABELS);
    }
    List<String> labels = LabelRule.cleaned(asked.labels());
    LabelRule.fault(labels)
        .ifPresent(
            fault -> {
              throw Problem.badRequest(fault);
            });
    String id = request.parameter("id");
    return () -> {
      String pairId =
          search
              .get(id)
              .map(FoundPair::row)
              .filter(row -> !row.isQuarantined())
              .orElseThrow(() -> Problem.notFound("no published pair has this id"))
              .pairId();
      ActionLog.writeNow(cluster, GivenLabels.event(pairId, labels), actor, clock);
      return new Given(pairId, actor.name(), labels);
    };
  }

  /** Mute of a group for some minutes; 0 lifts it. */
  private record MuteRequest(String group, Integer minutes, String why) {}

  private Supplier<?> mute(MuteRequest asked, Incoming request, Actor actor) {
    if (asked.group() == null || asked.group().isBlank() || asked.minutes() == null) {
      throw Problem.badRequest(WANTED_MUTE);
    }
    Duration lasting = Duration.ofMinutes(asked.minutes());
    String why = Objects.requireNonNullElse(asked.why(), "");
    return () ->
        Problem.orBadRequest(() -> Mutes.set(cluster, asked.group(), lasting, why, actor, clock));
  }

  /** Lets the request under way end, for a few seconds at most. */
  @Override
  public void close() {
    worker.close();
  }
}
