package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.image.HammingIndex;
import io.pairstream.cleaning.image.NearCopies;
import io.pairstream.cleaning.image.NearCopies.Policy;
import io.pairstream.cleaning.plan.SplitByImage.Split;
import io.pairstream.schemas.Finding;
import io.pairstream.schemas.Fingerprint;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.Topic;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Finds what a picture nearly copies of those that were kept before, mirrored or not, and keeps it
 * for later ones.
 *
 * <p>The store has the first picture of each hash in each split, under 8 bytes of hash and one for
 * the split: its image digest, of 32 bytes, and as many for its group's first picture where that is
 * another one. The hash that the picture has when it is mirrored leads to it likewise, under a key
 * with one more byte. Hashes are in memory too. However often a picture comes, it is there once.
 *
 * <p>Which of two pictures came first makes no difference: they are near where their hashes are, or
 * either's hash and the other's mirrored one. (The mirrored hash is no mirror of the hash: the
 * median moves.)
 *
 * <p>Where the largest of a group is published, the store has that one too, under the image digest
 * of the group's first picture: 32 bytes of image digest, 8 for its pixels and 8 for its hash. What
 * was kept without that is never superseded.
 *
 * <p>Where all near copies are kept, the store has the number of a group's pictures, from the
 * second on, under the image digest of the first and two more bytes.
 *
 * <p>A picture that has left its split is there once more, under its image digest and one more
 * byte. Later ones are no copies of it, but belong to its group, and take its place.
 */
final class LookUp extends ContextualProcessor<String, byte[], String, Finding> {

  private static final HexFormat HEX = HexFormat.of();
  private static final int DIGEST_BYTES = 32;
  private static final int UPRIGHT_KEY_BYTES = Long.BYTES + 1;
  private static final int MIRRORED_KEY_BYTES = UPRIGHT_KEY_BYTES + 1;
  private static final int GONE_KEY_BYTES = DIGEST_BYTES + 1;
  private static final int COUNT_KEY_BYTES = DIGEST_BYTES + 2;
  private static final byte[] GONE = {1};

  /** Splits in the order of their numbers in the store's keys: must not change. */
  private static final List<Split> ORDER = List.of(Split.TRAINING, Split.VALIDATION, Split.TEST);

  private final Topic<Fingerprint> fingerprints;
  private final NearCopies nearCopies;
  private final boolean splitsByImage;
  private KeyValueStore<byte[], byte[]> pictures;
  private HammingIndex hashes;

  /** Image digests of the pictures that have left their splits. */
  private final Set<String> gone = new HashSet<>();

  /**
   * @param splitsByImage whether a picture may be in another split than its own, that of its group
   */
  LookUp(Topic<Fingerprint> fingerprints, NearCopies nearCopies, boolean splitsByImage) {
    this.fingerprints = fingerprints;
    this.nearCopies = nearCopies;
    this.splitsByImage = splitsByImage;
  }

  private record Near(
      String digest, String group, Split split, int distanceBits, boolean mirrored) {}

  @Override
  public void init(ProcessorContext<String, Finding> context) {
    super.init(context);
    pictures = context.getStateStore(TopicCatalogue.PICTURES_STORE);
    hashes = new HammingIndex(nearCopies.maxDistanceBits());
    gone.clear();
    try (KeyValueIterator<byte[], byte[]> all = pictures.all()) {
      while (all.hasNext()) {
        byte[] key = all.next().key;
        if (key.length == GONE_KEY_BYTES) {
          gone.add(HEX.formatHex(key, 0, DIGEST_BYTES));
        } else if (isOfHash(key) && (!isOfMirrored(key) || nearCopies.mirrored())) {
          hashes.add(ByteBuffer.wrap(key).getLong());
        }
      }
    }
  }

  @Override
  public void process(Record<String, byte[]> record) {
    TopicNodes.decoded(fingerprints, record.value(), "a fingerprint")
        .ifPresent(
            fingerprint -> {
              if (fingerprint.getGone()) {
                leave(record.key());
                return;
              }
              Finding finding = find(record.key(), fingerprint);
              context()
                  .forward(
                      finding.getSupersededBy().isEmpty()
                          ? record.withValue(finding)
                          : record.withKey(published(finding)).withValue(finding));
            });
  }

  private Finding find(String digest, Fingerprint fingerprint) {
    List<Near> near = near(fingerprint);
    Optional<Near> itself = near.stream().filter(one -> one.digest().equals(digest)).findFirst();
    Finding finding = Finding.newBuilder().build();
    if (itself.isPresent() && !gone.contains(digest)) {
      return again(digest, fingerprint, itself.get(), finding);
    }
    List<Near> left = near.stream().filter(one -> gone.contains(one.digest())).toList();
    near.removeAll(left);
    near.stream().findFirst().ifPresent(nearest -> name(finding, nearest));
    if (near.isEmpty()) {
      takePlace(digest, fingerprint, left, finding);
    } else if (nearCopies.policy() == Policy.KEEP_FIRST) {
      finding.setReason(RejectReason.NEAR_COPY.name());
    } else if (near.stream().map(Near::split).distinct().count() > 1) {
      finding.setReason(RejectReason.BRIDGES_SPLITS.name());
    } else if (nearCopies.policy() == Policy.KEEP_BEST) {
      supersede(digest, fingerprint, near, finding);
    } else {
      inGroup(finding, near.get(0).group(), near.get(0).split());
      count(finding);
    }
    if (finding.getReason().isEmpty()) {
      keep(digest, fingerprint, finding);
    }
    return finding;
  }

  /**
   * Leaves a picture in the group that it is in already, unless a larger one has superseded it.
   * Once that one has left its split, this one takes its place.
   */
  private Finding again(String digest, Fingerprint fingerprint, Near itself, Finding finding) {
    byte[] entry = pictures.get(HEX.parseHex(itself.group()));
    String largest = entry == null ? digest : HEX.formatHex(entry, 0, DIGEST_BYTES);
    boolean isSuperseded = nearCopies.policy() == Policy.KEEP_BEST && !largest.equals(digest);
    if (isSuperseded && !gone.contains(largest)) {
      long hash = ByteBuffer.wrap(entry).getLong(DIGEST_BYTES + Long.BYTES);
      name(finding, fingerprint, largest, hash);
      finding.setReason(RejectReason.NEAR_COPY.name());
      return finding;
    }
    inGroup(finding, itself.group(), itself.split());
    if (isSuperseded) {
      putLargest(digest, fingerprint, finding);
    }
    return finding;
  }

  /** Counts a further picture of its group. */
  private void count(Finding finding) {
    byte[] key = Arrays.copyOf(HEX.parseHex(finding.getPictureGroup()), COUNT_KEY_BYTES);
    byte[] known = pictures.get(key);
    int earlier = known == null ? 1 : ByteBuffer.wrap(known).getInt();
    finding.setEarlierPictures(earlier);
    pictures.put(key, ByteBuffer.allocate(Integer.BYTES).putInt(earlier + 1).array());
  }

  /** Notes that a picture has left its split. */
  private void leave(String digest) {
    gone.add(digest);
    pictures.put(goneKey(digest), GONE);
  }

  private static byte[] goneKey(String digest) {
    return Arrays.copyOf(HEX.parseHex(digest), GONE_KEY_BYTES);
  }

  /**
   * Puts a picture that nothing is near which is published into a group of its own, or into that of
   * a picture that has left the split in which this one may be.
   *
   * @param left pictures near it that have left their splits, the nearest first
   */
  private void takePlace(String digest, Fingerprint fingerprint, List<Near> left, Finding finding) {
    String own = fingerprint.getOwnSplit();
    Optional<Near> before =
        left.stream().filter(one -> splitsByImage || one.split().name().equals(own)).findFirst();
    inGroup(
        finding,
        before.map(Near::group).orElse(digest),
        before.map(Near::split).orElseGet(() -> Split.valueOf(own)));
    putLargest(digest, fingerprint, finding);
  }

  /**
   * Replaces the group's largest picture if this one is larger, or if that one has left its split.
   * A picture near two groups does not, nor one that may not be in the group's split.
   */
  private void supersede(String digest, Fingerprint fingerprint, List<Near> near, Finding finding) {
    String group = near.get(0).group();
    Split split = near.get(0).split();
    byte[] entry = pictures.get(HEX.parseHex(group));
    if (entry == null) {
      finding.setReason(RejectReason.NEAR_COPY.name());
      return;
    }
    String largest = HEX.formatHex(entry, 0, DIGEST_BYTES);
    long pixels = ByteBuffer.wrap(entry).getLong(DIGEST_BYTES);
    long hash = ByteBuffer.wrap(entry).getLong(DIGEST_BYTES + Long.BYTES);
    boolean hasLeft = gone.contains(largest);
    if (!hasLeft) {
      nameLargest(finding, fingerprint, largest, hash);
    }
    if ((!hasLeft && fingerprint.getPixels() <= pixels)
        || (!splitsByImage && !fingerprint.getOwnSplit().equals(split.name()))
        || near.stream().anyMatch(one -> !one.group().equals(group))) {
      finding.setReason(RejectReason.NEAR_COPY.name());
    } else {
      finding.setSupersededBy(hasLeft ? "" : digest);
      inGroup(finding, group, split);
      putLargest(digest, fingerprint, finding);
    }
  }

  /**
   * Names the group's largest picture as the original if it is near; else the original stays
   * another picture of the group, since a picture near this one may itself have been superseded by
   * one that is not.
   */
  private void nameLargest(Finding finding, Fingerprint fingerprint, String largest, long hash) {
    if (distanceBits(fingerprint, hash) <= nearCopies.maxDistanceBits()) {
      name(finding, fingerprint, largest, hash);
    } else if (!finding.getCopyOf().equals(largest)) {
      finding.setPublished(largest);
    }
  }

  private void name(Finding finding, Fingerprint fingerprint, String digest, long hash) {
    int bits = distanceBits(fingerprint, hash);
    finding.setCopyOf(digest);
    finding.setDistanceBits(bits);
    finding.setMirrored(bits < Long.bitCount(hash ^ fingerprint.getPerceptualHash()));
  }

  private int distanceBits(Fingerprint fingerprint, long hash) {
    return Math.min(
        Long.bitCount(hash ^ fingerprint.getPerceptualHash()),
        Long.bitCount(hash ^ mirrored(fingerprint)));
  }

  private static String published(Finding finding) {
    return finding.getPublished().isEmpty() ? finding.getCopyOf() : finding.getPublished();
  }

  private void putLargest(String digest, Fingerprint fingerprint, Finding finding) {
    if (nearCopies.policy() == Policy.KEEP_BEST) {
      pictures.put(
          HEX.parseHex(finding.getPictureGroup()),
          ByteBuffer.allocate(DIGEST_BYTES + 2 * Long.BYTES)
              .put(HEX.parseHex(digest))
              .putLong(fingerprint.getPixels())
              .putLong(fingerprint.getPerceptualHash())
              .array());
    }
  }

  private static void name(Finding finding, Near near) {
    finding.setCopyOf(near.digest());
    finding.setDistanceBits(near.distanceBits());
    finding.setMirrored(near.mirrored());
  }

  private static Finding inGroup(Finding finding, String group, Split split) {
    finding.setPictureGroup(group);
    finding.setSplit(split.name());
    return finding;
  }

  private void keep(String digest, Fingerprint fingerprint, Finding finding) {
    String group = finding.getPictureGroup();
    byte split = (byte) ORDER.indexOf(Split.valueOf(finding.getSplit()));
    byte[] picture = HEX.parseHex(group.equals(digest) ? digest : digest + group);
    if (gone.remove(digest)) {
      pictures.delete(goneKey(digest));
    }
    long hash = fingerprint.getPerceptualHash();
    putUnlessKept(hashes.add(hash), key(UPRIGHT_KEY_BYTES, hash, split), picture);
    long mirrored = fingerprint.getMirroredHash();
    if (mirrored != hash) {
      boolean isNew = nearCopies.mirrored() && hashes.add(mirrored);
      putUnlessKept(isNew, key(MIRRORED_KEY_BYTES, mirrored, split), picture);
    }
  }

  /**
   * Puts a picture under its hash, unless an earlier one is there that has not left its split.
   *
   * @param isNew whether no picture has the hash; then the store is not asked
   */
  private void putUnlessKept(boolean isNew, byte[] key, byte[] picture) {
    byte[] first = isNew ? null : pictures.get(key);
    if (first == null || gone.contains(HEX.formatHex(first, 0, DIGEST_BYTES))) {
      pictures.put(key, picture);
    }
  }

  private static byte[] key(int bytes, long hash, byte split) {
    return ByteBuffer.allocate(bytes).putLong(hash).put(split).array();
  }

  /** All pictures within the distance, the nearest first. */
  private List<Near> near(Fingerprint fingerprint) {
    List<Near> near = new ArrayList<>();
    LongStream.concat(
            hashes.within(fingerprint.getPerceptualHash()), hashes.within(mirrored(fingerprint)))
        .distinct()
        .forEach(hash -> addPictures(fingerprint, hash, near));
    near.removeIf(one -> one.distanceBits() > nearCopies.maxDistanceBits());
    near.sort(Comparator.comparingInt(Near::distanceBits).thenComparing(Near::digest));
    return near;
  }

  private long mirrored(Fingerprint fingerprint) {
    return nearCopies.mirrored() ? fingerprint.getMirroredHash() : fingerprint.getPerceptualHash();
  }

  private void addPictures(Fingerprint fingerprint, long hash, List<Near> near) {
    byte[] prefix = ByteBuffer.allocate(Long.BYTES).putLong(hash).array();
    try (KeyValueIterator<byte[], byte[]> found =
        pictures.prefixScan(prefix, new ByteArraySerializer())) {
      while (found.hasNext()) {
        KeyValue<byte[], byte[]> entry = found.next();
        if (isOfHash(entry.key) && (!isOfMirrored(entry.key) || nearCopies.mirrored())) {
          byte[] picture = entry.value;
          String digest = HEX.formatHex(picture, 0, DIGEST_BYTES);
          String group =
              picture.length == DIGEST_BYTES
                  ? digest
                  : HEX.formatHex(picture, DIGEST_BYTES, picture.length);
          int upright = Long.bitCount(hash ^ fingerprint.getPerceptualHash());
          int mirrored = Long.bitCount(hash ^ mirrored(fingerprint));
          boolean isMirrored = isOfMirrored(entry.key) || mirrored < upright;
          int bits = isOfMirrored(entry.key) ? upright : Math.min(upright, mirrored);
          near.add(new Near(digest, group, ORDER.get(entry.key[Long.BYTES]), bits, isMirrored));
        }
      }
    }
  }

  private static boolean isOfHash(byte[] key) {
    return key.length == UPRIGHT_KEY_BYTES || isOfMirrored(key);
  }

  private static boolean isOfMirrored(byte[] key) {
    return key.length == MIRRORED_KEY_BYTES;
  }
}
