package io.pairstream.tools.audit;

import io.pairstream.cleaning.image.NearCopies;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.tools.audit.AuditReport.Kind;
import io.pairstream.tools.audit.AuditReport.LinkReport;
import io.pairstream.tools.audit.AuditReport.NearCopyReport;
import io.pairstream.tools.pictures.PictureIndex;
import java.io.Closeable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;

/**
 * The books of one audit: which raw coordinates there are, and what each output record says of
 * them.
 *
 * <p>Outputs are numbered: the splits' topics first, quarantine last. The records of one partition
 * must come in order; partitions may come in any.
 */
final class Ledger implements Closeable {

  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{32}");
  private static final int DIGEST_CHARS = 32;

  private final List<String> outputs;
  private final int quarantineOutput;
  private final Inputs raw;
  private final SplitBooks splits;
  private final PictureIndex pictures;
  private final Differences differences;

  private long quarantined;
  private boolean unreadable;

  /**
   * @param splits the splits' topics
   */
  Ledger(List<RawPartition> raw, List<String> splits, String quarantine, Differences differences) {
    this.differences = differences;
    this.outputs = new ArrayList<>(splits);
    this.outputs.add(quarantine);
    this.quarantineOutput = splits.size();
    this.raw = new Inputs("raw record", outputs, raw, differences);
    this.splits = new SplitBooks(splits, this.raw);
    this.pictures = new PictureIndex();
  }

  /** A record on the repartition topic, which is on its way. */
  void inFlight(Origin origin, String site) {
    raw.ifInput(raw.of(origin, site), RawPartition::inFlight);
  }

  /** A record of the store in which pairs wait whose picture is being looked up. */
  void waits(Origin origin, String site, boolean still) {
    raw.ifInput(raw.of(origin, site), (partition, offset) -> partition.waits(offset, still));
  }

  /** Notes that all waiting records are read, and the outputs are read next. */
  void beforeOutputs() {
    raw.partitions().forEach(RawPartition::beforeOutputs);
  }

  /** A record on a split's topic. */
  void published(
      int output, String split, int partition, long offset, String key, PreparedPair pair) {
    String site = outputs.get(output) + "-" + partition + "-" + offset;
    if (!split.equals(pair.getSplit())) {
      misplaced(site, "says split '" + pair.getSplit() + "' but is on " + outputs.get(output));
    }
    long origin = raw.place(pair.getOrigin(), site);
    if (!key.equals(pair.getPairId())) {
      misplaced(site, "has key '" + key + "' but pair id '" + pair.getPairId() + "'");
    }
    boolean known =
        DIGEST.matcher(key).lookingAt() && DIGEST.matcher(pair.getImageDigest()).lookingAt();
    if (!known) {
      misplaced(site, "has no digests for pair id and image");
    }
    String image = known ? pair.getImageDigest().substring(0, DIGEST_CHARS) : "";
    splits.published(key, image, pair.getCaption(), origin, output, partition, offset);
    pictures.put(
        key + output,
        PictureIndex.SPLITS.get(output),
        pair.getImageDigest(),
        pair.getPerceptualHash(),
        pair.getMirroredHash(),
        pair.getPictureGroup());
  }

  /** A tombstone on a split's topic: the key's record before it counts no more. */
  void removed(int output, int partition, long offset, String key) {
    splits.removed(key, output, partition, offset);
    pictures.remove(key + output);
  }

  /** A record in quarantine. */
  void quarantined(String site, String key, QuarantinedPair pair) {
    quarantined++;
    if (pair.getReason().isEmpty()) {
      misplaced(site, "is in quarantine without a reason");
    }
    String expected =
        pair.getPairId().isEmpty() ? OriginHeader.text(pair.getOrigin()) : pair.getPairId();
    if (!key.equals(expected)) {
      misplaced(site, "has key '" + key + "' where '" + expected + "' belongs");
    }
    raw.left(raw.place(pair.getOrigin(), site), quarantineOutput, site);
  }

  /** An output that cannot be read, so its raw record is unknown. */
  void unreadable(String site, String why) {
    differences.add(Kind.UNREADABLE, site + " cannot be read: " + why);
  }

  void misplaced(String site, String what) {
    differences.add(Kind.MISPLACED, site + " " + what);
  }

  /** A record that names no input, as long as its schema is unknown: nothing is missing then. */
  void unreadable(String site, int schemaId) {
    unreadable = true;
    differences.add(Kind.UNREADABLE, site + " cannot be read: schema " + schemaId + " is unknown");
  }

  boolean isPartlyUnreadable() {
    return unreadable;
  }

  /** The raw record of a pair that was withdrawn. */
  void withdrawn(Origin origin) {
    if (raw.hold(new TopicPartition(origin.getTopic(), origin.getPartition()))) {
      raw.ifInput(raw.of(origin, "the receipt of a withdrawn pair"), RawPartition::withdrawn);
    }
  }

  /** Notes what the records on the splits' topics amount to, before anything missing is named. */
  void settle() {
    splits.settle();
  }

  /** Whether a record is known that left by no output, by two, or left and still waits. */
  boolean isUnsettled() {
    return anyMissing() || raw.anyInTwoPlaces();
  }

  /** Whether a record is known that left by no output. */
  boolean anyMissing() {
    return !unreadable && raw.anyMissing();
  }

  /**
   * Closes the books.
   *
   * @param ends where the raw partitions end, asked for after all outputs were read
   * @param otherRecipes published records of other recipes
   * @param links the closed books of the links
   * @param how which pictures are near copies
   */
  AuditReport close(
      Map<TopicPartition, Long> ends, long otherRecipes, LinkReport links, NearCopies how) {
    raw.nameBeyond(ends);
    raw.close(!unreadable);
    splits.compareImages();
    NearCopyReport nearCopies = comparePictures(how);

    Map<String, Long> counts = new LinkedHashMap<>();
    for (int output = 0; output < quarantineOutput; output++) {
      counts.put(outputs.get(output), splits.live(output));
    }
    counts.put(outputs.get(quarantineOutput), quarantined);
    return new AuditReport(
        raw.sum(RawPartition::inputs),
        counts,
        raw.sum(RawPartition::onTheWay),
        raw.sum(RawPartition::undecided),
        raw.sum(RawPartition::gone),
        raw.expired(),
        differences.count() + splits.differences().count(),
        Stream.of(differences.details(), splits.differences().details())
            .flatMap(List::stream)
            .limit(AuditReport.MAX_DETAILS)
            .toList(),
        splits.equalSamples(),
        splits.firstEqualSamples(),
        otherRecipes,
        nearCopies,
        links);
  }

  private NearCopyReport comparePictures(NearCopies how) {
    pictures.groupsInTwoSplits(
        (first, in) ->
            differences.add(
                Kind.SPLIT_LEAK,
                "the near copies of the image with digest %s are in %s"
                    .formatted(
                        first, in.stream().map(this::topic).collect(Collectors.joining(" and ")))));
    List<String> examples = new ArrayList<>();
    AtomicLong count = new AtomicLong();
    pictures.inTwoSplits(
        how,
        near -> {
          String sentence =
              "the image with digest %s on %s is nearly %s on %s: %d of 64 bits differ"
                  .formatted(
                      near.picture().imageDigest(),
                      topic(near.picture().split()),
                      near.copy().imageDigest(),
                      topic(near.copy().split()),
                      near.distanceBits());
          if (count.incrementAndGet() <= AuditReport.MAX_NEAR_COPIES) {
            examples.add(sentence);
          }
          if (near.picture().lookedUp() && near.copy().lookedUp()) {
            differences.add(Kind.SPLIT_LEAK, sentence);
          }
        });
    return new NearCopyReport(count.get(), examples);
  }

  private String topic(PairStatus split) {
    return outputs.get(PictureIndex.SPLITS.indexOf(split));
  }

  @Override
  public void close() {
    splits.close();
    pictures.close();
  }
}
