package io.pairstream.operate.lag;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.testing.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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

  @TempDir private Path folder;

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
   * All alerts fire for a data set, beside one of another data set.
   *
   * @param without alerts that do not fire
   * @param told of which somebody is told
   */
  @ParameterizedTest
  @CsvSource({
    "'', 'PairstreamBrokersAway'",
    "'PairstreamBrokersAway', 'PairstreamLagUnwatched'",
    "'PairstreamBrokersAway PairstreamLagUnwatched', 'PairstreamDiskFull"
        + " PairstreamInstanceSilent PairstreamOtherGroup PairstreamPartitionsOffline"
        + " PairstreamQuarantineJump PairstreamRegistryAway PairstreamServiceSilent"
        + " PairstreamThreadsReplaced PairstreamTrainerStarves PairstreamTransactionHangs"
        + " PairstreamUnderReplicated PairstreamWorkersLost'"
  })
  void ofAlertsThatFollowFromAnotherNobodyIsTold(String without, String told) throws Exception {
    Map<String, String> severities = alerts();
    severities.keySet().removeAll(List.of(without.split(" ")));
    List<Map<String, Map<String, String>>> fire = new ArrayList<>();
    fire.add(alert("PairstreamGroupStopped", "page", "others"));
    severities.forEach((name, severity) -> fire.add(alert(name, severity, "pairs")));
    Set<String> expected =
        Stream.of(told.split(" ")).map("pairs "::concat).collect(Collectors.toSet());
    expected.add("others PairstreamGroupStopped");
    Process alertmanager =
        new ProcessBuilder(
                Promtool.found("prometheus-alertmanager", "alertmanager", "prometheus-alertmanager")
                    .toString(),
                "--config.file=" + CONFIGURATION,
                "--storage.path=" + folder,
                "--web.listen-address=127.0.0.1:0",
                "--cluster.listen-address=")
            .redirectErrorStream(true)
            .start();
    try (BufferedReader log = alertmanager.inputReader()) {
      URI alerts = URI.create("http://" + address(log) + "/api/v2/alerts");
      HttpClient client = HttpClient.newHttpClient();
      HttpResponse<String> taken =
          client.send(
              HttpRequest.newBuilder(alerts)
                  .header("Content-Type", "application/json")
                  .POST(BodyPublishers.ofString(JSON.writeValueAsString(fire)))
                  .build(),
              BodyHandlers.ofString());
      assertThat(taken.statusCode()).as(taken.body()).isEqualTo(200);

      // What holds back is known a moment after it is taken.
      Set<String> active = new TreeSet<>();
      Await.until(
          "somebody is told of " + expected,
          () -> {
            active.clear();
            for (JsonNode each : JSON.readTree(get(client, alerts))) {
              if (each.at("/status/state").asText().equals("active")) {
                JsonNode labels = each.get("labels");
                active.add(
                    labels.get("namespace").asText() + " " + labels.get("alertname").asText());
              }
            }
            return active.equals(expected);
          },
          () -> active);
    } finally {
      alertmanager.destroyForcibly().waitFor();
    }
  }

  private static String address(BufferedReader log) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line = log.readLine(); line != null; line = log.readLine()) {
      lines.add(line);
      Matcher listens = LISTENS.matcher(line);
      if (listens.find()) {
        return listens.group(1);
      }
    }
    throw new AssertionError("Alertmanager has ended: " + lines);
  }

  private static String get(HttpClient client, URI address) {
    return client
        .sendAsync(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString())
        .join()
        .body();
  }

  private static Map<String, Map<String, String>> alert(
      String name, String severity, String dataset) {
    return Map.of(
        "labels",
        Map.of(
            "alertname", name,
            "severity", severity,
            "cluster_name", "here",
            "namespace", dataset));
  }

  /** The severity of each alert. */
  private static Map<String, String> alerts() throws IOException {
    return Pattern.compile("- alert: (\\w+)(?s:.*?)severity: (\\w+)")
        .matcher(Files.readString(FOLDER.resolve("pairstream.rules.yml")))
        .results()
        .collect(Collectors.toMap(found -> found.group(1), found -> found.group(2)));
  }
}
