package io.pairstream.ingest.fetch.web;

import io.pairstream.schemas.Threads;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Leads from a host's name to its IP addresses, as this machine does. Java keeps an answer for half
 * a minute.
 *
 * <p>The system's resolver blocks, so it has threads of its own; they do nothing but wait. Names of
 * one domain get {@link #LANES} of them at most, so that one whose servers are silent does not hold
 * up the others; the last two labels show what they share, so all names under {@code co.uk} are one
 * domain here.
 */
final class HostResolver implements AutoCloseable {

  /** Time limit of a lookup: a system resolver without an answer gives up after 5 to 30 s. */
  private static final long LONGEST_SECONDS = 10;

  private static final int THREADS = 64;

  /** Names of one domain that are looked up at once. */
  static final int LANES = 8;

  /** Looks a name up and waits for the answer. */
  @FunctionalInterface
  interface Lookup {
    InetAddress[] addresses(String host) throws UnknownHostException;
  }

  private final Lookup lookup;
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          10,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          Threads.daemons("fetch-names"));

  /** By domain and lane: end of the last lookup. */
  private final Map<String, CompletableFuture<Void>> lanes = new ConcurrentHashMap<>();

  HostResolver(Lookup lookup) {
    this.lookup = lookup;
    threads.allowCoreThreadTimeOut(true);
  }

  /**
   * All addresses of a host, of which none has been looked at. Never waits on the caller's thread.
   *
   * @param host a name in lower-case ASCII, or an IP address
   * @return at least one address; or an exception where there is none
   */
  CompletableFuture<List<InetAddress>> addresses(String host) {
    CompletableFuture<List<InetAddress>> asked = new CompletableFuture<>();
    String lane = domain(host) + ' ' + Math.floorMod(host.hashCode(), LANES);
    CompletableFuture<Void> turn =
        lanes.compute(
            lane,
            (name, before) ->
                (before == null ? CompletableFuture.<Void>completedFuture(null) : before)
                    .thenRunAsync(() -> resolve(host, asked), threads));
    var unused =
        turn.whenComplete(
            (done, closed) -> {
              lanes.remove(lane, turn);
              if (closed != null) {
                asked.completeExceptionally(closed);
              }
            });
    return asked;
  }

  /** Last two labels of a name. */
  private static String domain(String host) {
    int lastDot = host.lastIndexOf('.');
    return host.substring(lastDot < 0 ? 0 : host.lastIndexOf('.', lastDot - 1) + 1);
  }

  private void resolve(String host, CompletableFuture<List<InetAddress>> asked) {
    // Counted from here: waiting for a thread is no fault of the host's.
    var unused = asked.orTimeout(LONGEST_SECONDS, TimeUnit.SECONDS);
    try {
      asked.complete(List.of(lookup.addresses(host)));
    } catch (UnknownHostException | RuntimeException | Error e) {
      // Waiting callers would wait for ever.
      asked.completeExceptionally(e);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
