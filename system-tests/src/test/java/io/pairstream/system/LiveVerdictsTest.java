package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.drawing.DrawnPairs;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is done to a live platform, and what the operators' page calls it. */
@Timeout(600)
class LiveVerdictsTest {

  private static final Duration SOON = Duration.ofMinutes(4);

  @TempDir private static Path folder;

  private static RunningPlatform platform;
  private static HttpClient client;

  @BeforeAll
  static void start() throws IOException {
    platform = RunningPlatform.start(folder.resolve("data"), "demo");
    client = HttpClient.newHttpClient();
  }

  @AfterAll
  static void stop() {
    platform.close();
  }

  @Test
  void preprocessingThatStandsStillIsNamedWithItsPartition() throws Exception {
    String group = platform.cluster().dataset().preprocessGroup();
    DrawnPairs pairs = new DrawnPairs(7, 0.0);
    platform.publish(pairs, 0, 20);
    platform.awaitAllDecided(SOON);
    awaitVerdict(group, Set.of("OK", "IDLE"));

    signal("STOP", platform.pid("preprocess"));
    try {
      platform.publish(pairs, 20, 60);

      JsonNode stopped = awaitVerdict(group, Set.of("STOP", "STALL"));
      assertThat(stopped.get("sentence").asText()).contains("crowdsourced");
      assertThat(stopped.get("lag").asLong()).isPositive();
    } finally {
      signal("CONT", platform.pid("preprocess"));
    }
    platform.awaitAllDecided(SOON);
    awaitVerdict(group, Set.of("OK", "IDLE"));
  }

  @Test
  void groupThatCommitsTheSamePlaceAgainAndAgainIsStalled() throws Exception {
    TopicPartition partition = topic("wedged");
    try (KafkaConsumer<byte[], byte[]> member = member("wedged-group")) {
      member.subscribe(List.of(partition.topic()));
      Await.until(
          "the member has its partition",
          SOON,
          () -> {
            member.poll(Duration.ofMillis(100));
            return !member.assignment().isEmpty();
          },
          member::assignment);
      member.commitSync(Map.of(partition, new OffsetAndMetadata(0)));

      JsonNode stalled =
          awaitVerdict(
              "wedged-group",
              Set.of("STALL"),
              () -> {
                send(partition, 5);
                member.seekToBeginning(List.of(partition));
                member.poll(Duration.ofMillis(100));
                member.commitSync(Map.of(partition, new OffsetAndMetadata(0)));
              });

      assertThat(stalled.get("sentence").asText()).contains("wedged-0");
    }
  }

  @Test
  void groupThatWentBackIsSaidToHaveGoneBack() throws Exception {
    TopicPartition partition = topic("again");
    send(partition, 20);
    commit("again-group", partition, 20);
    awaitVerdict("again-group", Set.of("OK", "IDLE"));

    commit("again-group", partition, 3);

    assertThat(awaitVerdict("again-group", Set.of("REWIND")).get("sentence").asText())
        .contains("again-0");
  }

  @Test
  void recordsThatWereDeletedUnreadAreLost() throws Exception {
    TopicPartition partition = topic("gone");
    send(partition, 20);
    commit("gone-group", partition, 5);
    try (Admin admin = Admin.create(settings())) {
      var unused =
          admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(12))).all().get();
    }

    JsonNode lost = awaitVerdict("gone-group", Set.of("LOST"));

    assertThat(lost.get("lost").asLong()).isEqualTo(7);
  }

  private static JsonNode awaitVerdict(String group, Set<String> wanted) {
    return awaitVerdict(group, wanted, () -> {});
  }

  private static JsonNode awaitVerdict(String group, Set<String> wanted, Runnable meanwhile) {
    Await.until(
        group + " is " + wanted,
        SOON,
        () -> {
          meanwhile.run();
          return wanted.contains(group(group).path("verdict").asText());
        },
        () -> group(group).toString());
    return group(group);
  }

  private static JsonNode group(String name) {
    for (JsonNode group : get("/v1/lag").get("groups")) {
      if (group.get("group").asText().equals(name)) {
        return group;
      }
    }
    return new JsonMapper().createObjectNode();
  }

  private static JsonNode get(String path) {
    try {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(URI.create(platform.address("dashboard_url") + path)).build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      return new JsonMapper().readTree(answer.body());
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static TopicPartition topic(String name) throws Exception {
    try (Admin admin = Admin.create(settings())) {
      var unused = admin.createTopics(List.of(new NewTopic(name, 1, (short) 1))).all().get();
    }
    return new TopicPartition(name, 0);
  }

  private static void send(TopicPartition partition, int records) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings(), new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int i = 0; i < records; i++) {
        var unused = producer.send(new ProducerRecord<>(partition.topic(), new byte[100]));
      }
    }
  }

  private static void commit(String group, TopicPartition partition, long offset) throws Exception {
    try (Admin admin = Admin.create(settings())) {
      var unused =
          admin
              .alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(offset)))
              .all()
              .get();
    }
  }

  private static KafkaConsumer<byte[], byte[]> member(String group) {
    Map<String, Object> settings = new HashMap<>(settings());
    settings.put("group.id", group);
    settings.put("enable.auto.commit", false);
    settings.put("auto.offset.reset", "earliest");
    return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private static Map<String, Object> settings() {
    return Map.of("bootstrap.servers", platform.cluster().bootstrapServers());
  }

  private static void signal(String name, long pid) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, String.valueOf(pid)).start();
    assertThat(kill.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(kill.exitValue()).isZero();
  }
}
