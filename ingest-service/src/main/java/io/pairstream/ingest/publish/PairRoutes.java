package io.pairstream.ingest.publish;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Threads;
import io.pairstream.service.http.Access;
import io.pairstream.service.http.Answer;
import io.pairstream.service.http.Handler.Outgoing;
import io.pairstream.service.http.Incoming;
import io.pairstream.service.http.Json;
import io.pairstream.service.http.Principal;
import io.pairstream.service.http.Quota;
import io.pairstream.service.http.Route;
import io.pairstream.service.table.OwnFolder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * {@code POST /v1/pairs}: one pair as a form or as JSON, or one link as JSON; and {@code POST
 * /v1/batches}: many of them in one request.
 */
public final class PairRoutes implements AutoCloseable {

  /** Largest body: the largest image in base64, the longest caption, and what else may be said. */
  static final long MAX_BODY_BYTES = 12L * 1024 * 1024;

  /** Longest time that a request waits for its sender's earlier pictures. */
  private static final Duration LANE_TIMEOUT = Duration.ofSeconds(10);

  private static final String FORM = "multipart/form-data";
  private static final String NDJSON = "application/x-ndjson";

  private final PairIntake intake;
  private final Quota quota;
  private final SenderLanes lanes;
  private final Path spoolFolder;
  private final BatchUpload.Limits limits = new BatchUpload.Limits();
  private final ExecutorService threads = Executors.newCachedThreadPool(Threads.daemons("batch"));

  /**
   * @param quota counts what an image costs beyond its bytes, which the server has counted
   * @param lanes where pictures wait that take long to decode
   * @param spoolFolder where the results of batches wait for their client
   * @throws UncheckedIOException where the folder cannot be written
   */
  public PairRoutes(PairIntake intake, Quota quota, SenderLanes lanes, Path spoolFolder) {
    this.intake = intake;
    this.quota = quota;
    this.lanes = lanes;
    this.spoolFolder = spoolFolder;
    try {
      OwnFolder.close(spoolFolder);
    } catch (IOException e) {
      throw new UncheckedIOException(spoolFolder + " cannot be used: " + e.getMessage(), e);
    }
  }

  public List<Route> routes() {
    return List.of(
        Route.post(
            "/v1/pairs", Access.PUBLISH, Set.of(FORM, Json.MEDIA_TYPE), MAX_BODY_BYTES, this::post),
        Route.stream(
            "/v1/batches", Access.PUBLISH, Set.of(BatchUpload.MEDIA_TYPE, NDJSON), this::upload));
  }

  /** Ends the batches under way. */
  @Override
  public void close() {
    threads.shutdownNow();
  }

  private void upload(Incoming request, InputStream body, Outgoing out) throws IOException {
    intake.requireOpen();
    Principal sender = request.principal();
    JsonLinesBody lines = new JsonLinesBody(body, quota, sender, limits.longLines());
    try (BatchUpload.ResultSpool spool = BatchUpload.ResultSpool.open(spoolFolder)) {
      new BatchUpload(intake::take, limits, quota, lanes, threads, sender, spool).run(lines, out);
    }
  }

  private CompletionStage<Answer> post(Incoming request, byte[] body) {
    intake.requireOpen();
    boolean isForm = request.mediaType().equals(FORM);
    PairForm form =
        isForm
            ? PairBody.form(request.header("Content-Type").orElse(""), body)
            : PairBody.json(body, body.length, "the body");
    PairForm.Submission submission =
        isForm ? form.pair(request.principal()) : form.submission(request.principal());
    quota.charge(request.principal(), 0, submission.extraBytes());
    String producer = request.principal().producer();
    return room(producer, submission)
        .thenCompose(room -> intake.take(submission.record(), producer))
        .thenApply(
            taken ->
                Answer.json(status(taken), json(taken)).withHeader("Location", statusUrl(taken)));
  }

  private CompletableFuture<Void> room(String producer, PairForm.Submission submission) {
    return submission.record() instanceof RawPair pair
        ? lanes.enter(producer, pair, submission.extraBytes(), LANE_TIMEOUT)
        : CompletableFuture.completedFuture(null);
  }

  /** The status code of the answer: created, or accepted for later. */
  static int status(Published taken) {
    return taken.isPair() ? 201 : 202;
  }

  /** Where to ask after it. */
  static String statusUrl(Published taken) {
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
