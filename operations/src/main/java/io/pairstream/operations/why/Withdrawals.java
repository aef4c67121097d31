package io.pairstream.operations.why;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.review.Quarantine;
import io.pairstream.operations.review.QuarantineEntry;
import io.pairstream.operations.takedown.TakedownEvent;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.TakedownKind;
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

  /**
   * What withdrew a pair, or for which a copy was rejected: the pair's own takedown, its image's,
   * or that of whom the entry names. A receipt does not know whose the pair is; the newest copy
   * that was rejected does.
   */
  static Withdrawals of(
      ClusterAccess cluster,
      CommittedLog log,
      String key,
      Receipt receipt,
      Optional<QuarantineEntry> entry) {
    boolean isWithdrawn = receipt.getStanding().equals(PairStatus.WITHDRAWN.name());
    List<String> keys = new ArrayList<>();
    keys.add(TakedownKind.PAIR.key(receipt.getPairId()));
    keys.add(TakedownKind.IMAGE.key(receipt.getImageDigest()));
    entry
        .or(() -> isWithdrawn ? new Quarantine(cluster).show(key) : Optional.empty())
        .map(QuarantineEntry::pair)
        .filter(pair -> pair.getReason().equals(RejectReason.WITHDRAWN.name()))
        .map(QuarantinedPair::getMeasured)
        .ifPresent(
            subject -> {
              keys.add(TakedownKind.PAIR.key(subject)); // the same sample, spelt otherwise
              keys.add(TakedownKind.CONTRIBUTOR.key(subject));
              keys.add(TakedownKind.SOURCE.key(subject));
            });
    return of(cluster, log, keys);
  }

  /** Of these keys of takedowns, and of those that they are or were part of. */
  private static Withdrawals of(ClusterAccess cluster, CommittedLog log, List<String> keys) {
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
