package io.pairstream.ingest.pairs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.ingest.publish.Published;
import io.pairstream.ingest.publish.Submission;
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
    boolean isForm = request.mediaType().equals(FORM);
    PairForm form =
        isForm
            ? PairMultipart.read(request.header("Content-Type").orElse(""), body)
            : PairJson.read(body, body.length, "the body");
    Submission submission =
        isForm ? form.pair(request.principal()) : form.submission(request.principal());
    var unused = quota.charge(request.principal(), 0, form.extraBytes());
    return intake
        .take(submission, request.principal().producer())
        .thenApply(
            taken ->
                Answer.json(status(taken), json(taken)).withHeader("Location", statusUrl(taken)));
  }

  /** The status code of the answer: created, or accepted for later. */
  public static int status(Published taken) {
    return taken.isPair() ? 201 : 202;
  }

  /** Where to ask after it. */
  public static String statusUrl(Published taken) {
    return "/v1/pairs/" + taken.id();
  }

  private static ObjectNode json(Published taken) {
    ObjectNode json =
        Json.MAPPER.createObjectNode().put("id", taken.id()).put("kind", taken.kind());
    if (taken.isPair()) {
      json.put("pair_id", taken.id()).put("image_digest", taken.imageDigest());
    }
    return json.put("topic", taken.topic())
        .put("partition", taken.partition())
        .put("offset", taken.offset())
        .put("status_url", statusUrl(taken));
  }
}
