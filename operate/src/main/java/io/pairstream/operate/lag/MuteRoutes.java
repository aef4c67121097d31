package io.pairstream.operate.lag;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.curation.actions.ActionLog;
import io.pairstream.curation.actions.Actor;
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
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * {@code POST /v1/mutes}: mutes a group for some minutes, or for 0 lifts its mute; for keys with
 * the scope review.
 */
public final class MuteRoutes implements AutoCloseable {

  private static final int MAX_BODY_BYTES = 8 * 1024;
  private static final int MOST_WAITING = 16;
  private static final String WANTED =
      "the body must be {\"group\": NAME, \"minutes\": NUMBER, \"why\": TEXT}; 0 minutes lift it";

  private final ClusterAccess cluster;
  private final ActionLog actions;
  private final Clock clock;
  private final WaitingWork worker = new WaitingWork("mutes", 1, MOST_WAITING);

  public MuteRoutes(ClusterAccess cluster, ActionLog actions, Clock clock) {
    this.cluster = cluster;
    this.actions = actions;
    this.clock = clock;
  }

  /** The route. */
  public List<Route> routes() {
    return List.of(
        Route.post(
            "/v1/mutes",
            Access.REVIEW_BY_HANDLER,
            Set.of(Json.MEDIA_TYPE),
            MAX_BODY_BYTES,
            this::mute));
  }

  private CompletionStage<Answer> mute(Incoming request, byte[] body) {
    Actor actor = actions.requireReviewer(request, Mutes.MUTE);
    JsonNode asked = json(body);
    String group = asked.path("group").asText();
    if (group.isBlank() || !asked.path("minutes").canConvertToInt()) {
      throw Problem.of(ProblemKind.BAD_REQUEST, WANTED);
    }
    Duration lasting = Duration.ofMinutes(asked.path("minutes").asInt());
    return worker.later(
        () -> {
          try {
            return AnswerJson.answer(
                Mutes.set(cluster, group, lasting, asked.path("why").asText(), actor, clock));
          } catch (IllegalArgumentException e) {
            throw Problem.of(ProblemKind.BAD_REQUEST, e.getMessage());
          }
        });
  }

  private static JsonNode json(byte[] body) {
    try {
      return Json.MAPPER.readTree(body);
    } catch (IOException e) {
      throw Problem.of(ProblemKind.BODY_MALFORMED, WANTED);
    }
  }

  @Override
  public void close() {
    worker.close();
  }
}
