package io.pairstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.platform.TestJava;
import io.pairstream.schemas.IndexedPair;
import io.pairstream.schemas.Measurement;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Upload;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.PlayedPipeline;
import io.pairstream.service.cluster.PlayedPipeline.Sent;
import io.pairstream.service.cluster.TestCluster;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands on one data set, in which each case has pairs of its own. */
class ClusterCommandsTest extends OnCluster {

  private static ClusterAccess shared;

  ClusterCommandsTest() {
    super(shared);
  }

  @BeforeAll
  static void make() {
    shared = sharedDataset(2);
  }

  /** Clears a screen, turns the direction of writing and begins a line of its own. */
  private static final String HOSTILE = "cat\u001b[2J\u202e\nforged line";

  @Test
  void topicsCreateDoesNothingTheSecondTime() {
    Ended ended = run("topics create", "--json", "--partitions", "2").done();

    assertThat(ended.json().findValuesAsText("action"))
        .hasSizeGreaterThan(7)
        .containsOnly("UNCHANGED");
    assertThat(ended.json().findValuesAsText("topic"))
        .contains(cluster.topics().training().name(), cluster.topics().receipts().name());
  }

  @Test
  void topicsLsNamesWhatIsThereAndWhatIsMissing() {
    Ended ended = run("topics ls").done();

    assertThat(ended.out().lines())
        .allMatch(line -> line.matches("\\S+ +[12] partitions?"))
        .anyMatch(line -> line.startsWith(cluster.topics().receipts().name() + " "));
    Ended missing = run("topics ls --dataset nobodys").ended(ExitStatus.FOUND_WRONG);
    assertThat(missing.out()).contains("nobodys.training").contains("missing");
  }

  @Test
  void doctorFindsAClusterOfOneBrokerFitAndSaysWhatItLacks() {
    Ended ended =
        run("doctor --json --recipe demo --decode-deadline PT1M --data-dir", folder.toString())
            .done();

    JsonNode checks = ended.json().path("checks");
    assertThat(ended.err())
        .as("what is looked at, before it is waited for")
        .containsSubsequence(
            "doctor: looks at this machine\n",
            "doctor: looks at Kafka at ",
            "doctor: looks at an image worker\n");
    assertThat(checks).filteredOn(check -> check.path("level").asText().equals("WRONG")).isEmpty();
    assertThat(checks)
        .filteredOn(check -> check.path("check").asText().equals("worker"))
        .singleElement()
        .satisfies(check -> assertThat(check.path("found").asText()).contains("drawn pictures"));
    assertThat(checks)
        .filteredOn(check -> check.path("check").asText().equals("replication"))
        .hasSize(2)
        .allSatisfy(
            check -> {
              assertThat(check.path("level").asText()).isEqualTo("WARNING");
              assertThat(check.path("found").asText())
                  .isEqualTo("one broker: nothing survives its disk");
              assertThat(check.path("remedy").asText()).isNotEmpty();
            });
  }

  @Test
  void aServiceRefusesAClusterThatCannotKeepWhatIsPromisedAndNamesAllOfIt() throws IOException {
    Path config = folder.resolve("client.properties");
    Files.writeString(
        config, Ended.TIMEOUT + "kafka.acks=1\nkafka.isolation.level=read_uncommitted\n");

    Ended ended =
        run(
                "preprocess --recipe demo --config " + config + " --state-dir",
                folder.resolve("state").toString())
            .ended(ExitStatus.COULD_NOT);

    assertThat(ended.err().lines().filter(line -> !line.isBlank()).toList())
        .hasSize(3)
        .satisfies(
            lines -> {
              assertThat(lines.get(1))
                  .contains("kafka.acks=1, kafka.isolation.level=read_uncommitted");
              assertThat(lines.get(2)).endsWith("--accept-weaker client-settings");
            });
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "p.csv, 'image,caption', 'p.jpg,a caption', 1 published",
    "l.csv, 'url,caption', 'https://example.org/p.jpg,a caption', 1 link",
  })
  void importPublishesNothingThatTheClusterCannotKeepAsPromised(
      String file, String columns, String line, String published) throws IOException {
    Path config = folder.resolve("client.properties");
    Files.writeString(config, Ended.TIMEOUT + "kafka.isolation.level=read_uncommitted\n");
    Files.writeString(folder.resolve("p.jpg"), "image");
    Path list = Files.writeString(folder.resolve(file), columns + "\n" + line + "\n");
    String command = "import " + list + " --config " + config + " --resume " + folder + "/state";

    Ended refused = run(command).ended(ExitStatus.COULD_NOT);
    Ended done = run(command + " --accept-weaker client-settings").done();

    assertThat(refused.err()).contains("--accept-weaker client-settings").doesNotContain("\tat ");
    assertThat(refused.out()).isEmpty();
    assertThat(done.out()).contains(published);
  }

  @Test
  void exportWritesAViewsPairsAndGoesOnWhereItEnded() throws IOException {
    pipeline.accept(pipeline.send("image", "a caption"), PairStatus.VALIDATION);
    pipeline.accept(pipeline.send("image", "another caption"), PairStatus.VALIDATION);
    String view = folder.resolve("val.view").toString();
    String to = folder.resolve("exported").toString();
    run("view cut", view, "--split", "validation").done();

    Ended first = run("export", view, "--to", to, "--json").done();
    Ended again = run("export", view, "--to", to).done();
    Ended other = run("export", view, "--to", to, "--seed", "7");
    Ended elsewhere = run("export", view, "--to", to, "--dataset", "other");
    Ended both = run("export", view, "--check", to);
    Ended good = run("export", "--check", to).done();

    assertThat(first.json().path("samples").asInt()).isEqualTo(2);
    assertThat(first.json().path("kept").asInt()).isZero();
    assertThat(folder.resolve("exported/manifests/000000000001.json")).isNotEmptyFile();
    assertThat(again.out())
        .contains("2 samples in 1 shard,", "(commit 1); 1 shard was there already");
    other.failedInALine(ExitStatus.COULD_NOT, "holds a set whose order is 'view'");
    elsewhere.failed(ExitStatus.WRONG_USAGE, "is no split of the data set other");
    both.failed(ExitStatus.WRONG_USAGE, "--check reads a set alone");
    assertThat(good.out())
        .contains("commit 1: 2 samples in 1 shard")
        .endsWith("nothing is wrong\n");
    Files.writeString(folder.resolve("exported/notes.txt"), "");
    assertThat(run("export", "--check", to).ended(ExitStatus.FOUND_WRONG).out())
        .contains("notes.txt belongs to no commit", "1 thing is wrong");
  }

  @Test
  void whyTellsTheReasonAndTheRemedy() {
    Sent sent = pipeline.send("small image", "caption");
    pipeline.reject(sent, "IMAGE_TOO_SMALL");

    JsonNode json = run("why", "--json", sent.pairId()).json();
    Ended text = run("why", sent.pairId()).done();

    assertThat(json.path("status").asText()).isEqualTo("QUARANTINED");
    assertThat(json.path("reason").asText()).isEqualTo("IMAGE_TOO_SMALL");
    assertThat(json.path("quarantined").path("pair").path("measured").path("value").asInt())
        .isEqualTo(1);
    assertThat(json.path("quarantined").path("pair").path("measured").path("limit").asInt())
        .isEqualTo(2);
    assertThat(json.path("origin").path("offset").asLong()).isEqualTo(sent.origin().getOffset());
    assertThat(text.out())
        .contains("Send the image in a higher resolution.")
        .containsPattern("measured +1 px")
        .containsPattern("limit +2 px")
        .contains(OriginHeader.text(sent.origin()));
  }

  @Test
  void whyNamesThePairThatIsNearlyCopied() {
    Sent first = pipeline.send("copied image", "caption");
    IndexedPair indexed = IndexedPair.newBuilder().setImageDigest(first.imageDigest()).build();
    Sent copy = pipeline.send("smaller image", "caption");
    QuarantinedPair entry = PlayedPipeline.rejected(copy, "NEAR_COPY", new byte[0]);
    entry.setValue(null);
    entry.setSent(
        RawPair.newBuilder()
            .setMetadata(PairMetadata.newBuilder().setContributor("museum").build())
            .build());
    entry.setCopyOf(first.imageDigest());
    pipeline.transaction(
        copy,
        List.of(
            TestCluster.record(cluster.topics().quarantine(), null, copy.pairId(), entry),
            pipeline.receipt(copy, PairStatus.QUARANTINED, "NEAR_COPY")));
    String withdrawn = run("why", copy.pairId()).out();
    TestCluster.put(cluster, cluster.topics().index(), first.pairId(), indexed);

    String text = run("why", copy.pairId()).out();

    assertThat(withdrawn).contains("copy of      (withdrawn)");
    assertThat(text).contains("copy of      pair " + first.pairId());
    assertThat(run("why", "--json", copy.pairId()).json().path("copied").asText())
        .isEqualTo(first.pairId());
  }

  @Test
  void whyKnowsNothingOfAPairThatWasNeverSent() {
    Ended text = run("why", "\u001b[31mnobody's").ended(ExitStatus.FOUND_WRONG);
    Ended json = run("why", "--json", "0".repeat(32)).ended(ExitStatus.FOUND_WRONG);

    assertThat(text.out()).isEmpty();
    assertThat(text.onlyErrorLine()).contains("nothing is known of").doesNotContain("\u001b");
    assertThat(json.out()).isEmpty();
  }

  @Test
  void quarantineRefusesAReasonThatThereIsNot() {
    Ended mistyped = run("quarantine ls", "--reason", "image_too_smal");
    Ended partly = run("quarantine replay", "--reason", "too_small", "--plan");

    mistyped.failed(
        ExitStatus.WRONG_USAGE, "there is no reason image_too_smal; there are IMAGE_TOO_SMALL");
    partly.failed(
        ExitStatus.WRONG_USAGE, "there is no reason too_small; there are IMAGE_TOO_SMALL");
  }

  @Test
  void quarantineLetsNoStrangerSteerTheTerminal() {
    Sent sent = pipeline.send("hostile image", "caption");
    QuarantinedPair pair = PlayedPipeline.rejected(sent, "CAPTION_NOT_UTF8", new byte[1]);
    pair.setDetail(HOSTILE);
    pair.setMeasured(new Measurement("", 0d, "NONE", 0d, "", HOSTILE, HOSTILE, Map.of()));
    pipeline.transaction(
        sent,
        List.of(
            TestCluster.record(cluster.topics().quarantine(), null, sent.pairId(), pair),
            pipeline.receipt(sent, PairStatus.QUARANTINED, "CAPTION_NOT_UTF8")));

    for (Ended ended :
        List.of(
            run("quarantine ls"),
            run("why", sent.pairId()),
            run("quarantine show", "--output", folder.resolve("x").toString(), sent.pairId()))) {
      assertThat(ended.err()).isEmpty();
      assertThat(ended.status()).isEqualTo(ExitStatus.DONE);
      assertThat(ended.out()).contains("cat [2J").doesNotContain("\u001b").doesNotContain("\u202e");
      assertThat(ended.out().lines()).noneMatch(line -> line.startsWith("forged"));
    }
  }

  @Test
  void quarantineWritesTheOriginalImageButReplacesNoFile() throws Exception {
    Sent sent = pipeline.send("the original", "caption");
    pipeline.reject(sent, "IMAGE_TOO_SMALL");
    Path file = Files.writeString(folder.resolve("image"), "another program's");

    Ended refused = run("quarantine show", "--output", file.toString(), sent.pairId());
    String kept = Files.readString(file);
    Files.delete(file);
    Ended shown = run("quarantine show", "--output", file.toString(), sent.pairId()).done();

    refused.failedInALine(ExitStatus.COULD_NOT, "--output names another");
    assertThat(refused.out()).isEmpty();
    assertThat(kept).isEqualTo("another program's");
    assertThat(shown.out()).contains("IMAGE_TOO_SMALL").doesNotContain("the original\n");
    assertThat(file).hasContent("the original");
  }

  @Test
  void whySaysThatALinkWaitsForAFetcher() {
    Origin links = Origin.newBuilder().setTopic(cluster.topics().links().name()).build();
    Upload link = Upload.newBuilder().setKind("LINK").setOrigin(links).build();
    TestCluster.put(cluster, cluster.topics().uploads(), "noted", link);

    assertThat(run("why noted").out()).contains("up --fetch-contact ADDRESS").doesNotContain("--1");
  }

  @ParameterizedTest
  @CsvSource({
    "--split=quarantined, '--split must be training, validation or test, was quarantined'",
    "--batch-size=0, 'batch size must be at least 1, was 0'",
    "--max-batches=0, '--max-batches must be at least 1, was 0'",
    "--side-px=0, 'side in pixels must be at least 1, was 0'",
  })
  void feedRefusesAnImpossibleOption(String option, String complaint) {
    run("feed", option).failed(ExitStatus.WRONG_USAGE, complaint);
  }

  @ParameterizedTest
  @CsvSource({
    "lag --json, start one",
    "quarantine ls --json, start one",
    "feed --json, start one",
    "rerun --from raw --into again, 'records that were sent now: 0; run the same command again'"
  })
  void saysInOneLineThatTheBrokerDoesNotAnswer(String command, String remedy) throws Exception {
    String address = "127.0.0.1:" + unusedPort();
    Path config =
        Files.writeString(
            folder.resolve("impatient.properties"),
            "kafka.request.timeout.ms=500\nkafka.default.api.timeout.ms=1000\n");

    Ended ended = run(command, "--bootstrap-servers", address, "--config", config.toString());

    assertThat(ended.out()).isEmpty();
    ended.failedInALine(
        ExitStatus.COULD_NOT,
        "Kafka at " + address + " does not answer in time",
        "--bootstrap-servers",
        remedy);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"why 00000000000000000000000000000000", "audit", "topics create --partitions 2"})
  void saysInOneLineThatTheRegistryDoesNotAnswer(String command) throws Exception {
    String address = "http://127.0.0.1:" + unusedPort();

    Ended ended = run(command, "--json", "--schema-registry", address);

    assertThat(ended.out()).isEmpty();
    ended.failedInALine(ExitStatus.COULD_NOT, address + " does not answer", "--schema-registry");
  }

  /** Log lines of the registry's and broker's clients go to the same place as a command's line. */
  @Test
  void aProcessOfItsOwnSaysNoMoreThanThatLine() throws Exception {
    Process audit =
        TestJava.command(
                Main.class,
                "audit",
                "--schema-registry=http://127.0.0.1:" + unusedPort(),
                "--bootstrap-servers=" + KAFKA.bootstrapServers(),
                "--dataset=" + cluster.dataset().name(),
                "--config=" + Ended.PATIENT_CLIENTS)
            .start();

    List<String> errors = audit.errorReader().lines().toList();

    assertThat(errors).singleElement().asString().startsWith("pairstream: the schema registry at");
    assertThat(audit.waitFor()).isEqualTo(ExitStatus.COULD_NOT);
    assertThat(audit.inputReader().lines()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"lag", "quarantine ls", "feed"})
  void saysInOneLineThatADataSetHasNoTopics(String command) {
    Ended ended = run(command, "--json", "--dataset", "nowhere");

    assertThat(ended.out()).isEmpty();
    ended.failedInALine(
        ExitStatus.COULD_NOT,
        "data set nowhere has not all its topics",
        "pairstream topics create");
  }

  private static int unusedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
