package io.pairstream.feed;

import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.wire.RecordDecoder;
import io.pairstream.schemas.wire.Registry;
import java.util.Locale;
import java.util.Map;

/**
 * Where samples come from.
 *
 * @param split TRAINING, VALIDATION or TEST
 * @param clientSettings settings of any Kafka client: {@code bootstrap.servers} and security
 */
public record FeedSource(
    Dataset dataset, PairStatus split, Registry registry, Map<String, Object> clientSettings) {

  public FeedSource {
    if (!split.isPublished()) {
      throw new IllegalArgumentException("a split is TRAINING, VALIDATION or TEST, not " + split);
    }
    clientSettings = Map.copyOf(clientSettings);
  }

  /** Name of the split's topic: {@code pairs.training}. */
  public String topic() {
    return dataset.topic(split.name().toLowerCase(Locale.ROOT));
  }

  RecordDecoder<PreparedPair> decoder() {
    return RecordDecoder.of(PreparedPair.class, topic(), registry);
  }
}
