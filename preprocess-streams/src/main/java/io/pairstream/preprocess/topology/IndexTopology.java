package io.pairstream.preprocess.topology;

import static org.apache.kafka.streams.kstream.Named.as;

import io.pairstream.schemas.IndexedPair;
import io.pairstream.schemas.IndexedPairs;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.wire.PairTopics;
import java.time.Instant;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Keeps the index: a record for each published pair, and a tombstone for each withdrawn one.
 *
 * <pre>
 * training, validation, test -> published -> index-entry -> index
 * </pre>
 */
public record IndexTopology(PairTopics topics) {

  /** The graph. */
  public Topology build(StreamsBuilder builder) {
    TopicNodes.write(
        builder.stream(topics.splits().keySet(), TopicNodes.keyed("published"))
            .processValues(Entry::new, as("index-entry")),
        topics.index(),
        "index");
    return builder.build();
  }

  private final class Entry extends ContextualFixedKeyProcessor<String, byte[], IndexedPair> {

    @Override
    public void process(FixedKeyRecord<String, byte[]> record) {
      byte[] value = record.value();
      IndexedPair entry = null;
      if (value != null) {
        RecordMetadata at = context().recordMetadata().orElseThrow();
        PairStatus split = topics.splits().get(at.topic());
        entry =
            IndexedPairs.entry(
                pair(value),
                split,
                at.partition(),
                at.offset(),
                value.length,
                Instant.ofEpochMilli(record.timestamp()));
      }
      context().forward(record.withValue(entry));
    }

    /**
     * The pair; an empty one for a value that is no pair, whose entry then has only its position.
     */
    private PreparedPair pair(byte[] value) {
      return TopicNodes.decoded(topics.training(), value, "a pair")
          .orElseGet(() -> PreparedPair.newBuilder().build());
    }
  }
}
