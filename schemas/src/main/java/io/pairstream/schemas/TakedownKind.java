package io.pairstream.schemas;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Subject of a {@link Takedown}. */
public enum TakedownKind {
  PAIR,
  IMAGE,
  /** Pairs of one host, by their URL, or of one {@link SourceKind}. */
  SOURCE,
  /** Pairs of a contributor, as their sender named it. */
  CONTRIBUTOR,
  /** Pairs that were sent with a producer's API key. */
  PRODUCER;

  /** The kind of that name; none where another version gave it. */
  public static Optional<TakedownKind> named(String name) {
    return Arrays.stream(values()).filter(kind -> kind.name().equals(name)).findFirst();
  }

  /** Key of the takedown of a subject, on its topic and in stores. */
  public String key(String subject) {
    return name() + "/" + subject;
  }

  /** Keys of the takedowns that a published pair falls under, the pair's own first. */
  public static List<String> keysOf(PreparedPair pair) {
    return keysOf(pair.getPairId(), pair.getImageDigest(), pair.getMetadata());
  }

  /** Keys of the takedowns that a published pair falls under, by its index entry. */
  public static List<String> keysOf(String pairId, IndexedPair entry) {
    return keysOf(pairId, entry.getImageDigest(), entry.getMetadata());
  }

  /** Keys of the takedowns that a pair with these properties falls under, the pair's own first. */
  public static List<String> keysOf(String pairId, String imageDigest, PairMetadata metadata) {
    List<String> keys = new ArrayList<>(6);
    keys.add(PAIR.key(pairId));
    keys.add(IMAGE.key(imageDigest));
    if (!metadata.getContributor().isEmpty()) {
      keys.add(CONTRIBUTOR.key(metadata.getContributor()));
    }
    if (!metadata.getProducer().isEmpty()) {
      keys.add(PRODUCER.key(metadata.getProducer()));
    }
    keys.add(SOURCE.key(metadata.getSourceKind()));
    String host = LinkHost.named(metadata.getUrl());
    if (!host.isEmpty()) {
      keys.add(SOURCE.key(host));
    }
    return keys;
  }
}
