package io.pairstream.operations.why;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.takedown.TakedownEvent;
import io.pairstream.schemas.Action;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.wire.RecordDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * What withdrew a pair, and what lifted that.
 *
 * @param inForce the takedown in force, that of the first key that has one
 * @param events who withdrew and who lifted, oldest first, as far back as the audit trail goes
 */
record Withdrawals(Optional<Takedown> inForce, List<TakedownEvent> events) {

  /** Of these keys of takedowns, and of those that they are or were part of. */
  static Withdrawals read(ClusterAccess cluster, CommittedLog log, List<String> keys) {
    RecordDecoder<Takedown> takedowns =
        new RecordDecoder<>(cluster.topics().takedowns(), Takedown.SCHEMA$, cluster.registry());
    Set<TopicPartition> partitions = new HashSet<>();
    keys.forEach(key -> partitions.add(log.partitionOf(takedowns.topicName(), key)));
    Map<String, Takedown> inForce = new HashMap<>();
    Set<String> subjects = new HashSet<>(keys);
    log.read(
        log.everything(partitions),
        record -> {
          String key = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
          if (keys.contains(key)) {
            inForce.remove(key);
            Optional.ofNullable(record.value())
                .flatMap(takedowns::decode)
                .ifPresent(
                    takedown -> {
                      inForce.put(key, takedown);
                      subjects.add(takedown.getPartOf());
                    });
          }
          return true;
        });
    return new Withdrawals(
        keys.stream().filter(inForce::containsKey).findFirst().map(inForce::get),
        events(cluster, log, subjects));
  }

  private static List<TakedownEvent> events(
      ClusterAccess cluster, CommittedLog log, Set<String> subjects) {
    RecordDecoder<Action> actions =
        new RecordDecoder<>(cluster.topics().actions(), Action.SCHEMA$, cluster.registry());
    List<TakedownEvent> events = new ArrayList<>();
    log.read(
        log.everything(log.partitions(actions.topicName())),
        record -> {
          Optional.ofNullable(record.value())
              .flatMap(actions::decode)
              .flatMap(TakedownEvent::of)
              .filter(event -> subjects.contains(event.subject()))
              .ifPresent(events::add);
          return true;
        });
    events.sort(Comparator.comparing(TakedownEvent::at));
    return events;
  }
}
