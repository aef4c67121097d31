package io.pairstream.operate.instances;

import static io.pairstream.operate.instances.Played.status;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.curation.sentence.AnswerJson;
import io.pairstream.operate.LongTimeoutServer;
import io.pairstream.operate.Served;
import io.pairstream.operate.canary.CanaryReport;
import io.pairstream.operate.lag.Arrivals;
import io.pairstream.operate.lag.GroupLag;
import io.pairstream.operate.lag.LagVerdict;
import io.pairstream.operate.lag.PlayedLag;
import io.pairstream.operate.web.OperateService;
import io.pairstream.operate.web.OperateSettings;
import io.pairstream.schemas.InstanceStatus;
import io.pairstream.schemas.Metric;
import io.pairstream.schemas.ReportedObstacle;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.service.http.Json;
import io.pairstream.testing.Await;
import io.pairstream.testing.EmbeddedKafka;
import io.pairstream.testing.TestDataset;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Timeout(1800)
class OverviewTest {

  private static final ReportedObstacle NO_WORKER =
      new ReportedObstacle("no image worker is able to work", "NO_WORKER", List.of());

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  /** Between two reports of a process that must not fall silent, however busy the machine. */
  private static final long SELDOM_MS = 600_000;

  @TempDir Path folder;

  private final Clock clock = Clock.systemUTC();

  @Test
  void tellsOfProcessesBrokersRegistryAndTopics() throws Exception {
    ClusterAccess cluster = KAFKA.datasetOfAllTopics(2);
    Instant now = clock.instant();
    say(cluster, "preprocess", "a", preprocess(now.minusSeconds(10), 0));
    say(cluster, "preprocess", "a", preprocess(now, 100));
    say(cluster, "fetch", "b", status("fetch", "b", now.minusSeconds(3600)).build());

    try (PartitionWatch watched = new PartitionWatch(cluster)) {
      JsonNode json =
          await(
              watched::overview,
              found ->
                  found.path("instances").size() == 2
                      && found.path("brokers").path("state").asText().equals("UP")
                      && found.path("registry").path("state").asText().equals("UP")
                      && found.at("/outputs/0/total").asLong() == 1
                      && found.at("/outputs/0/per_second").asDouble() > 0
                      && found.at("/outputs/1/total").isNumber());

      assertThat(json.path("dataset").asText()).isEqualTo(cluster.dataset().name());
      assertThat(json.path("verdict").asText()).isEqualTo("STARTING");
      assertThat(json.path("sentence").asText())
          .startsWith("no group has been watched for long enough yet; fetch (process 7 on host)");
      assertThat(json.at("/brokers/sentence").asText()).isEqualTo("1 broker is up");
      // Silent ones first.
      assertThat(json.at("/instances/0/service").asText()).isEqualTo("fetch");
      assertThat(json.at("/instances/0/silent").asBoolean()).isTrue();
      JsonNode preprocess = json.at("/instances/1");
      assertThat(preprocess.path("partitions").asInt()).isEqualTo(1);
      assertThat(json.at("/outputs/0/topic").asText()).isEqualTo("training");
      assertThat(json.at("/outputs/0/per_second").asDouble()).isEqualTo(10);
      assertThat(json.at("/quarantine/total").asLong()).isEqualTo(70);
      assertThat(json.at("/quarantine/by_reason/IMAGE_TOO_SMALL").asLong()).isEqualTo(70);
      assertThat(json.at("/trainer/connected").asBoolean()).isFalse();
      assertThat(json.at("/canary/enabled").asBoolean()).isFalse();
      assertThat(Json.bytes(json)).hasSizeLessThan(20_000);
    }
  }

  @Test
  void theWorstGroupSpeaksAndWhatWaitsIsNamed() throws Exception {
    ClusterAccess cluster = KAFKA.datasetOfAllTopics(1);
    say(cluster, "preprocess", "a", waiting("preprocess", "a").setState("WAITING").build());

    try (PartitionWatch watched = new PartitionWatch(cluster)) {
      watched.groups =
          List.of(
              PlayedLag.group("fetching", LagVerdict.OK, "Stable", 0, true),
              PlayedLag.group("preprocessing", LagVerdict.STALL, "Stable", 0, true).own(true),
              PlayedLag.group("the feed", LagVerdict.BEHIND, "Stable", 0, true),
              PlayedLag.group("pairs-other", LagVerdict.UNKNOWN, "Absent", 0, true));
      JsonNode json =
          await(
              watched::overview,
              found ->
                  found.path("instances").size() == 1
                      && found.path("verdict").asText().equals("STALL"));

      assertThat(json.path("sentence").asText())
          .isEqualTo(
              "STALL: preprocessing; pairs-other has not started;"
                  + " preprocess waits: no image worker is able to work");
      assertThat(json.at("/sentence_template/arguments/1/arguments/1/template").asText())
          .isEqualTo("NO_WORKER");
      assertThat(json.at("/instances/0/obstacle_template/template").asText())
          .isEqualTo("NO_WORKER");
      assertThat(json.path("groups")).hasSize(4);

      watched.groups = List.of(PlayedLag.group("fetching", LagVerdict.OK, "Stable", 0, true));
      assertThat(watched.overview().path("sentence").asText())
          .isEqualTo("preprocess waits: no image worker is able to work");

      String preprocess = cluster.dataset().preprocessGroup();
      watched.groups =
          List.of(
              PlayedLag.group(preprocess, LagVerdict.OK, "Stable", 2_130, true).own(true),
              PlayedLag.group(cluster.dataset().feedGroup(), LagVerdict.OK, "Empty", 17, false));
      JsonNode held = watched.overview();
      assertThat(held.path("sentence").asText())
          .startsWith("UNKNOWN: " + preprocess + ": 2,130 records wait; whether the group keeps up")
          .endsWith("; preprocess waits: no image worker is able to work");
      assertThat(held.at("/groups/0/verdict").asText()).isEqualTo("UNKNOWN");

      say(
          cluster,
          "preprocess",
          "a",
          waiting("preprocess", "a").setStartedAt(clock.instant()).setState("STARTING").build());
      JsonNode starts =
          await(watched::overview, found -> !found.path("verdict").asText().equals("UNKNOWN"));
      assertThat(starts.path("verdict").asText()).isEqualTo("STARTING");
      assertThat(starts.path("sentence").asText())
          .startsWith("STARTING: " + preprocess + " is starting: 2,130 records wait; preprocess");

      say(
          cluster,
          "preprocess",
          "b",
          status("preprocess", "b", clock.instant())
              .setIntervalMs(SELDOM_MS)
              .setState("RUNNING")
              .build());
      JsonNode beside = await(watched::overview, found -> found.path("instances").size() == 2);
      assertThat(beside.path("verdict").asText()).as("another one works").isEqualTo("OK");
      assertThat(held.at("/trainer/sentence").asText())
          .startsWith("no trainer's feed reports; ")
          .endsWith("-feed: a trainer was last seen here; 17 records wait");

      say(cluster, "score", "c", waiting("score", "c").build());
      List<Metric> left =
          Played.metrics(
              Map.of(), Map.of("links_not_due", 5.0, "links_next_due_timestamp_seconds", 30.0));
      say(cluster, "fetch", "d", waiting("fetch", "d").setMetrics(left).build());
      say(cluster, "fetch", "e", waiting("fetch", "e").setMetrics(left).build());
      String fetch = cluster.dataset().name() + "-fetch";
      watched.groups =
          List.of(
              PlayedLag.group("team-a", LagVerdict.LOST, "Empty", 0, true),
              PlayedLag.group(fetch, LagVerdict.IDLE, "Stable", 0, true));
      JsonNode foreign = await(watched::overview, found -> found.path("instances").size() == 5);
      assertThat(foreign.path("instances").findValuesAsText("note"))
          .contains("links put off: 5, the next until 00:00:30 UTC");
      assertThat(foreign.path("groups").findValuesAsText("sentence"))
          .contains("IDLE: " + fetch + "; links put off: 10, the next until 00:00:30 UTC");
      assertThat(foreign.path("sentence").asText())
          .as("what is the platform's own comes first, and not all of it is named")
          .matches("\\w+ waits: [^;]*; \\w+ waits: [^;]*; LOST: team-a; and one more trouble");
    }
  }

  private InstanceStatus.Builder waiting(String service, String instance) {
    return status(service, instance, clock.instant())
        .setIntervalMs(SELDOM_MS)
        .setObstacles(List.of(NO_WORKER));
  }

  @Tag("full")
  @Test
  void keepsWhatItKnewWhileTheBrokerIsAway() throws Exception {
    try (EmbeddedKafka kafka = new EmbeddedKafka(Files.createDirectory(folder.resolve("broker")))) {
      Cluster plain =
          new Cluster(
              kafka.bootstrapServers(),
              "mock://" + kafka.bootstrapServers(),
              new Dataset("pairs"),
              Map.of("request.timeout.ms", "1000", "default.api.timeout.ms", "3000"),
              Map.of());
      ClusterAccess cluster = new ClusterAccess(plain);
      TestDataset.of(
              kafka.bootstrapServers(), "mock://" + kafka.bootstrapServers(), cluster.dataset())
          .createTopics(1);
      say(cluster, "feed", "a", status("feed", "a", clock.instant()).build());
      try (PartitionWatch watched = new PartitionWatch(cluster);
          OperateService service = new OperateService(plain, settings("state"));
          Served served = new Served(service.routes())) {
        service.start();
        var before = await(watched::overview, found -> found.path("instances").size() == 2);
        assertThat(before.path("verdict").asText()).isEqualTo("STARTING");
        assertThat(awaitHealth(served, 200).path("status").asText()).isEqualTo("ready");
        Await.until(() -> metrics(served).contains(",instance=\"a\",namespace=\"pairs\""));
        assertThat(metrics(served))
            .containsPattern("pairstream_brokers_away_seconds\\{[^}]*} 0\n")
            .contains("pairstream_partitions_offline{");
        assertThat(metrics(served)).contains("pairstream_lag_watch_up{");

        kafka.stop();

        JsonNode json =
            await(
                watched::overview,
                found -> found.path("brokers").path("state").asText().equals("DOWN"));
        assertThat(json.path("verdict").asText()).isEqualTo("UNKNOWN");
        assertThat(json.path("sentence").asText())
            .startsWith("no broker at " + kafka.bootstrapServers() + " answers: ");
        assertThat(json.path("instances")).hasSize(2);
        Await.until(
            () -> metrics(served).matches("(?s).*brokers_away_seconds\\{[^}]*} [1-9][0-9.]*\n.*"));
        assertThat(metrics(served)).doesNotContain("pairstream_partitions_offline{");
        // Another obstacle that waits for the broker may come before.
        JsonNode unready =
            await(
                () -> health(served),
                found ->
                    found.path("status").asInt() == 503
                        && found
                            .path("detail")
                            .asText()
                            .contains("Kafka does not say where groups are"));
        assertThat(unready.path("status").asInt()).isEqualTo(503);
        assertThat(served.json("/health/live").path("status").asText()).isEqualTo("live");
        assertThat(served.json("/v1/lag").path("ready").asBoolean())
            .as("the page goes on showing what was known last")
            .isTrue();

        kafka.restart();
        assertThat(awaitHealth(served, 200).path("status").asText()).isEqualTo("ready");
        assertThat(
                await(
                    watched::overview,
                    found -> found.path("brokers").path("state").asText().equals("UP")))
            .isNotNull();
        Await.until(() -> metrics(served).matches("(?s).*brokers_away_seconds\\{[^}]*} 0\n.*"));
      }
    }
  }

  private OperateSettings settings(String directory) {
    return LongTimeoutServer.operate(true, folder.resolve(directory));
  }

  /** Waits for the service's readiness to have this status. */
  private static JsonNode awaitHealth(Served served, int status) {
    return await(() -> health(served), health -> health.path("status").asInt(200) == status);
  }

  private static JsonNode health(Served served) {
    try {
      return Json.MAPPER.readTree(served.get("/health/ready").body());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String metrics(Served served) throws IOException, InterruptedException {
    return new String(served.get("/metrics").body(), StandardCharsets.UTF_8);
  }

  private static InstanceStatus preprocess(Instant at, long pairs) {
    Map<String, Double> counters = new HashMap<>();
    counters.put("decided_total{source=SCRAPED,status=TRAINING}", (double) pairs);
    counters.put("decided_total{source=CANARY,status=TRAINING}", (double) pairs); // not counted
    counters.put("rejected_total{reason=IMAGE_TOO_SMALL}", pairs * 0.7);
    counters.put("rejected-total{reason=odd}", (double) pairs); // of another version
    counters.put("node_records_total{node=read}", (double) pairs);
    counters.put("node_records_total{node=clean}", pairs * 0.9);
    counters.put("node_own_seconds_total{node=clean}", pairs * 0.09);
    return status("preprocess", "a", at)
        .setIntervalMs(SELDOM_MS)
        .setAssigned(List.of("pairs.crowdsourced-0"))
        .setMetrics(Played.metrics(counters, Map.of("stream_threads", 1.0)))
        .build();
  }

  private static void say(
      ClusterAccess cluster, String service, String instance, InstanceStatus status) {
    TestCluster.put(cluster, cluster.topics().instances(), service + "/" + instance, status);
  }

  private static JsonNode await(Supplier<JsonNode> answer, Predicate<JsonNode> wanted) {
    JsonNode[] last = new JsonNode[1];
    Await.until(
        "an answer",
        () -> {
          last[0] = answer.get();
          return wanted.test(last[0]);
        },
        () -> last[0]);
    return last[0];
  }

  /** The overview of a data set, with groups that the test sets. */
  private final class PartitionWatch implements AutoCloseable {

    private final Instances instances;
    private final ClusterWatch watch;
    private final Overview.Sources sources;
    private List<GroupLag> groups = List.of();

    PartitionWatch(ClusterAccess cluster) {
      instances = Instances.follow(cluster, clock);
      watch = new ClusterWatch(cluster);
      sources =
          new Overview.Sources(
              cluster,
              instances,
              watch,
              () -> groups,
              new Arrivals(),
              () -> Map.of("TRAINING", 1L),
              () -> Map.of("IMAGE_TOO_SMALL", 70L),
              () -> CanaryReport.OFF,
              clock);
    }

    JsonNode overview() {
      return AnswerJson.MAPPER.valueToTree(new Overview(sources).answer());
    }

    @Override
    public void close() {
      watch.close();
      instances.close();
    }
  }
}
