package io.pairstream.operations.instances;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.schemas.Threads;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks brokers and registry every few seconds how they are, so that whoever looks never waits for
 * them. Thread-safe.
 */
public final class ClusterWatch implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ClusterWatch.class);

  private static final Duration EVERY = Duration.ofSeconds(5);

  private final ClusterAccess cluster;
  private final BrokerWatch brokerWatch;

  /** One thread for Kafka and one for the registry: the one may hang while the other answers. */
  private final ScheduledThreadPoolExecutor threads;

  private volatile Admin admin;
  private volatile BrokerState brokers = BrokerState.UNKNOWN;
  private volatile RegistryState registry = RegistryState.UNKNOWN;
  private volatile boolean closed;

  private ClusterWatch(ClusterAccess cluster, Clock clock) {
    this.cluster = cluster;
    this.brokerWatch = new BrokerWatch(cluster, clock);
    this.threads = new ScheduledThreadPoolExecutor(2, Threads.daemons("cluster-watch"));
  }

  /** Begins to ask. */
  public static ClusterWatch start(ClusterAccess cluster, Clock clock) {
    ClusterWatch watch = new ClusterWatch(cluster, clock);
    watch.every(EVERY, watch::lookAtKafka);
    watch.every(EVERY, () -> watch.registry = RegistryState.ask(cluster));
    return watch;
  }

  /** How the brokers were when they were last asked. */
  BrokerState brokers() {
    return brokers;
  }

  /** The same; empty where they did not answer. */
  public Optional<BrokerState> known() {
    BrokerState last = brokers;
    return obstacle().isPresent() ? Optional.empty() : Optional.of(last);
  }

  /** How the registry was when it was last asked. */
  RegistryState registry() {
    return registry;
  }

  /** Why nothing new is known; empty where Kafka answers. */
  public Optional<String> obstacle() {
    return switch (brokers.state()) {
      case UP, DEGRADED -> Optional.empty();
      case UNKNOWN, DOWN -> Optional.of(brokers.sentence().text());
    };
  }

  @Override
  public void close() {
    closed = true;
    threads.shutdownNow();
    Admin open = admin;
    if (open != null) {
      open.close(Duration.ZERO);
    }
  }

  private void every(Duration pause, Runnable task) {
    ScheduledFuture<?> unused =
        threads.scheduleWithFixedDelay(
            () -> {
              try {
                task.run();
              } catch (RuntimeException | Error e) { // else nobody looks again
                if (!closed) {
                  LOG.warn("the cluster cannot be looked at: {}", e.toString());
                }
              }
            },
            0,
            pause.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  private void lookAtKafka() {
    try {
      if (admin == null) {
        admin = cluster.admin();
      }
      brokers = brokerWatch.look(admin);
    } catch (InterruptedException | InterruptException e) {
      Thread.currentThread().interrupt();
    }
  }
}
