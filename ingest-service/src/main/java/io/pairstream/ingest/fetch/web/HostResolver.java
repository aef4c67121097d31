package io.pairstream.ingest.fetch.web;

import io.pairstream.schemas.Threads;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Leads from a host's name to its IP addresses, as this machine does. Java keeps an answer for half
 * a minute.
 *
 * <p>The system's resolver blocks, so it has threads of its own; they do nothing but wait. Silent
 * servers do not hold up others: domains that have answered, new ones, and those that were silent
 * have threads apart. Names of one domain get one thread, and {@link #LANES} once it has answered;
 * the last two labels show what they share, so all names under {@code co.uk} are one domain here.
 */
final class HostResolver implements AutoCloseable {

  /** Time limit of a lookup: a system resolver without an answer gives up after 5 to 30 s. */
  private static final long LONGEST_SECONDS = 10;

  /** Time after which a lookup that finds nothing shows that the domain's servers are silent. */
  private static final long SILENT_SECONDS = 2;

  /** Threads for domains of one standing. */
  private static final int THREADS = 64;

  /** Domains that are remembered; one more, and all are new again. */
  private static final int MOST_DOMAINS = 100_000;

  /** Names of one domain that are looked up at once, after it has answered. */
  static final int LANES = 8;

  /** Conduct of a domain's servers in the last lookup. */
  private enum Standing {
    ANSWERS,
    NEW,
    SILENT
  }

  /** Looks a name up and waits for the answer. */
  @FunctionalInterface
  interface Lookup {
    InetAddress[] addresses(String host) throws UnknownHostException;
  }

  private final Lookup lookup;
  private final Map<Standing, ThreadPoolExecutor> threads = new EnumMap<>(Standing.class);

  /** By domain; those that are new are not there. */
  private final Map<String, Standing> standings = new ConcurrentHashMap<>();

  /** By domain and lane: end of the last lookup. */
  private final Map<String, CompletableFuture<Void>> lanes = new ConcurrentHashMap<>();

  HostResolver(Lookup lookup) {
    this.lookup = lookup;
    for (Standing each : Standing.values()) {
      ThreadPoolExecutor pool =
          new ThreadPoolExecutor(
              THREADS,
              THREADS,
              10,
              TimeUnit.SECONDS,
              new LinkedBlockingQueue<>(),
              Threads.daemons("fetch-names"));
      pool.allowCoreThreadTimeOut(true);
      threads.put(each, pool);
    }
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
    int width = standing(domain) == Standing.ANSWERS ? LANES : 1;
    String lane = domain + ' ' + Math.floorMod(host.hashCode(), width);
    // Whose threads do it is decided when its turn comes.
    Executor ofDomain = task -> threads.get(standing(domain)).execute(task);
    CompletableFuture<Void> turn =
        lanes.compute(
            lane,
            (name, before) ->
                (before == null ? CompletableFuture.<Void>completedFuture(null) : before)
                    .thenRunAsync(() -> resolve(host, asked), ofDomain));
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

  private Standing standing(String domain) {
    return standings.getOrDefault(domain, Standing.NEW);
  }

  private void note(String host, Standing standing) {
    if (standings.size() >= MOST_DOMAINS) {
      standings.clear();
    }
    standings.put(domain(host), standing);
  }

  /** Last two labels of a name. */
  private static String domain(String host) {
    int lastDot = host.lastIndexOf('.');
    return host.substring(lastDot < 0 ? 0 : host.lastIndexOf('.', lastDot - 1) + 1);
  }

  private void resolve(String host, CompletableFuture<List<InetAddress>> asked) {
    // Counted from here: waiting for a thread is no fault of the host's.
    var unused = asked.orTimeout(LONGEST_SECONDS, TimeUnit.SECONDS);
    long begun = System.nanoTime();
    try {
      List<InetAddress> found = List.of(lookup.addresses(host));
      note(host, Standing.ANSWERS);
      asked.complete(found);
    } catch (UnknownHostException | RuntimeException | Error e) {
      if (System.nanoTime() - begun > TimeUnit.SECONDS.toNanos(SILENT_SECONDS)) {
        note(host, Standing.SILENT);
      }
      // Waiting callers would wait for ever.
      asked.completeExceptionally(e);
    }
  }

  @Override
  public void close() {
    threads.values().forEach(ThreadPoolExecutor::shutdownNow);
  }
}
