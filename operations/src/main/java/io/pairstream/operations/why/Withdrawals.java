package io.pairstream.operations.why;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.takedown.TakedownEvent;
import io.pairstream.schemas.Takedown;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What withdrew a pair, and what lifted that.
 *
 * @param inForce the takedown in force, that of the first key that has one
 * @param events who withdrew and who lifted, oldest first, as far back as the audit trail goes
 */
record Withdrawals(Optional<Takedown> inForce, List<TakedownEvent> events) {

  /** Of these keys of takedowns, and of those that they are or were part of. */
  static Withdrawals read(ClusterAccess cluster, CommittedLog log, List<String> keys) {
    Map<String, Takedown> inForce = new HashMap<>();
    Set<String> subjects = new HashSet<>(keys);
    log.readAll(
        cluster.topics().takedowns(),
        (key, read) -> {
          if (keys.contains(key)) {
            inForce.remove(key);
            read.ifPresent(
                takedown -> {
                  inForce.put(key, takedown);
                  subjects.add(takedown.getPartOf());
                });
          }
        });
    return new Withdrawals(
        keys.stream().filter(inForce::containsKey).findFirst().map(inForce::get),
        events(cluster, log, subjects));
  }

  private static List<TakedownEvent> events(
      ClusterAccess cluster, CommittedLog log, Set<String> subjects) {
    List<TakedownEvent> events = new ArrayList<>();
    log.readAll(
        cluster.topics().actions(),
        (id, action) ->
            action
                .flatMap(TakedownEvent::of)
                .filter(event -> subjects.contains(event.subject()))
                .ifPresent(events::add));
    events.sort(Comparator.comparing(TakedownEvent::at));
    return events;
  }
}
