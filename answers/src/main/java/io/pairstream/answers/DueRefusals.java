package io.pairstream.answers;

import io.pairstream.answers.RefusalTable.Due;
import io.pairstream.answers.RefusalTable.Placed;
import io.pairstream.schemas.Canaries;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.service.table.KeyedValues;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Asks the topology to take pairs out of their splits whose answers are outside of limits by which
 * the recipe rejects: pairs that were answered just now, and all others once a limit is new. The
 * platform's own test pairs stay. Not thread-safe.
 */
final class DueRefusals {

  /** Most records that are read at a time. */
  private static final int MOST_READ = 100;

  private final KnownAnswers known;
  private final List<String> cards;
  private final PlacedRecords published;
  private final Lane lane;
  private final Outbox outbox;
  private final AnswerRecords records;
  private final Clock clock;
  private final Tally tally;

  /** Records of pairs that were asked for, or that stay. */
  private final Set<Placed> done = new HashSet<>();

  /**
   * @param cards names of those whose answers count
   * @param lane reads pairs
   * @param outbox takes what is asked for
   */
  DueRefusals(
      KnownAnswers known,
      List<String> cards,
      PlacedRecords published,
      Lane lane,
      Outbox outbox,
      AnswerRecords records,
      Clock clock,
      Tally tally) {
    this.known = known;
    this.cards = List.copyOf(cards);
    this.published = published;
    this.lane = lane;
    this.outbox = outbox;
    this.records = records;
    this.clock = clock;
    this.tally = tally;
  }

  /**
   * Puts refusals into the outbox, some of those that are due, and erases the answers of refused
   * pairs that were taken down.
   *
   * @param shares partitions that are worked on
   * @throws RegistryUnavailableException where the registry does not answer
   * @throws MissingSchemaException where the registry is not the one that it was
   */
  void take(Map<TopicPartition, Share> shares) {
    known.takenDown().stream()
        .filter(each -> isOurs(each, shares))
        .forEach(each -> lane.erase(each.pair(), each.split(), each.offset()));
    for (Due due : due(shares).stream().limit(MOST_READ).toList()) {
      Optional<ConsumerRecord<byte[], byte[]>> first =
          published.read(due.place().split(), due.place().offset());
      if (first.isEmpty()) {
        return; // The broker does not answer now.
      }
      refuse(due, first.get());
      done.add(due.place());
    }
  }

  private void refuse(Due due, ConsumerRecord<byte[], byte[]> record) {
    // Behind the offset lies something else once compaction has taken the record away.
    if (record.offset() != due.place().offset()
        || record.value() == null
        || !KeyedValues.key(record).equals(due.place().pair())) {
      return;
    }
    Optional<PreparedPair> pair = lane.decode(record);
    if (pair.isPresent()
        && !Canaries.is(pair.get().getContributor(), pair.get().getProducer())
        && !done.contains(due.place())) {
      outbox.add(records.refusal(due, pair.get(), clock.instant()));
      tally.refused.increment();
    }
  }

  /** Whether any refusal is still to be written. */
  boolean areLeft(Map<TopicPartition, Share> shares) {
    return !due(shares).isEmpty();
  }

  private List<Due> due(Map<TopicPartition, Share> shares) {
    return known.due(cards).stream()
        .filter(each -> isOurs(each.place(), shares))
        .filter(each -> !done.contains(each.place()))
        .toList();
  }

  private static boolean isOurs(Placed place, Map<TopicPartition, Share> shares) {
    Share share = shares.get(place.split());
    return share != null && share.isReady(System.nanoTime());
  }
}
