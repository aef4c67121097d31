package io.pairstream.operations.audit;

import io.pairstream.operations.audit.Difference.Kind;
import java.io.Closeable;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The books of the splits' topics: which pairs are published, of which images, for which raw
 * records.
 *
 * <p>Kept on disk, some 100 bytes for a record: sorted by pair id, so that all records of a pair
 * meet, and its tombstones; and what is left of that by image and caption, so that all pairs of an
 * image meet.
 */
final class SplitBooks implements Closeable {

  /** Stands where a tombstone has no raw coordinates. */
  private static final long REMOVED = -2;

  private static final int RECORD_BYTES =
      2 * Digest.BYTES + 3 * Long.BYTES + Integer.BYTES + Byte.BYTES;
  private static final int SAMPLE_BYTES = 2 * Digest.BYTES + Long.BYTES + Byte.BYTES;

  private final Path folder;
  private final List<String> splits;
  private final RawOrigins origins;
  private final SortedEntries records;
  private SortedEntries samples;
  private Differences differences = new Differences();
  private final long[] live;
  private final List<EqualSample> firstEqualSamples = new ArrayList<>();
  private long equalSamples;
  private boolean settled = true;

  /**
   * A record on a split's topic.
   *
   * @param caption first bits of the cleaned caption's digest
   * @param origin raw coordinates as a number, or {@link #REMOVED}
   */
  private record Entry(
      Digest pair, Digest image, long caption, long origin, int split, int partition, long offset) {

    static Entry read(ByteBuffer from) {
      return new Entry(
          Digest.read(from),
          Digest.read(from),
          from.getLong(),
          from.getLong(),
          from.get(),
          from.getInt(),
          from.getLong());
    }

    void write(ByteBuffer to) {
      pair.write(to);
      image.write(to);
      to.putLong(caption).putLong(origin).put((byte) split).putInt(partition).putLong(offset);
    }
  }

  /**
   * @param folder where the books are kept
   * @param splits the splits' topics
   */
  SplitBooks(Path folder, List<String> splits, RawOrigins origins) {
    this.folder = folder;
    this.splits = splits;
    this.origins = origins;
    this.live = new long[splits.size()];
    this.records = new SortedEntries(folder, Digest.BYTES, RECORD_BYTES);
    this.samples = newSamples();
  }

  /**
   * A pair on a split's topic. Records of one partition come in order.
   *
   * @param image of its image, or {@link Digest#NONE}
   * @param caption the cleaned caption
   * @param origin raw coordinates as a number
   */
  void published(
      Digest pair,
      Digest image,
      String caption,
      long origin,
      int split,
      int partition,
      long offset) {
    long text = Digest.ofContent(caption).high();
    add(new Entry(pair, image, text, origin, split, partition, offset));
  }

  /** A tombstone on a split's topic: the pair's record before it counts no more. */
  void removed(Digest pair, int split, int partition, long offset) {
    add(new Entry(pair, Digest.NONE, 0, REMOVED, split, partition, offset));
  }

  private void add(Entry entry) {
    records.add(entry::write);
    settled = false;
  }

  /** Notes by which outputs the raw records left, as far as the books go. */
  void settle() {
    if (settled) {
      return;
    }
    for (int split = 0; split < splits.size(); split++) {
      live[split] = 0;
      for (RawPartition partition : origins.partitions()) {
        partition.forget(split);
      }
    }
    differences = new Differences();
    samples.close();
    samples = newSamples();
    OnePair pair = new OnePair();
    records.forEach(entry -> pair.next(Entry.read(entry)));
    pair.end();
    settled = true;
  }

  /** Pairs on a split's topic, without those that a tombstone removed. */
  long live(int split) {
    return live[split];
  }

  /** What {@link #settle} found; counts what it is given beside it. */
  Differences differences() {
    return differences;
  }

  /** Compares each image's pairs with each other: images in two splits, and equal samples. */
  void compareImages() {
    OneImage image = new OneImage();
    samples.forEach(image::next);
    image.end();
  }

  /** How many pairs have the image and the cleaned caption of another. */
  long equalSamples() {
    return equalSamples;
  }

  /** The first {@value AuditReport#MAX_EQUAL_SAMPLES} of them. */
  List<EqualSample> firstEqualSamples() {
    return List.copyOf(firstEqualSamples);
  }

  @Override
  public void close() {
    records.close();
    samples.close();
  }

  private SortedEntries newSamples() {
    return new SortedEntries(folder, Digest.BYTES + Long.BYTES, SAMPLE_BYTES);
  }

  private void twice(Entry first, Entry second) {
    differences.add(
        Kind.PAIR_TWICE,
        "pair "
            + first.pair().hex()
            + " was accepted for "
            + origins.text(first.origin())
            + " and for "
            + origins.text(second.origin()));
  }

  /** Goes through the records of one pair after the other. */
  private final class OnePair {

    private final Entry[] standing = new Entry[splits.size()];
    private Digest current = Digest.NONE;

    void next(Entry entry) {
      if (!entry.pair().equals(current)) {
        end();
        current = entry.pair();
      }
      int split = entry.split();
      Entry before = standing[split];
      if (entry.origin() == REMOVED) {
        if (before != null) {
          origins.removed(before.origin(), split);
        }
        standing[split] = null;
        return;
      }
      boolean again = !origins.left(entry.origin(), split);
      if (before != null) {
        boolean same = entry.origin() != RawOrigins.NOWHERE && entry.origin() == before.origin();
        again |= same;
        if (!same) {
          twice(before, entry);
        }
      }
      if (again) {
        differences.add(
            Kind.TWICE,
            origins.text(entry.origin())
                + " is twice on "
                + splits.get(split)
                + ", again at "
                + splits.get(split)
                + "-"
                + entry.partition()
                + "-"
                + entry.offset());
      }
      standing[split] = entry;
    }

    /** What is left standing of the pair. */
    void end() {
      Entry first = null;
      for (int split = 0; split < standing.length; split++) {
        Entry entry = standing[split];
        if (entry == null) {
          continue;
        }
        if (first == null) {
          first = entry;
        } else if (first.origin() == RawOrigins.NOWHERE || first.origin() != entry.origin()) {
          twice(first, entry);
        }
        live[split]++;
        if (!entry.image().equals(Digest.NONE)) {
          samples.add(
              to -> {
                entry.image().write(to);
                to.putLong(entry.caption());
                entry.pair().write(to);
                to.put((byte) entry.split());
              });
        }
        standing[split] = null;
      }
    }
  }

  /** Goes through the published pairs of one image after the other, equal captions together. */
  private final class OneImage {

    private final boolean[] in = new boolean[splits.size()];
    private Digest image = Digest.NONE;
    private long caption;
    private Digest firstPair = Digest.NONE;
    private Digest lastPair = Digest.NONE;

    void next(ByteBuffer sample) {
      Digest nextImage = Digest.read(sample);
      long nextCaption = sample.getLong();
      Digest nextPair = Digest.read(sample);
      boolean isNew = !nextImage.equals(image);
      if (isNew) {
        end();
      }
      if (isNew || nextCaption != caption) {
        firstPair = nextPair;
      } else if (!nextPair.equals(lastPair)) {
        equal(nextPair);
      }
      image = nextImage;
      caption = nextCaption;
      lastPair = nextPair;
      in[sample.get()] = true;
    }

    void end() {
      List<String> where =
          IntStream.range(0, in.length).filter(split -> in[split]).mapToObj(splits::get).toList();
      if (where.size() > 1) {
        differences.add(
            Kind.SPLIT_LEAK,
            "the image with digest "
                + image.hex()
                + "... is on "
                + where.stream().collect(Collectors.joining(" and ")));
      }
      Arrays.fill(in, false);
    }

    private void equal(Digest next) {
      equalSamples++;
      if (firstEqualSamples.size() < AuditReport.MAX_EQUAL_SAMPLES) {
        firstEqualSamples.add(new EqualSample(next.hex(), firstPair.hex()));
      }
    }
  }
}
