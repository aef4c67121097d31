package io.pairstream.service.requirements;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.topics.TopicSpec;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.service.Cluster;
import io.pairstream.service.ClusterRequirement;
import io.pairstream.service.report.Obstacle;
import io.pairstream.service.requirements.Finding.Level;
import io.pairstream.testing.LongTimeouts;
import io.pairstream.testing.TestDataset;
import io.pairstream.testing.TestKafka;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ClusterCheckTest {

  @RegisterExtension static final TestKafka KAFKA = new TestKafka();

  @Test
  void aBrokerWhoseNameHasNoAddressYetIsWaitedFor() throws Exception {
    Cluster away = new Cluster("no.invalid:1", "mock://no", new Dataset("no"), Map.of(), Map.of());
    List<Obstacle> waits = new ArrayList<>();

    new Prerequisites(away, away.registry(), () -> !waits.isEmpty(), waits::add)
        .awaitTopics(List.of("no.training"));

    assertThat(waits).extracting(Obstacle::template).containsExactly("KAFKA_AWAY");
  }

  @Test
  void refusesATopicThatIsSetOtherwiseUnlessTheOperatorDoesWithoutThatPromise() {
    TestDataset access = KAFKA.emptyDataset();
    makeWithProducersTimes(access, access.topics().crowdsourced().name());
    Cluster cluster = cluster(access);
    ClusterCheck check = ClusterCheck.of(cluster);

    assertThatThrownBy(check::require)
        .isInstanceOf(WeakClusterException.class)
        .hasMessageContainingAll("record-time: ", access.topics().crowdsourced().name())
        .hasMessageContaining("pairstream topics create --dataset " + access.dataset().name())
        .hasMessageEndingWith("--accept-weaker record-time");
    assertThatThrownBy(
            () -> ClusterCheck.of(cluster.without(Set.of(ClusterRequirement.CLEANUP))).require())
        .isInstanceOf(WeakClusterException.class);
    assertThatCode(
            () ->
                ClusterCheck.of(cluster.without(EnumSet.of(ClusterRequirement.RECORD_TIME)))
                    .require())
        .doesNotThrowAnyException();
    assertThatCode(() -> check.onTopics(Set.of(access.topics().scraped().name())).require())
        .doesNotThrowAnyException();
  }

  @Test
  void aStartSaysOnceWhatRefusesNothingAndNothingOfWhatIsRefusedOrRight() {
    Finding early =
        Finding.warning(Finding.Area.TOPICS, "kept-for", "records leave early", "7 d", "do it");
    List<Finding> findings =
        List.of(
            Finding.ok(Finding.Area.TOPICS, "present", "all"),
            early,
            early,
            Finding.unknown(Finding.Area.BROKERS, "settings", "no rights", "give us some"),
            Finding.wrong(Finding.Area.BROKERS, "sessions", "too short", "longer", ""),
            Finding.wrong(Finding.Area.TOPICS, "cleanup", "deleted", "compact", ""),
            Finding.wrong(Finding.Area.TOPICS, "record-time", "claimed", "theirs", "")
                .without(Set.of(ClusterRequirement.RECORD_TIME)));

    assertThat(ClusterCheck.said(findings))
        .containsExactly(
            "topics: kept-for: records leave early; right: 7 d; fix: do it",
            "brokers: settings cannot be checked: no rights; fix: give us some",
            "brokers: sessions: too short; right: longer",
            "topics: record-time: claimed (accepted); right: theirs");
  }

  @Test
  void tellsAClusterThatDoesNotAnswerFromOneThatIsWrong() {
    TestDataset access = KAFKA.emptyDataset();
    Cluster unreachable =
        new Cluster(
            "127.0.0.1:1",
            "mock://" + access.dataset().name(),
            access.dataset(),
            Map.of("request.timeout.ms", "500", "default.api.timeout.ms", "500"),
            Map.of());

    Finding finding =
        ClusterCheck.of(unreachable).findings().stream()
            .filter(found -> found.area() == Finding.Area.BROKERS)
            .findFirst()
            .orElseThrow();

    assertThat(finding.level()).isEqualTo(Level.UNKNOWN);
    assertThat(finding.found()).contains("127.0.0.1:1");
    assertThat(finding.remedy()).contains("--bootstrap-servers");
  }

  /** A topic whose records have the times that their producers claim. */
  private static void makeWithProducersTimes(TestDataset access, String name) {
    TopicSpec spec =
        new TopicCatalogue(access.dataset(), 2)
            .topics().stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
    Map<String, String> config = new HashMap<>(spec.config());
    config.put("message.timestamp.type", "CreateTime");
    make(access, new NewTopic(name, 2, (short) 1).configs(config));
  }

  /** Returns once the topic is there. */
  private static void make(TestDataset access, NewTopic topic) {
    String name = topic.name();
    try (Admin admin = access.admin()) {
      KafkaAnswers.await(admin.createTopics(List.of(topic)).all());
      boolean there = false;
      while (!there) { // ended by the test's time limit
        try {
          there = !KafkaAnswers.await(admin.describeTopics(Set.of(name)).allTopicNames()).isEmpty();
        } catch (UnknownTopicOrPartitionException e) {
          // The broker has not heard of it yet.
        }
      }
    }
  }

  private static Cluster cluster(TestDataset access) {
    return new Cluster(
        KAFKA.bootstrapServers(),
        "mock://" + access.dataset().name(),
        access.dataset(),
        LongTimeouts.TIMEOUT,
        Map.of());
  }
}
