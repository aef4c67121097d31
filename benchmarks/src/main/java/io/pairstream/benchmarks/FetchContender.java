package io.pairstream.benchmarks;

import io.pairstream.ingest.fetch.web.FetchResult;
import io.pairstream.ingest.fetch.web.FetchSettings;
import io.pairstream.ingest.fetch.web.FetchSettings.Limits;
import io.pairstream.ingest.fetch.web.FetchSettings.Politeness;
import io.pairstream.ingest.fetch.web.FetchSettings.UserAgent;
import io.pairstream.ingest.fetch.web.WebFetcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Our fetcher, driven line by line: {@code FetchContender LIST robots|no-robots}. Says {@code ready
 * {}}; answers {@code pass images CONNECTIONS} with {@code done IMAGES FAILURES}.
 */
public final class FetchContender {

  private static final int AT_ONCE = 32;

  private FetchContender() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    List<String> urls = Files.readAllLines(Path.of(args[0]));
    boolean robots = args[1].equals("robots");
    Driven.serve("", words -> pass(urls, Integer.parseInt(words[2]), robots));
  }

  private static String pass(List<String> urls, int connections, boolean robots)
      throws InterruptedException {
    // As the peer: no more at once than it has threads, 10 s a request, no pause between requests.
    FetchSettings settings =
        new FetchSettings(
            new UserAgent("benchmark", ""),
            List.of("127.0.0.0/8"),
            Set.of(),
            new Politeness(8, 1000, Duration.ZERO, Duration.ofMinutes(10), robots),
            new Limits(
                Limits.USUAL.imageBytes(),
                Limits.USUAL.connect(),
                Duration.ofSeconds(10),
                Limits.USUAL.redirects()),
            connections);
    AtomicLong images = new AtomicLong();
    Semaphore underWay = new Semaphore(connections * 2);
    try (WebFetcher fetcher = WebFetcher.open(settings, Clock.systemUTC())) {
      for (int i = 0; i < urls.size(); i++) {
        // Some at a time: one by one, this thread would be woken for each.
        if (i % AT_ONCE == 0) {
          underWay.acquire(Math.min(AT_ONCE, urls.size() - i));
        }
        var unused =
            fetcher
                .fetch(urls.get(i), "")
                .whenComplete(
                    (result, problem) -> {
                      if (result instanceof FetchResult.Fetched) {
                        images.incrementAndGet();
                      }
                      underWay.release();
                    });
      }
      underWay.acquire(connections * 2);
    }
    return images.get() + " " + (urls.size() - images.get());
  }
}
