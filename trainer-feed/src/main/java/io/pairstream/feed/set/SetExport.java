package io.pairstream.feed.set;

import io.pairstream.feed.set.SetManifest.Shard;
import io.pairstream.feed.set.SetManifest.Source;
import io.pairstream.feed.set.SetManifest.Split;
import io.pairstream.feed.source.FeedRefusedException;
import io.pairstream.feed.source.FeedSource;
import io.pairstream.feed.source.Takedowns;
import io.pairstream.feed.source.WithdrawnPairs;
import io.pairstream.feed.view.BlockReader;
import io.pairstream.feed.view.View;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.storage.ObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.utils.Utils;

/**
 * Writes a view's pairs into a set, shard by shard, and continues where an earlier start ended:
 * behind the last commit. Pairs of the set that have been withdrawn since are erased.
 */
public final class SetExport {

  /** Shards of a commit; the last has fewer. */
  static final int COMMIT_SHARDS = 16;

  private final SetStore set;
  private final ExportPlan plan;
  private final Origin origin;
  private final Listener listener;
  private final ShardFiles files;
  private SetManifest manifest;
  private long leftOut;
  private long bytes;

  /** Hears how an export continues. Called by the exporting thread. */
  @FunctionalInterface
  public interface Listener {

    /**
     * Reports how far the writing is.
     *
     * @param samples of the view that are dealt with since the start
     * @param of samples that there are to deal with
     * @param bytes of tars written since the start
     */
    void written(long samples, long of, long bytes);

    /** Hears a sentence about what is done besides. */
    default void notice(String sentence) {}
  }

  /**
   * Result of an export.
   *
   * @param set id of the set
   * @param manifest number of its last commit
   * @param shards of the split
   * @param kept shards of the split that were there before
   * @param samples pairs of the split that are not withdrawn
   * @param leftOut samples of the view that were not written, because the pair was withdrawn before
   * @param withdrawn rows of the whole set that are withdrawn, now or earlier
   * @param bytes size of the split's tars
   */
  public record Summary(
      String set,
      long manifest,
      int shards,
      int kept,
      long samples,
      long leftOut,
      long withdrawn,
      long bytes) {}

  /**
   * Sources of a set.
   *
   * @param dataset name of the data set
   * @param split in lower case
   * @param source topic of the pairs
   * @param pairs of a view's places
   * @param answers of models about the pair of an id, in {@link ModelAnswer#ORDER}
   * @param takedowns in force
   */
  record Origin(
      String dataset,
      String split,
      Source source,
      Pairs pairs,
      Function<String, List<ModelAnswer>> answers,
      Takedowns takedowns) {}

  /** Pairs of a view in an export's order. */
  interface Pairs {

    /** Hands over the pairs of some places, in order; what is gone from the log is left out. */
    void read(View view, long from, long to, Taker taker) throws IOException;
  }

  /** Takes one pair. */
  interface Taker {
    void take(PreparedPair pair) throws IOException;
  }

  SetExport(
      SetStore set, ExportPlan plan, Origin origin, Listener listener, Path folder, String newId)
      throws IOException {
    this.set = set;
    this.plan = plan;
    this.origin = origin;
    this.listener = listener;
    this.files = new ShardFiles(folder);
    Optional<SetManifest> newest = set.newest();
    if (newest.isEmpty()) {
      set.requireEmpty();
    }
    this.manifest = newest.orElseGet(() -> SetManifest.empty(newId, origin.dataset()));
  }

  /**
   * Writes what a set lacks of a view's pairs, and erases what has been withdrawn.
   *
   * @param target where the set is, or becomes one
   * @throws FeedRefusedException where records of the view have left the log, the target holds
   *     something else, another export commits there, or a pair cannot be exported
   * @throws IOException where the target is no store that can hold a set, or cannot be reached
   * @throws IllegalArgumentException where the view is one of another topic
   * @throws KafkaException where the broker does not answer or has no such topic
   */
  public static Summary export(
      FeedSource source, ExportPlan plan, ObjectStore target, Listener listener)
      throws IOException {
    View view = plan.view();
    BlockReader.requireHolds(source, view);
    target.requireFitForSets();
    Path folder = Files.createTempDirectory("pairstream-export");
    try (BlockReader blocks = BlockReader.open(source, FeedSource.MAX_FETCH_BYTES);
        WithdrawnPairs withdrawn = new WithdrawnPairs(source);
        AnswersOnDisk answers = AnswersOnDisk.read(source.cluster())) {
      Origin origin =
          new Origin(
              source.cluster().dataset().name(),
              source.split().name().toLowerCase(Locale.ROOT),
              new Source(view.topic(), view.topicId()),
              new TopicPairs(plan.order(), source, blocks),
              answers::of,
              withdrawn);
      return new SetExport(
              new SetStore(target), plan, origin, listener, folder, UUID.randomUUID().toString())
          .run();
    } finally {
      Utils.delete(folder.toFile());
    }
  }

  Summary run() throws IOException {
    int kept = shards().size();
    String takedowns;
    // A takedown while shards are written concerns those before them too.
    do {
      takedowns = origin.takedowns().digest();
      manifest = new Erasure(set, origin.takedowns(), files, listener::notice).erase(manifest);
      set.deleteReplaced(manifest);
      for (Optional<Split> next = unfinished(); next.isPresent(); next = unfinished()) {
        write(next.get());
      }
    } while (!takedowns.equals(origin.takedowns().digest()));
    SetCard.write(set, manifest, files);
    Split split = manifest.split(origin.split()).orElseThrow();
    return new Summary(
        manifest.set(),
        manifest.number(),
        split.shards().size(),
        kept,
        split.samples(),
        leftOut,
        manifest.shards().mapToLong(shard -> shard.withdrawn().size()).sum(),
        split.shards().stream().mapToLong(Shard::bytes).sum());
  }

  private List<Shard> shards() {
    return manifest.split(origin.split()).map(Split::shards).orElse(List.of());
  }

  /**
   * The split with the part of the view that is to be written next; empty where the set holds all.
   *
   * @throws FeedRefusedException where the set holds another view
   */
  private Optional<Split> unfinished() {
    Optional<Split> there = manifest.split(origin.split());
    if (there.isEmpty()) {
      requireSame("data set", manifest.dataset(), origin.dataset());
      return Optional.of(
          new Split(
              part(0, 0),
              origin.source(),
              plan.orderInWords(),
              plan.newShardSamples(),
              0,
              false,
              List.of()));
    }
    Split split = there.get();
    requireSame(split);
    if (!split.whole()) {
      return there;
    }
    int segments = split.view().segments();
    return plan.segments() == segments
        ? Optional.empty()
        : Optional.of(split.continuing(part(segments, split.shards().size())));
  }

  private SetManifest.View part(int from, int firstShard) {
    String fingerprint = plan.parts().of(from, plan.segments()).fingerprint();
    return new SetManifest.View(plan.name(), from, plan.segments(), fingerprint, firstShard);
  }

  private void requireSame(Split split) {
    requireSame("data set", manifest.dataset(), origin.dataset());
    requireSame("topic", split.source().topic(), origin.source().topic());
    requireSame("topic id", split.source().topicId(), origin.source().topicId());
    SetManifest.View view = split.view();
    boolean isSame =
        view.name().equals(plan.name())
            && view.segments() <= plan.segments()
            && plan.parts()
                .of(view.from(), view.segments())
                .fingerprint()
                .equals(view.fingerprint());
    if (!isSame) {
      throw new FeedRefusedException(
          "%s holds %s of %s, not %s: export into a new target; only what a named view gains is appended"
              .formatted(
                  set.url(),
                  ExportPlan.title(view.name(), view.fingerprint()),
                  origin.split(),
                  plan.title()));
    }
    requireSame("order", split.order(), plan.orderInWords());
    if (plan.shardSamples() > 0) {
      requireSame("number of samples in a shard", split.shardSamples(), plan.shardSamples());
    }
  }

  private void requireSame(String what, Object there, Object asked) {
    if (!there.equals(asked)) {
      throw new FeedRefusedException(
          "%s holds a set whose %s is '%s', not '%s'; export as before, or into a new target"
              .formatted(set.url(), what, there, asked));
    }
  }

  private void write(Split begun) throws IOException {
    View view = plan.parts().of(begun.view().from(), begun.view().segments());
    int first = begun.view().firstShard();
    long size = begun.shardSamples();
    long before = (begun.shards().size() - first) * size;
    List<Shard> shards = new ArrayList<>(begun.shards());
    boolean isWhole = false;
    while (!isWhole) {
      long from = (shards.size() - first) * size;
      long to = Math.min(view.samples(), from + size);
      shards.add(write(view, shards.size(), from, to, before));
      isWhole = to == view.samples();
      if (isWhole || (shards.size() - first) % COMMIT_SHARDS == 0) {
        manifest = set.commit(manifest.next(origin.split(), begun.with(isWhole, shards)));
      }
    }
  }

  private Shard write(View view, int number, long from, long to, long before) throws IOException {
    int[] rows = {0};
    SetStore.Digest tar =
        files.writeTar(
            output -> {
              TarWriter writer = new TarWriter(output);
              origin
                  .pairs()
                  .read(
                      view,
                      from,
                      to,
                      pair -> {
                        if (!isWithdrawn(pair)) {
                          writer.add(pair, origin.answers().apply(pair.getPairId()));
                          rows[0]++;
                          listener.written(
                              from + rows[0] - before,
                              view.samples() - before,
                              bytes + writer.bytes());
                        }
                      });
              writer.finish();
            });
    bytes += tar.bytes();
    leftOut += to - from - rows[0];
    return files.put(set, origin.split(), number, tar, rows[0], Collections.emptySortedSet());
  }

  private boolean isWithdrawn(PreparedPair pair) {
    return origin.takedowns().isAny() && origin.takedowns().holds(TakedownKind.keysOf(pair));
  }
}
