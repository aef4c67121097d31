package io.pairstream.service.transactions;

import io.pairstream.schemas.Threads;
import io.pairstream.schemas.wire.AdminClients;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.schemas.wire.RootCause;
import io.pairstream.service.Cluster;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the transactions of instances that were killed, as soon as their groups are without them,
 * instead of after a time-out that is as long as an instance may work on a transaction.
 *
 * <p>Every instance looks on a thread of its own, so that it does not matter which of them die. One
 * that is taken for dead and lives loses nothing: what it had open could not have been committed.
 */
public final class DeadInstances implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(DeadInstances.class);

  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

  /** Checks of transactions after a member has left, one after the other. */
  private static final int LOOKS_AFTER_A_LEAVE = 30;

  /** Without a leave, one check in so many looks at transactions, which asks all brokers. */
  private static final int SELDOM = 10;

  private final Map<String, Object> settings;
  private final List<String> groups;
  private final ScheduledExecutorService looks = Threads.scheduler("dead-instances");
  private Admin admin;
  private Set<String> members = Set.of();
  private int looksTaken;
  private int looksAtTransactions;
  private String trouble = "";

  private DeadInstances(Cluster cluster, List<String> groups) {
    this.settings = cluster.clientSettings(Cluster.TIMEOUT);
    this.groups = List.copyOf(groups);
  }

  /**
   * Begins to look.
   *
   * @param groups consumer groups whose members have client ids that tell their transactional ids
   *     ({@link AbandonedTransaction#transactionalId})
   */
  public static DeadInstances watch(Cluster cluster, List<String> groups) {
    DeadInstances watch = new DeadInstances(cluster, groups);
    Threads.repeat(watch.looks, Duration.ZERO, BETWEEN_LOOKS, watch::look);
    return watch;
  }

  private void look() {
    try {
      if (admin == null) {
        admin = AdminClients.create(settings);
      }
      Set<String> now =
          AbandonedTransaction.clients(admin, groups).values().stream()
              .flatMap(Set::stream)
              .collect(Collectors.toSet());
      if (!now.containsAll(members)) {
        looksAtTransactions = LOOKS_AFTER_A_LEAVE;
      }
      members = now;
      if (looksAtTransactions-- > 0 || looksTaken++ % SELDOM == 0) {
        end(AbandonedTransaction.find(admin, groups));
      }
      noteTrouble("");
    } catch (InterruptException e) {
      Thread.currentThread().interrupt();
    } catch (KafkaException e) {
      noteTrouble(RootCause.message(e));
    }
  }

  private void end(Map<String, String> abandoned) {
    if (abandoned.isEmpty()) {
      return;
    }
    var fenced = admin.fenceProducers(abandoned.keySet()).fencedProducers();
    abandoned.forEach(
        (id, group) -> {
          KafkaAnswers.await(fenced.get(id));
          LOG.warn(
              "{} has left group {} with an open transaction, which is ended: its instance was"
                  + " killed, cut off, or replaced",
              id,
              group);
        });
  }

  private void noteTrouble(String what) {
    if (!what.equals(trouble)) {
      LOG.warn(
          "{}",
          what.isEmpty()
              ? "transactions of dead instances are ended again"
              : "transactions of dead instances end by their time-outs only: " + what);
    }
    trouble = what;
  }

  @Override
  public void close() {
    looks.shutdownNow();
    var unused = Threads.awaitEnd(looks, Duration.ofSeconds(5));
    if (admin != null) {
      admin.close(Duration.ZERO);
    }
  }
}
