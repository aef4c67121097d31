package io.pairstream.ingest.fetch.web;

import io.pairstream.schemas.Threads;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Leads from a host's name to its IP addresses, as this machine does. Java keeps an answer for half
 * a minute.
 *
 * <p>The system's resolver blocks, so it has threads of its own; they do nothing but wait. A domain
 * waits for no other: there are as many threads as lookups, of which callers limit the number.
 * Names of one domain get one thread, and {@link #LANES} once it has answered; the last two labels
 * show what they share, so all names under {@code co.uk} are one domain here.
 */
final class HostResolver implements AutoCloseable {

  /** Time limit of a lookup: a system resolver without an answer gives up after 5 to 30 s. */
  private static final long LONGEST_SECONDS = 10;

  /** Domains that are remembered; one more, and all are new again. */
  private static final int MOST_DOMAINS = 100_000;

  /** Names of one domain that are looked up at once, after it has answered. */
  static final int LANES = 8;

  /** Looks a name up and waits for the answer. */
  @FunctionalInterface
  interface Lookup {
    InetAddress[] addresses(String host) throws UnknownHostException;
  }

  private final Lookup lookup;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(Threads.daemons("fetch-names"));

  /** Domains that have answered. */
  private final Set<String> answered = ConcurrentHashMap.newKeySet();

  /** By domain and lane: end of the last lookup. */
  private final Map<String, CompletableFuture<Void>> lanes = new ConcurrentHashMap<>();

  HostResolver(Lookup lookup) {
    this.lookup = lookup;
  }

  /**
   * All addresses of a host, of which none has been looked at. Never waits on the caller's thread.
   *
   * @param host a name in lower-case ASCII, or an IP address
   * @return at least one address; or an exception where there is none
   */
  CompletableFuture<List<InetAddress>> addresses(String host) {
    CompletableFuture<List<InetAddress>> asked = new CompletableFuture<>();
    String domain = domain(host);
    int width = answered.contains(domain) ? LANES : 1;
    String lane = domain + ' ' + Math.floorMod(host.hashCode(), width);
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
      List<InetAddress> found = List.of(lookup.addresses(host));
      if (answered.size() >= MOST_DOMAINS) {
        answered.clear();
      }
      answered.add(domain(host));
      asked.complete(found);
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
