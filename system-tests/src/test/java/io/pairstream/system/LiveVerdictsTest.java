package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.lag.Verdict;
import io.pairstream.operations.lag.watch.GroupChoice;
import io.pairstream.operations.lag.watch.LagSettings;
import io.pairstream.operations.lag.watch.LagWatcher;
import io.pairstream.operations.operate.OperateService;
import io.pairstream.operations.operate.OperateSettings;
import io.pairstream.operations.sentence.AnswerJson;
import io.pairstream.service.http.ServerSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is done to a live platform, and what operators are told of it. All faults are there at once;
 * none may be told of as another one.
 */
@Tag("full")
@Timeout(1800)
class LiveVerdictsTest {

  private static final Duration LIMIT = Duration.ofMinutes(8);

  /** So few are waited for in every build, and looked at ten times as often as usual. */
  private static final Duration OFTEN = Duration.ofSeconds(1);

  /** Groups beside the platform's own are told of like them, without getting to know them first. */
  private static final GroupChoice ALL = new GroupChoice(List.of("*"), List.of(), Map.of());

  private static final Set<String> CALM = Set.of("OK", "IDLE");

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

  /** A verdict that was right. */
  private record ClusterAnswer(Fault fault, String verdict, String sentence, Duration after) {}

  @Test
  void eachFaultIsToldByItsVerdictAndEndsWithIt() throws Exception {
    try (LagWatcher watcher =
        new LagWatcher(
            new ClusterAccess(platform.cluster()),
            LagSettings.every(OFTEN).choosing(ALL),
            Clock.systemUTC(),
            report -> {})) {
      Supplier<JsonNode> looking = () -> AnswerJson.MAPPER.valueToTree(watcher.look());

      inject(new GroupFaults(platform).quick(), looking);

      platform.awaitAllDecided(LIMIT);
      String preprocess = platform.cluster().dataset().preprocessGroup();
      Await.until(
          "preprocessing is well again",
          LIMIT,
          () -> CALM.contains(group(looking.get(), preprocess).path("verdict").asText()),
          () -> group(watcher, preprocess));
    }
  }

  /** Everything, as the dashboard tells it; writes a table. Takes six minutes. */
  @Test
  @EnabledIfSystemProperty(named = "pairstream.verdicts.table", matches = ".+")
  void everyFaultIsToldByItsVerdictOnTheDashboard() throws Exception {
    GroupFaults faults = new GroupFaults(platform);
    OperateSettings settings =
        new OperateSettings(
            ServerSettings.of("127.0.0.1", 0),
            true,
            false,
            folder.resolve("operate"),
            Optional.empty(),
            List.of(),
            Optional.empty(),
            ALL,
            Optional.empty(),
            words -> "./pairstream " + words);
    try (OperateService service = new OperateService(platform.cluster(), settings)) {
      service.start();
      Supplier<JsonNode> asking = () -> dashboard(service.port());

      List<ClusterAnswer> told = new ArrayList<>(inject(faults.all(), asking));
      writeTable(told);
      told.addAll(inject(List.of(faults.slowWorker()), asking));
      writeTable(told);
    }
  }

  private static void writeTable(List<ClusterAnswer> told) throws IOException {
    List<String> table = new ArrayList<>(List.of("| Fault | after | told |", "|---|---|---|"));
    for (ClusterAnswer one : told) {
      table.add(
          "| %s | %d s | %s |"
              .formatted(one.fault().expected().words(), one.after().toSeconds(), one.sentence()));
    }
    Files.write(Path.of(System.getProperty("pairstream.verdicts.table")), table);
  }

  /** Does all of them, and waits until each was told. */
  private static List<ClusterAnswer> inject(List<Fault> faults, Supplier<JsonNode> looking)
      throws Exception {
    try {
      for (Fault fault : faults) {
        fault.prepare();
      }
      awaitCalm(faults, looking);
      Map<Fault, Long> began = new HashMap<>();
      for (Fault fault : faults) {
        began.put(fault, System.nanoTime());
        fault.inject();
      }
      List<ClusterAnswer> told = new ArrayList<>();
      List<Fault> left = new ArrayList<>(faults);
      Await.until(
          "each fault is told",
          LIMIT,
          () -> {
            goOn(faults);
            JsonNode report = looking.get();
            for (Fault fault : List.copyOf(left)) {
              JsonNode group = group(report, fault.group());
              String verdict = group.path("verdict").asText();
              if (fault.expected().right().contains(verdict)) {
                Duration after = Duration.ofNanos(System.nanoTime() - began.get(fault));
                told.add(new ClusterAnswer(fault, verdict, group.path("sentence").asText(), after));
                left.remove(fault);
              } else if (group.has("verdict") && Verdict.valueOf(verdict).isAlarm()) {
                told.add(
                    new ClusterAnswer(
                        fault, verdict, group.path("sentence").asText(), Duration.ZERO));
                left.remove(fault);
              }
            }
            return left.isEmpty();
          },
          () -> left.stream().map(fault -> group(looking.get(), fault.group())).toList());
      for (ClusterAnswer one : told) {
        assertThat(one.fault().expected().right()).as(one.sentence()).contains(one.verdict());
        assertThat(one.sentence()).contains(one.fault().expected().sentence());
      }
      return told;
    } finally {
      for (Fault fault : faults) {
        fault.end();
      }
    }
  }

  /** Nothing is wrong yet; and looks that saw it so give the judges something to compare with. */
  private static void awaitCalm(List<Fault> faults, Supplier<JsonNode> looking) {
    Await.until(
        "all groups are seen, and well",
        LIMIT,
        () -> {
          goOn(faults);
          JsonNode report = looking.get();
          return faults.stream()
              .map(fault -> group(report, fault.group()))
              .allMatch(
                  group ->
                      group.has("verdict")
                          && !Verdict.valueOf(group.path("verdict").asText()).isAlarm());
        },
        looking);
  }

  private static void goOn(List<Fault> faults) {
    try {
      for (Fault fault : faults) {
        fault.goOn();
      }
    } catch (Exception e) {
      throw new IllegalStateException("a fault cannot be kept up", e);
    }
  }

  private static JsonNode group(LagWatcher watcher, String name) {
    return group(AnswerJson.MAPPER.valueToTree(watcher.latest()), name);
  }

  private static JsonNode group(JsonNode report, String name) {
    for (JsonNode group : report.path("groups")) {
      if (group.path("group").asText().equals(name)) {
        return group;
      }
    }
    return new JsonMapper().createObjectNode();
  }

  private static JsonNode dashboard(int port) {
    URI address = URI.create("http://127.0.0.1:" + port + "/v1/lag");
    try {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      return new JsonMapper().readTree(answer.body());
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
