package io.pairstream.ingest.fetch.queue;

import io.pairstream.schemas.PairLink;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Links that wait in memory for their turn, host by host, so that a host with many links or slow
 * answers holds up none of the others. Not thread-safe.
 *
 * <p>Few of a host's links are handed on at a time, and few more wait here. The others come back
 * later: {@link #turnOf} spreads them, so that they do not all come back at once.
 */
final class HostQueues {

  /** Links of one host that wait in memory. */
  static final int WAITING_PER_HOST = 32;

  /**
   * Interval between postponed links of one host: half of the polite interval, because some of them
   * fail at once.
   */
  private static final Duration SPACING = Duration.ofMillis(250);

  private static final Duration SOONEST = Duration.ofSeconds(10);
  private static final Duration LATEST = Duration.ofHours(1);

  /**
   * A link that can be fetched, and is worked on for the record at hand: the link's own, or one
   * that let it wait.
   *
   * @param host of its URL, see {@link io.pairstream.schemas.LinkHost}
   * @param partition that of the record at hand
   * @param offset its offset there
   */
  record Job(TriedLink tried, PairLink link, String host, LinkPartition partition, long offset) {}

  private final int underWayPerHost;
  private final Map<String, Host> hosts = new HashMap<>();

  /** Hosts with a link that can be handed on, in the order of their turns. */
  private final ArrayDeque<Host> ready = new ArrayDeque<>();

  private int waiting;
  private long waitingBytes;

  /**
   * @param underWayPerHost links of one host that are handed on at a time; at least 1
   */
  HostQueues(int underWayPerHost) {
    this.underWayPerHost = underWayPerHost;
  }

  private static final class Host {
    private final ArrayDeque<Job> waiting = new ArrayDeque<>();
    private int underWay;
    private boolean isReady;
    private Instant lastTurn = Instant.EPOCH;
  }

  /** Takes a link; false where too many of its host's wait already. */
  boolean offer(Job job) {
    Host host = hosts.computeIfAbsent(job.host(), unused -> new Host());
    if (host.waiting.size() >= WAITING_PER_HOST) {
      return false;
    }
    host.waiting.addLast(job);
    waiting++;
    waitingBytes += job.tried().size();
    queue(host);
    return true;
  }

  /** When a link that was not taken is to come back. */
  Instant turnOf(String name, Instant now) {
    Host host = hosts.computeIfAbsent(name, unused -> new Host());
    Instant next = host.lastTurn.plus(SPACING);
    Instant soonest = now.plus(SOONEST);
    // Where there are more than an hour's, they share its turns.
    if (next.isBefore(soonest) || next.isAfter(now.plus(LATEST))) {
      next = soonest;
    }
    host.lastTurn = next;
    return next;
  }

  /** The next link whose turn it is, which is under way from here on. */
  Optional<Job> next() {
    Host host = ready.pollFirst();
    if (host == null) {
      return Optional.empty();
    }
    host.isReady = false;
    Job job = host.waiting.removeFirst();
    waiting--;
    waitingBytes -= job.tried().size();
    host.underWay++;
    queue(host);
    return Optional.of(job);
  }

  /** A link of the host is under way no more. */
  void done(String name, Instant now) {
    Host host = hosts.get(name);
    host.underWay--;
    queue(host);
    if (host.underWay == 0 && host.waiting.isEmpty() && host.lastTurn.isBefore(now)) {
      hosts.remove(name);
    }
  }

  /** Drops the waiting links that are not wanted any more. */
  void dropWaiting(Predicate<Job> unwanted) {
    waiting = 0;
    waitingBytes = 0;
    ready.clear();
    for (Host host : hosts.values()) {
      host.waiting.removeIf(unwanted);
      waiting += host.waiting.size();
      host.waiting.forEach(job -> waitingBytes += job.tried().size());
      host.isReady = false;
      queue(host);
    }
    hosts.values().removeIf(host -> host.underWay == 0 && host.waiting.isEmpty());
  }

  int waiting() {
    return waiting;
  }

  /** Bytes of the records that wait. */
  long waitingBytes() {
    return waitingBytes;
  }

  private void queue(Host host) {
    if (!host.isReady && !host.waiting.isEmpty() && host.underWay < underWayPerHost) {
      host.isReady = true;
      ready.addLast(host);
    }
  }
}
