package io.pairstream.service.transactions;

import io.pairstream.schemas.wire.KafkaAnswers;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeProducersResult.PartitionProducerState;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * A transaction that is open on a partition although its coordinator has ended it: no time-out ends
 * it, and readers of committed records come up to it.
 *
 * @param open its producer, as the partition knows it
 * @param ended the producer's latest transaction, as its coordinator knows it
 */
public record HangingTransaction(
    TopicPartition partition,
    String transactionalId,
    ProducerState open,
    TransactionDescription ended) {

  /**
   * Hanging transactions on some partitions. A running transaction is never among them: its
   * coordinator knows of it before any partition does, and reports its end after all partitions are
   * marked; here it reports the end of one that is on the partition before and after.
   *
   * @param ids whose transactions are looked for
   * @throws KafkaException where a question is not answered
   */
  public static List<HangingTransaction> find(
      Admin admin, Collection<TopicPartition> partitions, Predicate<String> ids) {
    var before = producers(admin, partitions);
    List<String> asked =
        KafkaAnswers.await(admin.listTransactions().all()).stream()
            .map(TransactionListing::transactionalId)
            .filter(ids)
            .toList();
    Map<Long, Map.Entry<String, TransactionDescription>> known = new HashMap<>();
    KafkaAnswers.await(admin.describeTransactions(asked).all())
        .entrySet()
        .forEach(each -> known.put(each.getValue().producerId(), each));
    var now = producers(admin, partitions);
    List<HangingTransaction> found = new ArrayList<>();
    for (TopicPartition partition : partitions) {
      for (ProducerState open : now.get(partition).activeProducers()) {
        var ended = known.get(open.producerId());
        if (ended != null
            && before.get(partition).activeProducers().contains(open)
            && hangs(open, ended.getValue())) {
          found.add(new HangingTransaction(partition, ended.getKey(), open, ended.getValue()));
        }
      }
    }
    return found;
  }

  /**
   * Whether the transaction is open on the partition, and its coordinator neither works on it nor
   * is about to end it.
   */
  private static boolean hangs(ProducerState open, TransactionDescription known) {
    return open.currentTransactionStartOffset().isPresent()
        && switch (known.state()) {
          case ONGOING -> known.producerEpoch() != open.producerEpoch();
          case PREPARE_COMMIT, PREPARE_ABORT, PREPARE_EPOCH_FENCE, UNKNOWN -> false;
          case EMPTY, COMPLETE_COMMIT, COMPLETE_ABORT -> true;
        };
  }

  /**
   * Whether its coordinator decided that it is committed. Brokers give a producer the next epoch
   * with the end of each transaction; the end of one before the latest is unknown.
   */
  public boolean isCommitted() {
    return ended.state() == TransactionState.COMPLETE_COMMIT
        && ended.producerEpoch() == open.producerEpoch() + 1;
  }

  /** The command that ends it on the partition. */
  public String remedy(String bootstrapServers) {
    return OpenTransaction.abort(bootstrapServers, partition, startOffset());
  }

  /** The first record of it on the partition. */
  public long startOffset() {
    return open.currentTransactionStartOffset().orElseThrow();
  }

  private static Map<TopicPartition, PartitionProducerState> producers(
      Admin admin, Collection<TopicPartition> partitions) {
    return KafkaAnswers.await(admin.describeProducers(partitions).all());
  }
}
