package io.pairstream.preprocess.run;

import io.pairstream.schemas.topics.Dataset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.utils.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends what the transaction coordinator takes for ended and a partition does not.
 *
 * <p>Where all brokers, or the only one, stand still for longer than their sessions and go on, the
 * controller takes the leaders from the partitions for a moment. A transaction that ends in that
 * moment ends without its markers: Kafka 4.3.1 takes a partition without a leader for a topic that
 * was deleted. The transaction then stays open on its partitions for ever, and no time-out ends it.
 *
 * <p>What the coordinator says was aborted is aborted on its partitions as well. What it says was
 * committed, or what it remembers nothing of, cannot be ended from here without losing records;
 * there is a warning.
 */
final class HangingTransactions {

  private static final Logger LOG = LoggerFactory.getLogger(HangingTransactions.class);

  /** A transaction as a partition's leader has it. */
  private record Open(
      TopicPartition partition, long producerId, short epoch, long fromOffset, int coordinator) {}

  private final Dataset dataset;
  private final Admin admin;
  private final Warnings warnings;

  /** What the look before found open. */
  private Set<Open> before = Set.of();

  /**
   * @param dataset whose topics, with those of Kafka Streams and the offsets of its groups, are
   *     looked at
   */
  HangingTransactions(Dataset dataset, Admin admin, Warnings warnings) {
    this.dataset = dataset;
    this.admin = admin;
    this.warnings = warnings;
  }

  /**
   * Looks once, and aborts what was open in the look before and this one, and is aborted already by
   * what the coordinator says.
   *
   * @return the partitions on which a transaction was aborted
   */
  Set<TopicPartition> look() throws InterruptedException {
    // In this order: what the coordinator says has ended has its markers, if it ever gets them.
    Map<Long, TransactionDescription> known = known(before);
    Set<Open> open = open();
    Set<Open> lasting = open.stream().filter(before::contains).collect(Collectors.toSet());
    before = open;
    Set<TopicPartition> ended = new HashSet<>();
    for (Open one : lasting) {
      if (isAborted(one, known.get(one.producerId()))) {
        abort(one);
        ended.add(one.partition());
      } else if (isForgotten(one, known.get(one.producerId()))) {
        warnings.once(
            one.partition()
                + " has an open transaction that no coordinator will end, from offset "
                + one.fromOffset()
                + " on, of producer "
                + one.producerId()
                + " in epoch "
                + one.epoch()
                + "; nobody reads what is committed behind it."
                + " kafka-transactions.sh abort ends it, and drops the records in it");
      }
    }
    if (!ended.isEmpty()) {
      LOG.warn("transactions were aborted and left open by the brokers; ended on {}", ended);
    }
    return ended;
  }

  /** With each end of a transaction a producer's epoch grows by one (KIP-890). */
  private static boolean isAborted(Open open, TransactionDescription known) {
    return known != null
        && known.state() == TransactionState.COMPLETE_ABORT
        && known.producerEpoch() == open.epoch() + 1;
  }

  private static boolean isForgotten(Open open, TransactionDescription known) {
    if (known == null) {
      return true;
    }
    boolean isBeingEnded =
        known.state() == TransactionState.PREPARE_COMMIT
            || known.state() == TransactionState.PREPARE_ABORT;
    return known.producerEpoch() != open.epoch() && !isBeingEnded;
  }

  /** A producer that has begun another transaction there meanwhile is not touched: its epoch is. */
  private void abort(Open open) throws InterruptedException {
    Answers.of(
        admin
            .abortTransaction(
                new AbortTransactionSpec(
                    open.partition(), open.producerId(), open.epoch(), open.coordinator()))
            .all());
  }

  /** What each producer's coordinator says; nothing for those that none remembers. */
  private Map<Long, TransactionDescription> known(Set<Open> open) throws InterruptedException {
    if (open.isEmpty()) {
      return Map.of();
    }
    Set<Long> producers = open.stream().map(Open::producerId).collect(Collectors.toSet());
    List<String> names =
        Answers.of(
                admin
                    .listTransactions(new ListTransactionsOptions().filterProducerIds(producers))
                    .all())
            .stream()
            .map(TransactionListing::transactionalId)
            .toList();
    return Answers.of(admin.describeTransactions(names).all()).values().stream()
        .collect(
            Collectors.toMap(
                TransactionDescription::producerId, known -> known, (one, other) -> one));
  }

  private Set<Open> open() throws InterruptedException {
    List<TopicPartition> behind = unstable(partitions());
    Set<Open> found = new HashSet<>();
    if (!behind.isEmpty()) {
      Answers.of(admin.describeProducers(behind).all())
          .forEach(
              (partition, producers) ->
                  producers.activeProducers().stream()
                      .filter(producer -> producer.currentTransactionStartOffset().isPresent())
                      .forEach(producer -> found.add(open(partition, producer))));
    }
    return found;
  }

  private static Open open(TopicPartition partition, ProducerState producer) {
    return new Open(
        partition,
        producer.producerId(),
        (short) producer.producerEpoch(),
        producer.currentTransactionStartOffset().orElseThrow(),
        producer.coordinatorEpoch().orElse(0));
  }

  /** Those whose last stable offset is not their end. */
  private List<TopicPartition> unstable(List<TopicPartition> partitions)
      throws InterruptedException {
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    partitions.forEach(partition -> latest.put(partition, OffsetSpec.latest()));
    // In this order: what is written in between is not taken for open.
    Map<TopicPartition, ListOffsetsResultInfo> ends = Answers.of(admin.listOffsets(latest).all());
    Map<TopicPartition, ListOffsetsResultInfo> stable =
        Answers.of(
            admin.listOffsets(latest, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED)).all());
    return partitions.stream()
        .filter(partition -> stable.get(partition).offset() < ends.get(partition).offset())
        .toList();
  }

  private List<TopicPartition> partitions() throws InterruptedException {
    Set<String> topics =
        Answers.of(admin.listTopics().names()).stream()
            .filter(this::isOurs)
            .collect(Collectors.toCollection(HashSet::new));
    topics.add(Topic.GROUP_METADATA_TOPIC_NAME);
    List<TopicPartition> partitions = new ArrayList<>();
    Answers.of(admin.describeTopics(topics).allTopicNames())
        .forEach((topic, description) -> partitions.addAll(partitions(topic, description)));
    return partitions;
  }

  private boolean isOurs(String topic) {
    return topic.startsWith(dataset.topic("")) || topic.startsWith(dataset.preprocessGroup() + "-");
  }

  private List<TopicPartition> partitions(String topic, TopicDescription description) {
    if (topic.equals(Topic.GROUP_METADATA_TOPIC_NAME)) {
      return List.of(dataset.preprocessGroup(), dataset.fetchGroup()).stream()
          .map(group -> Utils.abs(group.hashCode()) % description.partitions().size())
          .distinct()
          .map(partition -> new TopicPartition(topic, partition))
          .toList();
    }
    return description.partitions().stream()
        .map(partition -> new TopicPartition(topic, partition.partition()))
        .toList();
  }
}
