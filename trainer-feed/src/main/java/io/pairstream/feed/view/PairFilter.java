package io.pairstream.feed.view;

import io.pairstream.feed.filter.Condition;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.wire.RecordDecoder;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Tells the pairs for which several conditions hold. Thread-safe.
 *
 * @param conditions all of which have to hold; none lets every pair through
 */
public record PairFilter(RecordDecoder<PreparedPair> pairs, List<Condition> conditions) {

  public PairFilter {
    conditions = List.copyOf(conditions);
  }

  /** The conditions, each in one form. */
  public List<String> where() {
    return conditions.stream().map(Condition::toString).toList();
  }

  /**
   * Whether a record is a pair for which all conditions hold.
   *
   * @throws InvalidViewException where it has to look into it and cannot read it
   */
  boolean matches(ConsumerRecord<byte[], byte[]> record) {
    if (conditions.isEmpty()) {
      return true;
    }
    PreparedPair pair =
        pairs
            .decode(record.value())
            .orElseThrow(
                () ->
                    new InvalidViewException(
                        "%s-%d-%d cannot be held against the conditions: it holds no pair"
                            .formatted(record.topic(), record.partition(), record.offset())));
    return conditions.stream().allMatch(condition -> condition.holdsFor(pair));
  }
}
