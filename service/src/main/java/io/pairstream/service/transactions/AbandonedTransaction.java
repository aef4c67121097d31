package io.pairstream.service.transactions;

import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.wire.KafkaAnswers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open transaction whose producer is no longer in its consumer group, and which therefore can
 * never be committed: a commit of a group's offsets is taken of members alone. Until it ends,
 * readers of committed records, and the next owner of the producer's partitions, wait.
 *
 * @param group the consumer group to which the producer belonged
 * @param transactionalId {@code GROUP-UUID}, and with Kafka Streams {@code GROUP-UUID-THREAD}
 * @param endsAt when the brokers end it by themselves, which may take them some 10 s more
 * @param partitions what it has written to, which is held back
 */
public record AbandonedTransaction(
    String group, String transactionalId, Instant endsAt, Set<TopicPartition> partitions) {

  /**
   * The fact in which a process reports the transactional ids that are its own, with spaces
   * between.
   */
  public static final String IDS_FACT = "transactional_ids";

  private static final Logger LOG = LoggerFactory.getLogger(AbandonedTransaction.class);

  private static final Pattern OF_STREAMS = Pattern.compile("-StreamThread-(\\d+)-consumer$");

  /** The command that ends the transaction at once. */
  public String remedy(String bootstrapServers) {
    return OpenTransaction.terminate(bootstrapServers, transactionalId);
  }

  /**
   * The abandoned transactions of a data set's services, as {@link #describe(Admin, Collection)}
   * answers them.
   */
  public static List<AbandonedTransaction> describe(Admin admin, Dataset dataset) {
    Set<String> groups = new TreeSet<>(dataset.transactionalGroups());
    open(admin).stream().map(dataset::scoreGroupIn).flatMap(Optional::stream).forEach(groups::add);
    return describe(admin, groups);
  }

  /**
   * The abandoned transactions of some groups. What coordinators do not answer, and what this
   * client may not see, is left out.
   *
   * @throws KafkaException where no broker answers
   */
  public static List<AbandonedTransaction> describe(Admin admin, Collection<String> groups) {
    Map<String, String> abandoned = find(admin, groups);
    if (abandoned.isEmpty()) {
      return List.of();
    }
    var described = admin.describeTransactions(abandoned.keySet());
    List<AbandonedTransaction> found = new ArrayList<>();
    abandoned.forEach(
        (id, group) ->
            KafkaAnswers.unlessRefused(described.description(id))
                .filter(each -> each.transactionStartTimeMs().isPresent())
                .ifPresent(
                    each ->
                        found.add(
                            new AbandonedTransaction(
                                group,
                                id,
                                Instant.ofEpochMilli(each.transactionStartTimeMs().getAsLong())
                                    .plusMillis(each.transactionTimeoutMs()),
                                each.topicPartitions()))));
    return found;
  }

  /** The groups of abandoned transactions, by transactional id. */
  static Map<String, String> find(Admin admin, Collection<String> groups) {
    // In this order: who begins after it was asked for is not in the list, and who was in it and is
    // no member then has left.
    Set<String> open = open(admin);
    Map<String, String> abandoned = new TreeMap<>();
    for (String group : groups) {
      Pattern ours = Pattern.compile(Pattern.quote(group) + "-[0-9a-f-]{36}(-\\d+)?");
      Set<String> ids =
          open.stream().filter(id -> ours.matcher(id).matches()).collect(Collectors.toSet());
      if (!ids.isEmpty()) {
        Optional.ofNullable(clients(admin, Set.of(group)).get(group))
            .map(clients -> clients.stream().map(AbandonedTransaction::transactionalId))
            .map(each -> each.collect(Collectors.toSet()))
            // A client id that does not tell its transactional id may be that of any.
            .filter(each -> each.stream().allMatch(id -> ours.matcher(id).matches()))
            .ifPresent(
                each -> {
                  ids.removeAll(each);
                  ids.forEach(id -> abandoned.put(id, group));
                });
      }
    }
    return abandoned;
  }

  private static Set<String> open(Admin admin) {
    Set<TransactionState> states = Set.of(TransactionState.ONGOING);
    var listed = admin.listTransactions(new ListTransactionsOptions().filterStates(states));
    return KafkaAnswers.await(listed.byBrokerId()).values().stream()
        .flatMap(answer -> KafkaAnswers.unlessRefused(answer).stream())
        .flatMap(Collection::stream)
        .map(TransactionListing::transactionalId)
        .collect(Collectors.toSet());
  }

  /** The client ids of groups' members, by group; those whose coordinator does not say left out. */
  static Map<String, Set<String>> clients(Admin admin, Collection<String> groups) {
    Map<String, Set<String>> clients = new HashMap<>();
    // All at once: a few requests each second, and not a few for each group.
    admin
        .describeConsumerGroups(groups)
        .describedGroups()
        .forEach(
            (group, answer) -> {
              try {
                clients.put(
                    group,
                    KafkaAnswers.await(answer).members().stream()
                        .map(MemberDescription::clientId)
                        .collect(Collectors.toSet()));
              } catch (GroupIdNotFoundException e) {
                clients.put(group, Set.of());
              } catch (InterruptException e) {
                throw e;
              } catch (KafkaException e) {
                LOG.debug("who is in group {} is not known: {}", group, e.getMessage());
              }
            });
    return clients;
  }

  /**
   * The transactional id of a member of a group: Kafka Streams makes both of the same parts, and
   * our own clients have one for both.
   */
  public static String transactionalId(String clientId) {
    return OF_STREAMS.matcher(clientId).replaceFirst("-$1");
  }
}
