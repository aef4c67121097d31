package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.SplitByImage.Split;
import io.pairstream.cleaning.image.HammingIndex;
import io.pairstream.cleaning.image.NearCopies;
import io.pairstream.cleaning.image.NearCopies.Policy;
import io.pairstream.schemas.Finding;
import io.pairstream.schemas.Fingerprint;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.RecordDecoder;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
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
 * another one. Hashes are in memory too. However often a picture comes, it is there once.
 */
final class LookUp extends ContextualProcessor<String, byte[], String, Finding> {

  private static final HexFormat HEX = HexFormat.of();
  private static final int DIGEST_BYTES = 32;

  /** Their places here are in keys of the store. */
  private static final List<Split> ORDER = List.of(Split.TRAINING, Split.VALIDATION, Split.TEST);

  private final RecordDecoder<Fingerprint> fingerprints;
  private final NearCopies nearCopies;
  private KeyValueStore<byte[], byte[]> pictures;
  private HammingIndex hashes;

  LookUp(RecordDecoder<Fingerprint> fingerprints, NearCopies nearCopies) {
    this.fingerprints = fingerprints;
    this.nearCopies = nearCopies;
  }

  /** A picture within the distance. */
  private record Near(
      String digest, String group, Split split, int distanceBits, boolean mirrored) {}

  @Override
  public void init(ProcessorContext<String, Finding> context) {
    super.init(context);
    pictures = context.getStateStore(TopicCatalogue.PICTURES_STORE);
    hashes = new HammingIndex(nearCopies.maxDistanceBits());
    try (KeyValueIterator<byte[], byte[]> all = pictures.all()) {
      while (all.hasNext()) {
        hashes.add(ByteBuffer.wrap(all.next().key).getLong());
      }
    }
  }

  @Override
  public void process(Record<String, byte[]> record) {
    Decoded.of(fingerprints, record.value(), "a fingerprint")
        .ifPresent(
            fingerprint -> context().forward(record.withValue(find(record.key(), fingerprint))));
  }

  private Finding find(String digest, Fingerprint fingerprint) {
    List<Near> near = near(fingerprint);
    Optional<Near> itself = near.stream().filter(one -> one.digest().equals(digest)).findFirst();
    Finding finding = Finding.newBuilder().build();
    if (itself.isPresent()) {
      return inGroup(finding, itself.get().group(), itself.get().split());
    }
    near.stream()
        .findFirst()
        .ifPresent(
            nearest -> {
              finding.setCopyOf(nearest.digest());
              finding.setDistanceBits(nearest.distanceBits());
              finding.setMirrored(nearest.mirrored());
            });
    if (!fingerprint.getSplit().isEmpty()) {
      inGroup(finding, digest, Split.valueOf(fingerprint.getSplit()));
    } else if (near.isEmpty()) {
      inGroup(finding, digest, Split.valueOf(fingerprint.getOwnSplit()));
    } else if (nearCopies.policy() == Policy.KEEP_FIRST) {
      finding.setReason(RejectReason.NEAR_COPY.name());
    } else if (near.stream().map(Near::split).distinct().count() > 1) {
      finding.setReason(RejectReason.BRIDGES_SPLITS.name());
    } else {
      inGroup(finding, near.get(0).group(), near.get(0).split());
    }
    if (finding.getReason().isEmpty()) {
      keep(digest, fingerprint.getPerceptualHash(), finding);
    }
    return finding;
  }

  private static Finding inGroup(Finding finding, String group, Split split) {
    finding.setPictureGroup(group);
    finding.setSplit(split.name());
    return finding;
  }

  private void keep(String digest, long hash, Finding finding) {
    hashes.add(hash);
    String group = finding.getPictureGroup();
    pictures.putIfAbsent(
        ByteBuffer.allocate(Long.BYTES + 1)
            .putLong(hash)
            .put((byte) ORDER.indexOf(Split.valueOf(finding.getSplit())))
            .array(),
        HEX.parseHex(group.equals(digest) ? digest : digest + group));
  }

  /** All within the distance, the nearest first. */
  private List<Near> near(Fingerprint fingerprint) {
    long upright = fingerprint.getPerceptualHash();
    long mirrored = nearCopies.mirrored() ? fingerprint.getMirroredHash() : upright;
    List<Near> near = new ArrayList<>();
    LongStream.concat(hashes.within(upright), hashes.within(mirrored))
        .distinct()
        .forEach(
            hash -> {
              int distance = Long.bitCount(hash ^ upright);
              int ofMirrored = Long.bitCount(hash ^ mirrored);
              addPictures(hash, Math.min(distance, ofMirrored), ofMirrored < distance, near);
            });
    near.sort(Comparator.comparingInt(Near::distanceBits).thenComparing(Near::digest));
    return near;
  }

  private void addPictures(long hash, int distanceBits, boolean mirrored, List<Near> near) {
    byte[] prefix = ByteBuffer.allocate(Long.BYTES).putLong(hash).array();
    try (KeyValueIterator<byte[], byte[]> found =
        pictures.prefixScan(prefix, new ByteArraySerializer())) {
      while (found.hasNext()) {
        KeyValue<byte[], byte[]> entry = found.next();
        byte[] picture = entry.value;
        String digest = HEX.formatHex(picture, 0, DIGEST_BYTES);
        near.add(
            new Near(
                digest,
                picture.length == DIGEST_BYTES
                    ? digest
                    : HEX.formatHex(picture, DIGEST_BYTES, picture.length),
                ORDER.get(entry.key[Long.BYTES]),
                distanceBits,
                mirrored));
      }
    }
  }
}
