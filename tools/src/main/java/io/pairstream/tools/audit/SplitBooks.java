package io.pairstream.tools.audit;

import io.pairstream.schemas.Sha256;
import io.pairstream.service.table.Database;
import io.pairstream.tools.audit.AuditReport.EqualSample;
import io.pairstream.tools.audit.AuditReport.Kind;
import java.io.Closeable;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The books of the splits' topics: which pairs are published, of which images, for which raw
 * records.
 *
 * <p>Kept in a temporary SQLite database, some 250 bytes for a record and what sorts it, without an
 * index: each question sorts on disk.
 */
final class SplitBooks implements Closeable {

  /** Stands where a tombstone has no raw coordinates. */
  private static final long REMOVED = -2;

  private static final String SCHEMA =
      "CREATE TABLE record (pair TEXT, image TEXT, caption INTEGER, origin INTEGER, split INTEGER,"
          + " partition INTEGER, offset INTEGER)";

  /** The last record of each pair on a split's topic; of a group's columns, SQLite gives its. */
  private static final String LIVE =
      "CREATE VIEW live AS SELECT pair, image, caption, origin, split, max(rowid) FROM record"
          + " GROUP BY pair, split HAVING origin <> "
          + REMOVED;

  private static final String IN_ORDER =
      "SELECT pair, split, origin, partition, offset, lag(origin, 1, "
          + REMOVED
          + ") OVER w, lead(origin) OVER w FROM record WINDOW w AS (PARTITION BY pair, split ORDER"
          + " BY rowid)";

  private static final String LEAKS =
      "SELECT image, sum(DISTINCT 1 << split) FROM live WHERE image <> '' GROUP BY image"
          + " HAVING count(DISTINCT split) > 1";

  private static final String EQUAL =
      "SELECT DISTINCT pair, first FROM (SELECT pair, min(pair) OVER (PARTITION BY image, caption)"
          + " AS first FROM live WHERE image <> '') WHERE pair <> first";

  private final List<String> splits;
  private final Inputs inputs;
  private final Database records;
  private final long[] live;
  private final List<EqualSample> firstEqualSamples = new ArrayList<>();
  private Differences differences = new Differences();
  private long equalSamples;
  private boolean settled = true;

  /**
   * @param splits the splits' topics
   */
  SplitBooks(List<String> splits, Inputs inputs) {
    this.splits = splits;
    this.inputs = inputs;
    this.live = new long[splits.size()];
    this.records = Database.temporary();
    records.execute(SCHEMA, LIVE);
  }

  /**
   * A pair on a split's topic. Records of one partition come in order.
   *
   * @param imageDigest of its image; empty where that is none
   * @param caption the cleaned caption
   * @param origin raw coordinates as a number
   */
  void published(
      String pair,
      String imageDigest,
      String caption,
      long origin,
      int split,
      int partition,
      long offset) {
    long text = ByteBuffer.wrap(Sha256.of(caption)).getLong();
    add(pair, imageDigest, text, origin, split, partition, offset);
  }

  /** A tombstone on a split's topic: the pair's record before it counts no more. */
  void removed(String pair, int split, int partition, long offset) {
    add(pair, "", 0, REMOVED, split, partition, offset);
  }

  private void add(Object... columns) {
    records.update("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?)", columns);
    settled = false;
  }

  /** Notes by which outputs the raw records left, as far as the books go. */
  void settle() {
    if (settled) {
      return;
    }
    for (int split = 0; split < splits.size(); split++) {
      live[split] = 0;
      for (RawPartition partition : inputs.partitions()) {
        partition.forget(split);
      }
    }
    differences = new Differences();
    Settling settling = new Settling();
    records.scan(IN_ORDER, settling::next);
    settled = true;
  }

  /** Goes through the records of one pair after the other, split by split. */
  private final class Settling {

    private String pair = "";

    private long first = REMOVED;

    boolean next(ResultSet row) throws SQLException {
      String now = row.getString(1);
      int split = row.getInt(2);
      long origin = row.getLong(3);
      long before = row.getLong(6);
      long after = row.getLong(7);
      boolean isLast = row.wasNull();
      if (!now.equals(pair)) {
        pair = now;
        first = REMOVED;
      }
      if (origin == REMOVED) {
        return true;
      }
      boolean same = origin == before && origin != Inputs.NOWHERE;
      boolean isNew =
          !inputs.isInput(origin) || inputs.partition(origin).left(Inputs.offset(origin), split);
      if (!isNew || same) {
        differences.add(
            Kind.TWICE,
            "%s is twice on %s, again at %2$s-%d-%d"
                .formatted(inputs.text(origin), splits.get(split), row.getInt(4), row.getLong(5)));
      }
      if (before != REMOVED && !same) {
        twice(before, origin);
      }
      if (isLast) {
        live[split]++;
        if (first == REMOVED) {
          first = origin;
        } else if (first != origin || origin == Inputs.NOWHERE) {
          twice(first, origin);
        }
      } else if (after == REMOVED) {
        inputs.ifInput(origin, (partition, offset) -> partition.removed(offset, split));
      }
      return true;
    }

    private void twice(long one, long other) {
      differences.add(
          Kind.PAIR_TWICE,
          "pair %s was accepted for %s and for %s"
              .formatted(pair, inputs.text(one), inputs.text(other)));
    }
  }

  /** Pairs on a split's topic, without those that a tombstone removed. */
  long live(int split) {
    return live[split];
  }

  /** Differences that {@link #settle} and {@link #compareImages} found. */
  Differences differences() {
    return differences;
  }

  /** Compares each image's pairs with each other: images in two splits, and equal samples. */
  void compareImages() {
    records.scan(
        LEAKS,
        row -> {
          int in = row.getInt(2);
          differences.add(
              Kind.SPLIT_LEAK,
              "the image with digest "
                  + row.getString(1)
                  + " is on "
                  + IntStream.range(0, splits.size())
                      .filter(split -> (in & 1 << split) != 0)
                      .mapToObj(splits::get)
                      .collect(Collectors.joining(" and ")));
          return true;
        });
    records.scan(
        EQUAL,
        row -> {
          equalSamples++;
          if (firstEqualSamples.size() < AuditReport.MAX_EQUAL_SAMPLES) {
            firstEqualSamples.add(new EqualSample(row.getString(1), row.getString(2)));
          }
          return true;
        });
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
  }
}
