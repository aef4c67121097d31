package io.pairstream.operations.profile;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.Optional;

/**
 * A {@link ProfileReport} as it is answered.
 *
 * @param ready whether all is counted that was there when the reading began
 * @param asOf when the topics were last followed; empty while they are
 */
public record ProfileAnswer(
    String dataset, boolean ready, @JsonUnwrapped ProfileReport report, Optional<Instant> asOf) {}
