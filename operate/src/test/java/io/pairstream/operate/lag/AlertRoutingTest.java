package io.pairstream.operate.lag;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpServer;
import io.pairstream.testing.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The shipped example of Alertmanager's configuration, as the real Alertmanager understands it. */
@Timeout(600)
class AlertRoutingTest {

  private static final Path FOLDER =
      Path.of("..", "deploy/prometheus").toAbsolutePath().normalize();
  private static final String CONFIGURATION = FOLDER.resolve("alertmanager.yml").toString();
  private static final JsonMapper JSON = new JsonMapper();
  private static final Pattern LISTENS = Pattern.compile("Listening on.* address=(\\S+:\\d+)");

  private static final String OPERATORS = "- name: operators\n";

  private static final String FOLLOWS =
      "GroupStalled|GroupNeverCatchesUp|GroupNeverStarts|Canary.*|InstanceWaits|RequestsFail";

  /** The alerts that follow from another, without "Pairstream"; all else has a cause of its own. */
  private static final Map<String, String> HELD =
      Map.of(
          "PairstreamRegistryAway",
          FOLLOWS,
          "PairstreamLagUnwatched",
          FOLLOWS + "|GroupStopped|OtherGroup|InstanceSilent|ServiceSilent",
          "PairstreamBrokersAway",
          FOLLOWS
              + "|GroupStopped|OtherGroup|InstanceSilent|ServiceSilent|LagUnwatched|RegistryAway"
              + "|PartitionsOffline|UnderReplicated|ThreadsReplaced|TransactionHangs"
              + "|TrainerStarves");

  @TempDir private Path folder;

  /** An alert of a consumer group. */
  private record Fired(String name, String dataset, String group) {}

  @Test
  void amtoolTakesTheConfiguration() throws Exception {
    Promtool.Ended ended = Promtool.amtool("check-config", CONFIGURATION);

    assertThat(ended.status()).as(ended.output()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"page, operators", "ticket, operators-tomorrow"})
  void eachSeverityOfTheRulesHasItsReceiver(String severity, String receiver) throws Exception {
    assertThat(alerts().values()).contains(severity).isSubsetOf("page", "ticket");

    Promtool.Ended ended =
        Promtool.amtool(
            "config", "routes", "test", "--config.file", CONFIGURATION, "severity=" + severity);

    // Before it, some versions warn of a flag.
    assertThat(ended.output().lines().toList()).as(ended.output()).endsWith(receiver);
  }

  /**
   * All alerts fire for a data set, beside those of two groups of another data set.
   *
   * @param without alerts that do not fire
   * @param source the alert that holds others back
   */
  @ParameterizedTest
  @CsvSource({
    "'', PairstreamBrokersAway",
    "PairstreamBrokersAway, PairstreamLagUnwatched",
    "PairstreamBrokersAway PairstreamLagUnwatched, PairstreamRegistryAway"
  })
  void ofAlertsThatFollowFromAnotherNobodyIsTold(String without, String source) throws Exception {
    List<Fired> fire = new ArrayList<>();
    for (String name : alerts().keySet()) {
      if (!without.contains(name)) {
        fire.add(new Fired(name, "pairs", "a"));
      }
    }
    List.of("a", "b").forEach(of -> fire.add(new Fired("PairstreamGroupStopped", "others", of)));
    Set<Set<Fired>> expected =
        fire.stream()
            .filter(each -> each.dataset().equals("others") || !holds(source, each.name()))
            .map(Set::of)
            .collect(Collectors.toSet());
    Process alertmanager = start(CONFIGURATION);
    try (BufferedReader log = alertmanager.inputReader()) {
      URI alerts = address(log);
      post(alerts, fire, false);

      // What holds back is known a moment after it is taken. Each message is about one group.
      Set<Set<Fired>> messages = new HashSet<>();
      Await.until(
          "somebody is told of " + expected,
          () -> {
            messages.clear();
            for (JsonNode message : JSON.readTree(get(alerts.resolve("alerts/groups")))) {
              messages.add(fired(message, "/status/state", "active"));
            }
            messages.remove(Set.of());
            return messages.equals(expected);
          },
          () -> messages);
    } finally {
      alertmanager.destroyForcibly().waitFor();
    }
  }

  /**
   * Each pair of pages, in a data set of its own: the second fires with the first, or once somebody
   * was told of the first. What one of them holds back is told once that one has ended.
   */
  @Test
  @Tag("full")
  void aPageIsToldWithinAMinuteWhateverElseFires() throws Exception {
    Map<String, String> severities = alerts();
    severities.values().removeIf("ticket"::equals);
    Set<String> pages = severities.keySet();
    Set<Fired> atOnce = new HashSet<>();
    Set<Fired> later = new HashSet<>();
    Map<Fired, Fired> held = new HashMap<>();
    for (String first : pages) {
      for (String second : pages) {
        Fired together = new Fired(first, first + " with " + second, "first");
        Fired with = new Fired(second, together.dataset(), "second");
        Fired before = new Fired(first, first + " before " + second, "first");
        Fired after = new Fired(second, before.dataset(), "second");
        atOnce.addAll(List.of(together, with, before));
        later.add(after);
        if (holds(first, second)) {
          held.put(with, together);
          held.put(after, before);
        } else if (holds(second, first)) {
          held.put(together, with);
        }
      }
    }
    Set<Fired> told = ConcurrentHashMap.newKeySet();
    HttpServer pager =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    pager.createContext(
        "/",
        message -> {
          told.addAll(fired(JSON.readTree(message.getRequestBody()), "/status", "firing"));
          message.sendResponseHeaders(200, -1);
          message.close();
        });
    pager.start();
    String hook =
        "    webhook_configs: [{url: 'http://127.0.0.1:%d'}]\n"
            .formatted(pager.getAddress().getPort());
    String shipped = Files.readString(Path.of(CONFIGURATION));
    Path withPager = folder.resolve("alertmanager.yml");
    Files.writeString(withPager, shipped.replace(OPERATORS, OPERATORS + hook));
    Process alertmanager = start(withPager.toString());
    try (BufferedReader log = alertmanager.inputReader()) {
      URI alerts = address(log);
      post(alerts, atOnce, false);
      toldWithinAMinute(told, atOnce, held.keySet());
      post(alerts, later, false);
      toldWithinAMinute(told, later, held.keySet());
      assertThat(told).doesNotContainAnyElementsOf(held.keySet());
      post(alerts, held.values(), true);
      toldWithinAMinute(told, held.keySet(), Set.of());
    } finally {
      alertmanager.destroyForcibly().waitFor();
      pager.stop(0);
    }
  }

  private static void toldWithinAMinute(Set<Fired> told, Set<Fired> of, Set<Fired> without) {
    Set<Fired> missing = new HashSet<>(of);
    missing.removeAll(without);
    Await.until(
        "a message within a minute",
        Duration.ofMinutes(1),
        () -> {
          missing.removeAll(told);
          return missing.isEmpty();
        },
        () -> "nobody was told of " + missing);
  }

  /** Whether an alert holds another back, which merely follows from it. */
  private static boolean holds(String source, String other) {
    return other.matches("Pairstream(" + HELD.getOrDefault(source, "") + ")");
  }

  private Process start(String configuration) throws IOException {
    return new ProcessBuilder(
            Promtool.found("prometheus-alertmanager", "alertmanager", "prometheus-alertmanager")
                .toString(),
            "--config.file=" + configuration,
            "--storage.path=" + folder,
            "--web.listen-address=127.0.0.1:0",
            "--cluster.listen-address=")
        .redirectErrorStream(true)
        .start();
  }

  private static URI address(BufferedReader log) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line = log.readLine(); line != null; line = log.readLine()) {
      lines.add(line);
      Matcher listens = LISTENS.matcher(line);
      if (listens.find()) {
        return URI.create("http://" + listens.group(1) + "/api/v2/alerts");
      }
    }
    throw new AssertionError("Alertmanager has ended: " + lines);
  }

  private static String get(URI address) throws Exception {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString())
        .body();
  }

  private static void post(URI address, Collection<Fired> alerts, boolean ended) throws Exception {
    List<Map<String, Object>> posted = new ArrayList<>();
    for (Fired each : alerts) {
      Map<String, String> labels =
          Map.of(
              "alertname", each.name(),
              "severity", alerts().get(each.name()),
              "cluster_name", "here",
              "namespace", each.dataset(),
              "group", each.group());
      posted.add(
          ended
              ? Map.of("labels", labels, "endsAt", Instant.now().toString())
              : Map.of("labels", labels));
    }
    HttpResponse<String> taken =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(address)
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(JSON.writeValueAsString(posted)))
                    .build(),
                BodyHandlers.ofString());
    assertThat(taken.statusCode()).as(taken.body()).isEqualTo(200);
  }

  /** Alerts of a message, or of one to come, that have a state. */
  private static Set<Fired> fired(JsonNode message, String at, String state) {
    Set<Fired> fired = new HashSet<>();
    for (JsonNode each : message.get("alerts")) {
      JsonNode labels = each.get("labels");
      if (each.at(at).asText().equals(state)) {
        fired.add(
            new Fired(
                labels.get("alertname").asText(),
                labels.get("namespace").asText(),
                labels.get("group").asText()));
      }
    }
    return fired;
  }

  /** The severity of each alert. */
  private static Map<String, String> alerts() throws IOException {
    return Pattern.compile("- alert: (\\w+)(?s:.*?)severity: (\\w+)")
        .matcher(Files.readString(FOLDER.resolve("pairstream.rules.yml")))
        .results()
        .collect(Collectors.toMap(found -> found.group(1), found -> found.group(2)));
  }
}
