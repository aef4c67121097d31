package io.pairstream.service.transactions;

import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.schemas.wire.RootCause;
import io.pairstream.service.Backoff;
import io.pairstream.service.Cluster;
import io.pairstream.service.report.Obstacle;
import io.pairstream.service.report.SelfReport;
import io.pairstream.service.report.StatusReporter;
import io.pairstream.service.requirements.Prerequisites;
import io.pairstream.service.table.ViewStorageException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One instance of a service that shares partitions with others and commits its positions in
 * transactions, from start to stop: its thread, its part of the process's report, and its pauses
 * after outages. Thread-safe.
 */
public final class GroupInstance implements AutoCloseable {

  /** All work of an instance. */
  @FunctionalInterface
  public interface Work {
    /**
     * Works until all is done or {@link #isStopping}; begins again after each outage of the
     * registry.
     *
     * @return whether all is done
     */
    boolean run(PairTopics topics) throws InterruptedException;
  }

  /** Work from one fault of Kafka to the next. */
  public interface Session extends AutoCloseable {
    /**
     * Works until {@code stop} says so, or all is done; lets what is under way end first.
     *
     * @return whether all is done
     * @throws KafkaException where a commit, a read or a send failed for good
     */
    boolean run(BooleanSupplier stop);

    @Override
    void close();
  }

  private static final Logger LOG = LoggerFactory.getLogger(GroupInstance.class);
  private static final Duration REGISTRY_PAUSE = Duration.ofSeconds(1);

  /** Time for work under way to end when the instance stops; the rest is abandoned. */
  private static final Duration STOP_WITHIN = Duration.ofSeconds(20);

  private final Cluster cluster;
  private final String group;
  private final GroupClients clients;
  private final SelfReport report;
  private final Thread thread;
  private final CompletableFuture<Optional<Throwable>> ended = new CompletableFuture<>();
  private volatile boolean stopping;
  private volatile boolean working;
  private volatile Set<TopicPartition> partitions = Set.of();
  private volatile Obstacle obstacle = Obstacle.NONE;

  /**
   * Makes an instance that {@link #start} starts.
   *
   * @param group consumer group of all instances
   * @param report learns how the work is, and is heard by others too
   */
  public GroupInstance(Cluster cluster, String group, SelfReport report, Work work) {
    this.cluster = cluster;
    this.group = group;
    this.clients = new GroupClients(cluster, group);
    this.report = report;
    this.thread = new Thread(() -> run(work), report.service());
    report.add(reading -> reading.fact(AbandonedTransaction.IDS_FACT, clients.transactionalId()));
    report.stateFrom(this::state);
    report.assignedFrom(() -> SelfReport.names(partitions.stream()));
    report.obstacleFrom(() -> obstacle.ifAny());
  }

  /** Starts to work. */
  public void start() {
    thread.start();
  }

  /** The instance's Kafka clients. */
  public GroupClients clients() {
    return clients;
  }

  /** Whether the instance was asked to stop. */
  public boolean isStopping() {
    return stopping;
  }

  /** Notes what is in the way now; {@link Obstacle#NONE} where nothing is. */
  public void waitsFor(Obstacle now) {
    obstacle = now;
  }

  /** Notes the partitions that are worked on now. */
  public void worksOn(Set<TopicPartition> now) {
    partitions = Set.copyOf(now);
  }

  /** Text of the obstacle in the way now; empty where there is none. */
  public Optional<String> obstacle() {
    return obstacle.ifAny().map(Obstacle::text);
  }

  /** Waits, while the instance is not stopped, for what a data set's part in the work needs. */
  public Prerequisites prerequisites(Cluster of, Registry registry) {
    return new Prerequisites(of, registry, this::isStopping, this::waitsFor);
  }

  /**
   * Runs sessions, one after another, until one has done all or the instance is stopped. A fault of
   * Kafka or of the disk that may pass is waited out for 1 s, then twice as long, up to 10 s, for
   * as long as nothing is done.
   *
   * @param open makes a session, which is closed here
   * @param done grows with whatever a session does
   * @return whether all is done
   * @throws KafkaException where this client is refused
   */
  public boolean repeat(Supplier<? extends Session> open, LongSupplier done)
      throws InterruptedException {
    Backoff pauses = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(10));
    while (!stopping) {
      long before = done.getAsLong();
      try (Session session = open.get()) {
        working = true;
        obstacle = Obstacle.NONE;
        if (session.run(this::isStopping)) {
          return true;
        }
      } catch (AuthenticationException | AuthorizationException | InterruptException e) {
        throw e; // no waiting helps
      } catch (KafkaException | ViewStorageException e) {
        if (done.getAsLong() != before) {
          pauses.reset();
        }
        Duration pause = pauses.next();
        LOG.warn("begins again from the last commit in {}: {}", pause, e.toString());
        obstacle = Obstacle.of(e);
        TimeUnit.NANOSECONDS.sleep(pause.toNanos());
      }
    }
    return false;
  }

  private void run(Work work) {
    PairTopics topics = PairTopics.of(cluster.dataset(), cluster.registry());
    StatusReporter reporter =
        StatusReporter.start(report, topics.instances(), cluster.clientSettings(Map.of()));
    DeadInstances dead = DeadInstances.watch(cluster, List.of(group));
    try (reporter;
        dead) {
      boolean isDone = false;
      while (!stopping && !isDone) {
        try {
          isDone = work.run(topics);
        } catch (RegistryUnavailableException e) {
          LOG.warn("waiting: {}", e.getMessage());
          obstacle = Obstacle.of(e);
          TimeUnit.NANOSECONDS.sleep(REGISTRY_PAUSE.toNanos());
        }
      }
      ended.complete(Optional.empty());
    } catch (InterruptedException | InterruptException e) {
      ended.complete(Optional.empty());
    } catch (RuntimeException | Error e) {
      if (RootCause.of(e) instanceof AuthorizationException) {
        LOG.error("{} ends: {}", report.service(), RootCause.message(e));
      } else {
        LOG.error("{} ends", report.service(), e);
      }
      ended.complete(Optional.of(e));
    }
  }

  private SelfReport.State state() {
    if (stopping) {
      return SelfReport.State.STOPPING;
    } else if (!working) {
      return SelfReport.State.STARTING;
    }
    return partitions.isEmpty() ? SelfReport.State.REBALANCING : SelfReport.State.RUNNING;
  }

  /**
   * Waits until the instance has ended, by {@link #close}, because all is done, or by a fault that
   * does not pass, which it answers.
   */
  public Optional<Throwable> awaitEnd() {
    return ended.join();
  }

  /** Whether the instance has ended. */
  public boolean hasEnded() {
    return ended.isDone();
  }

  /** Lets what is under way end, for a few seconds, commits, and leaves the rest to others. */
  @Override
  public void close() {
    stopping = true;
    try {
      thread.join(STOP_WITHIN.toMillis());
      if (thread.isAlive()) {
        thread.interrupt();
        thread.join(STOP_WITHIN.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
