package io.pairstream.ingest.fetch.web;

import java.net.InetAddress;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import okhttp3.OkHttpClient;

/**
 * Fetches images from the web, many at a time.
 *
 * <p>A fetch ends within the limits' time once its host's turn has come, and at once, as {@link
 * FetchResult.Postponed}, where that is too far off. The caller bounds how many fetches it has
 * under way, and how many images it holds. Thread-safe.
 */
public interface WebFetcher extends AutoCloseable {

  /**
   * Opens a fetcher with threads of its own, this machine's DNS and this Java's trusted
   * authorities.
   */
  static WebFetcher open(FetchSettings settings, Clock clock) {
    return new HttpWebFetcher(
        settings,
        clock,
        Timers.ofSystem(),
        new HostResolver(InetAddress::getAllByName),
        new OkHttpClient());
  }

  /**
   * Fetches an image. Never throws, and never completes exceptionally but with {@link
   * java.util.concurrent.CancellationException} after {@link #close}.
   *
   * <p>Completes on a thread of the fetcher's; what depends on it must be short. Cancelling the
   * future gives the fetch up.
   *
   * @param url the image's address as received; a bad one gives a failed result, not an exception
   * @param expectedDigest lower-case hex SHA-256 that the image must have; empty where it is
   *     unknown
   */
  CompletableFuture<FetchResult> fetch(String url, String expectedDigest);

  /** Gives up what is under way. */
  @Override
  void close();
}
