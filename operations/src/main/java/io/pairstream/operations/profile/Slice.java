package io.pairstream.operations.profile;

import java.util.EnumMap;
import java.util.Map;

/** Sums over the pairs of one slice. Not thread-safe. */
final class Slice {

  private final Map<Dimension, TopValues> values = new EnumMap<>(Dimension.class);
  private final Map<ProfiledMeasure, long[]> histograms = new EnumMap<>(ProfiledMeasure.class);
  private long pairs;
  private long tokenized;
  private long truncated;

  Slice() {
    for (Dimension dimension : Dimension.values()) {
      values.put(dimension, new TopValues(dimension.counters()));
    }
    for (ProfiledMeasure measure : ProfiledMeasure.values()) {
      histograms.put(measure, new long[measure.bins()]);
    }
  }

  void add(Facts facts) {
    sum(facts, 1);
    facts.values().forEach((dimension, value) -> values.get(dimension).add(value));
    facts.words().forEach(word -> values.get(Dimension.WORD).add(word));
  }

  void remove(Facts facts) {
    sum(facts, -1);
    facts.values().forEach((dimension, value) -> values.get(dimension).remove(value));
    facts.words().forEach(word -> values.get(Dimension.WORD).remove(word));
  }

  long pairs() {
    return pairs;
  }

  /** Pairs whose captions have token ids. */
  long tokenized() {
    return tokenized;
  }

  /** Pairs whose captions have more tokens than fit. */
  long truncated() {
    return truncated;
  }

  TopValues values(Dimension dimension) {
    return values.get(dimension);
  }

  /** Pairs per bin; the slice's own, nobody else changes it. */
  long[] histogram(ProfiledMeasure measure) {
    return histograms.get(measure);
  }

  /** Puts the sums back as they were kept. */
  void restore(long keptPairs, long keptTokenized, long keptTruncated) {
    pairs = keptPairs;
    tokenized = keptTokenized;
    truncated = keptTruncated;
  }

  private void sum(Facts facts, int sign) {
    pairs += sign;
    tokenized += facts.tokenized() ? sign : 0;
    truncated += facts.truncated() ? sign : 0;
    facts.bins().forEach((measure, bin) -> histograms.get(measure)[bin] += sign);
  }
}
