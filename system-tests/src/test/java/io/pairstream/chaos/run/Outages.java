package io.pairstream.chaos.run;

import io.pairstream.chaos.load.LedgerEntry.Fate;
import io.pairstream.chaos.load.SentLedger;
import io.pairstream.chaos.load.TurnedAway;
import io.pairstream.chaos.run.RunningFaults.Done;
import io.pairstream.chaos.verify.LiveReader;
import io.pairstream.chaos.verify.LiveReader.FirstOutput;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;

/**
 * How long outputs stayed away after faults. On the partitions that were hit, a record that was
 * acknowledged after the fault is waited for from then on: before, none waited there.
 */
final class Outages {

  /**
   * What was committed just before a fault is read just after it, and shows no recovery. What comes
   * so soon is left out, which never makes a time shorter.
   */
  private static final Duration READ_LATE = Duration.ofMillis(500);

  private final LiveReader live;
  private final List<TurnedAway> turnedAway;

  /** When each record was acknowledged, by raw partition and offset. */
  private final Map<TopicPartition, Map<Long, Instant>> came = new HashMap<>();

  /**
   * Once every record has left.
   *
   * @param turnedAway answers of front doors that they cannot take a record now
   */
  Outages(LiveReader live, SentLedger ledger, List<TurnedAway> turnedAway) {
    this.live = live;
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
        live.firstOutputAfter(done.began().plus(READ_LATE), Set.of())
            .map(at -> Duration.between(done.began(), at)),
        done.touched().stream()
            .map(partition -> outage(done.began(), partition))
            .flatMap(Optional::stream)
            .max(Comparator.naturalOrder()),
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

  /** Of one partition; where no output came again, no record waited. */
  private Optional<Duration> outage(Instant began, TopicPartition partition) {
    return live.firstOutputOf(partition, began.plus(READ_LATE))
        .map(output -> since(began, partition, output));
  }

  private Duration since(Instant began, TopicPartition partition, FirstOutput output) {
    Instant record = came.getOrDefault(partition, Map.of()).getOrDefault(output.rawOffset(), began);
    boolean cameLater = record.isAfter(began) && record.isBefore(output.at());
    return Duration.between(cameLater ? record : began, output.at());
  }
}
