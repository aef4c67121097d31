package io.pairstream.tools.groups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import io.pairstream.curation.sentence.Sentence;
import io.pairstream.schemas.Action;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.testing.Await;
import io.pairstream.tools.groups.ResetPlan.Member;
import io.pairstream.tools.groups.ResetPlan.Move;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(1200)
class MoveGroupsTest {

  private static final Instant FIRST = Instant.parse("2026-11-20T03:00:00Z");

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private final ClusterAccess cluster = KAFKA.dataset(2, TopicCatalogue.ACTIONS);
  private final MoveGroups groups = new MoveGroups(cluster, Clock.systemUTC());
  private final String group = cluster.dataset().name() + "-readers";
  private final String topic = cluster.dataset().topic("readings");
  private final TopicPartition zero = new TopicPartition(topic, 0);
  private final TopicPartition one = new TopicPartition(topic, 1);

  /**
   * A topic whose records may be deleted, and keep the times that they are written with; however
   * old those are, nothing is deleted by itself.
   */
  @BeforeEach
  void createTopic() {
    NewTopic readings = new NewTopic(topic, 2, (short) 1).configs(Map.of("retention.ms", "-1"));
    try (Admin admin = cluster.admin()) {
      KafkaAnswers.await(admin.createTopics(List.of(readings)).all());
    }
  }

  @Test
  void saysWhatWouldBeReadAgainAndChangesNothing() {
    write(zero, 10);
    write(one, 4);
    TestCluster.commit(cluster, group, zero, 8);
    TestCluster.commit(cluster, group, one, 4);

    ResetPlan plan = groups.plan(group, target("earliest"), null);

    assertThat(plan.again()).isEqualTo(12);
    assertThat(plan.skipped()).isZero();
    assertThat(plan.moves()).extracting(Move::from).containsExactly(at(8), at(4));
    assertThat(plan.moves()).extracting(Move::to).containsExactly(at(0), at(0));
    assertThat(committed()).containsEntry(zero, 8L).containsEntry(one, 4L);
    assertThat(actions()).isEmpty();
  }

  @Test
  void findsTheFirstRecordOfATime() {
    write(zero, 10);
    TestCluster.commit(cluster, group, zero, 9);

    ResetPlan plan = groups.plan(group, target("2026-11-20T03:00:03.500Z"), null);

    assertThat(plan.moves()).extracting(Move::to).containsExactly(at(4));
  }

  @Test
  void takesTheNearestOffsetThatTheLogHolds() {
    write(zero, 10);
    TestCluster.commit(cluster, group, zero, 9);
    try (Admin admin = cluster.admin()) {
      KafkaAnswers.await(admin.deleteRecords(Map.of(zero, RecordsToDelete.beforeOffset(6))).all());
    }

    ResetPlan low = groups.plan(group, new ResetTarget.At(2), part(0));
    ResetPlan high = groups.plan(group, new ResetTarget.At(99), part(0));

    assertThat(low.moves().get(0).to()).hasValue(6);
    assertThat(low.moves().get(0).outOfReach()).hasValue(2);
    assertThat(low.again()).isEqualTo(3);
    assertThat(high.moves().get(0).to()).hasValue(10);
    assertThat(high.moves().get(0).outOfReach()).hasValue(99);
    assertThat(high.skipped()).isEqualTo(1);
  }

  @Test
  void movesAndGoesBackWithAllThatWasCommitted() {
    write(zero, 10);
    write(one, 4);
    commit(zero, 8, "finished: 9");

    String moved = move(groups.plan(group, new ResetTarget.At(2), allOf()));
    Map<TopicPartition, Long> between = committed();
    ResetPlan undo = groups.planUndo(moved);
    String back = groups.move(undo, "group.undo", "operator", Sentence.verbatim("back"));

    assertThat(between).containsOnly(Map.entry(zero, 2L), Map.entry(one, 2L));
    assertThat(committed()).containsOnly(Map.entry(zero, 8L));
    assertThat(metadata(zero)).isEqualTo("finished: 9");
    assertThat(actions())
        .extracting(Action::getActionId, Action::getName, Action::getActor, Action::getOutcome)
        .containsExactlyInAnyOrder(
            tuple(moved, "group.reset", "operator", "DONE"),
            tuple(back, "group.undo", "operator", "DONE"));
  }

  @Test
  void saysWhoIsInAGroupThatIsInUse() {
    write(zero, 10);
    TestCluster.commit(cluster, group, zero, 8);
    try (KafkaConsumer<byte[], byte[]> member =
        cluster.consumer(Map.of("group.id", group, "client.id", "the reader"))) {
      member.subscribe(List.of(topic));
      awaitAssignment(member);

      ResetPlan plan = groups.plan(group, target("earliest"), null);

      assertThat(plan.members()).extracting(Member::clientId).containsExactly("the reader");
      assertThatThrownBy(() -> move(plan))
          .isInstanceOf(GroupRefusedException.class)
          .hasMessageContaining("the reader at 127.0.0.1")
          .hasMessageContaining("stop it first");
    }
    assertThat(committed()).containsEntry(zero, 8L);
  }

  @Test
  void refusesWhereTheGroupIsNoLongerWhereThePlanFoundIt() {
    write(zero, 10);
    TestCluster.commit(cluster, group, zero, 8);
    ResetPlan plan = groups.plan(group, target("earliest"), null);
    TestCluster.commit(cluster, group, zero, 9);

    assertThatThrownBy(() -> move(plan))
        .isInstanceOf(GroupRefusedException.class)
        .hasMessage(
            "group %s has moved since this was planned: on %s it was at 8 and is at 9; nothing is"
                + " changed, plan it again",
            group, zero);
    assertThat(committed()).containsEntry(zero, 9L);
    assertThat(actions()).isEmpty();
  }

  @Test
  void refusesWhereAMemberJoinsAfterThePlan() {
    write(zero, 10);
    TestCluster.commit(cluster, group, zero, 8);
    ResetPlan plan = groups.plan(group, target("earliest"), null);
    try (KafkaConsumer<byte[], byte[]> member =
        cluster.consumer(Map.of("group.id", group, "client.id", "the reader"))) {
      member.subscribe(List.of(topic));
      awaitAssignment(member);

      assertThatThrownBy(() -> move(plan))
          .isInstanceOf(GroupRefusedException.class)
          .hasMessageContaining("the reader");
    }
    assertThat(committed()).containsEntry(zero, 8L);
    assertThat(actions()).extracting(Action::getOutcome).containsExactly("REFUSED");
  }

  @Test
  void refusesWhatCannotBeMeant() {
    write(zero, 1);
    TestCluster.commit(cluster, group, zero, 0);

    assertThatThrownBy(() -> groups.plan("unknown", target("latest"), null))
        .hasMessageStartingWith("there is no consumer group unknown on this cluster");
    assertThatThrownBy(() -> groups.plan(group, new ResetTarget.At(1), null))
        .hasMessageContaining("say which with --topic");
    assertThatThrownBy(() -> groups.plan(group, target("latest"), part(7)))
        .hasMessageContaining("can have no offset on " + topic + ":7");
    assertThatThrownBy(() -> groups.planUndo("nothing"))
        .hasMessageContaining("there is no action nothing");
  }

  private static ResetTarget target(String text) {
    return ResetTarget.parse(text, Clock.systemUTC());
  }

  private String move(ResetPlan plan) {
    return groups.move(plan, "group.reset", "operator", Sentence.verbatim("reset"));
  }

  private String part(int partition) {
    return topic + ":" + partition;
  }

  private String allOf() {
    return topic;
  }

  private static OptionalLong at(long offset) {
    return OptionalLong.of(offset);
  }

  /** Records of 1,000 bytes, one second apart. */
  private void write(TopicPartition partition, int records) {
    try (KafkaProducer<byte[], byte[]> producer = TestCluster.producer(cluster, "")) {
      for (int i = 0; i < records; i++) {
        TestCluster.acknowledged(
            producer.send(
                new ProducerRecord<>(
                    partition.topic(),
                    partition.partition(),
                    FIRST.plusSeconds(i).toEpochMilli(),
                    ("key " + i).getBytes(StandardCharsets.UTF_8),
                    new byte[1000])));
      }
    }
  }

  private void commit(TopicPartition partition, long offset, String metadata) {
    try (Admin admin = cluster.admin()) {
      KafkaAnswers.await(
          admin
              .alterConsumerGroupOffsets(
                  group, Map.of(partition, new OffsetAndMetadata(offset, metadata)))
              .all());
    }
  }

  private Map<TopicPartition, Long> committed() {
    try (Admin admin = cluster.admin()) {
      Map<TopicPartition, Long> plain = new HashMap<>();
      MoveGroups.committed(admin, group)
          .forEach((partition, offset) -> plain.put(partition, offset.offset()));
      return plain;
    }
  }

  private String metadata(TopicPartition partition) {
    try (Admin admin = cluster.admin()) {
      return MoveGroups.committed(admin, group).get(partition).metadata();
    }
  }

  private List<Action> actions() {
    Map<String, Action> last = new HashMap<>();
    TestCluster.committedValues(cluster, cluster.topics().actions())
        .forEach(action -> last.put(action.getActionId(), action));
    return List.copyOf(last.values());
  }

  private static void awaitAssignment(KafkaConsumer<byte[], byte[]> member) {
    Await.until(
        "an assignment",
        () -> {
          member.poll(Duration.ofMillis(50));
          return !member.assignment().isEmpty();
        },
        member::assignment);
  }
}
