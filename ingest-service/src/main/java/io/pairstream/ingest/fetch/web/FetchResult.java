package io.pairstream.ingest.fetch.web;

import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.image.EncodedImage;
import java.time.Duration;
import java.time.Instant;

/** Result of an attempt to fetch an image. */
public sealed interface FetchResult {

  /**
   * The image is here: a whole body, whose first bytes are those of a JPEG, PNG, WebP or GIF file,
   * and whose digest is the expected one. What else may be wrong with it is judged later.
   *
   * @param image the body, without a content coding
   * @param imageDigest lower-case hex SHA-256 of the body
   * @param finalUrl where it was in the end, after redirects; without a fragment
   * @param contentType as the server declares it, at most 200 characters; empty where it does not
   * @param status HTTP status
   * @param fetchedAt when the last byte was read
   * @param address the IP address that it came from
   * @param redirects how many redirects were followed
   */
  record Fetched(
      EncodedImage image,
      String imageDigest,
      String finalUrl,
      String contentType,
      int status,
      Instant fetchedAt,
      String address,
      int redirects)
      implements FetchResult {}

  /**
   * The attempt failed.
   *
   * @param reason one of the reasons that begin with {@code FETCH_}
   * @param detail what was wrong, in a sentence that names the host and no query
   * @param measured what was found, and what would have been taken
   * @param retryable whether it may pass by itself
   * @param retryAfter how long the host asked to be left alone; zero where it did not say
   */
  record Failed(
      RejectReason reason, String detail, Measured measured, boolean retryable, Duration retryAfter)
      implements FetchResult {

    /** Returns a copy with another detail, and another time to wait before a retry. */
    Failed saying(String words, Duration wait) {
      return new Failed(reason, words, measured, retryable, wait);
    }
  }

  /**
   * The link's turn does not come soon: politeness limits requests to the host, or the host is
   * down. The image was not requested, so this is no attempt.
   *
   * @param retryAfter how long from now until asking again makes sense; positive
   * @param detail why, in a sentence that names the host
   */
  record Postponed(Duration retryAfter, String detail) implements FetchResult {}
}
