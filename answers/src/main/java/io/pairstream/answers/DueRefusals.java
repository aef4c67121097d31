package io.pairstream.answers;

import io.pairstream.answers.RefusalTable.Due;
import io.pairstream.answers.RefusalTable.Placed;
import io.pairstream.schemas.Canaries;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.service.table.KeyedValues;
import io.pairstream.service.transactions.Outbox;
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
  private final AnswerCollector collector;
  private final Outbox outbox;
  private final AnswerRecords records;
  private final Clock clock;
  private final ScoreMetrics metrics;

  /** Records of pairs that were asked for, or that stay. */
  private final Set<Placed> done = new HashSet<>();

  /**
   * @param collector reads pairs
   * @param outbox takes what is asked for
   */
  DueRefusals(
      ScoreWork work, PlacedRecords published, AnswerCollector collector, Outbox outbox) {
    this.known = work.known();
    this.cards = work.cards();
    this.published = published;
    this.collector = collector;
    this.outbox = outbox;
    this.records = new AnswerRecords(work.topics());
    this.clock = work.clock();
    this.metrics = work.metrics();
  }

  /**
   * Puts refusals into the outbox, some of those that are due, and erases the answers of refused
   * pairs that were taken down.
   *
   * @param partitions partitions that are worked on
   * @throws RegistryUnavailableException where the registry does not answer
   * @throws MissingSchemaException where the registry is not the one that it was
   */
  void take(Map<TopicPartition, SplitPartition> partitions) {
    known.takenDown().stream()
        .filter(each -> isOurs(each, partitions))
        .forEach(each -> collector.erase(each.pair(), each.split(), each.offset()));
    for (Due due : due(partitions).stream().limit(MOST_READ).toList()) {
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
    Optional<PreparedPair> pair = collector.decode(record);
    if (pair.isPresent()
        && !Canaries.is(pair.get().getContributor(), pair.get().getProducer())
        && !done.contains(due.place())) {
      outbox.add(records.refusal(due, pair.get(), clock.instant()));
      metrics.refused.increment();
    }
  }

  /** Whether any refusal is still to be written. */
  boolean areLeft(Map<TopicPartition, SplitPartition> partitions) {
    return !due(partitions).isEmpty();
  }

  private List<Due> due(Map<TopicPartition, SplitPartition> partitions) {
    return known.due(cards).stream()
        .filter(each -> isOurs(each.place(), partitions))
        .filter(each -> !done.contains(each.place()))
        .toList();
  }

  private static boolean isOurs(Placed place, Map<TopicPartition, SplitPartition> partitions) {
    SplitPartition partition = partitions.get(place.split());
    return partition != null && partition.isReady();
  }
}
