package io.pairstream.operations.instances;

import io.pairstream.schemas.InstanceStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The last reports of all processes. Whoever ended in an orderly way is not in it; whoever was
 * silent for a day is forgotten. Thread-safe.
 */
final class InstanceBook {

  private static final Duration FORGOTTEN_AFTER = Duration.ofDays(1);

  /** Reports that may be missed before a process counts as silent. */
  private static final int MISSED = 3;

  private static final Duration SHORTEST_SILENCE = Duration.ofSeconds(15);

  /** Rates are taken over the last so many reports. */
  private static final int REPORTS = 4;

  /** More than there ever are; a flood of names must not fill the memory. */
  private static final int MOST = 2_000;

  /** Records of earlier versions, which said apart what they run. */
  private static final String OF_TOPOLOGY = "/topology";

  private final Map<String, Entry> entries = new HashMap<>();

  /** One process: its last reports, the newest last. */
  private static final class Entry {
    private final Deque<InstanceStatus> reports = new ArrayDeque<>();
    private Instant heardAt = Instant.EPOCH;

    private void add(InstanceStatus said) {
      InstanceStatus before = reports.peekLast();
      if (before != null && !before.getReportedAt().isBefore(said.getReportedAt())) {
        reports.clear(); // its clock was set back, or the topic is read again
      }
      reports.addLast(said);
      if (reports.size() > REPORTS) {
        reports.removeFirst();
      }
    }
  }

  /**
   * Notes a record of the topic.
   *
   * @param heardAt when the process said it, by our clock
   */
  synchronized void note(String key, Optional<InstanceStatus> said, Instant heardAt) {
    if (said.isEmpty()) {
      entries.remove(key);
    } else if (!key.endsWith(OF_TOPOLOGY) && (entries.containsKey(key) || entries.size() < MOST)) {
      Entry entry = entries.computeIfAbsent(key, unknown -> new Entry());
      entry.heardAt = heardAt;
      entry.add(said.get());
    }
  }

  /**
   * All processes, by service and then by the time of their starts. One that fell silent and whose
   * service has started another since, of the same run for a trainer's feed, is replaced, and not
   * among them.
   */
  synchronized List<Instance> at(Instant now) {
    entries.values().removeIf(entry -> isOlder(entry.heardAt, now, FORGOTTEN_AFTER));
    List<Instance> all = entries.values().stream().map(entry -> instance(entry, now)).toList();
    return all.stream()
        .filter(one -> !one.silent() || all.stream().noneMatch(each -> each.replaces(one)))
        .sorted(
            Comparator.comparing(Instance::service)
                .thenComparing(instance -> instance.status().getStartedAt())
                .thenComparing(instance -> instance.status().getInstance()))
        .toList();
  }

  private static Instance instance(Entry entry, Instant now) {
    InstanceStatus last = entry.reports.getLast();
    Duration timeout = Duration.ofMillis(MISSED * last.getIntervalMs());
    boolean silent =
        isOlder(
            entry.heardAt,
            now,
            timeout.compareTo(SHORTEST_SILENCE) < 0 ? SHORTEST_SILENCE : timeout);
    return new Instance(
        last, entry.heardAt, silent ? Map.of() : rates(entry.reports.getFirst(), last), silent);
  }

  private static Map<String, Double> rates(InstanceStatus first, InstanceStatus last) {
    // A report may hold any time, and two may be further apart than a long can tell.
    double seconds =
        ((double) last.getReportedAt().toEpochMilli() - first.getReportedAt().toEpochMilli()) / 1e3;
    Map<String, Double> rates = new HashMap<>();
    if (seconds > 0) {
      last.getCounters()
          .forEach(
              (name, now) -> {
                // A counter that was not there has not counted before.
                long before = first.getCounters().getOrDefault(name, 0L);
                if (now >= before) {
                  rates.put(name, ((double) now - before) / seconds);
                }
              });
    }
    return rates;
  }

  private static boolean isOlder(Instant heardAt, Instant now, Duration age) {
    return Duration.between(heardAt, now).compareTo(age) > 0;
  }
}
