package io.pairstream.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.drawing.DrawnPairs;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.RawPair;
import io.pairstream.service.Cluster;
import io.pairstream.service.http.Scope;
import io.pairstream.testing.Await;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Reports of real processes about themselves: to the operators' service, by HTTP, and in their
 * logs.
 */
@Tag("full")
@Timeout(1800)
class SelfReportsTest {

  /** Stands in every hostile text; no log may hold it. */
  private static final String MARK = "qzxvmarker";

  private static final String HOSTILE =
      MARK + " <script>alert(1)</script> \"} {{7*7}} ${jndi:ldap://127.0.0.1/" + MARK + "}";

  @TempDir private static Path folder;
  private static RunningPlatform platform;
  private static String dashboard;

  @BeforeAll
  static void start() throws IOException {
    platform = RunningPlatform.start(folder.resolve("data"));
    dashboard = platform.address("dashboard_url");
  }

  @AfterAll
  static void stop() {
    platform.close();
  }

  /** Also what a feed tells that has read all there is, and where the lag display shows it. */
  @Test
  void everySeriesThatAnAlertAsksForIsThere() throws Exception {
    platform.publish(new DrawnPairs(9, 0.2), 0, 80);
    platform.awaitAllDecided();
    platform.dataset().commit("strangers", new TopicPartition("pairs.training", 0), 0);
    try (PairstreamProcess feed = child("feed", "feed --json --batch-size 1")) {
      Pattern selector = Pattern.compile("(pairstream_\\w+)(?:\\{([^}]*)\\})?");
      String rules =
          Files.readString(Path.of("..", "deploy/prometheus/pairstream.rules.yml"))
              .replaceAll("(?m)^\\s*(#|summary|runbook_url|- alert).*$", "");
      List<MatchResult> asked = selector.matcher(rules).results().toList();
      assertThat(asked).hasSizeGreaterThan(30);
      Supplier<List<String>> missing =
          () -> {
            String scrape = Http.get(dashboard + "/metrics").body();
            return asked.stream()
                .filter(one -> !one.group(1).startsWith("pairstream_canary"))
                .filter(one -> !isReported(scrape, one.group(1), one.group(2)))
                .map(MatchResult::group)
                .distinct()
                .toList();
          };
      Await.until(
          "everything that alerts ask for is reported", () -> missing.get().isEmpty(), missing);
      Await.until(
          "the topology shows what went through",
          () ->
              Http.json(dashboard + "/v1/topology").path("nodes").findParents("id").stream()
                  .filter(node -> node.path("id").asText().equals("clean"))
                  .anyMatch(node -> node.path("ms").asDouble() > 0),
          () -> Http.json(dashboard + "/v1/topology"));
      Await.until(
          "what was taken is shown, although the feed waits for more",
          () ->
              Http.json(dashboard + "/v1/lag").path("groups").findParents("group").stream()
                  .filter(group -> group.path("group").asText().endsWith("-feed"))
                  .anyMatch(
                      group ->
                          group.path("lag").asLong(-1) == 0
                              && group.path("verdict").asText().matches("OK|IDLE")),
          () -> Http.json(dashboard + "/v1/lag") + feed.said());
    }
  }

  /**
   * Whether a sample of that name has such labels; a value that is a pattern may not be there yet.
   */
  private static boolean isReported(String scrape, String name, String labels) {
    List<String> wanted =
        Pattern.compile("(\\w+)(=~|!=|=)(\"[^\"]*\")")
            .matcher(labels == null ? "" : labels)
            .results()
            .map(label -> label.group(1) + "=" + (label.group(2).equals("=") ? label.group(3) : ""))
            .toList();
    return scrape
        .lines()
        .filter(line -> line.startsWith(name + "{"))
        .anyMatch(line -> wanted.stream().allMatch(line::contains));
  }

  @Test
  void nothingThatProducersWroteIsLogged() throws Exception {
    String key = platform.key("ann", Scope.PUBLISH, Scope.READ);
    try (PairstreamProcess server =
            child("server", "ingest --listen 127.0.0.1:0 --state-dir " + folder.resolve("ingest"));
        PairstreamProcess worker = preprocess("worker")) {
      String address = server.awaitReady();
      String metrics = Http.get(worker.awaitReady() + "/metrics").body();
      assertThat(metrics.lines().filter(line -> line.startsWith("# TYPE ")))
          .extracting(line -> line.split(" ", -1)[2])
          .as("metrics without an explanation")
          .contains("pairstream_image_workers")
          .allMatch(name -> metrics.contains("# HELP " + name + " "));

      List<Integer> answers = sendHostileRequests(address, key);
      sendHostileRecords();
      platform.awaitAllDecided();

      assertThat(answers).contains(202, 400, 401, 422).doesNotContain(500);
      assertThat(platform.quarantine()).containsKey("UNREADABLE_RECORD");
    }
    List<Path> logs = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      // The broker's own files are named so too.
      files
          .filter(file -> file.toString().endsWith(".log"))
          .filter(file -> !file.startsWith(folder.resolve("data/broker")))
          .forEach(logs::add);
    }
    assertThat(logs)
        .extracting(log -> log.getFileName().toString())
        .contains("server.log", "worker.log", "preprocess.log", "ingest.log", "up.log");
    for (Path log : logs) {
      assertThat(new String(Files.readAllBytes(log), UTF_8))
          .as(log.toString())
          .doesNotContainIgnoringCase(MARK)
          .doesNotContain(key.substring(21));
    }
    requireJson("server.log", "ingest");
    requireJson("worker.log", "preprocess");
  }

  private static void requireJson(String log, String service) throws IOException {
    List<String> lines =
        Files.readAllLines(folder.resolve(log)).stream()
            .filter(line -> line.startsWith("{"))
            .toList();
    assertThat(lines).isNotEmpty();
    for (String line : lines) {
      JsonNode json = Http.JSON.readTree(line);
      assertThat(json.path("service").asText()).isEqualTo(service);
      assertThat(json.path("instance").asText()).isNotEmpty();
      assertThat(Instant.parse(json.path("time").asText())).isNotNull();
    }
  }

  private static List<Integer> sendHostileRequests(String address, String key) {
    String image =
        Base64.getEncoder()
            .encodeToString(
                RunningPlatform.image(RunningPlatform.submitted(new DrawnPairs(77, 0.0), 0)));
    String caption = Http.JSON.getNodeFactory().textNode(HOSTILE + " in the snow").toString();
    String good = "{\"caption\":%s,\"image\":\"%s\"}".formatted(caption, image);
    String link =
        "{\"caption\":%s,\"url\":\"http://127.0.0.1:1/%s.jpg?token=%s\"}"
            .formatted(caption, MARK, MARK);
    String form =
        "--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s"
            .formatted(MARK, MARK, HOSTILE);
    String pairs = address + "/v1/pairs";
    String lines = good + "\n" + MARK + "\n{\"caption\":" + caption + "}\n" + link + "\n{\"" + MARK;
    return List.of(
        post(pairs, "application/json", key, good),
        post(pairs, "application/json", key, link),
        post(
            pairs,
            "application/json",
            key,
            link.replace("http://", "http://" + MARK + ":" + MARK + "@")),
        post(pairs, "application/json", key, good.substring(9)),
        post(pairs, "application/json", key, good.replace(image, "@" + MARK)),
        post(pairs, "application/json", key.substring(0, 21) + MARK.repeat(6), good),
        post(address + "/v1/batches", "application/jsonl", key, lines),
        post(pairs, "multipart/form-data; boundary=" + MARK, key, form));
  }

  /** The answer's status; a server that has no time yet is asked again, as it wants to be. */
  private static int post(String url, String mediaType, String key, String body) {
    AtomicReference<HttpResponse<String>> last = new AtomicReference<>();
    Await.until(
        "the server has time",
        () -> {
          last.set(Http.post(url, mediaType, "Bearer " + key, body));
          return last.get().statusCode() != 503;
        },
        () -> last.get().body());
    return last.get().statusCode();
  }

  /** Past the server: what only preprocessing can judge. */
  private static void sendHostileRecords() {
    byte[] value =
        platform.raw(
            RawPair.newBuilder()
                .setImage(RunningPlatform.submitted(new DrawnPairs(77, 0.0), 0).getImage())
                .setCaption(HOSTILE)
                .setMetadata(PairMetadata.newBuilder().setContributor(MARK).build())
                .setAnnotations(Map.of("crop_box", MARK, MARK, HOSTILE))
                .build());
    for (int partition = 0; partition < 4; partition++) {
      platform.sendForeign(partition, MARK, value);
      platform.sendForeign(partition, MARK, Arrays.copyOf(value, value.length - 9));
      platform.sendForeign(partition, null, HOSTILE.getBytes(UTF_8));
    }
  }

  private static PairstreamProcess preprocess(String name) throws IOException {
    return child(
        name,
        "preprocess --threads 1 --recipe demo --decode-deadline PT25S --status-listen 127.0.0.1:0"
            + " --state-dir "
            + folder.resolve(name));
  }

  /** A service that is started by hand, and logs all it can. */
  private static PairstreamProcess child(String name, String command) throws IOException {
    String of = command + " --bootstrap-servers %s --schema-registry %s";
    Cluster cluster = platform.cluster();
    ProcessBuilder builder =
        PairstreamProcess.builder(
            PairstreamProcess.words(
                of.formatted(cluster.bootstrapServers(), cluster.registryAddresses())));
    builder.environment().put("PAIRSTREAM_LOG_FORMAT", "json");
    builder
        .environment()
        .put("JAVA_TOOL_OPTIONS", "-Dpairstream.log.level=debug -Dpairstream.log.others=info");
    return PairstreamProcess.start(folder.resolve(name + ".log"), builder);
  }
}
