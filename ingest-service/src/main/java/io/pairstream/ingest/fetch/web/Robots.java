package io.pairstream.ingest.fetch.web;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What hosts say in their robots.txt (RFC 9309), each file kept for {@link #KEPT}.
 *
 * <p>A host that has none, or answers 4xx, allows everything. One that fails, or cannot be reached,
 * is not asked for images either until its robots.txt could be read; that is looked after again in
 * {@link #KEPT_FAILED}. Thread-safe.
 */
final class Robots {

  /** As long as RFC 9309, section 2.4, lets a file be kept. */
  static final Duration KEPT = Duration.ofHours(24);

  static final Duration KEPT_FAILED = Duration.ofMinutes(5);

  /** RFC 9309, section 2.3.1.2. */
  private static final int REDIRECTS = 5;

  private static final long MOST_KEPT_BYTES = 64L * 1024 * 1024;

  /** What an entry takes besides its text, about. */
  private static final int ENTRY_BYTES = 512;

  /** A file, or the way to it, with the time from which on it is not used any more. */
  private static final class Kept {

    private final CompletableFuture<RobotsFile> file = new CompletableFuture<>();
    private long until = Long.MAX_VALUE;
    private long bytes = ENTRY_BYTES;
  }

  private final Requests requests;
  private final FetchLimits limits;
  private final Timers timers;
  private final Map<String, Kept> files = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  Robots(Requests requests, FetchLimits limits, Timers timers) {
    this.requests = requests;
    this.limits = limits;
    this.timers = timers;
  }

  /**
   * Least time between two requests that the host asks for; zero where it names none. {@link
   * FetchStopped} where the address may not be asked, or nobody knows yet.
   */
  CompletableFuture<Duration> interval(WebAddress address) {
    return file(address).thenApply(file -> file.interval(address));
  }

  private CompletableFuture<RobotsFile> file(WebAddress address) {
    String origin = address.origin();
    Kept kept;
    synchronized (files) {
      Kept known = files.get(origin);
      if (known != null && known.until - timers.nanos() > 0) {
        return known.file;
      }
      drop(origin);
      kept = new Kept();
      files.put(origin, kept);
      bytes += kept.bytes;
    }
    load(address, origin, kept);
    return kept.file;
  }

  private void load(WebAddress address, String origin, Kept kept) {
    WebAddress at;
    try {
      at = address.resolve("/robots.txt");
    } catch (UnusableAddressException e) {
      throw new IllegalStateException("every host has a place for its robots.txt", e);
    }
    var unused =
        follow(at, 0, new Allowance(limits.total()))
            .whenComplete(
                (file, problem) -> {
                  if (problem == null) {
                    keep(origin, kept, KEPT, file.bytes());
                    kept.file.complete(file);
                  } else if (FetchStopped.resultOf(problem).orElse(null)
                      instanceof FetchResult.Failed failed) {
                    Duration time = failed.retryAfter();
                    keep(origin, kept, time.compareTo(KEPT_FAILED) > 0 ? time : KEPT_FAILED, 0);
                    kept.file.completeExceptionally(
                        new FetchStopped(failed.saying("robots.txt: " + failed.detail())));
                  } else {
                    keep(origin, kept, Duration.ZERO, 0);
                    kept.file.completeExceptionally(problem);
                  }
                });
  }

  private CompletableFuture<RobotsFile> follow(WebAddress at, int redirects, Allowance allowance) {
    return requests
        .get(at, Duration.ZERO, RobotsFile.READING, allowance)
        .thenCompose(
            answer -> {
              Optional<WebAddress> next;
              try {
                next = answer.head().redirect(at);
              } catch (UnusableAddressException e) {
                next = Optional.empty();
              }
              return next.isPresent() && redirects < REDIRECTS
                  ? follow(next.get(), redirects + 1, allowance)
                  : CompletableFuture.completedFuture(RobotsFile.of(at, answer));
            });
  }

  /** Notes how long a file is kept, if at all, and makes room for it. */
  private void keep(String origin, Kept kept, Duration time, long fileBytes) {
    synchronized (files) {
      if (files.get(origin) != kept) {
        return;
      }
      if (time.isZero()) {
        drop(origin);
        return;
      }
      kept.until = timers.nanos() + time.toNanos();
      kept.bytes += fileBytes;
      bytes += fileBytes;
      Iterator<Map.Entry<String, Kept>> eldest = files.entrySet().iterator();
      while (bytes > MOST_KEPT_BYTES && eldest.hasNext()) {
        bytes -= eldest.next().getValue().bytes;
        eldest.remove();
      }
    }
  }

  private void drop(String origin) {
    Kept dropped = files.remove(origin);
    if (dropped != null) {
      bytes -= dropped.bytes;
    }
  }
}
