package io.pairstream.operate.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The shipped example of Alertmanager's configuration, as the real Alertmanager understands it. */
class AlertRoutingTest {

  private static final Path FOLDER =
      Path.of("..", "deploy/prometheus").toAbsolutePath().normalize();
  private static final String CONFIGURATION = FOLDER.resolve("alertmanager.yml").toString();
  private static final JsonMapper JSON = new JsonMapper();
  private static final Pattern LISTENS = Pattern.compile("Listening on.* address=(\\S+:\\d+)");

  private static final String FOLLOWS =
      "GroupStalled|GroupNeverCatchesUp|GroupNeverStarts|Canary.*|InstanceWaits|RequestsFail";
  private static final String NOT_SEEN =
      FOLLOWS + "|GroupStopped|OtherGroup|InstanceSilent|ServiceSilent";

  /** The alerts that follow from another; all else has a cause of its own. */
  private static final String FOLLOWING =
      ("RegistryAway (%s)|LagUnwatched (%s)|BrokersAway (%2$s|LagUnwatched|RegistryAway|Partitions"
              + "Offline|UnderReplicated|ThreadsReplaced|TransactionHangs|TrainerStarves)")
          .formatted(FOLLOWS, NOT_SEEN);

  @TempDir private Path folder;

  private Process alertmanager;

  /**
   * Labels of the first alert of each pair, of the second, and of those that a first holds back.
   */
  private final Set<Map<String, String>> firsts = new HashSet<>();

  private final Set<Map<String, String>> seconds = new HashSet<>();
  private final Map<Map<String, String>, Map<String, String>> held = new HashMap<>();

  @AfterEach
  void end() throws InterruptedException {
    if (alertmanager != null) {
      alertmanager.destroyForcibly().waitFor();
    }
  }

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

  @Test
  void whatFollowsFromAnotherAlertIsHeldBackAndEachGroupHasAMessage() throws Exception {
    pair(alerts());
    URI alerts = start(CONFIGURATION);
    post(alerts, firsts, Duration.ofHours(1));
    post(alerts, seconds, Duration.ofHours(1));

    // What holds back is known a moment after it is taken.
    Set<Set<?>> expected = new HashSet<>();
    firsts.forEach(each -> expected.add(Set.of(each)));
    without(seconds, held.keySet()).forEach(each -> expected.add(Set.of(each)));
    Set<Set<?>> messages = new HashSet<>();
    Await.until(
        "all that is not held back is sent",
        () -> {
          messages.clear();
          HttpRequest ask = HttpRequest.newBuilder(alerts.resolve("alerts/groups")).build();
          for (JsonNode message : JSON.readTree(answer(ask))) {
            messages.add(labels(message, "/status/state", "active"));
          }
          messages.remove(Set.of());
          return messages.equals(expected);
        },
        () -> without(expected, messages) + " and too much: " + without(messages, expected));
  }

  /**
   * The second of each pair fires once the first was sent. If the first holds it back, it is sent
   * once the first has ended.
   */
  @Test
  @Tag("full")
  void aPageIsSentWithinAMinuteWhateverElseFires() throws Exception {
    Map<String, String> pages = alerts();
    pages.values().removeIf("ticket"::equals);
    pair(pages);
    Set<Map<String, String>> sent = ConcurrentHashMap.newKeySet();
    HttpServer pager =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    pager.createContext(
        "/",
        message -> {
          sent.addAll(labels(JSON.readTree(message.getRequestBody()), "/status", "firing"));
          message.sendResponseHeaders(200, -1);
          message.close();
        });
    pager.start();
    try {
      String hook = "$0    webhook_configs: [{url: 'http://127.0.0.1:%d'}]\n";
      Path withPager = folder.resolve("alertmanager.yml");
      Files.writeString(
          withPager,
          Files.readString(Path.of(CONFIGURATION))
              .replaceFirst("- name: operators\n", hook.formatted(pager.getAddress().getPort())));
      URI alerts = start(withPager.toString());

      post(alerts, firsts, Duration.ofHours(1));
      awaitMinute(firsts, sent);
      post(alerts, seconds, Duration.ofHours(1));
      awaitMinute(without(seconds, held.keySet()), sent);
      assertThat(sent).doesNotContainAnyElementsOf(held.keySet());
      post(alerts, held.values(), Duration.ZERO);
      awaitMinute(held.keySet(), sent);
    } finally {
      pager.stop(0);
    }
  }

  private static void awaitMinute(Set<?> expected, Set<?> sent) {
    Await.until(
        "messages within a minute",
        Duration.ofMinutes(1),
        () -> sent.containsAll(expected),
        () -> "not sent: " + without(expected, sent));
  }

  private static <T> Set<T> without(Set<T> all, Set<?> some) {
    Set<T> others = new HashSet<>(all);
    others.removeAll(some);
    return others;
  }

  /** Each pair of alerts, in a data set of its own. */
  private void pair(Map<String, String> alerts) {
    for (String first : alerts.keySet()) {
      for (String second : alerts.keySet()) {
        var one = alert(first, alerts, first + " and " + second, "first");
        var other = alert(second, alerts, first + " and " + second, "second");
        if (holds(first, second)) {
          held.put(other, one);
        }
        if (!holds(second, first)) {
          firsts.add(one);
          seconds.add(other);
        }
      }
    }
  }

  private static boolean holds(String source, String other) {
    return (source + " " + other).replace("Pairstream", "").matches(FOLLOWING);
  }

  private URI start(String configuration) throws IOException {
    alertmanager =
        new ProcessBuilder(
                Promtool.found("prometheus-alertmanager", "alertmanager", "prometheus-alertmanager")
                    .toString(),
                "--config.file=" + configuration,
                "--storage.path=" + folder,
                "--web.listen-address=127.0.0.1:0",
                "--cluster.listen-address=")
            .redirectErrorStream(true)
            .start();
    return address(alertmanager.inputReader());
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

  private static void post(URI address, Collection<?> alerts, Duration last) throws Exception {
    String end = Instant.now().plus(last).toString();
    String fire =
        JSON.writeValueAsString(
            alerts.stream().map(labels -> Map.of("labels", labels, "endsAt", end)).toList());
    answer(
        HttpRequest.newBuilder(address)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(fire))
            .build());
  }

  private static String answer(HttpRequest request) throws Exception {
    HttpResponse<String> answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer.body();
  }

  private static Map<String, String> alert(
      String name, Map<String, String> severities, String dataset, String group) {
    return Map.of(
        "alertname", name,
        "severity", severities.get(name),
        "cluster_name", "here",
        "namespace", dataset,
        "group", group);
  }

  /** Labels of a message's alerts that have a state. */
  private static Set<Map<String, String>> labels(JsonNode message, String at, String state) {
    Set<Map<String, String>> labels = new HashSet<>();
    for (JsonNode each : message.get("alerts")) {
      if (each.at(at).asText().equals(state)) {
        labels.add(JSON.convertValue(each.get("labels"), new TypeReference<>() {}));
      }
    }
    return labels;
  }

  /** The severity of each alert. */
  private static Map<String, String> alerts() throws IOException {
    return Pattern.compile("- alert: (\\w+)(?s:.*?)severity: (\\w+)")
        .matcher(Files.readString(FOLDER.resolve("pairstream.rules.yml")))
        .results()
        .collect(Collectors.toMap(found -> found.group(1), found -> found.group(2)));
  }
}
