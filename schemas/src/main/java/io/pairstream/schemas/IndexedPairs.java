package io.pairstream.schemas;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Index entries of published pairs. */
public final class IndexedPairs {

  private IndexedPairs() {}

  /**
   * The entry of a pair.
   *
   * @param split that holds it; its topic says so, whatever the record does
   * @param partition of the split's topic that holds the pair
   * @param offset of the pair there
   * @param bytes of its value
   * @param publishedAt when the broker took it
   */
  public static IndexedPair entry(
      PreparedPair pair,
      PairStatus split,
      int partition,
      long offset,
      int bytes,
      Instant publishedAt) {
    Map<String, Integer> tokenSets = new HashMap<>();
    pair.getTokenSets().forEach(set -> tokenSets.put(set.getName(), set.getTokenCount()));
    return IndexedPair.newBuilder()
        .setSplit(split.name())
        .setPartition(partition)
        .setOffset(offset)
        .setBytes(bytes)
        .setImageDigest(pair.getImageDigest())
        .setPerceptualHash(pair.getPerceptualHash())
        .setMirroredHash(pair.getMirroredHash())
        .setPictureGroup(pair.getPictureGroup())
        .setWidth(pair.getWidth())
        .setHeight(pair.getHeight())
        .setLanguage(pair.getLanguage())
        .setTokenCount(pair.getTokenCount())
        .setTruncated(pair.getTruncated())
        .setTokenSetCounts(tokenSets)
        .setMeasures(pair.getMeasures())
        .setFold(pair.getFold())
        .setMetadata(pair.getMetadata())
        .setRecipeVersion(pair.getRecipeVersion())
        .setSampleId(sampleId(pair))
        .setCaption(pair.getCaption())
        .setMediaType(pair.getMediaType())
        .setTokenizer(pair.getTokenizer())
        .setOrigin(pair.getOrigin())
        .setPreparedAt(pair.getPreparedAt())
        .setPublishedAt(publishedAt)
        .build();
  }

  /** The entry of a pair that a record of its split holds. */
  public static IndexedPair entry(
      PreparedPair pair, PairStatus split, ConsumerRecord<byte[], byte[]> record) {
    Instant publishedAt = Instant.ofEpochMilli(record.timestamp());
    return entry(
        pair, split, record.partition(), record.offset(), record.value().length, publishedAt);
  }

  /** The pair id of the cleaned caption, where that is another one. */
  private static String sampleId(PreparedPair pair) {
    String id = PairIdentity.pairId(pair.getImageDigest(), pair.getCaption());
    return pair.getImageDigest().isEmpty() || id.equals(pair.getPairId()) ? "" : id;
  }
}
