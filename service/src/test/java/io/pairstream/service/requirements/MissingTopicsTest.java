package io.pairstream.service.requirements;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.internals.KafkaFutureImpl;
import org.junit.jupiter.api.Test;

class MissingTopicsTest {

  private final Map<String, KafkaFuture<TopicDescription>> answers = new LinkedHashMap<>();

  @Test
  void namesThemAndTheCommandThatMakesThemLikeTheOthers() throws InterruptedException {
    there("flowers.training", 12, 3);
    refused("flowers.takedowns", new UnknownTopicOrPartitionException());
    refused("flowers.links", new UnknownTopicOrPartitionException());
    refused("flowers.secret", new TopicAuthorizationException("no rights"));

    assertThat(MissingTopics.sentence(Described.FLOWERS, answers))
        .isEqualTo(
            "topics are missing: flowers.links, flowers.takedowns; run: pairstream topics create"
                + " --dataset flowers --partitions 12 --replication-factor 3");
  }

  @Test
  void countsThoseThatItDoesNotNameAndSaysWhatToChooseWhereNoneIsThere()
      throws InterruptedException {
    for (int topic = 1; topic <= 9; topic++) {
      refused("flowers.topic-" + topic, new UnknownTopicOrPartitionException());
    }

    assertThat(MissingTopics.sentence(Described.FLOWERS, answers))
        .contains("flowers.topic-6 and 3 more; run: ")
        .contains("--partitions N --replication-factor 3, with N, for good, ")
        .endsWith("on fewer than 3 brokers with as many copies as brokers");
  }

  private void there(String name, int partitions, int copies) {
    Node node = new Node(1, "127.0.0.1", 1);
    TopicPartitionInfo partition =
        new TopicPartitionInfo(0, node, Collections.nCopies(copies, node), List.of(node));
    answers.put(
        name,
        KafkaFuture.completedFuture(
            new TopicDescription(name, false, Collections.nCopies(partitions, partition))));
  }

  private void refused(String name, RuntimeException refusal) {
    KafkaFutureImpl<TopicDescription> answer = new KafkaFutureImpl<>();
    answer.completeExceptionally(refusal);
    answers.put(name, answer);
  }
}
