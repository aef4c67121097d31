package io.pairstream.feed.set;

import io.pairstream.feed.set.SetManifest.Shard;
import io.pairstream.feed.set.SetManifest.Split;
import io.pairstream.feed.set.SetStore.Digest;
import io.pairstream.feed.source.FeedRefusedException;
import io.pairstream.feed.source.Takedowns;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.Sha256;
import io.pairstream.schemas.TakedownKind;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Erases the pairs of a set that have been withdrawn since they were written.
 *
 * <p>A commit names their rows first, so that readers drop them. Each tar is then written again
 * with a hole of equal length in place of a pair, which keeps every other offset, and is read
 * through before a commit names it. What it replaces is deleted by the caller, behind that.
 *
 * @param notice hears sentences about what is erased
 */
record Erasure(SetStore set, Takedowns takedowns, ShardFiles files, Consumer<String> notice) {

  /** Columns of an index that say under which takedowns a row falls. */
  private static final Set<String> KEYS =
      Set.of("pair_id", "original_digest", "source_kind", "contributor", "producer", "url");

  /**
   * Erases what is withdrawn now, and what an earlier start left.
   *
   * @return the set as it is then
   */
  SetManifest erase(SetManifest manifest) throws IOException {
    SetManifest noted = takedowns.isAny() ? note(manifest) : manifest;
    SetManifest last = noted;
    SetManifest next = noted;
    int open = 0;
    for (Map.Entry<String, Split> split : noted.splits().entrySet()) {
      List<Shard> shards = split.getValue().shards();
      for (int number = 0; number < shards.size(); number++) {
        if (!shards.get(number).waiting().isEmpty()) {
          Shard erased = erase(split.getKey(), number, shards.get(number));
          next = next.with(split.getKey(), number, erased);
          open++;
        }
        if (open == SetExport.COMMIT_SHARDS) {
          last = set.commit(last.next(next.splits()));
          next = last;
          open = 0;
        }
      }
    }
    return open == 0 ? last : set.commit(last.next(next.splits()));
  }

  /** Commits which rows are withdrawn now, where there are more than before. */
  private SetManifest note(SetManifest manifest) throws IOException {
    SetManifest next = manifest;
    long rows = 0;
    for (Map.Entry<String, Split> split : manifest.splits().entrySet()) {
      List<Shard> shards = split.getValue().shards();
      for (int number = 0; number < shards.size(); number++) {
        SortedSet<Integer> more = withdrawn(shards.get(number));
        if (!more.isEmpty()) {
          next = next.with(split.getKey(), number, shards.get(number).withdrawing(more));
          rows += more.size();
        }
      }
    }
    if (rows == 0) {
      return manifest;
    }
    notice.accept(
        String.format(
            Locale.ROOT, "pairs of the set that have been withdrawn, and are erased: %,d", rows));
    return set.commit(manifest.next(next.splits()));
  }

  /** Rows of a shard that fall under a takedown and are not noted yet. */
  private SortedSet<Integer> withdrawn(Shard shard) throws IOException {
    SortedSet<Integer> found = new TreeSet<>();
    set.fetch(shard.index(), files.index());
    IndexFile.readAll(
        files.index(),
        KEYS::contains,
        (row, values) -> {
          if (!shard.withdrawn().contains(row) && takedowns.holds(keys(values))) {
            found.add(row);
          }
        });
    return found;
  }

  private static List<String> keys(Map<String, String> values) {
    PairMetadata metadata =
        PairMetadata.newBuilder()
            .setSourceKind(values.getOrDefault("source_kind", ""))
            .setContributor(values.getOrDefault("contributor", ""))
            .setProducer(values.getOrDefault("producer", ""))
            .setUrl(values.getOrDefault("url", ""))
            .build();
    return TakedownKind.keysOf(
        values.getOrDefault("pair_id", ""), values.getOrDefault("original_digest", ""), metadata);
  }

  private Shard erase(String split, int number, Shard shard) throws IOException {
    Path old = files.folder().resolve("old.tar");
    Digest fetched = set.fetch(shard.data(), old);
    if (!fetched.sha256().equals(shard.sha256())) {
      throw new FeedRefusedException(
          "%s/%s is not what the manifest says, so nothing in it is erased; put the right file there, whose SHA-256 is %s"
              .formatted(set.url(), shard.data(), shard.sha256()));
    }
    SortedSet<Integer> holes = shard.waiting();
    MessageDigest before = Sha256.begin();
    Digest tar =
        files.writeTar(
            output -> {
              try (FileChannel source = FileChannel.open(old)) {
                copy(source, old, holes, output, before);
              }
            });
    MessageDigest after = Sha256.begin();
    int rows =
        TarSample.readAll(
            files.tar(),
            (row, sample) -> {
              if (!holes.contains(row)) {
                note(after, row, sample);
              } else if (!sample.isErased()) {
                throw new IOException("row " + row + " is still there");
              }
            });
    boolean isSame = MessageDigest.isEqual(before.digest(), after.digest());
    if (!isSame || rows != shard.rows() || tar.bytes() != shard.bytes()) {
      throw new IllegalStateException(
          shard.data() + " has other pairs once some are erased; nothing was replaced");
    }
    return files.put(set, split, number, tar, rows, shard.withdrawn());
  }

  /** Copies a tar with holes in place of some rows, and notes what the others are. */
  private static void copy(
      FileChannel source,
      Path old,
      SortedSet<Integer> holes,
      OutputStream output,
      MessageDigest others)
      throws IOException {
    long[] end = {0};
    TarSample.readAll(
        old,
        (row, sample) -> {
          if (holes.contains(row)) {
            output.write(TarSample.hole(row, sample, IndexRow.kept(sample)));
          } else {
            note(others, row, sample);
            copy(source, sample.begin(), sample.end(), output);
          }
          end[0] = sample.end();
        });
    copy(source, end[0], source.size(), output);
  }

  private static void copy(FileChannel source, long from, long to, OutputStream output)
      throws IOException {
    long done = from;
    while (done < to) {
      done += source.transferTo(done, to - done, Channels.newChannel(output));
    }
  }

  private static void note(MessageDigest digest, int row, TarSample sample) {
    String text = "%d %d %d %s\n".formatted(row, sample.begin(), sample.end(), sample.members());
    digest.update(text.getBytes(StandardCharsets.UTF_8));
  }
}
