package io.pairstream.service.transactions;

import io.pairstream.schemas.wire.KafkaAnswers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.common.TopicPartition;

/**
 * An open transaction of any program, as one partition knows it: readers of committed records come
 * up to it.
 *
 * @param startOffset where on the partition it begins
 * @param transactionalId empty where this client may not see it
 * @param begun empty where the id is, or its coordinator does not say
 */
public record OpenTransaction(
    TopicPartition partition,
    long producerId,
    long startOffset,
    Optional<String> transactionalId,
    Optional<Instant> begun) {

  /** Transactional id, or a text saying that it is not visible. */
  public String name() {
    return transactionalId.orElse("transactional id not visible");
  }

  /** The command that ends it at once; everywhere, where the transactional id is known. */
  public String remedy(String bootstrapServers) {
    return transactionalId
        .map(id -> terminate(bootstrapServers, id))
        .orElseGet(() -> abort(bootstrapServers, partition, startOffset));
  }

  /** The command that ends the transaction of an id everywhere. */
  static String terminate(String bootstrapServers, String transactionalId) {
    return "kafka-transactions.sh --bootstrap-server %s forceTerminateTransaction --transactionalId %s"
        .formatted(bootstrapServers, transactionalId);
  }

  /** The command that ends a transaction on one partition. */
  static String abort(String bootstrapServers, TopicPartition partition, long startOffset) {
    return "kafka-transactions.sh --bootstrap-server %s abort --topic %s --partition %d --start-offset %d"
        .formatted(bootstrapServers, partition.topic(), partition.partition(), startOffset);
  }

  /** Open transactions on the partitions, as far as the brokers give them. */
  public static List<OpenTransaction> on(Admin admin, Collection<TopicPartition> partitions) {
    List<OpenTransaction> open = new ArrayList<>();
    var asked = admin.describeProducers(partitions);
    for (TopicPartition partition : partitions) {
      KafkaAnswers.unlessRefused(asked.partitionResult(partition)).stream()
          .flatMap(found -> found.activeProducers().stream())
          .forEach(
              state ->
                  state
                      .currentTransactionStartOffset()
                      .ifPresent(
                          start ->
                              open.add(
                                  new OpenTransaction(
                                      partition,
                                      state.producerId(),
                                      start,
                                      Optional.empty(),
                                      Optional.empty()))));
    }
    if (open.isEmpty()) {
      return open;
    }
    Map<Long, String> ids = new HashMap<>();
    List<Long> producers = open.stream().map(OpenTransaction::producerId).toList();
    var options = new ListTransactionsOptions().filterProducerIds(producers);
    KafkaAnswers.unlessRefused(admin.listTransactions(options).all())
        .orElse(List.of())
        .forEach(listed -> ids.put(listed.producerId(), listed.transactionalId()));
    var described = admin.describeTransactions(ids.values());
    open.replaceAll(
        one -> {
          Optional<String> id = Optional.ofNullable(ids.get(one.producerId));
          Optional<Instant> begun =
              id.flatMap(each -> KafkaAnswers.unlessRefused(described.description(each)))
                  .filter(each -> each.transactionStartTimeMs().isPresent())
                  .map(each -> Instant.ofEpochMilli(each.transactionStartTimeMs().getAsLong()));
          return new OpenTransaction(one.partition, one.producerId, one.startOffset, id, begun);
        });
    return open;
  }
}
