package io.pairstream.feed.filter;

import io.pairstream.feed.record.FieldReader;
import io.pairstream.feed.record.MalformedSampleException;
import io.pairstream.feed.record.PairFields;
import io.pairstream.schemas.wire.Registry;
import java.util.List;
import java.util.stream.Collectors;

/** Tells the pairs for which several conditions hold. Thread-safe. */
public final class PairFilter {

  private final List<Condition> conditions;
  private final FieldReader reader;

  /**
   * @param topic full name of the topic whose pairs are told
   * @param conditions all of which have to hold; none lets every pair through
   */
  public PairFilter(Registry registry, String topic, List<Condition> conditions) {
    this.conditions = List.copyOf(conditions);
    this.reader =
        new FieldReader(
            registry, topic, conditions.stream().map(Condition::field).collect(Collectors.toSet()));
  }

  /** The conditions, each in one form. */
  public List<String> where() {
    return conditions.stream().map(Condition::toString).toList();
  }

  /**
   * Whether a record's value is a pair for which all conditions hold.
   *
   * @throws MalformedSampleException where it is not a pair
   * @throws RegistryUnavailableException where the registry cannot be asked for the writer's schema
   */
  public boolean matches(byte[] value) throws MalformedSampleException {
    if (conditions.isEmpty()) {
      return true;
    }
    PairFields pair = reader.read(value);
    return conditions.stream().allMatch(condition -> condition.matches(pair));
  }
}
