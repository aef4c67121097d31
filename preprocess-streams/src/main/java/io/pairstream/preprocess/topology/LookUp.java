package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.SplitByImage;
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
 * <p>The store has a picture's group under its perceptual hash and image digest: 8 and 32 bytes,
 * and 32 for the group's first picture where that is another one. Their hashes are in memory too.
 */
final class LookUp extends ContextualProcessor<String, byte[], String, Finding> {

  private static final HexFormat HEX = HexFormat.of();

  private final RecordDecoder<Fingerprint> fingerprints;
  private final NearCopies nearCopies;
  private final SplitByImage split;
  private KeyValueStore<byte[], byte[]> pictures;
  private HammingIndex hashes;

  LookUp(RecordDecoder<Fingerprint> fingerprints, NearCopies nearCopies, SplitByImage split) {
    this.fingerprints = fingerprints;
    this.nearCopies = nearCopies;
    this.split = split;
  }

  /** A picture within the distance. */
  private record Near(String digest, String group, int distanceBits, boolean mirrored) {}

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
      finding.setPictureGroup(itself.get().group());
      return finding;
    }
    near.stream()
        .findFirst()
        .ifPresent(
            nearest -> {
              finding.setCopyOf(nearest.digest());
              finding.setDistanceBits(nearest.distanceBits());
              finding.setMirrored(nearest.mirrored());
            });
    if (near.isEmpty() || fingerprint.getPublished()) {
      finding.setPictureGroup(digest);
    } else if (nearCopies.policy() == Policy.KEEP_FIRST) {
      finding.setReason(RejectReason.NEAR_COPY.name());
    } else if (near.stream().map(one -> split.assign(one.group()).split()).distinct().count() > 1) {
      finding.setReason(RejectReason.BRIDGES_SPLITS.name());
    } else {
      finding.setPictureGroup(near.get(0).group());
    }
    if (finding.getReason().isEmpty()) {
      keep(digest, fingerprint.getPerceptualHash(), finding.getPictureGroup());
    }
    return finding;
  }

  private void keep(String digest, long hash, String group) {
    hashes.add(hash);
    pictures.put(
        ByteBuffer.allocate(Long.BYTES + digest.length() / 2)
            .putLong(hash)
            .put(HEX.parseHex(digest))
            .array(),
        group.equals(digest) ? new byte[0] : HEX.parseHex(group));
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
        KeyValue<byte[], byte[]> picture = found.next();
        String digest = HEX.formatHex(picture.key, Long.BYTES, picture.key.length);
        near.add(
            new Near(
                digest,
                picture.value.length == 0 ? digest : HEX.formatHex(picture.value),
                distanceBits,
                mirrored));
      }
    }
  }
}
