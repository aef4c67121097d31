package io.pairstream.service.transactions;

import io.pairstream.schemas.wire.KafkaAnswers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.ProducerState;
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
    String tool = "kafka-transactions.sh --bootstrap-server " + bootstrapServers;
    return transactionalId
        .map(id -> tool + " forceTerminateTransaction --transactionalId " + id)
        .orElseGet(
            () ->
                "%s abort --topic %s --partition %d --start-offset %d"
                    .formatted(tool, partition.topic(), partition.partition(), startOffset));
  }

  /** Open transactions on the partitions, as far as the brokers give them. */
  public static List<OpenTransaction> on(Admin admin, Collection<TopicPartition> partitions) {
    Map<TopicPartition, List<ProducerState>> open = new HashMap<>();
    Set<Long> producers = new TreeSet<>();
    var asked = admin.describeProducers(partitions);
    for (TopicPartition partition : partitions) {
      KafkaAnswers.unlessRefused(asked.partitionResult(partition))
          .ifPresent(
              found -> {
                List<ProducerState> inside =
                    found.activeProducers().stream()
                        .filter(state -> state.currentTransactionStartOffset().isPresent())
                        .toList();
                inside.forEach(state -> producers.add(state.producerId()));
                open.put(partition, inside);
              });
    }
    if (producers.isEmpty()) {
      return List.of();
    }
    Map<Long, String> ids = new HashMap<>();
    var options = new ListTransactionsOptions().filterProducerIds(producers);
    KafkaAnswers.unlessRefused(admin.listTransactions(options).all())
        .orElse(List.of())
        .forEach(listed -> ids.put(listed.producerId(), listed.transactionalId()));
    var described = admin.describeTransactions(ids.values());
    List<OpenTransaction> found = new ArrayList<>();
    open.forEach(
        (partition, states) ->
            states.forEach(
                state -> {
                  Optional<String> id = Optional.ofNullable(ids.get(state.producerId()));
                  var known =
                      id.flatMap(each -> KafkaAnswers.unlessRefused(described.description(each)));
                  found.add(
                      new OpenTransaction(
                          partition,
                          state.producerId(),
                          state.currentTransactionStartOffset().orElseThrow(),
                          id,
                          known
                              .filter(each -> each.transactionStartTimeMs().isPresent())
                              .map(each -> each.transactionStartTimeMs().getAsLong())
                              .map(Instant::ofEpochMilli)));
                }));
    return found;
  }
}
