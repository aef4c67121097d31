package io.pairstream.feed.set;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.pairstream.feed.source.FeedRefusedException;
import io.pairstream.feed.view.ViewFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A commit of a set: the whole of it as of then. As JSON it has these fields, in this order, their
 * names in snake case.
 *
 * @param set random id of the set, made at its first commit and never changed
 * @param number of the commit, from 1
 * @param dataset whose pairs they are
 * @param splits by name in lower case: {@code training}
 */
record SetManifest(
    int format, String set, long number, String dataset, SortedMap<String, Split> splits) {

  private static final int FORMAT = 1;

  /**
   * A split's shards, by number.
   *
   * @param view what was exported last
   * @param order of the pairs in it, in words
   * @param shardSamples places of a view that make a shard
   * @param samples rows that are not withdrawn
   * @param whole whether all pairs of the view are in
   */
  record Split(
      View view,
      Source source,
      String order,
      int shardSamples,
      long samples,
      boolean whole,
      List<Shard> shards) {

    Split {
      shards = List.copyOf(shards);
    }

    /** The split with other shards. */
    Split with(boolean isWhole, List<Shard> all) {
      long left = all.stream().mapToLong(one -> one.rows() - one.withdrawn().size()).sum();
      return new Split(view, source, order, shardSamples, left, isWhole, all);
    }

    /** The split with the part of a view that is appended to it. */
    Split continuing(View part) {
      return new Split(part, source, order, shardSamples, samples, false, shards);
    }
  }

  /**
   * Part of a view that one export appends.
   *
   * @param name of the view; empty for a view of a file
   * @param from first segment of the part
   * @param segments number of the segments up to the part's end; 0 for a view of a file
   * @param fingerprint of the part
   * @param firstShard number of the shard with which the part begins
   */
  record View(String name, int from, int segments, String fingerprint, int firstShard) {}

  /** Where the rows were read. */
  record Source(String topic, String topicId) {}

  /**
   * A tar and its index.
   *
   * @param data key of the tar
   * @param bytes size of the tar
   * @param sha256 digest of the tar, lower-case hex
   * @param index key of the index
   * @param rows pairs in it, erased ones too
   * @param withdrawn rows that readers leave out
   * @param erased those of them whose bytes are gone
   */
  record Shard(
      String data,
      long bytes,
      String sha256,
      String index,
      long indexBytes,
      String indexSha256,
      int rows,
      SortedSet<Integer> withdrawn,
      SortedSet<Integer> erased) {

    Shard {
      withdrawn = Collections.unmodifiableSortedSet(new TreeSet<>(withdrawn));
      erased = Collections.unmodifiableSortedSet(new TreeSet<>(erased));
    }

    /** The shard with more rows withdrawn. */
    Shard withdrawing(SortedSet<Integer> more) {
      SortedSet<Integer> all = new TreeSet<>(withdrawn);
      all.addAll(more);
      return new Shard(data, bytes, sha256, index, indexBytes, indexSha256, rows, all, erased);
    }

    /** Rows that are withdrawn and not erased yet. */
    SortedSet<Integer> waiting() {
      SortedSet<Integer> waiting = new TreeSet<>(withdrawn);
      waiting.removeAll(erased);
      return waiting;
    }
  }

  /** An empty set, before its first commit. */
  static SetManifest empty(String set, String dataset) {
    return new SetManifest(FORMAT, set, 0, dataset, new TreeMap<>());
  }

  Optional<Split> split(String name) {
    return Optional.ofNullable(splits.get(name));
  }

  /** All shards of all splits. */
  Stream<Shard> shards() {
    return splits.values().stream().flatMap(split -> split.shards().stream());
  }

  /** Keys of all tars and indices. */
  Stream<String> objects() {
    return shards().flatMap(shard -> Stream.of(shard.data(), shard.index()));
  }

  /** The next commit, with these splits. */
  SetManifest next(SortedMap<String, Split> all) {
    return new SetManifest(format, set, number + 1, dataset, all);
  }

  /** The next commit, with one split changed. */
  SetManifest next(String name, Split split) {
    return next(with(name, split).splits());
  }

  /** The set with one shard changed, not committed. */
  SetManifest with(String split, int number, Shard shard) {
    Split there = splits.get(split);
    List<Shard> shards = new ArrayList<>(there.shards());
    shards.set(number, shard);
    return with(split, there.with(there.whole(), shards));
  }

  private SetManifest with(String name, Split split) {
    SortedMap<String, Split> all = new TreeMap<>(splits);
    all.put(name, split);
    return new SetManifest(format, set, number, dataset, all);
  }

  /** Key of the commit of a number. */
  static String key(long number) {
    return String.format(Locale.ROOT, "manifests/%012d.json", number);
  }

  byte[] toJson() {
    return (ViewFile.JSON.valueToTree(this).toString() + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @param where the object, for messages
   * @throws FeedRefusedException where it is something else, or of a later format
   */
  static SetManifest parse(byte[] json, String where) throws IOException {
    try {
      SetManifest read = ViewFile.JSON.readValue(json, SetManifest.class);
      if (read.format != FORMAT || read.splits == null) {
        throw new FeedRefusedException(
            "%s is a manifest of the format %d; this version reads %d: use a later one"
                .formatted(where, read.format, FORMAT));
      }
      return read;
    } catch (JsonProcessingException e) {
      throw new FeedRefusedException(where + " is no manifest: " + e.getOriginalMessage());
    }
  }
}
