package io.pairstream.answers;

import io.pairstream.answers.RefusalTable.Due;
import io.pairstream.schemas.Canaries;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.service.transactions.Outbox;
import java.util.HashSet;
import java.util.LinkedHashMap;
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

  private final ScoreWork work;
  private final PlacedRecords published;
  private final AnswerCollector collector;
  private final Outbox outbox;
  private final AnswerRecords records;

  /** Records of pairs that were asked for, or that stay. */
  private final Set<PairPlace> done = new HashSet<>();

  /**
   * @param collector reads pairs
   * @param outbox takes what is asked for
   */
  DueRefusals(ScoreWork work, PlacedRecords published, AnswerCollector collector, Outbox outbox) {
    this.work = work;
    this.published = published;
    this.collector = collector;
    this.outbox = outbox;
    this.records = new AnswerRecords(work.topics());
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
    work.known().takenDown().stream()
        .filter(each -> each.isReady(partitions))
        .forEach(each -> collector.erase(each.pair(), each.split(), each.offset()));
    Map<PairPlace, Due> due = new LinkedHashMap<>();
    due(partitions).forEach(each -> due.putIfAbsent(each.place(), each));
    published.read(due.keySet()).forEach((place, record) -> refuse(due.get(place), record));
  }

  private void refuse(Due due, ConsumerRecord<byte[], byte[]> record) {
    boolean isThePairs = CommittedLog.key(record).equals(due.place().pair());
    Optional<PreparedPair> pair = isThePairs ? collector.decode(record) : Optional.empty();
    if (pair.isPresent() && !Canaries.is(pair.get().getMetadata())) {
      outbox.add(records.refusal(due, pair.get(), work.clock().instant()));
      work.metrics().refused.increment();
    }
    done.add(due.place());
  }

  /** Whether any refusal is still to be written. */
  boolean areLeft(Map<TopicPartition, SplitPartition> partitions) {
    return !due(partitions).isEmpty();
  }

  private List<Due> due(Map<TopicPartition, SplitPartition> partitions) {
    return work.known().due(work.cards()).stream()
        .filter(each -> each.place().isReady(partitions))
        .filter(each -> !done.contains(each.place()) && !published.isGone(each.place()))
        .toList();
  }
}
