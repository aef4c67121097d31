package io.pairstream.ingest.fetch.web;

import io.pairstream.schemas.Threads;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Names as this machine resolves them.
 *
 * <p>The system's resolver blocks, so it has threads of its own; they do nothing but wait. Names of
 * one domain get a few of them at most, so that one whose servers are silent does not hold up the
 * others; what they share is told by the last two labels, so all names under {@code co.uk} are one
 * domain here. An answer, also that there is none, is kept for {@link #KEPT}; who asks meanwhile
 * waits for the same answer.
 */
final class SystemResolver implements HostResolver {

  private static final Duration KEPT = Duration.ofMinutes(1);

  /** A resolver that answers nobody gives up after 5 to 30 s by itself. */
  private static final Duration LONGEST = Duration.ofSeconds(10);

  private static final int THREADS = 64;

  /** Most threads that wait for the names of one domain. */
  static final int THREADS_OF_A_DOMAIN = 8;

  private static final int MOST_KEPT = 20_000;

  /** Most domains that are told apart; a name of an earlier one may get more threads. */
  private static final int MOST_DOMAINS = 10_000;

  /** An answer, or the wait for it, with the time at which it was asked for. */
  private record Kept(CompletableFuture<List<InetAddress>> addresses, long askedAtNanos) {}

  /** Looks a name up and waits for the answer. */
  @FunctionalInterface
  interface Lookup {
    InetAddress[] addresses(String host) throws UnknownHostException;
  }

  private final Timers timers;
  private final Lookup lookup;
  private final ThreadPoolExecutor threads;
  private final Map<String, Slots> domains = new Latest<>(MOST_DOMAINS);
  private final Map<String, Kept> kept = new Latest<>(MOST_KEPT);

  SystemResolver(Timers timers) {
    this(timers, InetAddress::getAllByName);
  }

  SystemResolver(Timers timers, Lookup lookup) {
    this.timers = timers;
    this.lookup = lookup;
    threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Threads.daemons("fetch-names"));
    threads.allowCoreThreadTimeOut(true);
  }

  @Override
  public CompletableFuture<List<InetAddress>> addresses(String host) {
    CompletableFuture<List<InetAddress>> asked = new CompletableFuture<>();
    Slots domain;
    synchronized (kept) {
      Kept known = kept.get(host);
      if (known != null && timers.nanos() - known.askedAtNanos() < KEPT.toNanos()) {
        return known.addresses();
      }
      kept.remove(host);
      kept.put(host, new Kept(asked, timers.nanos()));
      domain = domains.computeIfAbsent(domain(host), name -> new Slots(THREADS_OF_A_DOMAIN));
    }
    var unused =
        domain
            .acquire()
            .thenRunAsync(() -> resolve(host, asked), threads)
            .whenComplete(
                (done, closed) -> {
                  domain.release();
                  if (closed != null) {
                    asked.completeExceptionally(new UnknownHostException("the resolver is closed"));
                  }
                });
    return asked;
  }

  /** The last two labels of a name. */
  private static String domain(String host) {
    int lastDot = host.lastIndexOf('.');
    return host.substring(lastDot < 0 ? 0 : host.lastIndexOf('.', lastDot - 1) + 1);
  }

  private void resolve(String host, CompletableFuture<List<InetAddress>> asked) {
    // Counted from here: waiting for a thread is no fault of the host's.
    Timers.Timer limit =
        timers.after(
            LONGEST,
            () ->
                asked.completeExceptionally(
                    new UnknownHostException(
                        "no answer within " + LONGEST.toSeconds() + " seconds")));
    try {
      asked.complete(List.of(lookup.addresses(host)));
    } catch (UnknownHostException e) {
      asked.completeExceptionally(new UnknownHostException("no such name, or no answer"));
    } catch (RuntimeException | Error e) {
      // Whoever waits would wait for ever.
      asked.completeExceptionally(e);
    } finally {
      limit.cancel();
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }

  /** A map that forgets what was put in first. */
  private static final class Latest<V> extends LinkedHashMap<String, V> {

    private static final long serialVersionUID = 1L;

    private final int most;

    Latest(int most) {
      this.most = most;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
      return size() > most;
    }
  }
}
