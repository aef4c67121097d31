package io.pairstream.ingest.fetch.queue;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.ingest.fetch.web.FetchResult;
import io.pairstream.ingest.fetch.web.WebFetcher;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Fetches that end when a test says so, in no order; one in eleven fails for a while. */
final class HeldFetches implements WebFetcher {

  private record Held(String url, CompletableFuture<FetchResult> fetch) {}

  private final Random random;
  private final List<Held> held = new ArrayList<>();
  private final Set<String> failed = new HashSet<>();
  private boolean holds = true;

  HeldFetches(long seed) {
    random = new Random(seed);
  }

  @Override
  public synchronized CompletableFuture<FetchResult> fetch(String url, String expectedDigest) {
    Held fetch = new Held(url, new CompletableFuture<>());
    held.add(fetch);
    if (!holds) {
      letGo(1);
    }
    return fetch.fetch();
  }

  synchronized int held() {
    return held.size();
  }

  /** Lets so many end. */
  synchronized void letGo(int most) {
    for (int i = 0; i < most && !held.isEmpty(); i++) {
      Held ends = held.remove(random.nextInt(held.size()));
      // Once at most: a link that failed as often as it may would end elsewhere.
      boolean fails = random.nextInt(11) == 0 && failed.add(ends.url());
      ends.fetch()
          .complete(
              fails
                  ? ScriptedFetcher.failure(RejectReason.FETCH_SERVER_ERROR, true)
                  : ScriptedFetcher.image(ends.url()));
    }
  }

  synchronized void letGoFromNowOn() {
    holds = false;
    letGo(held.size());
  }

  @Override
  public void close() {}
}
