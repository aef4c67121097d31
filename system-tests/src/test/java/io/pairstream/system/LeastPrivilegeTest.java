package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.pairstream.cli.Main;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.drawing.DrawnPairs;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.topics.AccessCatalogue;
import io.pairstream.schemas.topics.ClientRights;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.testing.Await;
import io.pairstream.testing.GuardedKafka;
import io.pairstream.testing.LongTimeouts;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole platform on a broker that grants each service and each command, logged in under a name
 * of its own, what {@code acls apply} has granted it.
 */
@Timeout(900)
class LeastPrivilegeTest {

  private static final int PAIRS = 30;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;
  private GuardedKafka kafka;
  private String registry = "http://127.0.0.1:1";
  private HttpServer model;
  private final Map<String, PairstreamProcess> services = new LinkedHashMap<>();

  @BeforeEach
  void grant() throws Exception {
    List<String> users =
        new AccessCatalogue(new Dataset("pairs"))
            .clients().stream()
                .map(ClientRights::client)
                .map(name -> "pairstream-" + name)
                .toList();
    kafka = new GuardedKafka(folder.resolve("kafka"), users);
    run(GuardedKafka.ADMIN, "acls apply");
    model = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    byte[] answer =
        "{\"choices\": [{\"message\": {\"content\": \"A shape on a ground of one colour.\"}}]}"
            .getBytes(StandardCharsets.UTF_8);
    model.createContext(
        "/v1/chat/completions",
        exchange -> {
          try (exchange) {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
          }
        });
    model.start();
  }

  @AfterEach
  void stop() {
    List<PairstreamProcess> started = new ArrayList<>(services.values());
    for (int i = started.size() - 1; i >= 0; i--) {
      started.get(i).close();
    }
    model.stop(0);
    kafka.close();
  }

  @Test
  void everyServiceAndCommandWorksWithItsRightsAlone() throws Exception {
    String credential = folder.resolve("registry.credential").toString();
    registry = start("registry", "--listen", "127.0.0.1:0", "--credential-file", credential);
    run("topics", "topics create --partitions 2 --registry-credential " + credential);
    String key = run("keys", "keys create --producer anna --scope publish,read,view").strip();
    String site = "127.0.0.1:" + model.getAddress().getPort();
    String ingest = start("ingest", "--listen", "127.0.0.1:0", state("ingest"));
    start("preprocess", "--status-listen", "127.0.0.1:0", "--workers", "1", state("preprocess"));
    start("fetch", "--status-listen", "127.0.0.1:0", "--allow-address", "127.0.0.1/32");
    String operate =
        start(
            "operate",
            "--listen",
            "127.0.0.1:0",
            "--anonymous",
            "--canary",
            "60s",
            state("operate"));

    String pairs = ingest + "/v1/pairs";
    String link =
        "{\"url\": \"http://%s/missing.png\", \"caption\": \"A ship at sea.\"}".formatted(site);
    assertThat(Http.post(pairs, "application/json", "Bearer " + key, link).statusCode())
        .isEqualTo(202);
    String pair =
        JSON.readTree(Http.post(pairs, "application/json", "Bearer " + key, drawn(0)).body())
            .path("id")
            .asText();
    String drawn = folder.resolve("drawn").toString();
    run("import", "draw --pairs " + PAIRS + " " + drawn);
    run("import", "import --source-kind synthetic " + drawn);
    Await.until("all is decided", () -> isDecided(json("audit", "audit --json")), this::said);
    assertThat(Http.get(operate + "/v1/overview").statusCode()).isEqualTo(200);

    Files.writeString(
        Files.createDirectories(folder.resolve("cards")).resolve("captioner.yaml"),
        """
        name: captioner
        kind: api
        licence: as the provider says
        source: a server of the test
        api:
          base-url: http://%s/v1
          model: m-1
          prompt: Name the colours.
          requests-per-minute: 6000
          concurrency: 2
          as-pairs: true
        """
            .formatted(site));
    String score = "score --until-end --models " + folder.resolve("cards") + " " + state("score");
    SoftAssertions all = new SoftAssertions();
    for (String[] each :
        new String[][] {
          {"score", score},
          {"score", score + " --ask-again refused"},
          {"audit", "why " + pair},
          {"audit", "profile"},
          {"audit", "archive " + folder.resolve("archive")},
          {"audit", "quarantine ls"},
          {"lag", "lag"},
          {"lag", "lag mute pairs-feed --for 1h --why none"},
          {"doctor", "doctor"},
          {"view", "view cut spring"},
          {"view", "view cut " + folder.resolve("spring.view")},
          {"view", "view ls"},
          {"view", "view show spring"},
          {"trainer", "feed --until-end --batch-size 1 --position-file " + folder.resolve("at")},
          {"trainer", "export spring --format webdataset --to " + folder.resolve("export")},
          {"trainer", "exposure " + pair},
          {"group", "group reset pairs-feed --to earliest"},
          {"quarantine", "quarantine replay --reason FETCH_NOT_FOUND"},
          {"pictures", "pictures index"},
          {"takedown", "takedown " + pair + " --cause asked"},
          {"topics", "topics ls"},
          {"topics", "topics create --partitions 2 --registry-credential " + credential},
          {"keys", "keys ls"},
        }) {
      all.check(() -> run(each[0], each[1]));
    }
    all.assertAll();
    assertThat(said()).doesNotContainIgnoringCase("authoriz");
  }

  @Test
  void whoLacksARightReadsWhichItIsAndHowItIsGranted() throws Exception {
    String credential = folder.resolve("registry.credential").toString();
    registry = start("registry", "--listen", "127.0.0.1:0", "--credential-file", credential);
    run("topics", "topics create --partitions 1 --registry-credential " + credential);

    refused("Read, Write on topic pairs.uploads", "ingest", "--listen=127.0.0.1:0", state("one"));
    refused("Write on topic pairs.quarantine", "fetch", "--allow-address=127.0.0.1/32");
    refused("Read on topic pairs.takedowns", "preprocess", "--workers=1", state("two"));
    refused("Read, Write on topic pairs.api-keys", "keys", "ls");
    refused("Read on topic pairs.receipts", "why", "0123456789abcdef0123456789abcdef");
  }

  /** Has a producer from outside run a command, which ends and says what it lacks. */
  private void refused(String right, String... command) throws Exception {
    List<String> words = new ArrayList<>(List.of(command));
    words.addAll(cluster("producer"));
    Path log = folder.resolve("refused-" + command[0] + ".log");
    try (PairstreamProcess process = PairstreamProcess.start(log, words.toArray(String[]::new))) {
      assertThat(process.ended()).as(process::said).isEqualTo(ExitStatus.COULD_NOT);
      assertThat(process.said()).contains("Kafka refuses a right: ", right, "acls ls --client ");
      assertThat(process.said()).doesNotContainPattern("(?m)^\\tat ");
    }
  }

  private static boolean isDecided(JsonNode audit) {
    long outputs = 0;
    for (JsonNode each : audit.path("outputs")) {
      outputs += each.asLong();
    }
    return outputs > PAIRS
        && outputs == audit.path("inputs").asLong()
        && audit.path("links").path("quarantined").asLong() == 1;
  }

  private static String drawn(long index) {
    RawPair pair = RunningPlatform.submitted(new DrawnPairs(7, 0.0), index);
    return "{\"caption\": \"%s\", \"image\": \"%s\"}"
        .formatted(
            pair.getCaption(), Base64.getEncoder().encodeToString(RunningPlatform.image(pair)));
  }

  private String state(String service) {
    return "--state-dir=" + folder.resolve("state-" + service);
  }

  /** Starts a service, and waits until it is ready; where it answers. */
  private String start(String service, String... options) throws IOException {
    List<String> command = new ArrayList<>(List.of(service));
    command.addAll(List.of(options));
    command.addAll(cluster(service));
    PairstreamProcess process =
        PairstreamProcess.start(folder.resolve(service + ".log"), command.toArray(String[]::new));
    services.put(service, process);
    return process.awaitReady();
  }

  private JsonNode json(String user, String command) {
    try {
      return JSON.readTree(run(user, command));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Runs a command as a user; what it prints. */
  private String run(String user, String command) throws IOException {
    List<String> words = new ArrayList<>(List.of(command.split(" ", -1)));
    if (!words.get(0).equals("draw")) {
      words.addAll(cluster(user));
    }
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status =
        Main.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(words.toArray(String[]::new));
    assertThat(status).as("%s: %s%s", command, err, said()).isEqualTo(ExitStatus.DONE);
    assertThat(err.toString()).as(command).doesNotContainIgnoringCase("authoriz");
    return out.toString();
  }

  private List<String> cluster(String user) throws IOException {
    String name = user.equals(GuardedKafka.ADMIN) ? user : "pairstream-" + user;
    Path config =
        Files.writeString(
            folder.resolve(user + ".properties"),
            LongTimeouts.KAFKA_LINES
                + GuardedKafka.login(name).entrySet().stream()
                    .map(setting -> "kafka." + setting.getKey() + "=" + setting.getValue() + "\n")
                    .collect(Collectors.joining()));
    return List.of(
        "--bootstrap-servers",
        kafka.bootstrapServers(),
        "--schema-registry",
        registry,
        "--config",
        config.toString());
  }

  private String said() {
    return services.entrySet().stream()
        .map(service -> "\n" + service.getKey() + ": " + service.getValue().said())
        .collect(Collectors.joining());
  }
}
