package io.pairstream.chaos.run;

import io.pairstream.chaos.load.LedgerEntry.Fate;
import io.pairstream.chaos.load.SentLedger;
import io.pairstream.chaos.load.TurnedAway;
import io.pairstream.chaos.run.RunningFaults.Done;
import io.pairstream.chaos.verify.SeenOutputs;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;

/** How long outputs stayed away after faults, and how long records waited. */
final class Outages {

  /**
   * What was committed just before a fault is read just after it, and shows no recovery: what comes
   * so soon is left out.
   */
  private static final Duration READ_LATE = Duration.ofMillis(500);

  private final SeenOutputs outputs;
  private final CommittedPlaces places;
  private final List<TurnedAway> turnedAway;

  /** When each record was acknowledged, by raw partition and offset. */
  private final Map<TopicPartition, Map<Long, Instant>> came = new HashMap<>();

  /**
   * Once every record has left.
   *
   * @param places what was committed, and when
   * @param turnedAway answers of front doors that they cannot take a record now
   */
  Outages(
      SeenOutputs outputs, SentLedger ledger, CommittedPlaces places, List<TurnedAway> turnedAway) {
    this.outputs = outputs;
    this.places = places;
    this.turnedAway = turnedAway;
    ledger.read(
        entry -> {
          if (entry.fate() == Fate.ACKNOWLEDGED) {
            came.computeIfAbsent(
                    new TopicPartition(entry.topic(), entry.partition()), unused -> new HashMap<>())
                .put(entry.offset(), entry.at());
          }
        });
  }

  /** The fault, with what the reader saw of it. */
  FaultEvent event(Done done) {
    return new FaultEvent(
        done.planned().number(),
        done.planned().kind(),
        done.words(),
        done.acknowledged(),
        done.began(),
        done.healed(),
        outputs
            .firstAfter(done.began().plus(READ_LATE), Set.of())
            .map(at -> Duration.between(done.began(), at)),
        done.touched().stream()
            .map(partition -> outage(done.began(), partition))
            .flatMap(Optional::stream)
            .max(Comparator.naturalOrder()),
        done.kills(),
        Stream.concat(done.remarks().stream(), doors(done).stream())
            .collect(Collectors.joining("; ")));
  }

  /** What front doors answered while it lasted, where they turned records away. */
  private Optional<String> doors(Done done) {
    Map<Integer, Long> answers =
        turnedAway.stream()
            .filter(answer -> answer.at().isAfter(done.began()))
            .filter(answer -> answer.at().isBefore(done.healed()))
            .collect(
                Collectors.groupingBy(TurnedAway::status, TreeMap::new, Collectors.counting()));
    return answers.isEmpty()
        ? Optional.empty()
        : Optional.of(
            answers.entrySet().stream()
                .map(entry -> entry.getValue() + " × " + entry.getKey())
                .collect(Collectors.joining(", ", "front doors meanwhile: ", "")));
  }

  /**
   * Of one partition: until the first record could be read that was still to be done after the
   * fault: it was acknowledged after it, or lay at or beyond the committed offset when that was
   * asked after it. So it does not count how many records wait from the fault before. A record that
   * is neither may have been part of a commit under way, and shows no recovery; it counts where no
   * other came. Where none came at all, none waited.
   */
  private Optional<Duration> outage(Instant began, TopicPartition partition) {
    Map<Long, Instant> acknowledged = came.getOrDefault(partition, Map.of());
    Instant after = began.plus(READ_LATE);
    long undone = places.askedAfter(after, partition).orElse(Long.MAX_VALUE);
    return outputs
        .firstAfter(
            after,
            partition,
            offset ->
                offset >= undone || acknowledged.getOrDefault(offset, Instant.MIN).isAfter(began))
        .or(() -> outputs.firstAfter(after, Set.of(partition)))
        .map(at -> Duration.between(began, at));
  }

  /** How long records took from their acknowledgement until they could be read; a sentence. */
  Optional<String> waits() {
    Map<TopicPartition, Set<Long>> seen = new HashMap<>();
    List<Wait> waits = new ArrayList<>();
    outputs.forEach(
        (partition, offset, at) -> {
          Instant from = came.getOrDefault(partition, Map.of()).get(offset);
          if (from != null
              && seen.computeIfAbsent(partition, unused -> new HashSet<>()).add(offset)) {
            waits.add(new Wait(partition + "-" + offset, from, Duration.between(from, at)));
          }
        });
    if (waits.isEmpty()) {
      return Optional.empty();
    }
    waits.sort(Comparator.comparing(Wait::lasted));
    Wait longest = waits.get(waits.size() - 1);
    List<Duration> lasted = waits.stream().map(Wait::lasted).toList();
    return Optional.of(
        String.format(
            Locale.ROOT,
            "From its acknowledgement until it could be read a record took %.1f s (median), 99 of"
                + " 100 at most %.1f s, the longest %.1f s (%s, acknowledged at %s).",
            seconds(Recovery.rank(lasted, 0.5)),
            seconds(Recovery.rank(lasted, 0.99)),
            seconds(longest.lasted()),
            longest.record(),
            longest.from().truncatedTo(ChronoUnit.SECONDS)));
  }

  private record Wait(String record, Instant from, Duration lasted) {}

  private static double seconds(Duration lasted) {
    return Math.max(0, lasted.toMillis()) / 1e3;
  }
}
