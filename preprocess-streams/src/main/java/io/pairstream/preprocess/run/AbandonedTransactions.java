package io.pairstream.preprocess.run;

import io.pairstream.schemas.wire.KafkaAnswers;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.GroupState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the transactions of instances that are gone.
 *
 * <p>A transaction may last as long as the slowest pictures take, minutes. An instance that was
 * killed, or hangs, leaves its last ones open, and until the broker gives them up nobody who reads
 * committed records gets past them: not the trainer, nor the instances that took its work over.
 * Every instance therefore looks for open transactions of its group whose stream thread has left
 * the group, and fences their producers, which aborts them at once. A thread that was only slow
 * finds itself fenced when it goes on, as it would by the broker's time-out, and joins anew.
 *
 * <p>What Kafka Streams puts into names tells whose is what: {@code GROUP-PROCESS-THREAD} is a
 * transactional id, {@code GROUP-PROCESS-StreamThread-THREAD-consumer} a member's client id. Where
 * an operator sets {@code client.id}, members do not tell their thread, and nothing is ended.
 */
final class AbandonedTransactions {

  private static final Logger LOG = LoggerFactory.getLogger(AbandonedTransactions.class);

  private static final String PROCESS =
      "([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})";

  /** One transaction of a producer, which is another from the next one that bears its name. */
  private record OpenTransaction(String transactionalId, long producerId, long beganMillis) {}

  private final String group;
  private final Pattern memberName;
  private final Pattern transactionName;
  private final Admin admin;
  private final Warnings warnings;

  /**
   * What the look before found without a member. The same transaction twice seen is believed: a
   * thread that starts has its producer before it has joined.
   */
  private Set<OpenTransaction> suspects = Set.of();

  /**
   * @param group of Kafka Streams: its application id
   */
  AbandonedTransactions(String group, Admin admin, Warnings warnings) {
    this.group = group;
    this.admin = admin;
    this.warnings = warnings;
    String beginning = Pattern.quote(group + "-");
    memberName = Pattern.compile(beginning + PROCESS + "-StreamThread-([0-9]+)-.*");
    transactionName = Pattern.compile(beginning + PROCESS + "-([0-9]+)");
  }

  /**
   * Looks once, and ends what this look and the one before found abandoned.
   *
   * @return the transactional ids that were fenced
   */
  Set<String> look() throws InterruptedException {
    Set<OpenTransaction> abandoned = withoutMember();
    Set<String> gone =
        abandoned.stream()
            .filter(suspects::contains)
            .map(OpenTransaction::transactionalId)
            .collect(Collectors.toCollection(TreeSet::new));
    suspects = abandoned;
    if (!gone.isEmpty()) {
      KafkaAnswers.get(admin.fenceProducers(gone).all());
      LOG.info("stream threads are gone and left transactions open; ended {}", gone);
    }
    return gone;
  }

  /**
   * Names first, then members, then the transactions themselves: each answer may take seconds, and
   * meanwhile a thread joins anew and begins another transaction under the same name.
   */
  private Set<OpenTransaction> withoutMember() throws InterruptedException {
    Set<String> names = openNames();
    ConsumerGroupDescription members =
        KafkaAnswers.get(admin.describeConsumerGroups(List.of(group)).describedGroups().get(group));
    if (members.groupState() != GroupState.STABLE) {
      return Set.of();
    }
    Set<String> threads =
        members.members().stream()
            .map(member -> thread(memberName, member.clientId()))
            .collect(Collectors.toSet());
    // Who does not tell its thread may be any.
    if (threads.contains("")) {
      warnings.once(
          "not every member of "
              + group
              + " tells its thread, because client.id is set;"
              + " what an instance that is gone leaves open, the broker ends after its time-out");
      return Set.of();
    }
    names.removeIf(name -> threads.contains(thread(transactionName, name)));
    return open(names);
  }

  private Set<String> openNames() throws InterruptedException {
    ListTransactionsOptions open =
        new ListTransactionsOptions()
            .filterStates(Set.of(TransactionState.ONGOING))
            .filterOnTransactionalIdPattern(transactionName.pattern());
    return KafkaAnswers.get(admin.listTransactions(open).all()).stream()
        .map(TransactionListing::transactionalId)
        .filter(name -> transactionName.matcher(name).matches())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Process and number of the thread that bears a name; empty where the name does not tell. */
  private static String thread(Pattern pattern, String name) {
    Matcher parts = pattern.matcher(name);
    return parts.matches() ? parts.group(1) + "-" + parts.group(2) : "";
  }

  private Set<OpenTransaction> open(Set<String> names) throws InterruptedException {
    Set<OpenTransaction> open = new HashSet<>();
    KafkaAnswers.get(admin.describeTransactions(names).all())
        .forEach(
            (name, transaction) -> {
              if (transaction.state() == TransactionState.ONGOING) {
                transaction
                    .transactionStartTimeMs()
                    .ifPresent(
                        began ->
                            open.add(new OpenTransaction(name, transaction.producerId(), began)));
              }
            });
    return open;
  }
}
