package io.pairstream.ingest.fetch.web;

import java.util.concurrent.CompletableFuture;

/**
 * Fetches images from the web, many at a time on few threads.
 *
 * <p>Every fetch ends within the limits' time once it is the link's turn; how long a turn may be
 * away is limited too, see {@link FetchResult.Postponed}. The caller bounds how many fetches it has
 * under way, and how many images it holds. Thread-safe.
 */
public interface WebFetcher extends AutoCloseable {

  /**
   * Fetches an image. Never throws, and never completes exceptionally but with {@link
   * java.util.concurrent.CancellationException} after {@link #close}.
   *
   * <p>Completes on a thread of the fetcher's; what depends on it must be short. Cancelling the
   * future gives the fetch up.
   */
  CompletableFuture<FetchResult> fetch(FetchRequest request);

  /** Gives up what is under way. */
  @Override
  void close();
}
