package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.lag.Verdict;
import io.pairstream.operations.lag.watch.GroupChoice;
import io.pairstream.operations.lag.watch.LagSettings;
import io.pairstream.operations.lag.watch.LagWatcher;
import io.pairstream.operations.sentence.AnswerJson;
import io.pairstream.testing.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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

  @BeforeAll
  static void start() throws IOException {
    platform = RunningPlatform.start(folder.resolve("data"), "demo");
  }

  @AfterAll
  static void stop() {
    platform.close();
  }

  /** A verdict that was right. */
  private record ClusterAnswer(Fault fault, String verdict, String sentence) {}

  @Test
  void eachFaultIsToldByItsVerdictAndEndsWithIt() throws Exception {
    try (LagWatcher watcher =
        new LagWatcher(
            new ClusterAccess(platform.cluster()),
            LagSettings.every(OFTEN).choosing(ALL),
            Clock.systemUTC(),
            report -> {})) {
      Supplier<JsonNode> looking = () -> AnswerJson.MAPPER.valueToTree(watcher.look());

      inject(new GroupFaults(platform).all(), looking);

      platform.awaitAllDecided();
      String preprocess = platform.cluster().dataset().preprocessGroup();
      Await.until(
          "preprocessing is well again",
          LIMIT,
          () -> CALM.contains(group(looking.get(), preprocess).path("verdict").asText()),
          () -> group(watcher, preprocess));
    }
  }

  /** Does all of them, and waits until each was told. */
  private static void inject(List<Fault> faults, Supplier<JsonNode> looking) throws Exception {
    try {
      for (Fault fault : faults) {
        fault.prepare();
      }
      awaitCalm(faults, looking);
      for (Fault fault : faults) {
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
              if (fault.expected().right().contains(verdict)
                  || (group.has("verdict") && Verdict.valueOf(verdict).isAlarm())) {
                told.add(new ClusterAnswer(fault, verdict, group.path("sentence").asText()));
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
}
