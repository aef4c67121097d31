package io.pairstream.ingest.generate;

/**
 * How a run asks, and what it says of the pairs.
 *
 * @param request what is asked for
 * @param requestsPerMinute most requests that begin within a minute; 1 to 100,000
 * @param concurrency most requests under way at once; 1 to 256
 * @param attempts how often a prompt is asked where the API has trouble; at least 1
 * @param revisedCaptions whether the caption is the prompt that the API says it drew, where it says
 *     so and the prompt has no caption of its own
 * @param language hint for captions that have none of their own
 * @param contributor who contributed the pairs
 * @param licence licence of the images
 */
public record GenerationPlan(
    ImageRequest request,
    int requestsPerMinute,
    int concurrency,
    int attempts,
    boolean revisedCaptions,
    String language,
    String contributor,
    String licence) {

  private static final int MOST_REQUESTS = 100_000;
  private static final int MOST_AT_ONCE = 256;

  /**
   * @throws IllegalArgumentException where a number is out of range
   */
  public GenerationPlan {
    check("requests per minute", requestsPerMinute, MOST_REQUESTS);
    check("requests at once", concurrency, MOST_AT_ONCE);
    check("attempts", attempts, 100);
  }

  private static void check(String what, int number, int most) {
    if (number < 1 || number > most) {
      throw new IllegalArgumentException(what + " must be 1 to " + most + ", was " + number);
    }
  }
}
