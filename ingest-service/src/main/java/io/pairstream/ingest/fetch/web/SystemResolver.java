package io.pairstream.ingest.fetch.web;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Names as this machine resolves them.
 *
 * <p>The system's resolver blocks, so it has threads of its own; they do nothing but wait. An
 * answer, also that there is none, is kept for {@link #KEPT}; who asks meanwhile waits for the same
 * answer.
 */
final class SystemResolver implements HostResolver {

  private static final Duration KEPT = Duration.ofMinutes(1);

  /** A resolver that answers nobody gives up after 5 to 30 s by itself. */
  private static final Duration LONGEST = Duration.ofSeconds(10);

  private static final int THREADS = 64;
  private static final int MOST_KEPT = 20_000;

  /** An answer, or the wait for it, with the time at which it was asked for. */
  private record Kept(CompletableFuture<List<InetAddress>> addresses, long askedAtNanos) {}

  private final Timers timers;
  private final ThreadPoolExecutor threads;
  private final Map<String, Kept> kept =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Kept> eldest) {
          return size() > MOST_KEPT;
        }
      };

  SystemResolver(Timers timers) {
    this.timers = timers;
    threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "fetch-names");
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
  }

  @Override
  public CompletableFuture<List<InetAddress>> addresses(String host) {
    CompletableFuture<List<InetAddress>> asked = new CompletableFuture<>();
    synchronized (kept) {
      Kept known = kept.get(host);
      if (known != null && timers.nanos() - known.askedAtNanos() < KEPT.toNanos()) {
        return known.addresses();
      }
      kept.remove(host);
      kept.put(host, new Kept(asked, timers.nanos()));
    }
    try {
      threads.execute(() -> resolve(host, asked));
    } catch (RejectedExecutionException e) {
      asked.completeExceptionally(new UnknownHostException("the resolver is closed"));
    }
    return asked;
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
      asked.complete(List.of(InetAddress.getAllByName(host)));
    } catch (UnknownHostException e) {
      asked.completeExceptionally(new UnknownHostException("no such name, or no answer"));
    } finally {
      limit.cancel();
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
