package io.pairstream.feed.export;

import io.pairstream.feed.order.EpochOrder;
import io.pairstream.feed.source.FeedRefusedException;
import io.pairstream.feed.source.FeedSource;
import io.pairstream.feed.source.WithdrawnPairs;
import io.pairstream.feed.view.BlockReader;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.wire.RecordDecoder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;

/**
 * Writes a view's pairs into a folder, shard by shard, and continues where an earlier start ended.
 *
 * <p>A shard that is in the manifest is checked against its SHA-256 and kept. It is written again
 * where it is damaged, or where pairs have been withdrawn since it was written.
 */
public final class ViewExport {

  private final ExportPlan plan;
  private final Pairs pairs;
  private final Listener listener;

  /**
   * Hears how an export continues. Called by the exporting thread.
   *
   * @param done so many of the view's samples are dealt with: written, kept or left out
   * @param notice a sentence about a shard that is there and is written again
   */
  public record Listener(LongConsumer done, Consumer<String> notice) {}

  /**
   * Result of an export.
   *
   * @param shards number of files
   * @param kept number of files that an earlier start had finished
   * @param samples pairs in all shards
   * @param withdrawn samples of the view that are in none, because the pair has been withdrawn
   * @param bytes size of all shards
   */
  public record Summary(int shards, int kept, long samples, long withdrawn, long bytes) {}

  /** A view's pairs in an export's order. */
  interface Pairs {

    /**
     * Hands the pairs of some places to a taker, in order; those that are withdrawn are left out.
     */
    void read(long from, long to, Taker taker) throws IOException;

    /**
     * Which takedowns are honoured now: what was read while there were others may hold pairs that
     * have been withdrawn since, or lack some that may be handed out again.
     */
    String takedowns();
  }

  /** Takes one pair. */
  interface Taker {
    void take(PreparedPair pair) throws IOException;
  }

  ViewExport(ExportPlan plan, Pairs pairs, Listener listener) {
    this.plan = plan;
    this.pairs = pairs;
    this.listener = listener;
  }

  /**
   * Writes what is missing of a view's pairs into a folder as files that other loaders read.
   *
   * @param listener hears how it continues
   * @throws FeedRefusedException where records of the view have left the log, the folder is another
   *     export's or another program's, or a pair cannot be exported
   * @throws IllegalArgumentException where the view is one of another topic
   * @throws KafkaException where the broker does not answer or has no such topic
   */
  public static Summary export(FeedSource source, ExportPlan plan, Path folder, Listener listener)
      throws IOException {
    BlockReader.requireHolds(source, plan.view());
    try (BlockReader blocks = BlockReader.open(source, FeedSource.MAX_FETCH_BYTES);
        WithdrawnPairs withdrawn = new WithdrawnPairs(source)) {
      return new ViewExport(plan, new TopicPairs(plan, source, blocks, withdrawn), listener)
          .into(folder);
    }
  }

  Summary into(Path path) throws IOException {
    try (ExportFolder folder = ExportFolder.open(path)) {
      Manifest manifest = folder.manifest(plan);
      Set<Integer> checked = new HashSet<>();
      Set<Integer> written = new HashSet<>();
      String takedowns;
      // A takedown while shards are written concerns earlier shards too.
      do {
        takedowns = pairs.takedowns();
        for (int shard = 0; shard < plan.shards(); shard++) {
          if (!isGood(shard, manifest, takedowns, checked.contains(shard), folder)) {
            manifest.put(shard, write(shard, takedowns, folder));
            folder.write(manifest);
            written.add(shard);
          }
          checked.add(shard);
          listener.done().accept(plan.to(shard));
        }
      } while (!takedowns.equals(pairs.takedowns()));
      List<Manifest.Shard> shards = manifest.shards();
      return new Summary(
          shards.size(),
          plan.shards() - written.size(),
          shards.stream().mapToLong(Manifest.Shard::samples).sum(),
          shards.stream().mapToLong(Manifest.Shard::withdrawn).sum(),
          shards.stream().mapToLong(Manifest.Shard::bytes).sum());
    }
  }

  private boolean isGood(
      int number, Manifest manifest, String takedowns, boolean isChecked, ExportFolder folder)
      throws IOException {
    if (number >= manifest.shards().size()) {
      return false;
    }
    Manifest.Shard shard = manifest.shards().get(number);
    String problem =
        !shard.takedowns().equals(takedowns)
            ? "there are other takedowns since"
            : isChecked || folder.holds(shard) ? "" : "it is not what export.json says";
    if (!problem.isEmpty()) {
      listener.notice().accept(shard.name() + " is written again: " + problem);
    }
    return problem.isEmpty();
  }

  private Manifest.Shard write(int shard, String takedowns, ExportFolder folder)
      throws IOException {
    String name = plan.format().fileName(shard);
    long from = plan.from(shard);
    long to = plan.to(shard);
    long[] samples = {0};
    ExportFolder.Written written =
        folder.write(
            name,
            output -> {
              ExportFormat.Writer writer = plan.format().writer(output);
              pairs.read(
                  from,
                  to,
                  pair -> {
                    writer.add(pair);
                    samples[0]++;
                    listener.done().accept(from + samples[0]);
                  });
              writer.finish();
            });
    return new Manifest.Shard(
        name, samples[0], to - from - samples[0], written.bytes(), written.sha256(), takedowns);
  }

  /**
   * Reads the pairs from their topic window by window, with the compressed records of one window in
   * memory.
   */
  private static final class TopicPairs implements Pairs {

    private final ExportPlan plan;
    private final String split;
    private final EpochOrder order;
    private final BlockReader blocks;
    private final WithdrawnPairs withdrawn;
    private final RecordDecoder<PreparedPair> decoder;

    /** Number of the last window that was read; a shard may end within it. */
    private int window = -1;

    private List<ConsumerRecord<byte[], byte[]>> inWindow = List.of();

    TopicPairs(ExportPlan plan, FeedSource source, BlockReader blocks, WithdrawnPairs withdrawn) {
      this.plan = plan;
      this.split = source.split().name();
      this.order = new EpochOrder(plan.view().blocks(), plan.order(), 0);
      this.blocks = blocks;
      this.withdrawn = withdrawn;
      this.decoder = source.decoder();
    }

    @Override
    public void read(long from, long to, Taker taker) throws IOException {
      for (long at = from; at < to; at++) {
        EpochOrder.Place place = order.place(at);
        if (place.window() != window) {
          inWindow = order.ordered(0, place.window(), this::read);
          window = place.window();
        }
        ConsumerRecord<byte[], byte[]> record = inWindow.get(place.at());
        if (record != null && !withdrawn.contains(record.value())) {
          taker.take(pair(record));
        }
      }
    }

    private List<ConsumerRecord<byte[], byte[]>> read(EpochOrder.Piece piece) {
      return blocks.read(plan.view().blocks().get(piece.block()), piece.first(), piece.count());
    }

    @Override
    public String takedowns() {
      return withdrawn.digest();
    }

    private PreparedPair pair(ConsumerRecord<byte[], byte[]> record) {
      String where = record.topic() + "-" + record.partition() + " offset " + record.offset();
      PreparedPair pair =
          decoder
              .decode(record.value())
              .orElseThrow(() -> new FeedRefusedException(where + " cannot be read"));
      if (!pair.getSplit().equals(split)) {
        throw new FeedRefusedException(
            "%s is a pair of %s, on the topic of %s".formatted(where, pair.getSplit(), split));
      }
      return pair;
    }
  }
}
