package io.pairstream.chaos.run;

import io.pairstream.chaos.load.LedgerEntry.Fate;
import io.pairstream.chaos.load.SentLedger;
import io.pairstream.chaos.run.RunningFaults.Done;
import io.pairstream.chaos.verify.LiveReader;
import io.pairstream.chaos.verify.LiveReader.FirstOutput;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

  /** When each record was acknowledged, by raw partition and offset. */
  private final Map<TopicPartition, Map<Long, Instant>> came = new HashMap<>();

  /** Once every record has left. */
  Outages(LiveReader live, SentLedger ledger) {
    this.live = live;
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
        String.join("; ", done.remarks()));
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
