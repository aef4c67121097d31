package io.pairstream.operate.instances;

import io.pairstream.curation.sentence.Sentence;
import io.pairstream.curation.sentence.Template;
import io.pairstream.operate.instances.ClusterWatch.BrokerState.Broker;
import io.pairstream.operate.instances.ClusterWatch.BrokerState.State;
import io.pairstream.schemas.Hint;
import io.pairstream.schemas.Threads;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.topics.TopicSpec;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.schemas.wire.RootCause;
import io.pairstream.service.cluster.ClusterAccess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Asks brokers and registry every few seconds how they are, so that readers never wait for them.
 * Thread-safe.
 */
public final class ClusterWatch implements AutoCloseable {

  private static final Duration EVERY = Duration.ofSeconds(5);

  private final ClusterAccess cluster;
  private final List<String> topics;

  /** One thread for Kafka and one for the registry: the one may hang while the other answers. */
  private final ScheduledThreadPoolExecutor threads =
      new ScheduledThreadPoolExecutor(2, Threads.daemons("cluster-watch"));

  /** Longest time that an answer may take on a busy machine. */
  private static final Duration ANSWER_IN_TIME = Duration.ofSeconds(5);

  private final Unanswered brokersUnanswered = new Unanswered();
  private final Unanswered registryUnanswered = new Unanswered();

  /** Null until the brokers are asked. */
  private volatile Admin admin;

  private volatile BrokerState brokers = BrokerState.UNKNOWN;
  private volatile RegistryState registry =
      new RegistryState(State.UNKNOWN, Template.REGISTRY_NOT_ASKED.with());

  /** Since when one that is asked again and again gives no answer. Thread-safe. */
  private static final class Unanswered {
    private OptionalLong sinceNanos = OptionalLong.empty();

    synchronized void asked() {
      if (sinceNanos.isEmpty()) {
        sinceNanos = OptionalLong.of(System.nanoTime());
      }
    }

    synchronized void answered() {
      sinceNanos = OptionalLong.empty();
    }

    synchronized double seconds() {
      long nanos = sinceNanos.isEmpty() ? 0 : System.nanoTime() - sinceNanos.getAsLong();
      return nanos < ANSWER_IN_TIME.toNanos() ? 0 : nanos / 1e9;
    }
  }

  /** How the schema registry is. */
  record RegistryState(State state, Sentence sentence) {}

  /** Begins to ask. */
  public ClusterWatch(ClusterAccess cluster) {
    this.cluster = cluster;
    this.topics =
        new TopicCatalogue(cluster.dataset(), 1).topics().stream().map(TopicSpec::name).toList();
    for (Runnable look : List.<Runnable>of(this::lookAtKafka, this::lookAtRegistry)) {
      Threads.repeat(threads, Duration.ZERO, EVERY, look);
    }
  }

  /** How the brokers were when they were last asked. */
  BrokerState brokers() {
    return brokers;
  }

  /**
   * How brokers and registry were when they were last asked.
   *
   * @param known how the brokers were; empty where they did not answer
   * @param brokersAwaySeconds how long no broker has answered; 0 where one does
   * @param registryAwaySeconds how long the registry has not answered; 0 where it does
   */
  public record Reachability(
      Optional<BrokerState> known, double brokersAwaySeconds, double registryAwaySeconds) {}

  /** How brokers and registry were when they were last asked, for metrics. */
  public Reachability reachability() {
    double away = brokersUnanswered.seconds();
    return new Reachability(
        Optional.of(brokers)
            .filter(last -> away == 0)
            .filter(last -> last.state() == State.UP || last.state() == State.DEGRADED),
        away,
        registryUnanswered.seconds());
  }

  /** How the registry was when it was last asked. */
  RegistryState registry() {
    return registry;
  }

  @Override
  public void close() {
    threads.shutdownNow();
    if (admin != null) {
      admin.close(Duration.ZERO);
    }
  }

  private void lookAtRegistry() {
    registryUnanswered.asked();
    try {
      cluster.requireRegistry();
      registryUnanswered.answered();
      registry = new RegistryState(State.UP, Template.REGISTRY_ANSWERS.with());
    } catch (RuntimeException | Error e) {
      registry = new RegistryState(State.DOWN, Template.REGISTRY_FAILS.with(e.getMessage()));
    }
  }

  private void lookAtKafka() {
    brokersUnanswered.asked();
    try {
      Admin open = admin == null ? cluster.admin() : admin;
      admin = open;
      Collection<Node> nodes = KafkaAnswers.await(open.describeCluster().nodes());
      brokersUnanswered.answered();
      brokers = judge(nodes, ClusterAccess.existing(open, topics).values());
    } catch (InterruptException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      brokers =
          BrokerState.without(
              State.DOWN,
              Template.NO_BROKER.with(
                  cluster.clientSettings().get("bootstrap.servers"), RootCause.message(e)));
    }
  }

  private BrokerState judge(Collection<Node> nodes, Collection<TopicDescription> found) {
    Set<Integer> there = nodes.stream().map(Node::id).collect(Collectors.toSet());
    Set<Integer> away = new TreeSet<>();
    int underReplicated = 0;
    int offline = 0;
    for (TopicDescription topic : found) {
      for (TopicPartitionInfo partition : topic.partitions()) {
        partition.replicas().stream().map(Node::id).forEach(away::add);
        if (partition.leader() == null || partition.leader().isEmpty()) {
          offline++;
        } else if (partition.isr().size() < partition.replicas().size()) {
          underReplicated++;
        }
      }
    }
    away.removeAll(there);
    List<Sentence> complaints = new ArrayList<>();
    away.forEach(id -> complaints.add(Template.BROKER_AWAY.with(id)));
    if (offline > 0) {
      complaints.add(Template.WITHOUT_LEADER.with(offline));
    }
    if (underReplicated > 0) {
      complaints.add(Template.COPY_BEHIND.with(underReplicated));
    }
    int missing = topics.size() - found.size();
    if (missing > 0) {
      complaints.add(Template.TOPICS_MISSING.with(missing, Hint.of("topics create")));
    }
    return new BrokerState(
        complaints.isEmpty() ? State.UP : State.DEGRADED,
        complaints.isEmpty()
            ? Template.counted(nodes.size(), Template.ONE_BROKER, Template.BROKERS)
            : Sentence.joined(complaints),
        nodes.stream()
            .map(node -> new Broker(node.id(), node.host() + ":" + node.port()))
            .sorted(Comparator.comparingInt(Broker::id))
            .toList(),
        underReplicated,
        offline);
  }

  /**
   * How the brokers are.
   *
   * @param state how they are in one word
   * @param sentence how they are, for a person
   * @param nodes those that are there, by id
   * @param underReplicated partitions of the data set whose copies are not all up to date
   * @param offline partitions of the data set without a leader
   */
  public record BrokerState(
      State state, Sentence sentence, List<Broker> nodes, int underReplicated, int offline) {

    /** In one word. */
    public enum State {
      UNKNOWN,
      UP,
      DEGRADED,
      DOWN
    }

    /** A broker that is there. */
    public record Broker(int id, String host) {}

    static final BrokerState UNKNOWN = without(State.UNKNOWN, Template.BROKERS_NOT_ASKED.with());

    static BrokerState without(State state, Sentence sentence) {
      return new BrokerState(state, sentence, List.of(), 0, 0);
    }
  }
}
