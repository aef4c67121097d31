package io.pairstream.ingest.fetch.web;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
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

  /** What a robots.txt says of an address. */
  sealed interface Verdict {

    /**
     * It may be asked.
     *
     * @param interval least time between two requests; zero where it names none
     */
    record Allowed(Duration interval) implements Verdict {}

    /** It may not, or nobody knows yet. */
    record Stopped(FetchResult result) implements Verdict {}
  }

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

  CompletableFuture<Verdict> ask(WebAddress address) {
    return file(address).thenApply(file -> file.verdict(address));
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
    CompletableFuture<RobotsFile> loaded;
    try {
      loaded = follow(address.resolve("/robots.txt"), 0, new Allowance(limits.total()));
    } catch (UnusableAddressException e) {
      throw new IllegalStateException("every host has a place for its robots.txt", e);
    }
    var unused =
        loaded.whenComplete(
            (file, problem) -> {
              RobotsFile found = problem == null ? file : RobotsFile.ALL;
              keep(origin, kept, found);
              kept.file.complete(found);
            });
  }

  private CompletableFuture<RobotsFile> follow(WebAddress at, int redirects, Allowance allowance) {
    return requests
        .get(at, Duration.ZERO, RobotsFile.READING, allowance)
        .thenCompose(
            reply -> {
              if (reply instanceof Reply.Stopped stopped) {
                return CompletableFuture.completedFuture(RobotsFile.stopped(stopped.result()));
              }
              Reply.Got got = (Reply.Got) reply;
              if (Redirect.of(at, got.head()) instanceof Redirect.To to && redirects < REDIRECTS) {
                return follow(to.address(), redirects + 1, allowance);
              }
              return CompletableFuture.completedFuture(RobotsFile.of(at, got));
            });
  }

  /** Notes how long a file is kept, and makes room for it. */
  private void keep(String origin, Kept kept, RobotsFile file) {
    synchronized (files) {
      if (files.get(origin) != kept) {
        return;
      }
      Duration time = file.kept();
      if (time.isZero()) {
        drop(origin);
        return;
      }
      kept.until = timers.nanos() + time.toNanos();
      kept.bytes += file.bytes();
      bytes += file.bytes();
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
