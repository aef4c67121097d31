package io.pairstream.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.drawing.DrawnPair;
import io.pairstream.drawing.DrawnPairs;
import io.pairstream.ingest.publish.NewPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.service.http.Scope;
import io.pairstream.service.keys.KeyIssuer;
import io.pairstream.service.keys.NewKey;
import io.pairstream.service.keys.Rates;
import io.pairstream.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What real processes say of themselves: to the operators' service, by HTTP, and in their logs. */
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

  private final HttpClient client = HttpClient.newHttpClient();

  @BeforeAll
  static void start() throws IOException {
    platform = RunningPlatform.start(folder.resolve("data"), "demo");
    Await.until(
        "the operators' page is there",
        () -> !platformFile().path("dashboard_url").isMissingNode(),
        SelfReportsTest::platformFile);
    dashboard = platformFile().path("dashboard_url").asText();
  }

  private static JsonNode platformFile() {
    try {
      return new JsonMapper().readTree(folder.resolve("data/platform.json").toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @AfterAll
  static void stop() {
    platform.close();
  }

  @Test
  void everyProcessReportsAndTheTopologyHasFigures() {
    platform.publish(new DrawnPairs(8, 0.2), 0, 60);

    Await.until(
        "all services report, and decisions are counted",
        () ->
            running("ingest") == 1
                && running("preprocess") >= 1
                && running("operate") == 1
                && decided() >= 60,
        () -> get(dashboard + "/v1/overview"));
    Await.until(
        "the topology shows what went through",
        () ->
            node("clean").path("ms").asDouble() > 0
                && node("training").path("kind").asText().equals("sink"),
        () -> get(dashboard + "/v1/topology"));
    Await.until(
        "the brokers are up", () -> brokers().path("state").asText().equals("UP"), this::brokers);
  }

  /** Also what a feed tells that has read all there is, and where the lag display shows it. */
  @Test
  void everySeriesThatAnAlertAsksForIsThere() throws Exception {
    platform.publish(new DrawnPairs(9, 0.2), 0, 80);
    platform.awaitAllDecided();
    commitForStrangers();
    try (Child feed = new Child("feed", List.of("feed", "--json", "--batch-size", "1"))) {
      Pattern selector = Pattern.compile("(pairstream_\\w+)(?:\\{([^}]*)\\})?");
      String rules =
          Files.readString(Path.of("..", "deploy/prometheus/pairstream.rules.yml"))
              .replaceAll("(?m)^\\s*(#|summary|runbook_url|- alert).*$", "");
      List<MatchResult> asked = selector.matcher(rules).results().toList();
      assertThat(asked).hasSizeGreaterThan(30);
      AtomicReference<List<String>> missing = new AtomicReference<>(List.of());
      Await.until(
          "everything that alerts ask for is told",
          () -> {
            String scrape = text(dashboard + "/metrics");
            missing.set(
                asked.stream()
                    .filter(one -> !one.group(1).startsWith("pairstream_canary"))
                    .filter(one -> !isTold(scrape, one.group(1), one.group(2)))
                    .map(MatchResult::group)
                    .distinct()
                    .toList());
            return missing.get().isEmpty();
          },
          () -> missing.get());
      Await.until(
          "what was taken is shown, although the feed waits for more",
          () ->
              get(dashboard + "/v1/lag").path("groups").findParents("group").stream()
                  .filter(group -> group.path("group").asText().endsWith("-feed"))
                  .anyMatch(
                      group ->
                          group.path("lag").asLong(-1) == 0
                              && group.path("verdict").asText().matches("OK|IDLE")),
          () -> get(dashboard + "/v1/lag") + feed.log());
    }
  }

  private static void commitForStrangers() throws Exception {
    try (Admin admin =
        Admin.create(Map.of("bootstrap.servers", platform.cluster().bootstrapServers()))) {
      var unused =
          admin
              .alterConsumerGroupOffsets(
                  "strangers",
                  Map.of(new TopicPartition("pairs.training", 0), new OffsetAndMetadata(0)))
              .all()
              .get();
    }
  }

  /**
   * Whether a sample of that name has such labels; a value that is a pattern may not be there yet.
   */
  private static boolean isTold(String scrape, String name, String labels) {
    return scrape
        .lines()
        .filter(line -> line.startsWith(name + "{"))
        .anyMatch(
            line ->
                labels == null
                    || Pattern.compile("(\\w+)(=~|!=|=)\"([^\"]*)\"")
                        .matcher(labels)
                        .results()
                        .allMatch(
                            label ->
                                line.contains(
                                    label.group(1)
                                        + "=\""
                                        + (label.group(2).equals("=")
                                            ? label.group(3) + "\""
                                            : ""))));
  }

  @Test
  void aProcessAnswersForItselfAndLeavesInAnOrderlyWay() throws Exception {
    try (Child extra = new Child("extra", preprocess("extra"))) {
      String address = extra.address();
      ServiceAddress.awaitReady(extra::log);
      assertThat(status(address + "/health/live")).isEqualTo(200);
      // Between two questions a rebalance may begin: one answer has to say it all.
      AtomicReference<String> metrics = new AtomicReference<>("");
      Await.until(
          "it says that it is running",
          () -> {
            metrics.set(text(address + "/metrics"));
            return metrics
                .get()
                .contains("pairstream_state{service=\"preprocess\",state=\"RUNNING\"} 1\n");
          },
          metrics::get);
      assertThat(metrics.get())
          .contains("pairstream_up{service=\"preprocess\"} 1\n")
          .contains("# TYPE pairstream_node_records_total counter\n")
          .contains("pairstream_image_workers{service=\"preprocess\"} 1\n");
      assertThat(helpless(metrics.get())).isEmpty();
      Await.until(
          "both report",
          () -> running("preprocess") == 2,
          () -> get(dashboard + "/v1/overview").path("instances"));

      extra.end();

      Await.until(
          "one is left",
          () -> instances("preprocess").size() == 1 && running("preprocess") == 1,
          () -> get(dashboard + "/v1/overview").path("instances"));
    }
  }

  @Test
  void nothingThatProducersWroteIsLogged() throws Exception {
    String key = createKey();
    try (Child server = new Child("door", ingest());
        Child worker = new Child("worker", preprocess("worker"))) {
      String address = server.address();
      ServiceAddress.awaitReady(server::log);
      ServiceAddress.awaitReady(worker::log);

      List<Integer> answers = sendHostileRequests(address, key);
      sendHostileRecords();
      platform.awaitAllDecided();

      assertThat(answers).contains(202, 400, 401, 422).doesNotContain(500);
      assertThat(platform.quarantine()).containsKey("UNREADABLE_RECORD");
    }
    List<Path> logs = new ArrayList<>();
    for (Path directory : List.of(folder, folder.resolve("data"), folder.resolve("data/logs"))) {
      try (Stream<Path> files = Files.list(directory)) {
        files.filter(file -> file.toString().endsWith(".log")).forEach(logs::add);
      }
    }
    assertThat(logs)
        .extracting(log -> log.getFileName().toString())
        .contains("door.log", "worker.log", "preprocess.log", "ingest.log", "up.log");
    for (Path log : logs) {
      assertThat(new String(Files.readAllBytes(log), UTF_8))
          .as(log.toString())
          .doesNotContainIgnoringCase(MARK)
          .doesNotContain(key.substring(21));
    }
    for (String name : List.of("door", "worker")) {
      List<String> lines =
          Files.readAllLines(folder.resolve(name + ".log")).stream()
              .filter(line -> line.startsWith("{"))
              .toList();
      assertThat(lines).isNotEmpty();
      for (String line : lines) {
        JsonNode json = new JsonMapper().readTree(line);
        assertThat(json.path("service").asText())
            .isEqualTo(name.equals("door") ? "ingest" : "preprocess");
        assertThat(json.path("instance").asText()).isNotEmpty();
        assertThat(Instant.parse(json.path("time").asText())).isNotNull();
      }
    }
  }

  private List<Integer> sendHostileRequests(String address, String key) throws Exception {
    byte[] picture = picture();
    String image = Base64.getEncoder().encodeToString(picture);
    String caption = new JsonMapper().writeValueAsString(HOSTILE + " a dog in the snow");
    String good = "{\"caption\":" + caption + ",\"image\":\"" + image + "\"}";
    String link =
        "{\"caption\":"
            + caption
            + ",\"url\":\"http://127.0.0.1:1/"
            + MARK
            + ".jpg?token="
            + MARK
            + "\"}";
    List<Integer> answers = new ArrayList<>();
    answers.add(post(address + "/v1/pairs", "application/json", key, good));
    answers.add(post(address + "/v1/pairs", "application/json", key, link));
    answers.add(
        post(
            address + "/v1/pairs",
            "application/json",
            key,
            link.replace("http://", "http://" + MARK + ":" + MARK + "@")));
    answers.add(post(address + "/v1/pairs", "application/json", key, good.substring(9)));
    answers.add(
        post(address + "/v1/pairs", "application/json", key, good.replace(image, "@" + MARK)));
    answers.add(
        post(
            address + "/v1/pairs",
            "application/json",
            key.substring(0, 21) + MARK.repeat(6),
            good));
    answers.add(
        post(
            address + "/v1/batches",
            "application/jsonl",
            key,
            good + "\n" + MARK + "\n{\"caption\":" + caption + "}\n" + link + "\n{\"" + MARK));
    answers.add(
        post(
            address + "/v1/pairs",
            "multipart/form-data; boundary=" + MARK,
            key,
            "--"
                + MARK
                + "\r\nContent-Disposition: form-data; name=\""
                + MARK
                + "\"\r\n\r\n"
                + HOSTILE));
    return answers;
  }

  /** Past the server: what only preprocessing can judge. */
  private static void sendHostileRecords() throws IOException {
    Registry registry = platform.cluster().registry();
    PairTopics topics = PairTopics.of(platform.cluster().dataset(), new AvroSerdes(registry));
    RawPair pair =
        RawPair.newBuilder()
            .setImage(ByteBuffer.wrap(picture()))
            .setCaption(HOSTILE)
            .setContributor(MARK)
            .setAnnotations(Map.of("crop_box", MARK, MARK, HOSTILE))
            .build();
    byte[] value =
        topics.crowdsourced().value().serializer().serialize(topics.crowdsourced().name(), pair);
    try (ForeignProducer foreign = new ForeignProducer(platform.cluster())) {
      for (int partition = 0; partition < 4; partition++) {
        foreign.send(partition, MARK, value);
        foreign.send(partition, MARK, Arrays.copyOf(value, value.length - 9));
        foreign.send(partition, null, HOSTILE.getBytes(UTF_8));
      }
    }
  }

  private static byte[] picture() {
    DrawnPairs pairs = new DrawnPairs(77, 0.0);
    for (int i = 0; ; i++) {
      if (pairs.at(i).content() instanceof DrawnPair.Content.Submitted submitted) {
        NewPair pair = submitted.pair();
        byte[] bytes = new byte[pair.imageBytes()];
        pair.image().duplicate().get(bytes);
        return bytes;
      }
    }
  }

  private static String createKey() {
    Registry registry = platform.cluster().registry();
    PairTopics topics = PairTopics.of(platform.cluster().dataset(), new AvroSerdes(registry));
    try (KeyIssuer issuer =
        KeyIssuer.open(
            topics.apiKeys(),
            registry,
            platform.cluster().clientSettings(Map.of()),
            Clock.systemUTC())) {
      return issuer
          .create(new NewKey("ann", Set.of(Scope.PUBLISH, Scope.READ), Rates.UNSAID, Instant.MAX))
          .text()
          .reveal();
    }
  }

  /** Metrics that nobody has explained. */
  private static List<String> helpless(String metrics) {
    return metrics
        .lines()
        .filter(line -> line.startsWith("# TYPE "))
        .map(line -> line.split(" ", -1)[2])
        .filter(name -> !metrics.contains("# HELP " + name + " "))
        .toList();
  }

  private long running(String service) {
    return instances(service).stream()
        .filter(instance -> instance.path("state").asText().equals("RUNNING"))
        .filter(instance -> !instance.path("silent").asBoolean())
        .count();
  }

  private List<JsonNode> instances(String service) {
    List<JsonNode> found = new ArrayList<>();
    for (JsonNode instance : get(dashboard + "/v1/overview").path("instances")) {
      if (instance.path("service").asText().equals(service)) {
        found.add(instance);
      }
    }
    return found;
  }

  private long decided() {
    long sum = 0;
    for (JsonNode instance : instances("preprocess")) {
      for (Map.Entry<String, JsonNode> counter : instance.path("counters").properties()) {
        sum += counter.getKey().startsWith("decided_total") ? counter.getValue().asLong() : 0;
      }
    }
    return sum;
  }

  private JsonNode brokers() {
    return get(dashboard + "/v1/overview").path("brokers");
  }

  private JsonNode node(String id) {
    for (JsonNode node : get(dashboard + "/v1/topology").path("nodes")) {
      if (node.path("id").asText().equals(id)) {
        return node;
      }
    }
    throw new IllegalStateException("there is no node " + id);
  }

  private JsonNode get(String url) {
    try {
      return new JsonMapper().readTree(text(url));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String text(String url) {
    return ask(HttpRequest.newBuilder(URI.create(url)).build()).body();
  }

  private int status(String url) {
    return ask(HttpRequest.newBuilder(URI.create(url)).build()).statusCode();
  }

  /** The answer's status; a server that has no time yet is asked again, as it wants to be. */
  private int post(String url, String mediaType, String key, String body) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url))
            .header("Content-Type", mediaType)
            .header("Authorization", "Bearer " + key)
            .POST(BodyPublishers.ofString(body))
            .build();
    AtomicReference<HttpResponse<String>> last = new AtomicReference<>();
    Await.until(
        "the server has time",
        () -> {
          last.set(ask(request));
          return last.get().statusCode() != 503;
        },
        () -> last.get().body());
    return last.get().statusCode();
  }

  private HttpResponse<String> ask(HttpRequest request) {
    try {
      return client.send(request, BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static List<String> preprocess(String name) {
    return List.of(
        "preprocess",
        "--threads",
        "1",
        "--recipe",
        "demo",
        "--decode-deadline",
        "PT25S",
        "--state-dir",
        folder.resolve(name).toString(),
        "--status-listen",
        "127.0.0.1:0",
        "--log-format",
        "json");
  }

  private static List<String> ingest() {
    return List.of(
        "ingest",
        "--listen",
        "127.0.0.1:0",
        "--state-dir",
        folder.resolve("ingest").toString(),
        "--log-format=json");
  }

  /** A service that is started by hand, and logs all it can. */
  private static final class Child implements AutoCloseable {

    private final Process process;
    private final Path log;

    Child(String name, List<String> arguments) throws IOException {
      log = folder.resolve(name + ".log");
      List<String> all = new ArrayList<>(arguments);
      all.addAll(
          List.of(
              "--bootstrap-servers",
              platform.cluster().bootstrapServers(),
              "--schema-registry",
              platform.cluster().registryAddresses()));
      List<String> command = new ArrayList<>(RunningPlatform.command(all.toArray(String[]::new)));
      command.addAll(1, List.of("-Dpairstream.log.level=debug", "-Dpairstream.log.others=info"));
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
    }

    /** Where it answers, once it says so. */
    String address() {
      return ServiceAddress.said(this::log);
    }

    String log() {
      try {
        return Files.readString(log);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void end() {
      process.destroy();
      try {
        if (!process.waitFor(5, TimeUnit.MINUTES)) {
          process.destroyForcibly();
        }
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void close() {
      end();
    }
  }
}
