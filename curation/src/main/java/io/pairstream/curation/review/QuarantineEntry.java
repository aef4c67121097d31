package io.pairstream.curation.review;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.pairstream.schemas.QuarantinedPair;
import java.time.Instant;

/**
 * One record of the quarantine topic.
 *
 * @param key the record's key: the pair id, or the coordinates where there is none
 * @param arrivedAt when the broker took it
 */
public record QuarantineEntry(String key, Instant arrivedAt, QuarantinedPair pair) {

  /** Size of the original record's value in bytes; 0 where it has none. */
  @JsonProperty
  public int valueBytes() {
    return pair.getValue() == null ? 0 : pair.getValue().remaining();
  }
}
