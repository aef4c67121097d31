package io.pairstream.chaos.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operate.lag.GroupLag;
import io.pairstream.operate.lag.LagVerdict;
import io.pairstream.operate.lag.watch.LagWatcher;
import io.pairstream.platform.FreePorts;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.testing.Await;
import io.pairstream.testing.TestDataset;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Operators' view of groups while one of three brokers is away. */
@Tag("full")
@Timeout(900)
class LostCoordinatorTest {

  private static final int BROKERS = 3;
  private static final List<String> GROUPS =
      IntStream.range(0, 12).mapToObj(i -> "reader-" + i).toList();

  @TempDir private Path folder;

  private final List<PlatformProcess> brokers = new ArrayList<>();
  private Duration ahead = Duration.ZERO;
  private final InstantSource moved = () -> Instant.now().plus(ahead);
  private final Clock clock = moved.withZone(ZoneOffset.UTC);

  /**
   * @param copies of what groups commit; where there is one, its broker's groups have no
   *     coordinator until it is back
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void groupsInTroubleStayInTroubleWhileTheirCoordinatorIsAway(int copies) throws Exception {
    String addresses = startBrokers();
    Cluster where =
        new Cluster(addresses, "mock://groups", new Dataset("groups"), Map.of(), Map.of());
    TestDataset dataset = TestDataset.of(addresses, "mock://groups", where.dataset());
    TopicPartition log = new TopicPartition("log", 0);
    try (Admin admin = dataset.admin();
        LagWatcher watcher =
            new LagWatcher(
                new ClusterAccess(where), LagWatcher.INTERVAL, GROUPS, clock, report -> {})) {
      Await.until(
          "all brokers are there",
          () -> alive(admin).size() == BROKERS,
          () -> "only " + alive(admin));
      KafkaAnswers.await(
          admin
              .createTopics(
                  List.of(
                      new NewTopic("log", 1, (short) BROKERS),
                      new NewTopic(Topic.GROUP_METADATA_TOPIC_NAME, 6, (short) copies)
                          .configs(Map.of("min.insync.replicas", "1"))))
              .all());
      for (int i = 0; i < 5; i++) {
        var unused = dataset.send(new ProducerRecord<>("log", 0, null, new byte[10]));
      }
      GROUPS.forEach(group -> dataset.commit(group, log, 2));
      for (int look = 0; look < 10; look++) {
        look(watcher);
      }
      Map<String, GroupLag> before = groups(watcher);
      before.forEach(
          (name, group) -> assertThat(verdict(group)).as(name).isEqualTo(LagVerdict.STOP));
      int lost = coordinator(admin, GROUPS.get(0));
      Set<String> its =
          GROUPS.stream()
              .filter(group -> coordinator(admin, group) == lost)
              .collect(Collectors.toSet());
      assertThat(its.size()).isBetween(1, GROUPS.size() - 1);

      brokers.get(lost - 1).kill();

      int looks = 0;
      for (int without = 0; without < 5; looks++) {
        look(watcher);
        without = alive(admin).contains(lost) ? 0 : without + 1;
        assertThat(groups(watcher).keySet()).containsAll(GROUPS);
        for (GroupLag group : groups(watcher).values()) {
          assertThat(verdict(group)).as("look %d: %s", looks, group).isEqualTo(LagVerdict.STOP);
          assertThat(group.now().since()).isEqualTo(before.get(group.group()).now().since());
        }
      }
      assertThat(notKnown(watcher)).isEqualTo(copies == 1 ? its : Set.of());

      brokers.get(lost - 1).bringBack();
      Await.until(
          "places are known again",
          () -> {
            look(watcher);
            return notKnown(watcher).isEmpty();
          },
          watcher::latest);
      groups(watcher)
          .forEach((name, group) -> assertThat(verdict(group)).as(name).isEqualTo(LagVerdict.STOP));
    } finally {
      brokers.forEach(PlatformProcess::kill);
    }
  }

  private String startBrokers() throws IOException {
    FreePorts ports = new FreePorts();
    ClusterProcesses processes = new ClusterProcesses(folder, Uuid.randomUuid().toString());
    List<BrokerAddress> addresses = new ArrayList<>();
    for (int node = 1; node <= BROKERS; node++) {
      addresses.add(new BrokerAddress(node, ports.next(), ports.next()));
    }
    for (BrokerAddress address : addresses) {
      brokers.add(processes.broker(address, addresses));
    }
    brokers.forEach(PlatformProcess::start);
    brokers.forEach(PlatformProcess::awaitReady);
    return addresses.stream().map(BrokerAddress::text).collect(Collectors.joining(","));
  }

  private void look(LagWatcher watcher) {
    ahead = ahead.plus(LagWatcher.INTERVAL);
    var unused = watcher.look();
  }

  private static Map<String, GroupLag> groups(LagWatcher watcher) {
    Map<String, GroupLag> groups = new HashMap<>();
    GROUPS.forEach(
        name -> watcher.latest().group(name).ifPresent(group -> groups.put(name, group)));
    return groups;
  }

  private static LagVerdict verdict(GroupLag group) {
    return group.now().verdict();
  }

  private static Set<String> notKnown(LagWatcher watcher) {
    return groups(watcher).values().stream()
        .filter(group -> group.now().sentence().text().contains("; not known since "))
        .map(GroupLag::group)
        .collect(Collectors.toSet());
  }

  private static Set<Integer> alive(Admin admin) {
    return KafkaAnswers.await(admin.describeCluster().nodes()).stream()
        .map(node -> node.id())
        .collect(Collectors.toSet());
  }

  private static int coordinator(Admin admin, String group) {
    return KafkaAnswers.await(admin.describeConsumerGroups(List.of(group)).all())
        .get(group)
        .coordinator()
        .id();
  }
}
