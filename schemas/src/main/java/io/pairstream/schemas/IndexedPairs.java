package io.pairstream.schemas;

import java.util.HashMap;
import java.util.Map;

/** Index entries of published pairs. */
public final class IndexedPairs {

  private IndexedPairs() {}

  /**
   * The entry of a pair.
   *
   * @param partition of the split's topic that holds the pair
   * @param offset of the pair there
   * @param bytes of its value
   */
  public static IndexedPair entry(PreparedPair pair, int partition, long offset, int bytes) {
    Map<String, Integer> tokenSets = new HashMap<>();
    pair.getTokenSets().forEach(set -> tokenSets.put(set.getName(), set.getTokenCount()));
    return IndexedPair.newBuilder()
        .setSplit(pair.getSplit())
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
        .setSourceKind(pair.getSourceKind())
        .setContributor(pair.getContributor())
        .setProducer(pair.getProducer())
        .setUrl(pair.getUrl())
        .setLicence(pair.getLicence())
        .setLabels(pair.getLabels())
        .setRecipeVersion(pair.getRecipeVersion())
        .setReceivedAt(pair.getReceivedAt())
        .build();
  }
}
