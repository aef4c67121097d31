package io.pairstream.tools.pictures;

import io.pairstream.cleaning.image.HammingIndex;
import io.pairstream.cleaning.image.NearCopies;
import io.pairstream.schemas.IndexedPair;
import io.pairstream.schemas.PairStatus;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.service.table.Database;
import java.io.Closeable;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The pictures of published pairs, in a temporary SQLite database: some 150 bytes for a record, and
 * as many for a picture. All is put in before anything is asked.
 */
public final class PictureIndex implements Closeable {

  /** The splits, by their numbers here; later ones are held out from earlier ones. */
  public static final List<PairStatus> SPLITS =
      List.of(PairStatus.TRAINING, PairStatus.VALIDATION, PairStatus.TEST);

  private static final Pattern HASH = Pattern.compile("[0-9a-f]{16}");

  private static final String SEEN =
      "CREATE TABLE seen (pair TEXT, split INTEGER, image TEXT, hash INTEGER, mirrored INTEGER,"
          + " first TEXT)";

  /**
   * The last record of each pair: SQLite takes the other columns from the row that has max(rowid).
   */
  private static final String LIVE =
      "CREATE VIEW live AS SELECT pair, split, image, hash, mirrored, first, max(rowid) FROM seen"
          + " GROUP BY pair HAVING image <> ''";

  private static final String PICTURE =
      "CREATE TABLE picture AS SELECT image, split, max(hash) AS hash, max(mirrored) AS mirrored,"
          + " min(first) <> '' AS looked FROM live GROUP BY image, split";

  private static final String HELD_OUT =
      "CREATE INDEX held_out ON picture (hash, split) WHERE split > 0";

  private static final String HELD_OUT_MIRRORED =
      "CREATE INDEX held_out_mirrored ON picture (mirrored, split) WHERE split > 0";

  private static final String NEAREST =
      "SELECT image, split, hash, mirrored, looked FROM picture WHERE split > 0 AND %s = ? AND"
          + " split > ? AND image <> ? ORDER BY looked DESC LIMIT 1";

  /** Groups of near copies whose pictures are in several splits, of which each is one bit. */
  private static final String GROUPS =
      "SELECT first, sum(DISTINCT 1 << split) FROM (SELECT iif(first = '', image, first) AS first,"
          + " image, split FROM live) GROUP BY first HAVING count(DISTINCT split) > 1 AND"
          + " count(DISTINCT image) > 1";

  private final Database records;
  private boolean settled;

  /** An index without pictures. */
  public PictureIndex() {
    records = Database.temporary();
    records.execute(SEEN, LIVE);
  }

  /**
   * A picture.
   *
   * @param imageDigest of it
   * @param hash its perceptual hash
   * @param mirrored the hash that it has when it is mirrored; empty where unknown
   * @param lookedUp whether all its pairs were published after it was looked up among all others
   */
  public record Picture(
      String imageDigest, PairStatus split, long hash, Optional<Long> mirrored, boolean lookedUp) {

    private static Picture read(ResultSet row) throws SQLException {
      long mirrored = row.getLong("mirrored");
      boolean isUnknown = row.wasNull();
      return new Picture(
          row.getString("image"),
          SPLITS.get(row.getInt("split")),
          row.getLong("hash"),
          isUnknown ? Optional.empty() : Optional.of(mirrored),
          row.getBoolean("looked"));
    }

    /**
     * In how many bits it differs from another one, whichever of the two is mirrored: as the
     * look-up compares them.
     */
    int distanceTo(Picture other, NearCopies how) {
      int upright = Long.bitCount(hash ^ other.hash);
      return how.mirrored()
          ? Math.min(upright, Math.min(mirroredDistance(other), other.mirroredDistance(this)))
          : upright;
    }

    private int mirroredDistance(Picture other) {
      return mirrored.map(hash -> Long.bitCount(hash ^ other.hash)).orElse(Long.SIZE);
    }
  }

  /**
   * A picture that is nearly another one.
   *
   * @param distanceBits in how many of 64 bits their hashes differ
   */
  public record NearCopy(Picture picture, Picture copy, int distanceBits) {}

  /** A published pair whose picture is nearly another one; its hash differs in so many bits. */
  public record NearPair(String pairId, String imageDigest, PairStatus split, int distanceBits) {}

  /**
   * Takes a record of the index.
   *
   * @param pair null where it is published no more
   */
  void enter(String pairId, IndexedPair pair) {
    remove(pairId);
    if (pair != null) {
      String hash = pair.getPerceptualHash();
      String mirrored = pair.getMirroredHash();
      String image = pair.getImageDigest();
      SPLITS.stream()
          .filter(split -> split.name().equals(pair.getSplit()))
          .forEach(split -> put(pairId, split, image, hash, mirrored, pair.getPictureGroup()));
    }
  }

  /**
   * A published pair.
   *
   * @param key replaces what was put under the same
   * @param group image digest of the first picture of its near copies; empty where it was not
   *     looked up
   */
  public void put(
      String key,
      PairStatus split,
      String imageDigest,
      String hash,
      String mirrored,
      String group) {
    add(
        key,
        SPLITS.indexOf(split),
        imageDigest,
        number(hash).orElse(null),
        number(mirrored).orElse(null),
        group);
  }

  /** A pair that is published no more. */
  public void remove(String key) {
    add(key, 0, "", null, null, "");
  }

  /** A hash as a number; empty where it is none. */
  static Optional<Long> number(String hash) {
    return HASH.matcher(hash).matches()
        ? Optional.of(HexFormat.fromHexDigitsToLong(hash))
        : Optional.empty();
  }

  private void add(Object... columns) {
    if (settled) {
      throw new IllegalStateException("pictures are put in before anything is asked");
    }
    records.update("INSERT INTO seen VALUES (?, ?, ?, ?, ?, ?)", columns);
  }

  private void settle() {
    if (!settled) {
      records.execute(PICTURE, HELD_OUT, HELD_OUT_MIRRORED);
      settled = true;
    }
  }

  private void scan(String sql, Consumer<Picture> each) {
    records.scan(
        sql,
        row -> {
          each.accept(Picture.read(row));
          return true;
        });
  }

  /**
   * For each picture of an earlier split that nearly copies one of a later split, tells the nearest
   * such copy, those that were looked up first; once for a picture, however many it copies. Takes
   * 100 bytes of memory for each picture of validation and test, where 4 bits may differ.
   */
  public void inTwoSplits(NearCopies how, Consumer<NearCopy> each) {
    settle();
    HammingIndex heldOut = new HammingIndex(how.maxDistanceBits());
    scan(
        "SELECT * FROM picture WHERE split > 0 AND hash IS NOT NULL",
        picture -> {
          heldOut.add(picture.hash());
          mirrored(picture, how).forEach(heldOut::add);
        });
    scan(
        "SELECT * FROM picture WHERE hash IS NOT NULL",
        picture ->
            Stream.concat(
                    LongStream.concat(
                            heldOut.within(picture.hash()),
                            mirrored(picture, how).flatMap(heldOut::within))
                        .mapToObj(hash -> nearest(picture, "hash", hash, how)),
                    how.mirrored()
                        ? heldOut
                            .within(picture.hash())
                            .mapToObj(hash -> nearest(picture, "mirrored", hash, how))
                        : Stream.<Optional<NearCopy>>empty())
                .flatMap(Optional::stream)
                .min(
                    Comparator.comparing((NearCopy near) -> !near.copy().lookedUp())
                        .thenComparing(NearCopy::distanceBits))
                .ifPresent(each));
  }

  private static LongStream mirrored(Picture picture, NearCopies how) {
    return picture.mirrored().filter(any -> how.mirrored()).stream().mapToLong(Long::longValue);
  }

  private Optional<NearCopy> nearest(Picture picture, String column, long hash, NearCopies how) {
    int split = SPLITS.indexOf(picture.split());
    return records
        .first(NEAREST.formatted(column), Picture::read, hash, split, picture.imageDigest())
        .flatMap(copy -> near(picture, copy, how));
  }

  private static Optional<NearCopy> near(Picture picture, Picture copy, NearCopies how) {
    int bits = picture.distanceTo(copy, how);
    return bits <= how.maxDistanceBits()
        ? Optional.of(new NearCopy(picture, copy, bits))
        : Optional.empty();
  }

  /**
   * The published pairs of pictures that are nearly an image, found by reading the index. Mirrored
   * ones too, where the image is published by a version that kept its mirrored hash.
   *
   * @return the nearest first; empty where the index has no hash of the image
   */
  public static Optional<List<NearPair>> nearTo(
      ClusterAccess cluster, String imageDigest, NearCopies how) {
    AtomicReference<IndexedPair> own = new AtomicReference<>();
    try (CommittedLog log = CommittedLog.openForSmallRecords(cluster);
        PictureIndex pictures = new PictureIndex()) {
      log.readAll(
          cluster.topics().index(),
          (pairId, entry) -> {
            pictures.enter(pairId, entry.orElse(null));
            entry.filter(pair -> pair.getImageDigest().equals(imageDigest)).ifPresent(own::set);
          });
      return Optional.ofNullable(own.get())
          .flatMap(PictureIndex::picture)
          .map(picture -> pictures.nearTo(picture, how));
    }
  }

  private static Optional<Picture> picture(IndexedPair entry) {
    Optional<Long> mirrored = number(entry.getMirroredHash());
    return number(entry.getPerceptualHash())
        .map(hash -> new Picture(entry.getImageDigest(), SPLITS.get(0), hash, mirrored, false));
  }

  /** The pairs of other pictures that are nearly this one, the nearest first. */
  public List<NearPair> nearTo(Picture picture, NearCopies how) {
    settle();
    List<NearPair> near = new ArrayList<>();
    records.scan(
        "SELECT pair, image, split, hash, mirrored, first <> '' AS looked FROM live"
            + " WHERE hash IS NOT NULL AND image <> ?",
        row -> {
          String pairId = row.getString(1);
          Picture copy = Picture.read(row);
          near(picture, copy, how)
              .ifPresent(
                  found ->
                      near.add(
                          new NearPair(
                              pairId, copy.imageDigest(), copy.split(), found.distanceBits())));
          return true;
        },
        picture.imageDigest());
    near.sort(Comparator.comparing(NearPair::distanceBits).thenComparing(NearPair::pairId));
    return near;
  }

  /** Tells of each group of near copies that is in several splits: its first picture, and which. */
  public void groupsInTwoSplits(BiConsumer<String, List<PairStatus>> each) {
    settle();
    records.scan(
        GROUPS,
        row -> {
          int in = row.getInt(2);
          each.accept(
              row.getString(1),
              SPLITS.stream().filter(split -> (in & (1 << SPLITS.indexOf(split))) != 0).toList());
          return true;
        });
  }

  @Override
  public void close() {
    records.close();
  }
}
