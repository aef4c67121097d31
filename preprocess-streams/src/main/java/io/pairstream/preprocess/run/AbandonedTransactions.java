package io.pairstream.preprocess.run;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
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
final class AbandonedTransactions implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(AbandonedTransactions.class);

  private static final String PROCESS =
      "([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})";

  /**
   * The same transaction twice seen is believed: a thread that starts has its producer before it
   * has joined.
   */
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(5);

  private static final int REQUEST_MILLIS = 10_000;

  /** One transaction of a producer, which is another from the next one that bears its name. */
  private record OpenTransaction(String transactionalId, long producerId, long beganMillis) {}

  private final String group;
  private final Pattern memberName;
  private final Pattern transactionName;
  private final Admin admin;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread = new Thread(this::lookForEver, "abandoned-transactions");

  /** What the look before found without a member. */
  private Set<OpenTransaction> suspects = Set.of();

  private String warned = "";

  /**
   * @param group of Kafka Streams: its application id
   * @param clientSettings of Kafka clients, with {@code bootstrap.servers}
   */
  AbandonedTransactions(String group, Map<String, Object> clientSettings) {
    this.group = group;
    String beginning = Pattern.quote(group + "-");
    memberName = Pattern.compile(beginning + PROCESS + "-StreamThread-([0-9]+)-.*");
    transactionName = Pattern.compile(beginning + PROCESS + "-([0-9]+)");
    Map<String, Object> settings = new HashMap<>(clientSettings);
    settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, REQUEST_MILLIS);
    settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_MILLIS / 2);
    admin = Admin.create(settings);
    thread.setDaemon(true);
  }

  /** Begins to look, every few seconds, on a thread of its own. */
  AbandonedTransactions start() {
    thread.start();
    return this;
  }

  private void lookForEver() {
    try {
      while (!closing.await(BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS)) {
        try {
          look();
        } catch (UnsupportedVersionException e) {
          LOG.warn(
              "transactions of instances that are gone are left to their time-out: {}",
              e.toString());
          return;
        } catch (RetriableException | GroupIdNotFoundException e) {
          LOG.debug("no look at open transactions", e);
        } catch (KafkaException e) {
          if (e.getCause() instanceof IllegalArgumentException) {
            // Kafka's client trips over a broker that goes away between its questions to all.
            LOG.debug("no look at open transactions", e);
            continue;
          }
          warnOnce("no look at open transactions: " + e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What is not allowed now is not allowed the next time either. */
  private void warnOnce(String trouble) {
    if (!trouble.equals(warned)) {
      warned = trouble;
      LOG.warn("{}", warned);
    }
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
      answer(admin.fenceProducers(gone).all());
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
        answer(admin.describeConsumerGroups(List.of(group)).describedGroups().get(group));
    if (members.groupState() != GroupState.STABLE) {
      return Set.of();
    }
    Set<String> threads =
        members.members().stream()
            .map(member -> thread(memberName, member.clientId()))
            .collect(Collectors.toSet());
    // Who does not tell its thread may be any.
    if (threads.contains("")) {
      warnOnce(
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
    return answer(admin.listTransactions(open).all()).stream()
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
    answer(admin.describeTransactions(names).all())
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

  private static <T> T answer(KafkaFuture<T> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException known ? known : new KafkaException(e.getCause());
    }
  }

  @Override
  public void close() {
    closing.countDown();
    admin.close(Duration.ZERO); // ends a look that is under way, and with it the thread
  }
}
