package io.pairstream.ingest.api;

import io.pairstream.ingest.batches.BatchLog;
import io.pairstream.ingest.batches.BatchRoutes;
import io.pairstream.ingest.batches.BatchView;
import io.pairstream.ingest.pairs.PairIntake;
import io.pairstream.ingest.status.StatusRoutes;
import io.pairstream.ingest.status.StatusView;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.service.http.Quota;
import io.pairstream.service.http.Route;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What became of pairs and of batches, and the way of batches in. */
final class Outcomes implements AutoCloseable {

  private final StatusView pairs;
  private final BatchView batches;
  private final BatchLog log;
  private final StatusRoutes statusRoutes;
  private final BatchRoutes batchRoutes;

  /**
   * @param stateDirectory where this instance alone keeps its copies of topics
   * @param clientSettings settings of Kafka's clients, with {@code bootstrap.servers}
   * @throws io.pairstream.service.table.ViewStorageException where the folder cannot be used
   */
  Outcomes(
      PairTopics topics,
      Registry registry,
      Path stateDirectory,
      Map<String, ?> clientSettings,
      PairIntake intake,
      Quota quota,
      Clock clock) {
    pairs = StatusView.open(topics, stateDirectory, clientSettings, clock);
    try {
      batches = BatchView.open(topics, stateDirectory, clientSettings, clock);
    } catch (RuntimeException e) {
      pairs.close();
      throw e;
    }
    statusRoutes = new StatusRoutes(pairs, clientSettings);
    log = new BatchLog(topics.batches(), registry, clientSettings);
    batchRoutes =
        new BatchRoutes(
            intake::take,
            log,
            batches,
            pairs,
            topics,
            clientSettings,
            quota,
            clock,
            stateDirectory.resolve("batches-under-way"));
  }

  List<Route> routes() {
    return Stream.concat(statusRoutes.routes().stream(), batchRoutes.routes().stream()).toList();
  }

  /** Why not every question can be answered now; empty where all is well. */
  Optional<String> obstacle() {
    Optional<String> trouble = pairs.trouble().or(batches::trouble);
    if (trouble.isPresent()) {
      return trouble;
    }
    return pairs.isCaughtUp() && batches.isCaughtUp()
        ? Optional.empty()
        : Optional.of("what became of earlier uploads is still being read");
  }

  @Override
  public void close() {
    batchRoutes.close();
    log.close();
    batches.close();
    pairs.close();
  }
}
