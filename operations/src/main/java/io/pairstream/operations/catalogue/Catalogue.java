package io.pairstream.operations.catalogue;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.service.table.Look;
import io.pairstream.service.table.TopicTable;
import io.pairstream.service.table.ViewPlan;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Follows what was decided about pairs: training, validation, test, quarantine, receipts,
 * takedowns, reviews and the audit trail, committed records alone.
 *
 * <p>One table on this instance's disk holds what each {@link CatalogueFold} makes of the records,
 * and how far they were read. A restart goes on where the last one stopped. Thread-safe.
 */
public final class Catalogue implements AutoCloseable {

  private static final Pattern PART = Pattern.compile("[a-z]{1,20}");

  private final TopicTable view;

  private Catalogue(TopicTable view) {
    this.view = view;
  }

  /**
   * Opens the catalogue in a folder, or begins one, and follows the topics from then on. Returns at
   * once.
   *
   * @param folds each with a part of its own
   * @param directory a folder of this catalogue alone
   * @throws io.pairstream.service.table.ViewStorageException where the folder cannot be written, or
   *     another process has it
   */
  public static Catalogue open(
      ClusterAccess cluster, List<CatalogueFold> folds, Path directory, Clock clock) {
    long parts =
        folds.stream().map(CatalogueFold::part).filter(PART.asMatchPredicate()).distinct().count();
    if (parts != folds.size()) {
      throw new IllegalArgumentException(
          "each fold has a part of its own, named by 1 to 20 lower-case letters");
    }
    CatalogueRecords records = new CatalogueRecords(cluster, folds);
    String version =
        folds.stream()
            .map(fold -> fold.part() + ":" + fold.version())
            .sorted()
            .collect(Collectors.joining(" "));
    ViewPlan plan =
        new ViewPlan(
            "the catalogue of pairs", records.topicNames(), version, records, Optional.empty());
    return new Catalogue(TopicTable.open(plan, directory, cluster.clientSettings(), clock));
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

  /**
   * Lends a fold's part of the table as it stands now, with the keys that the fold wrote.
   *
   * @return what {@code looking} returns
   */
  public <T> T look(String part, Function<Look, T> looking) {
    byte[] prefix = key(part, new byte[0]);
    return view.look(look -> looking.apply(new PartOfLook(prefix, look)));
  }

  /** Stops following, and lets go of the folder. */
  @Override
  public void close() {
    view.close();
  }

  /** A key of a part as the whole table has it. */
  static byte[] key(String part, byte[] key) {
    byte[] name = part.getBytes(StandardCharsets.US_ASCII);
    byte[] whole = Arrays.copyOf(name, name.length + 1 + key.length);
    whole[name.length] = '/';
    System.arraycopy(key, 0, whole, name.length + 1, key.length);
    return whole;
  }
}
