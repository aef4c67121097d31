package io.pairstream.system;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pairstream.chaos.load.PlayedWeb;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.drawing.DrawnPairs;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.topics.AccessCatalogue;
import io.pairstream.schemas.topics.ClientRights;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.Right;
import io.pairstream.testing.Await;
import io.pairstream.testing.GuardedKafka;
import io.pairstream.testing.NotingAuthorizer.Allowed;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
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

  /** The data set into which pairs are run again. */
  private static final String OTHERS = "others";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** A trainer's script, by Kafka's and the registry's clients in Python. */
  private static final String TRAINER =
      """
      import sys, pairstream
      bootstrap, registry, user, password, view = sys.argv[1:]
      login = {"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN",
               "sasl.username": user, "sasl.password": password}
      source = pairstream.open(bootstrap, registry=registry, client=login)
      with pairstream.Loader(source, view, batch_size=2, seed=7, epochs=1) as loader:
          batch = next(iter(loader))
          source.cut()
          loader.checkpoint("first")
          print(len(batch.pair_ids), "pairs")
      """;

  @TempDir private Path folder;
  private GuardedKafka kafka;
  private GuardedPlatform platform;
  private PlayedWeb web;

  @BeforeEach
  void grant() throws Exception {
    kafka = new GuardedKafka(folder.resolve("kafka"), GuardedPlatform.users());
    platform =
        new GuardedPlatform(
            folder,
            kafka.bootstrapServers(),
            client ->
                GuardedKafka.login(GuardedPlatform.user(client)).entrySet().stream()
                    .collect(toMap(each -> "kafka." + each.getKey(), Map.Entry::getValue)));
    web = new PlayedWeb();
  }

  @AfterEach
  void stop() {
    platform.close();
    web.close();
    kafka.close();
  }

  @Test
  @Tag("full")
  void everyServiceAndCommandWorksWithItsRightsAlone() throws Exception {
    platform.createTopics(2, "");
    String pair = publish();
    SoftAssertions all = new SoftAssertions();
    for (String[] each : commands(pair)) {
      all.check(() -> platform.run(each[0], each[1]));
    }
    all.check(this::letARejectedPairIn);
    all.check(this::rerunIntoAnother);
    String user = GuardedPlatform.user("trainer");
    all.check(() -> platform.train(TRAINER, user, GuardedKafka.password(user), "spring"));
    all.assertAll();
    assertThat(platform.said()).doesNotContainIgnoringCase("authoriz");
    assertThat(unused())
        .as("unused rights: remove them, or try them, or list them here")
        .isSubsetOf(untried());
  }

  /** Starts the services, and has pairs and a link of every way in decided; one that is kept. */
  private String publish() throws Exception {
    String key =
        platform.run("keys", "keys create --producer anna --scope publish,read,view").strip();
    String ingest = platform.start("ingest --listen 127.0.0.1:0 " + state("ingest"));
    platform.start("preprocess --status-listen 127.0.0.1:0 --workers 1 " + state("preprocess"));
    platform.start("fetch --status-listen 127.0.0.1:0 --allow-address 127.0.0.1/32");
    String operate =
        platform.start("operate --listen 127.0.0.1:0 --anonymous --canary 60s " + state("operate"));
    String pairs = ingest + "/v1/pairs";
    String link =
        "{\"url\": \"http://%s/missing.png\", \"caption\": \"A ship at sea.\"}".formatted(site());
    assertThat(Http.post(pairs, "application/json", "Bearer " + key, link).statusCode())
        .isEqualTo(202);
    String pair = id(Http.post(pairs, "application/json", "Bearer " + key, drawn(0, "")));
    String bad = id(Http.post(pairs, "application/json", "Bearer " + key, drawn(1, "X")));
    assertThat(bad).isNotEqualTo(pair);
    String drawn = folder.resolve("drawn").toString();
    platform.run("import", "draw --pairs " + PAIRS + " " + drawn);
    platform.run("import", "import --wait --source-kind synthetic " + drawn);
    platform.run("import", "import --wait --source-kind scraped --limit 2 --from-start " + drawn);
    Path links =
        Files.writeString(
            folder.resolve("links.csv"),
            "url,caption\nhttp://%s/gone.png,A house on a hill.\n".formatted(site()));
    platform.run("import", "import " + links);
    Await.until(
        "all is decided",
        () -> isDecided(platform.json("audit", "audit --json")),
        () -> platform.said());
    assertThat(Http.get(operate + "/v1/overview").statusCode()).isEqualTo(200);
    return pair;
  }

  private String[][] commands(String pair) throws IOException {
    Files.writeString(
        Files.createDirectories(folder.resolve("cards")).resolve("captioner.yaml"),
        """
        name: captioner
        kind: api
        as-pairs: true
        licence: as the provider says
        source: a server of the test
        api:
          base-url: http://%s/v1
          model: m-1
          prompt: Name the colours.
          requests-per-minute: 6000
          concurrency: 2
        """
            .formatted(site()));
    String score = "score --until-end --models " + folder.resolve("cards") + " " + state("score");
    String credential = " --registry-credential " + platform.credential();
    return new String[][] {
      {"score", score},
      {"score", score + " --ask-again refused"},
      {"audit", "why " + pair},
      {"audit", "profile"},
      {"audit", "archive " + folder.resolve("archive")},
      {"audit", "quarantine ls"},
      {"audit", "recipe diff dalle demo"},
      {"lag", "lag"},
      {"lag", "lag mute pairs-feed --for 1h --why none"},
      {"lag", "lag mutes"},
      {"lag", "lag unmute pairs-feed"},
      {"doctor", "doctor"},
      {"view", "view cut spring"},
      {"view", "view cut " + folder.resolve("spring.view")},
      {"view", "view seal live --once"},
      {"view", "view freeze live"},
      {"view", "view ls"},
      {"view", "view show spring"},
      {"view", "view drop live --yes"},
      {"trainer", "feed --until-end --batch-size 1 --position-file " + folder.resolve("at")},
      {"trainer", "export spring --to " + folder.resolve("export")},
      {"trainer", "exposure " + pair},
      {"quarantine", "quarantine replay --reason FETCH_NOT_FOUND"},
      {"takedown", "takedown " + pair + " --cause asked"},
      {"takedown", "takedown --contributor anna --plan"},
      {"takedown", "takedown --source synthetic --plan"},
      {"takedown", "takedown ls"},
      {"takedown", "takedown lift " + pair},
      {"topics", "topics ls"},
      {"topics", "topics create --partitions 2" + credential},
      {"keys", "keys ls"},
    };
  }

  private void letARejectedPairIn() throws IOException {
    String rejected =
        platform.run("quarantine", "quarantine ls --reason CAPTION_TOO_SHORT --limit 1 --json");
    String key = JSON.readTree(rejected).findPath("key").asText();
    platform.run("quarantine", "quarantine show " + key + " --output " + folder.resolve("shown"));
    platform.run("quarantine", "quarantine replay --accept --comment=fine " + key);
  }

  /** One principal stands for the clients that a rerun is. */
  private void rerunIntoAnother() throws IOException {
    String rerun = " --principal rerun=User:pairstream-rerun";
    platform.run(
        GuardedKafka.ADMIN, "acls apply --client audit" + rerun.replace("rerun=", "audit="));
    platform.run(
        GuardedKafka.ADMIN,
        "acls apply --dataset "
            + OTHERS
            + " --client rerun,topics,preprocess,audit"
            + rerun
            + rerun.replace("rerun=", "topics=")
            + rerun.replace("rerun=", "preprocess=")
            + rerun.replace("rerun=", "audit="));
    platform.run(
        "rerun",
        "rerun --from raw --into "
            + OTHERS
            + " --recipe dalle --registry-credential "
            + platform.credential()
            + " "
            + state("rerun"));
    platform.run("rerun", "compare " + OTHERS);
    // The archive has answers besides what the topics have.
    platform.run(
        "rerun",
        "rerun --from %s --into %s --registry-credential %s"
            .formatted(folder.resolve("archive"), OTHERS, platform.credential()));
  }

  /** Rights that take a fault, or more than this test does, to be used. */
  private static List<String> untried() throws IOException {
    return Files.readAllLines(Path.of("src/test/resources/untried-rights.txt"));
  }

  /** Unused rights of the table, as {@code CLIENT OPERATION TYPE NAME}. */
  private Set<String> unused() {
    Set<Allowed> used = kafka.allowed();
    List<ClientRights> clients = new ArrayList<>(GuardedPlatform.CLIENTS);
    clients.removeIf(client -> client.client().equals("rerun"));
    new AccessCatalogue(new Dataset(OTHERS))
        .clients().stream().filter(client -> client.client().equals("rerun")).forEach(clients::add);
    Set<String> unused = new TreeSet<>();
    for (ClientRights client : clients) {
      String user = GuardedPlatform.user(client.client());
      for (Right right : client.rights()) {
        right.operations().stream()
            .filter(
                operation ->
                    used.stream()
                        .noneMatch(
                            each ->
                                each.user().equals(user)
                                    && each.operation() == operation
                                    && isOn(right.resource(), each.resource())))
            .map(
                operation ->
                    "%s %s %s %s"
                        .formatted(
                            client.client(), operation, right.typeName(), right.resource().name()))
            .forEach(unused::add);
      }
    }
    return unused;
  }

  private static boolean isOn(ResourcePattern granted, ResourcePattern used) {
    return granted.resourceType() == used.resourceType()
        && (granted.patternType() == PatternType.PREFIXED
            ? used.name().startsWith(granted.name())
            : used.name().equals(granted.name()));
  }

  @Test
  void whoLacksARightReadsWhichItIsAndHowItIsGranted() throws Exception {
    platform.createTopics(1, "");

    refused("Read, Write on topic pairs.uploads", "ingest", "--listen=127.0.0.1:0", state("one"));
    refused("Write on topic pairs.quarantine", "fetch", "--allow-address=127.0.0.1/32");
    refused("Read on topic pairs.takedowns", "preprocess", "--workers=1", state("two"));
    refused("Read, Write on topic pairs.api-keys", "keys", "ls");
    Path log = folder.resolve("refused.log");
    try (PairstreamProcess why =
        PairstreamProcess.start(
            log, PairstreamProcess.builder(asProducer("why", "0".repeat(32))))) {
      assertThat(why.ended()).as(why::said).isEqualTo(ExitStatus.COULD_NOT);
      assertThat(why.said())
          .contains("Read on topic pairs.receipts")
          .doesNotContainPattern("(?m)^\\tat ");
    }
  }

  /** Has a producer from outside run a command, which ends and says what it lacks. */
  private void refused(String right, String... command) throws IOException {
    assertThat(GuardedPlatform.refusal(asProducer(command)))
        .contains("Kafka refuses a right: ", right, "acls ls --client ");
  }

  private List<String> asProducer(String... command) throws IOException {
    List<String> words = new ArrayList<>(List.of(command));
    words.addAll(platform.cluster("producer"));
    return words;
  }

  private static boolean isDecided(JsonNode audit) {
    long outputs = 0;
    for (JsonNode each : audit.path("outputs")) {
      outputs += each.asLong();
    }
    return outputs > PAIRS
        && outputs == audit.path("inputs").asLong()
        && audit.path("links").path("quarantined").asLong() == 2;
  }

  private static String id(HttpResponse<String> accepted) throws IOException {
    return JSON.readTree(accepted.body()).path("id").asText();
  }

  /** A pair as the API takes it, with its own caption where no other is given. */
  private static String drawn(long index, String caption) {
    RawPair pair = RunningPlatform.submitted(new DrawnPairs(7, 0.0), index);
    return "{\"caption\": \"%s\", \"image\": \"%s\"}"
        .formatted(
            caption.isEmpty() ? pair.getCaption() : caption,
            Base64.getEncoder().encodeToString(RunningPlatform.image(pair)));
  }

  /** Where the site and the models of the test answer. */
  private String site() {
    return web.address().replaceFirst("http://", "");
  }

  private String state(String service) {
    return "--state-dir=" + folder.resolve("state-" + service);
  }
}
