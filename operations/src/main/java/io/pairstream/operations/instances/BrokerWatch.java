package io.pairstream.operations.instances;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.instances.BrokerState.Broker;
import io.pairstream.operations.instances.BrokerState.State;
import io.pairstream.operations.lag.Durations;
import io.pairstream.operations.sentence.Sentence;
import io.pairstream.operations.sentence.Template;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.topics.TopicSpec;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.schemas.wire.RootCause;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;

/**
 * Looks how the brokers are, and the data set's partitions on them. Remembers for a day which
 * brokers there were, because a cluster does not name those that are away. Not thread-safe.
 */
final class BrokerWatch {

  private static final Duration REMEMBERED = Duration.ofDays(1);

  private final ClusterAccess cluster;
  private final Clock clock;
  private final List<String> topics;
  private final Map<Integer, Seen> seen = new TreeMap<>();
  private Instant downSince;

  /** A broker that was there. */
  private record Seen(String host, Instant at) {}

  BrokerWatch(ClusterAccess cluster, Clock clock) {
    this.cluster = cluster;
    this.clock = clock;
    this.topics =
        new TopicCatalogue(cluster.dataset(), 1).topics().stream().map(TopicSpec::name).toList();
  }

  /** Looks; waits for the brokers' answers as long as the client's settings say. */
  BrokerState look(Admin admin) throws InterruptedException {
    try {
      DescribeClusterResult asked = admin.describeCluster();
      Collection<Node> nodes = KafkaAnswers.get(asked.nodes());
      Node controller = KafkaAnswers.get(asked.controller());
      Map<String, TopicDescription> found = ClusterAccess.existing(admin, topics);
      downSince = null;
      return judge(nodes, controller, found.values());
    } catch (KafkaException e) {
      if (downSince == null) {
        downSince = clock.instant();
      }
      return new BrokerState(
          State.DOWN,
          Template.NO_BROKER.with(
              cluster.clientSettings().get("bootstrap.servers"),
              Durations.timeOfDay(downSince),
              RootCause.message(e)),
          List.of(),
          0,
          0);
    }
  }

  private BrokerState judge(
      Collection<Node> nodes, Node controller, Collection<TopicDescription> found) {
    Instant now = clock.instant();
    nodes.forEach(node -> seen.put(node.id(), new Seen(node.host(), now)));
    seen.values().removeIf(broker -> broker.at().isBefore(now.minus(REMEMBERED)));
    int underReplicated = 0;
    int offline = 0;
    for (TopicDescription topic : found) {
      for (TopicPartitionInfo partition : topic.partitions()) {
        if (partition.leader() == null || partition.leader().isEmpty()) {
          offline++;
        } else if (partition.isr().size() < partition.replicas().size()) {
          underReplicated++;
        }
      }
    }
    List<Sentence> complaints = new ArrayList<>();
    seen.forEach(
        (id, broker) -> {
          if (broker.at().isBefore(now)) {
            complaints.add(
                Template.BROKER_AWAY.with(
                    id.toString(), broker.host(), Durations.timeOfDay(broker.at())));
          }
        });
    if (offline > 0) {
      complaints.add(Template.WITHOUT_LEADER.with(offline));
    }
    if (underReplicated > 0) {
      complaints.add(Template.COPY_BEHIND.with(underReplicated));
    }
    int missing = topics.size() - found.size();
    if (missing > 0) {
      complaints.add(Template.TOPICS_MISSING.with(missing));
    }
    return new BrokerState(
        complaints.isEmpty() ? State.UP : State.DEGRADED,
        complaints.isEmpty()
            ? Template.counted(nodes.size(), Template.ONE_BROKER, Template.BROKERS)
            : Sentence.joined(complaints),
        nodes.stream()
            .map(
                node ->
                    new Broker(
                        node.id(),
                        node.host() + ":" + node.port(),
                        controller != null && controller.id() == node.id()))
            .sorted(Comparator.comparingInt(Broker::id))
            .toList(),
        underReplicated,
        offline);
  }
}
