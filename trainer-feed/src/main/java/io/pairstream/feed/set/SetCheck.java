package io.pairstream.feed.set;

import io.pairstream.feed.set.SetManifest.Shard;
import io.pairstream.feed.set.SetManifest.Split;
import io.pairstream.feed.set.SetStore.Digest;
import io.pairstream.feed.source.FeedRefusedException;
import io.pairstream.schemas.Hint;
import io.pairstream.schemas.Sha256;
import io.pairstream.storage.NoSuchObjectException;
import io.pairstream.storage.ObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.kafka.common.utils.Utils;

/**
 * Proves a set by its objects alone: that all of its last commit is there unchanged, each index is
 * what its tar says, erased rows have no bytes left, and nothing else lies with it.
 */
public final class SetCheck {

  private final SetStore set;
  private final SetManifest manifest;
  private final ShardFiles files;
  private final List<String> problems = new ArrayList<>();

  /** Hears how far a check is. Called by the checking thread. */
  public interface Listener {

    /**
     * Reports a shard that is checked.
     *
     * @param shards checked until now
     * @param of all shards
     * @param bytes of the tars that were read
     */
    void checked(long shards, long of, long bytes);
  }

  /**
   * Result of a check.
   *
   * @param set id of the set
   * @param manifest number of its last commit
   * @param manifestsGone commits before the last whose manifests are not there, which only runs
   *     miss that began with them
   * @param samples rows that are not withdrawn
   * @param withdrawn rows that readers leave out
   * @param waiting those of them whose bytes are not erased yet: the next export does that
   * @param bytes size of all tars
   * @param problems sentences about what is wrong; none where nothing is
   */
  public record Report(
      String set,
      long manifest,
      long manifestsGone,
      int shards,
      long samples,
      long withdrawn,
      long waiting,
      long bytes,
      List<String> problems) {}

  private SetCheck(SetStore set, SetManifest manifest, Path folder) {
    this.set = set;
    this.manifest = manifest;
    this.files = new ShardFiles(folder);
  }

  /**
   * Reads all of a set.
   *
   * @throws FeedRefusedException where there is none, or its last manifest cannot be read
   */
  public static Report of(ObjectStore target, Listener listener) throws IOException {
    SetStore set = new SetStore(target);
    SetManifest newest =
        set.newest()
            .orElseThrow(
                () ->
                    new FeedRefusedException(
                        "there is no set at %s, as it has no manifests/…; copy them if it is a copy, or name the folder above; %s makes a set"
                            .formatted(set.url(), Hint.of("export VIEW --to " + set.url()))));
    Path folder = Files.createTempDirectory("pairstream-check");
    try {
      return new SetCheck(set, newest, folder).run(listener);
    } finally {
      Utils.delete(folder.toFile());
    }
  }

  private Report run(Listener listener) throws IOException {
    long all = manifest.shards().count();
    long done = 0;
    long bytes = 0;
    for (Split split : manifest.splits().values()) {
      for (Shard shard : split.shards()) {
        check(shard);
        bytes += shard.bytes();
        done++;
        listener.checked(done, all, bytes);
      }
    }
    set.strangers(manifest)
        .forEach(
            key ->
                problems.add(
                    key + " belongs to no commit; delete it, unless an export writes here now"));
    return new Report(
        manifest.set(),
        manifest.number(),
        manifest.number() - set.commits(),
        Math.toIntExact(all),
        manifest.splits().values().stream().mapToLong(Split::samples).sum(),
        manifest.shards().mapToLong(shard -> shard.withdrawn().size()).sum(),
        manifest.shards().mapToLong(shard -> shard.waiting().size()).sum(),
        bytes,
        List.copyOf(problems));
  }

  private void check(Shard shard) throws IOException {
    Path index = files.folder().resolve("there.parquet");
    boolean isTarSame =
        isSame(shard.data(), files.tar(), new Digest(shard.bytes(), shard.sha256()));
    if (!isSame(shard.index(), index, new Digest(shard.indexBytes(), shard.indexSha256()))
        || !isTarSame) {
      return;
    }
    try {
      SortedSet<Integer> erased = new TreeSet<>();
      int rows =
          TarSample.readAll(
              files.tar(),
              (row, sample) -> {
                if (sample.isErased()) {
                  erased.add(row);
                  requireNoTrace(sample);
                }
              });
      if (rows != shard.rows() || !erased.equals(shard.erased())) {
        problems.add(
            "%s has %d rows, erased %s; the manifest says %d, erased %s"
                .formatted(shard.data(), rows, erased, shard.rows(), shard.erased()));
      }
      Digest own = files.writeIndex(shard.data());
      if (!own.sha256().equals(shard.indexSha256())
          && !MessageDigest.isEqual(rows(files.index()), rows(index))) {
        problems.add(
            "%s is not the index of %s: its rows say otherwise"
                .formatted(shard.index(), shard.data()));
      }
    } catch (IOException e) {
      problems.add(shard.data() + ": " + e.getMessage());
    }
  }

  private static void requireNoTrace(TarSample sample) throws IOException {
    Set<String> more = new TreeSet<>();
    sample.fields().fieldNames().forEachRemaining(more::add);
    more.removeAll(IndexRow.KEPT);
    if (!more.isEmpty()) {
      throw new IOException("the member %s still says %s".formatted(sample.key(), more));
    }
  }

  /** Digest of an index's values, however they are compressed. */
  private static byte[] rows(Path index) throws IOException {
    MessageDigest digest = Sha256.begin();
    IndexFile.readAll(
        index,
        column -> true,
        (row, values) -> digest.update((values + "\n").getBytes(StandardCharsets.UTF_8)));
    return digest.digest();
  }

  private boolean isSame(String key, Path file, Digest expected) throws IOException {
    try {
      Digest there = set.fetch(key, file);
      if (!there.equals(expected)) {
        problems.add(
            "%s is damaged: it has %,d bytes with the SHA-256 %s, not %,d with %s"
                .formatted(
                    key, there.bytes(), there.sha256(), expected.bytes(), expected.sha256()));
      }
      return there.equals(expected);
    } catch (NoSuchObjectException e) {
      problems.add(key + " is missing: it was deleted, or the set was copied in part");
      return false;
    }
  }
}
