package io.pairstream.preprocess.run;

import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.wire.KafkaAnswers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
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
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
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
 * <p>What the coordinator says was aborted is aborted on its partitions as well. What was
 * committed, or has been followed by more of its producer, cannot be ended from here without losing
 * records; there is a warning. Transactions whose names do not begin with the data set's are not
 * ours to judge.
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

  private boolean mayAbort = true;

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
    List<Open> lasting =
        open.stream()
            .filter(one -> before.contains(one) && known.containsKey(one.producerId()))
            .toList();
    before = open;
    List<Open> aborted = new ArrayList<>();
    List<Open> forgotten = new ArrayList<>();
    for (Open one : lasting) {
      if (isAborted(one, known.get(one.producerId()))) {
        aborted.add(one);
      } else if (isForgotten(one, known.get(one.producerId()))) {
        forgotten.add(one);
      }
    }
    if (!aborted.isEmpty() && !(mayAbort && endsRaiseEpochs())) {
      forgotten.addAll(aborted);
      aborted.clear();
    }
    if (!forgotten.isEmpty()) {
      warn(forgotten);
    }
    return abort(aborted);
  }

  /** With each end of a transaction its producer's epoch grows by one (KIP-890). */
  private static boolean isAborted(Open open, TransactionDescription known) {
    return known.state() == TransactionState.COMPLETE_ABORT
        && known.producerEpoch() == open.epoch() + 1;
  }

  /** Whether its coordinator is neither in the middle of it nor about to end it. */
  private static boolean isForgotten(Open open, TransactionDescription known) {
    return switch (known.state()) {
      case ONGOING -> known.producerEpoch() != open.epoch();
      case PREPARE_COMMIT, PREPARE_ABORT, PREPARE_EPOCH_FENCE, UNKNOWN -> false;
      case EMPTY, COMPLETE_COMMIT, COMPLETE_ABORT -> true;
    };
  }

  private void warn(List<Open> open) {
    warnings.once(
        "transactions that no coordinator will end are open, and nobody reads what is committed"
            + " behind them; kafka-transactions.sh abort ends one, and drops the records in it: "
            + open.stream()
                .map(
                    one ->
                        one.partition()
                            + " from offset "
                            + one.fromOffset()
                            + " on, of producer "
                            + one.producerId()
                            + " in epoch "
                            + one.epoch())
                .sorted()
                .collect(Collectors.joining("; ")));
  }

  /** Whether an epoch tells one transaction from the next, as it does since version 2 of them. */
  private boolean endsRaiseEpochs() throws InterruptedException {
    FinalizedVersionRange version =
        KafkaAnswers.get(admin.describeFeatures().featureMetadata())
            .finalizedFeatures()
            .get("transaction.version");
    return version != null && version.maxVersionLevel() >= 2;
  }

  /**
   * Aborts each on its partition. One whose producer has begun another transaction there meanwhile
   * is not touched: the epoch is another.
   */
  private Set<TopicPartition> abort(List<Open> aborted) throws InterruptedException {
    Set<TopicPartition> ended = new HashSet<>();
    for (Open open : aborted) {
      try {
        KafkaAnswers.get(
            admin
                .abortTransaction(
                    new AbortTransactionSpec(
                        open.partition(), open.producerId(), open.epoch(), open.coordinator()))
                .all());
        ended.add(open.partition());
      } catch (AuthorizationException e) {
        mayAbort = false;
        LOG.warn("this instance may not end what the brokers forgot: {}", e.toString());
        break;
      } catch (KafkaException e) {
        // The others may do; this one is there in the next look.
        LOG.debug("{} is not ended", open, e);
      }
    }
    if (!ended.isEmpty()) {
      LOG.warn("transactions were aborted and left open by the brokers; ended on {}", ended);
    }
    return ended;
  }

  /**
   * What the coordinators say of our producers; nothing of those that are not ours, or that none
   * remembers, as one that is loading does not.
   */
  private Map<Long, TransactionDescription> known(Set<Open> open) throws InterruptedException {
    if (open.isEmpty()) {
      return Map.of();
    }
    Set<Long> producers = open.stream().map(Open::producerId).collect(Collectors.toSet());
    List<String> names =
        KafkaAnswers.get(
                admin
                    .listTransactions(new ListTransactionsOptions().filterProducerIds(producers))
                    .all())
            .stream()
            .map(TransactionListing::transactionalId)
            .filter(name -> name.startsWith(dataset.name() + "-"))
            .toList();
    return KafkaAnswers.get(admin.describeTransactions(names).all()).values().stream()
        .collect(
            Collectors.toMap(
                TransactionDescription::producerId, known -> known, (one, other) -> one));
  }

  private Set<Open> open() throws InterruptedException {
    List<TopicPartition> behind = unstable(partitions());
    Set<Open> found = new HashSet<>();
    if (!behind.isEmpty()) {
      KafkaAnswers.get(admin.describeProducers(behind).all())
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
    Map<TopicPartition, ListOffsetsResultInfo> ends =
        KafkaAnswers.get(admin.listOffsets(latest).all());
    Map<TopicPartition, ListOffsetsResultInfo> stable =
        KafkaAnswers.get(
            admin.listOffsets(latest, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED)).all());
    return partitions.stream()
        .filter(partition -> stable.get(partition).offset() < ends.get(partition).offset())
        .toList();
  }

  private List<TopicPartition> partitions() throws InterruptedException {
    Set<String> topics =
        KafkaAnswers.get(admin.listTopics().names()).stream()
            .filter(this::isOurs)
            .collect(Collectors.toCollection(HashSet::new));
    topics.add(Topic.GROUP_METADATA_TOPIC_NAME);
    List<TopicPartition> partitions = new ArrayList<>();
    KafkaAnswers.get(admin.describeTopics(topics).allTopicNames())
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
    // One without a leader would keep the others waiting.
    return description.partitions().stream()
        .filter(partition -> partition.leader() != null)
        .map(partition -> new TopicPartition(topic, partition.partition()))
        .toList();
  }
}
