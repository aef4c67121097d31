package io.pairstream.feed.export;

import io.pairstream.feed.export.ExportFolder.Written;
import io.pairstream.feed.takedown.WithdrawnPairs;
import io.pairstream.feed.view.BlockReader;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.wire.RecordDecoder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;

/**
 * Writes a view's pairs into a folder, shard by shard, and goes on where an earlier start ended.
 *
 * <p>A shard that is in the manifest is checked against its SHA-256 and kept. It is written again
 * where it is damaged, or where pairs have been withdrawn since it was written.
 */
public final class ViewExport {

  private final ExportPlan plan;
  private final PairSequence pairs;
  private final ExportListener listener;

  ViewExport(ExportPlan plan, PairSequence pairs, ExportListener listener) {
    this.plan = plan;
    this.pairs = pairs;
    this.listener = listener;
  }

  /**
   * An export from a view's topic.
   *
   * @param split that every pair must name
   * @param consumer reads committed records alone; its assignment is changed
   * @param withdrawn what is left out
   */
  public static ViewExport of(
      ExportPlan plan,
      String split,
      Consumer<byte[], byte[]> consumer,
      WithdrawnPairs withdrawn,
      RecordDecoder<PreparedPair> records,
      ExportListener listener) {
    BlockReader blocks = new BlockReader(plan.view().topic(), consumer);
    return new ViewExport(plan, new ViewPairs(plan, split, blocks, withdrawn, records), listener);
  }

  /**
   * Writes what is missing.
   *
   * @throws ExportRefusedException where the folder is another export's or somebody else's, or a
   *     pair cannot be exported
   */
  public ExportSummary into(Path path) throws IOException {
    try (ExportFolder folder = ExportFolder.open(path)) {
      Manifest manifest = folder.manifest(plan);
      Set<Integer> checked = new HashSet<>();
      Set<Integer> written = new HashSet<>();
      String takedowns;
      // What is taken down while shards are written counts for those before too.
      do {
        takedowns = pairs.takedowns();
        for (int shard = 0; shard < plan.shards(); shard++) {
          Manifest.Shard known =
              shard < manifest.shards().size() ? manifest.shards().get(shard) : null;
          boolean isGood =
              known != null
                  && isUpToDate(known, takedowns)
                  && (checked.contains(shard) || isWhole(known, folder));
          if (!isGood) {
            manifest.put(shard, write(shard, takedowns, folder));
            folder.write(manifest);
            written.add(shard);
          }
          checked.add(shard);
          listener.done(plan.to(shard));
        }
      } while (!takedowns.equals(pairs.takedowns()));
      int kept = plan.shards() - written.size();
      return summary(manifest, kept);
    }
  }

  private boolean isUpToDate(Manifest.Shard shard, String takedowns) {
    if (!shard.takedowns().equals(takedowns)) {
      listener.notice(shard.name() + " is written again: there are other takedowns since");
      return false;
    }
    return true;
  }

  private boolean isWhole(Manifest.Shard shard, ExportFolder folder) throws IOException {
    if (!folder.holds(shard)) {
      listener.notice(shard.name() + " is written again: it is not what export.json says");
      return false;
    }
    return true;
  }

  private Manifest.Shard write(int shard, String takedowns, ExportFolder folder)
      throws IOException {
    String name = plan.format().fileName(shard);
    long from = plan.from(shard);
    long to = plan.to(shard);
    long[] samples = {0};
    Written written =
        folder.write(
            name,
            output -> {
              ShardWriter writer = plan.format().writer(output);
              pairs.read(
                  from,
                  to,
                  pair -> {
                    writer.add(pair);
                    samples[0]++;
                    listener.done(from + samples[0]);
                  });
              writer.finish();
            });
    return new Manifest.Shard(
        name, samples[0], to - from - samples[0], written.bytes(), written.sha256(), takedowns);
  }

  private static ExportSummary summary(Manifest manifest, int kept) {
    long samples = 0;
    long withdrawn = 0;
    long bytes = 0;
    for (Manifest.Shard shard : manifest.shards()) {
      samples += shard.samples();
      withdrawn += shard.withdrawn();
      bytes += shard.bytes();
    }
    return new ExportSummary(manifest.shards().size(), kept, samples, withdrawn, bytes);
  }
}
