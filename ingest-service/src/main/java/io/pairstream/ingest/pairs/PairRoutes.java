package io.pairstream.ingest.pairs;

import io.pairstream.service.http.Access;
import io.pairstream.service.http.Answer;
import io.pairstream.service.http.Incoming;
import io.pairstream.service.http.Json;
import io.pairstream.service.http.Quota;
import io.pairstream.service.http.Route;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** {@code POST /v1/pairs}: one pair as a form or as JSON, or one link as JSON. */
public final class PairRoutes {

  /** Largest body: the largest image in base64, the longest caption, and what else may be said. */
  public static final long MAX_BODY_BYTES = 12L * 1024 * 1024;

  private static final String FORM = "multipart/form-data";

  private final PairIntake intake;
  private final Quota quota;

  /**
   * @param quota counts what an image costs beyond its bytes, which the server has counted
   */
  public PairRoutes(PairIntake intake, Quota quota) {
    this.intake = intake;
    this.quota = quota;
  }

  public List<Route> routes() {
    return List.of(
        Route.post(
            "/v1/pairs",
            Access.PUBLISH,
            Set.of(FORM, Json.MEDIA_TYPE),
            MAX_BODY_BYTES,
            this::post));
  }

  private CompletionStage<Answer> post(Incoming request, byte[] body) {
    intake.requireOpen();
    Submission submission =
        request.mediaType().equals(FORM)
            ? PairMultipart.read(request.header("Content-Type").orElse(""), body)
                .pair(request.principal())
            : PairJson.read(body).submission(request.principal());
    var unused = quota.charge(request.principal(), 0, submission.extraBytes());
    return intake
        .take(submission, request.principal().producer(), "")
        .thenApply(
            taken ->
                Answer.json(taken.status(), taken.json())
                    .withHeader("Location", taken.statusUrl()));
  }
}
