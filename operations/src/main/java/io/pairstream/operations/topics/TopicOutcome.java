package io.pairstream.operations.topics;

import java.util.Map;
import java.util.OptionalInt;

/**
 * What was done about one topic.
 *
 * @param altered settings that the topic had otherwise and now has as here; empty unless {@link
 *     Action#ALTERED}
 * @param left settings that differ from the catalogue's and were left, with the topic's values: of
 *     limits the larger ones, and a shorter time where the topic's operator may want its bytes gone
 * @param schemaId id of the value's schema in the registry; empty where the topic has none
 */
public record TopicOutcome(
    String topic,
    Action action,
    int partitions,
    Map<String, String> altered,
    Map<String, String> left,
    OptionalInt schemaId) {

  /** What was done. */
  public enum Action {
    CREATED,
    ALTERED,
    UNCHANGED
  }
}
