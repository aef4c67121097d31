package io.pairstream.ingest.pairs;

import io.pairstream.schemas.Threads;
import io.pairstream.service.http.Access;
import io.pairstream.service.http.Handler.Outgoing;
import io.pairstream.service.http.Incoming;
import io.pairstream.service.http.Principal;
import io.pairstream.service.http.Quota;
import io.pairstream.service.http.Route;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** {@code POST /v1/batches}: many pairs and links in one request. */
public final class BatchRoutes implements AutoCloseable {

  private static final String NDJSON = "application/x-ndjson";
  private final PairIntake intake;
  private final Quota quota;
  private final Path spoolFolder;
  private final BatchUpload.Limits limits = new BatchUpload.Limits();
  private final ExecutorService threads = Executors.newCachedThreadPool(Threads.daemons("batch"));

  /**
   * @param spoolFolder where results wait for their client
   * @throws UncheckedIOException where the folder cannot be written
   */
  public BatchRoutes(PairIntake intake, Quota quota, Path spoolFolder) {
    this.intake = intake;
    this.quota = quota;
    this.spoolFolder = spoolFolder;
    try {
      Files.createDirectories(spoolFolder);
    } catch (IOException e) {
      throw new UncheckedIOException(spoolFolder + " cannot be used: " + e.getMessage(), e);
    }
  }

  public List<Route> routes() {
    Set<String> mediaTypes = Set.of(BatchUpload.MEDIA_TYPE, NDJSON);
    return List.of(Route.stream("/v1/batches", Access.PUBLISH, mediaTypes, this::upload));
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }

  private void upload(Incoming request, InputStream body, Outgoing out) throws IOException {
    intake.requireOpen();
    Principal sender = request.principal();
    JsonLinesBody lines = new JsonLinesBody(body, quota, sender, limits.longLines());
    try (BatchUpload.ResultSpool spool = BatchUpload.ResultSpool.open(spoolFolder)) {
      new BatchUpload(intake::take, limits, quota, threads, sender, spool).run(lines, out);
    }
  }
}
