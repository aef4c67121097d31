package io.pairstream.operations.catalogue;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.service.table.Database;
import io.pairstream.service.table.TopicTable;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Follows what was decided about pairs: training, validation, test, quarantine, receipts,
 * takedowns, reviews and the audit trail, committed records alone.
 *
 * <p>Tables on this instance's disk hold what each {@link CatalogueFold} makes of the records, and
 * how far they were read. A restart goes on where the last one stopped. Thread-safe.
 */
public final class Catalogue implements AutoCloseable {

  private final TopicTable view;

  private Catalogue(TopicTable view) {
    this.view = view;
  }

  /**
   * Opens the catalogue in a folder, or begins one, and follows the topics from then on. Returns at
   * once.
   *
   * @param folds each with tables of its own
   * @param directory a folder of this catalogue alone
   * @throws io.pairstream.service.table.ViewStorageException where the folder cannot be written, or
   *     another process has it
   */
  public static Catalogue open(
      ClusterAccess cluster, List<CatalogueFold> folds, Path directory, Clock clock) {
    return new Catalogue(
        TopicTable.open(
            new CatalogueRecords(cluster, folds), directory, cluster.clientSettings(), clock));
  }

  /** Completes once all is read that was there when the catalogue was opened. */
  public CompletableFuture<Void> caughtUp() {
    return view.caughtUp();
  }

  /** Whether all that was there at the start is read; until then answers leave things out. */
  public boolean isReady() {
    return view.isCaughtUp();
  }

  /** Completes once all that is on the topics now is in the table. */
  public CompletableFuture<Void> reachedNow() {
    return view.reachedNow();
  }

  /** Why the topics are not followed now; empty while they are. */
  public Optional<String> trouble() {
    return view.trouble();
  }

  /**
   * As of when it answers while it does not follow the topics; empty while it does, and before all
   * was read for the first time.
   */
  public Optional<Instant> staleSince() {
    return view.staleSince();
  }

  /** Reads the folds' tables as of one moment. */
  public <T> T read(Function<Database, T> reading) {
    return view.read(reading);
  }

  /** Stops following, and lets go of the folder. */
  @Override
  public void close() {
    view.close();
  }
}
