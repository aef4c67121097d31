package io.pairstream.curation.review;

import java.util.Optional;

/**
 * Which entries of the quarantine are meant.
 *
 * @param reason only with this reason
 * @param source only of this kind of source, or of this contributor
 * @param producer only sent with a key of this producer, which no other producer can claim
 * @param limit so many at most, the oldest first; at least 1
 */
public record Selection(
    Optional<String> reason, Optional<String> source, Optional<String> producer, int limit) {

  /**
   * @throws IllegalArgumentException for a limit below 1
   */
  public Selection {
    if (limit < 1) {
      throw new IllegalArgumentException("limit must be at least 1, was " + limit);
    }
  }
}
