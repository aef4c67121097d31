package io.pairstream.ingest.fetch.web;

import io.pairstream.schemas.topics.RecordSizes;
import java.time.Duration;

/**
 * What a single fetch may take.
 *
 * @param imageBytes largest image, also where it comes compressed; positive
 * @param connect longest time for a connection, TLS included; positive
 * @param total longest time from the first connection to the last byte, redirects included,
 *     politeness excluded; positive
 * @param redirects most redirects that are followed; not negative
 */
public record FetchLimits(int imageBytes, Duration connect, Duration total, int redirects) {

  public static final FetchLimits USUAL =
      new FetchLimits(RecordSizes.MAX_IMAGE, Duration.ofSeconds(5), Duration.ofSeconds(15), 5);

  public FetchLimits {
    if (imageBytes < 1 || imageBytes > RecordSizes.MAX_IMAGE) {
      throw new IllegalArgumentException(
          "an image may have from 1 to %d bytes, not %d"
              .formatted(RecordSizes.MAX_IMAGE, imageBytes));
    }
    if (connect.isNegative() || connect.isZero() || total.compareTo(connect) < 0) {
      throw new IllegalArgumentException(
          "a fetch takes %s in all, which is less than the %s of a connection, or no time at all"
              .formatted(total, connect));
    }
    if (redirects < 0) {
      throw new IllegalArgumentException("redirects are 0 or more, not " + redirects);
    }
  }
}
