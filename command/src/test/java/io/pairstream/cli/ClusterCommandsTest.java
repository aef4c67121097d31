package io.pairstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.platform.TestJava;
import io.pairstream.schemas.IndexedPair;
import io.pairstream.schemas.Measurement;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Upload;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.service.cluster.PlayedFetcher;
import io.pairstream.service.cluster.PlayedPipeline;
import io.pairstream.service.cluster.PlayedPipeline.Sent;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.testing.Await;
import java.io.IOException;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterCommandsTest extends OnCluster {

  ClusterCommandsTest() {
    super(2);
  }

  /** Clears a screen, turns the direction of writing and begins a line of its own. */
  private static final String HOSTILE = "cat\u001b[2J\u202e\nforged line";

  @Test
  void topicsCreateDoesNothingTheSecondTime() {
    Ended ended = run("topics create", "--json", "--partitions", "2");

    assertThat(ended.status()).isEqualTo(ExitStatus.DONE);
    assertThat(ended.json().findValuesAsText("action"))
        .hasSizeGreaterThan(7)
        .containsOnly("UNCHANGED");
    assertThat(ended.json().findValuesAsText("topic"))
        .contains(cluster.topics().training().name(), cluster.topics().receipts().name());
  }

  @Test
  void topicsLsNamesWhatIsThereAndWhatIsMissing() {
    Ended ended = run("topics ls");

    assertThat(ended.status()).isEqualTo(ExitStatus.DONE);
    assertThat(ended.out().lines())
        .allMatch(line -> line.matches("\\S+ +[12] partitions?"))
        .anyMatch(line -> line.startsWith(cluster.topics().receipts().name() + " "));
    Ended missing = run("topics ls --dataset nobodys");
    assertThat(missing.status()).isEqualTo(ExitStatus.FOUND_WRONG);
    assertThat(missing.out()).contains("nobodys.training").contains("missing");
  }

  @Test
  void doctorFindsAClusterOfOneBrokerFitAndSaysWhatItLacks() {
    Ended ended =
        run("doctor --json --recipe demo --decode-deadline PT1M --data-dir", folder.toString());

    JsonNode checks = ended.json().path("checks");
    assertThat(ended.err())
        .as("what is looked at, before it is waited for")
        .containsSubsequence("doctor: looks at this machine\n", "doctor: looks at Kafka at ");
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
    assertThat(ended.status()).as(ended.out()).isEqualTo(ExitStatus.DONE);
  }

  @Test
  void aServiceRefusesAClusterThatCannotKeepWhatIsPromisedAndNamesAllOfIt() throws IOException {
    Path config = folder.resolve("client.properties");
    Files.writeString(
        config, Ended.TIMEOUT + "kafka.acks=1\nkafka.isolation.level=read_uncommitted\n");

    Ended ended =
        run(
            "preprocess --recipe demo --config " + config + " --state-dir",
            folder.resolve("state").toString());

    assertThat(ended.status()).isEqualTo(ExitStatus.COULD_NOT);
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

    Ended refused = run(command);
    Ended done = run(command + " --accept-weaker client-settings");

    assertThat(refused.status()).isEqualTo(ExitStatus.COULD_NOT);
    assertThat(refused.err()).contains("--accept-weaker client-settings").doesNotContain("\tat ");
    assertThat(refused.out()).isEmpty();
    assertThat(done.status()).as(done.err()).isEqualTo(ExitStatus.DONE);
    assertThat(done.out()).contains(published);
  }

  @Test
  void lagCountsWhatWaits() {
    pipeline.accept(pipeline.send("image", "caption"), PairStatus.TRAINING);

    Ended json = run("lag", "--json", "--interval", "500ms");
    Ended text = run("lag", "--interval", "500ms");

    assertThat(json.status()).as(json.err()).isEqualTo(ExitStatus.DONE);
    assertThat(json.json().path("lost").asLong()).isZero();
    List<JsonNode> training = lagOf(json, cluster.dataset().feedGroup());
    assertThat(training).hasSize(2).allMatch(each -> each.path("committed").isNull());
    assertThat(training.stream().mapToLong(each -> each.path("end").asLong()).sum()).isPositive();
    assertThat(text.status()).isEqualTo(ExitStatus.DONE);
    assertThat(text.out())
        .contains("VERDICT")
        .contains(cluster.dataset().preprocessGroup())
        .contains(cluster.dataset().feedGroup());
    assertThat(text.out().lines()).allMatch(line -> line.length() <= 80);
  }

  @Test
  void exportWritesAViewsPairsAndGoesOnWhereItEnded() {
    pipeline.accept(pipeline.send("image", "a caption"), PairStatus.VALIDATION);
    pipeline.accept(pipeline.send("image", "another caption"), PairStatus.VALIDATION);
    String view = folder.resolve("val.view.json").toString();
    String to = folder.resolve("exported").toString();
    assertThat(run("view cut", view, "--split", "validation").status()).isEqualTo(ExitStatus.DONE);

    Ended first = run("export", view, "--to", to, "--format", "webdataset", "--json");
    Ended again = run("export", view, "--to", to, "--format", "webdataset");
    Ended other = run("export", view, "--to", to, "--format", "parquet");
    Ended wrong = run("export", view, "--to", to, "--format", "zip");
    Ended elsewhere = run("export", view, "--to", to, "--format", "parquet", "--dataset", "other");

    assertThat(first.status()).as(first.err()).isEqualTo(ExitStatus.DONE);
    assertThat(first.json().path("samples").asInt()).isEqualTo(2);
    assertThat(first.json().path("kept").asInt()).isZero();
    assertThat(folder.resolve("exported/pairs-000000.tar")).isNotEmptyFile();
    assertThat(again.status()).isEqualTo(ExitStatus.DONE);
    assertThat(again.out()).contains("2 samples in 1 file,").contains("1 file was there already");
    other.failedInALine(ExitStatus.COULD_NOT, "is the manifest of another export");
    wrong.failed(ExitStatus.WRONG_USAGE, "right is one of webdataset, parquet, not 'zip'");
    elsewhere.failed(ExitStatus.WRONG_USAGE, "is no split of the data set other");
  }

  @Test
  void whyTellsTheReasonAndTheRemedy() {
    Sent sent = pipeline.send("image", "caption");
    pipeline.reject(sent, "IMAGE_TOO_SMALL");

    JsonNode json = run("why", "--json", sent.pairId()).json();
    Ended text = run("why", sent.pairId());

    assertThat(json.path("status").asText()).isEqualTo("QUARANTINED");
    assertThat(json.path("reason").asText()).isEqualTo("IMAGE_TOO_SMALL");
    assertThat(json.path("quarantined").path("pair").path("measured").path("value").asInt())
        .isEqualTo(1);
    assertThat(json.path("quarantined").path("pair").path("measured").path("limit").asInt())
        .isEqualTo(2);
    assertThat(json.path("origin").path("offset").asLong()).isEqualTo(sent.origin().getOffset());
    assertThat(text.status()).isEqualTo(ExitStatus.DONE);
    assertThat(text.out())
        .contains("Send the image in a higher resolution.")
        .containsPattern("measured +1 px")
        .containsPattern("limit +2 px")
        .contains(OriginHeader.text(sent.origin()));
  }

  @Test
  void whyNamesThePairThatIsNearlyCopied() {
    Sent first = pipeline.send("image", "caption");
    IndexedPair indexed = IndexedPair.newBuilder().setImageDigest(first.imageDigest()).build();
    Sent copy = pipeline.send("smaller image", "caption");
    QuarantinedPair entry = PlayedPipeline.rejected(copy, "NEAR_COPY", new byte[0]);
    entry.setValue(null);
    entry.setSent(RawPair.newBuilder().setContributor("museum").build());
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
  void whyKnowsNothingOfAPairThatNobodySent() {
    Ended text = run("why", "\u001b[31mnobody's");
    Ended json = run("why", "--json", "0".repeat(32));

    assertThat(text.status()).isEqualTo(ExitStatus.FOUND_WRONG);
    assertThat(text.out()).isEmpty();
    assertThat(text.onlyErrorLine()).contains("nothing is known of").doesNotContain("\u001b");
    assertThat(json.status()).isEqualTo(ExitStatus.FOUND_WRONG);
    assertThat(json.out()).isEmpty();
  }

  @Test
  void auditPassesAndFails() {
    Sent sent = pipeline.send("image", "caption");
    pipeline.accept(sent, PairStatus.TRAINING);
    Ended healthy = run("audit", "--json");
    TestCluster.send(
        cluster,
        TestCluster.record(
            cluster.topics().training(),
            null,
            sent.pairId(),
            PlayedPipeline.prepared(sent, PairStatus.TRAINING)));

    Ended broken = run("audit", "--json");
    Ended text = run("audit");

    assertThat(healthy.status()).isEqualTo(ExitStatus.DONE);
    assertThat(healthy.json().path("inputs").asLong()).isEqualTo(1);
    assertThat(healthy.json().path("differences").asLong()).isZero();
    assertThat(broken.status()).isEqualTo(ExitStatus.FOUND_WRONG);
    assertThat(broken.json().path("differences").asLong()).isEqualTo(1);
    assertThat(broken.json().path("details").path(0).path("kind").asText()).isEqualTo("TWICE");
    assertThat(text.status()).isEqualTo(ExitStatus.FOUND_WRONG);
    assertThat(text.out())
        .contains("audit: 1 difference")
        .contains("TWICE  " + OriginHeader.text(sent.origin()));
  }

  @Test
  void auditSinceATimeSaysWhatItDidNotLookAt() {
    pipeline.accept(pipeline.send("image", "caption"), PairStatus.TRAINING);

    Ended text = run("audit", "--since", "P1D");
    Ended json = run("audit", "--since", "2026-01-31T00:00:00Z", "--json");
    Ended wrong = run("audit", "--since", "yesterday");

    assertThat(text.status()).isEqualTo(ExitStatus.DONE);
    assertThat(text.out()).contains("inputs       1").contains("links        not looked at");
    assertThat(json.json().path("since").asText()).isEqualTo("2026-01-31T00:00:00.000Z");
    wrong.failed(ExitStatus.WRONG_USAGE, "right is a time such as");
  }

  @Test
  void quarantineSaysWhenAnEntryCameAndWhose() {
    RawPair raw =
        RawPair.newBuilder()
            .setImage(ByteBuffer.wrap(new byte[] {1}))
            .setCaption("caption")
            .setSourceKind("SCRAPED")
            .setContributor("museum")
            .build();
    RecordMetadata at =
        TestCluster.send(
            cluster, TestCluster.record(cluster.topics().crowdsourced(), null, "key", raw));
    Sent sent = new Sent("1f", "2f", raw, new Origin(at.topic(), at.partition(), at.offset()));
    pipeline.reject(sent, "IMAGE_TOO_SMALL");
    Sent unread = pipeline.send("image", "caption");
    pipeline.transaction(
        unread,
        List.of(
            TestCluster.record(
                cluster.topics().quarantine(),
                null,
                unread.pairId(),
                PlayedPipeline.rejected(unread, "UNREADABLE_RECORD", new byte[1]))));

    List<JsonNode> json = run("quarantine ls", "--json").jsonLines();
    List<String> text = run("quarantine ls").out().lines().toList();

    assertThat(json.get(0).path("original").path("source_kind").asText()).isEqualTo("SCRAPED");
    assertThat(json.get(0).path("original").path("contributor").asText()).isEqualTo("museum");
    assertThat(json.get(0).path("arrived_at").asText()).matches("20.*Z");
    assertThat(text.get(0))
        .matches("2f +20[0-9:TZ-]+ +scraped +IMAGE_TOO_SMALL +museum +not as it .*");
    assertThat(text.get(1)).matches("[0-9a-f]+ +[0-9:TZ-]+ +UNREADABLE_RECORD +not .*");
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
    Sent sent = pipeline.send("image", "caption");
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
    Path file = Files.writeString(folder.resolve("image"), "somebody else's");

    Ended refused = run("quarantine show", "--output", file.toString(), sent.pairId());
    String kept = Files.readString(file);
    Files.delete(file);
    Ended shown = run("quarantine show", "--output", file.toString(), sent.pairId());

    refused.failedInALine(ExitStatus.COULD_NOT, "--output names another");
    assertThat(refused.out()).isEmpty();
    assertThat(kept).isEqualTo("somebody else's");
    assertThat(shown.status()).isEqualTo(ExitStatus.DONE);
    assertThat(shown.out()).contains("IMAGE_TOO_SMALL").doesNotContain("the original\n");
    assertThat(file).hasContent("the original");
  }

  @Test
  void quarantineAndWhyTellTheAddressOfALinkThatFailed() throws Exception {
    PlayedFetcher.Sent link;
    try (PlayedFetcher fetcher = new PlayedFetcher(cluster)) {
      link = fetcher.send("a.test", "gone");
      fetcher.reject(link, "FETCH_GONE");
    }
    String key = OriginHeader.text(link.origin());
    Path file = folder.resolve("link");

    Ended text = run("quarantine show", "--output", file.toString(), key);

    assertThat(text.out())
        .contains(link.link().getUrl())
        .contains(link.link().getCaption())
        .contains("the record's value is in ")
        .doesNotContain("the original");
    assertThat(Files.size(file)).isPositive();
    assertThat(run("quarantine ls").out()).contains("FETCH_GONE").contains(link.link().getUrl());
    assertThat(run("quarantine ls", "--json").json().path("link").path("url").asText())
        .isEqualTo(link.link().getUrl());
    assertThat(run("why", "--json", key).json().path("status").asText()).isEqualTo("FETCH_FAILED");
    assertThat(run("why", key).out()).contains("FETCH_GONE").doesNotContain("(unreadable)");
  }

  @Test
  void whySaysThatALinkWaitsForAFetcher() {
    Origin links = Origin.newBuilder().setTopic(cluster.topics().links().name()).build();
    Upload link = Upload.newBuilder().setKind("LINK").setOrigin(links).build();
    TestCluster.put(cluster, cluster.topics().uploads(), "noted", link);

    assertThat(run("why noted").out()).contains("up --fetch-contact ADDRESS").doesNotContain("--1");
  }

  @Test
  void feedGoesOnFromItsPositionFile() {
    for (int i = 0; i < 5; i++) {
      train("image " + i, "caption");
    }
    String file = folder.resolve("position.json").toString();
    String two =
        "feed --json --side-px 8 --batch-size 1 --until-end --max-batches 2 --position-file "
            + file;

    List<String> seen = new ArrayList<>();
    for (int round = 0; round < 3; round++) {
      Ended ended = run(two);
      assertThat(ended.status()).isEqualTo(ExitStatus.DONE);
      ended.jsonLines().forEach(batch -> seen.add(batch.path("pair_ids").path(0).asText()));
    }
    Ended atTheEnd = run(two);

    assertThat(seen).hasSize(5).doesNotHaveDuplicates();
    assertThat(atTheEnd.status()).isEqualTo(ExitStatus.DONE);
    assertThat(atTheEnd.out()).isEmpty();
  }

  @Test
  void feedSaysHowManySamplesWaitForAFullBatch() throws Exception {
    train("image", "caption");
    StringWriter err = new StringWriter();
    var feed =
        CompletableFuture.supplyAsync(
            () -> Ended.on(cluster, err, "feed --side-px 8 --batch-size 2 --max-batches 1"));

    Await.until(() -> err.toString().contains("samples that wait: 1, a batch needs 2"));
    train("image 2", "caption");

    assertThat(feed.get().status()).isEqualTo(ExitStatus.DONE);
  }

  @Test
  void aViewThatCannotBeReadIsRefusedInASentence() throws Exception {
    Path file = Files.writeString(folder.resolve("view.json"), "{}");

    assertThat(run("exposure p --view " + file).err())
        .contains("--view: " + file + ": no view: expected a JSON object");
    assertThat(run("exposure p --view " + folder + "/none").err()).contains("there is no file");
    assertThat(run("view cut " + folder + "/empty").onlyErrorLine())
        .contains("there is no record in");
  }

  @Test
  void feedPrintsWhatABatchIsAndShowsItsPosition() {
    train("image", HOSTILE);

    Ended json = run("feed --side-px 8 --batch-size 1 --until-end --json");
    Ended text = run("feed --side-px 8 --batch-size 1 --until-end");

    JsonNode batch = json.json();
    assertThat(batch.path("size").asInt()).isEqualTo(1);
    assertThat(batch.path("image_shape").toString()).isEqualTo("[1,8,8,3]");
    assertThat(batch.path("token_shape").toString()).isEqualTo("[1,3]");
    assertThat(batch.path("first_caption").asText()).isEqualTo(HOSTILE);
    assertThat(batch.path("position").path("topic").asText())
        .isEqualTo(cluster.topics().training().name());
    assertThat(text.out()).contains("[1, 8, 8, 3]").contains("\"cat [2J  forged line\"");
    assertThat(text.out().lines()).hasSize(2);
    assertThat(text.out()).doesNotContain("\u001b").contains("1 batch, 1 sample,");
    // Its position is shown to the lag display.
    assertThat(lagOf(run("lag --json"), cluster.dataset().feedGroup()))
        .hasSize(2)
        .allMatch(each -> each.path("lag").asLong() == 0)
        .noneMatch(each -> each.path("committed").isNull());
  }

  @ParameterizedTest
  @CsvSource({
    "--split=quarantined, '--split must be training, validation or test, was quarantined'",
    "--batch-size=0, 'batch size must be at least 1, was 0'",
    "--max-batches=0, '--max-batches must be at least 1, was 0'",
    "--side-px=0, 'side in pixels must be at least 1, was 0'",
  })
  void feedRefusesAnImpossibleOption(String option, String complaint) {
    Ended ended = run("feed", option);

    ended.failed(ExitStatus.WRONG_USAGE, complaint);
  }

  @ParameterizedTest
  @ValueSource(strings = {"lag", "quarantine ls", "feed"})
  void saysInOneLineThatTheBrokerDoesNotAnswer(String command) throws Exception {
    String address = "127.0.0.1:" + nobodyListens();
    Path config =
        Files.writeString(
            folder.resolve("impatient.properties"),
            "kafka.request.timeout.ms=500\nkafka.default.api.timeout.ms=1000\n");

    Ended ended =
        run(command, "--json", "--bootstrap-servers", address, "--config", config.toString());

    assertThat(ended.out()).isEmpty();
    ended.failedInALine(
        ExitStatus.COULD_NOT,
        "Kafka at " + address + " does not answer in time",
        "--bootstrap-servers");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"why 00000000000000000000000000000000", "audit", "topics create --partitions 2"})
  void saysInOneLineThatTheRegistryDoesNotAnswer(String command) throws Exception {
    String address = "http://127.0.0.1:" + nobodyListens();

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
                "--schema-registry=http://127.0.0.1:" + nobodyListens(),
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

  @Test
  void takesAddressesAndClientSettingsFromAFile() throws Exception {
    Path config =
        Files.writeString(
            folder.resolve("client.properties"),
            "%skafka.bootstrap.servers=%s\nkafka.client.rack=here\nschema-registry.url=%s\n"
                .formatted(
                    Ended.TIMEOUT, KAFKA.bootstrapServers(), cluster.registry().addresses()));

    Ended ended =
        Ended.after("audit", "--config", config.toString(), "--dataset", cluster.dataset().name());

    assertThat(ended.err()).isEmpty();
    assertThat(ended.status()).isEqualTo(ExitStatus.DONE);
  }

  private static int nobodyListens() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static List<JsonNode> lagOf(Ended lag, String group) {
    List<JsonNode> partitions = new ArrayList<>();
    for (JsonNode each : lag.json().path("groups")) {
      if (each.path("group").asText().equals(group)) {
        each.path("partitions").forEach(partitions::add);
      }
    }
    return partitions;
  }

  private void train(String image, String caption) {
    Sent sent = pipeline.send(image, caption);
    PreparedPair pair = PlayedPipeline.prepared(sent, PairStatus.TRAINING);
    pair.setImage(ByteBuffer.wrap(new byte[8 * 8 * 3]));
    pair.setImageEncoding("raw");
    pair.setHeight(8);
    pair.setWidth(8);
    pair.setTokenIds(List.of(1, 2, 3));
    pipeline.transaction(
        sent, List.of(TestCluster.record(cluster.topics().training(), null, sent.pairId(), pair)));
  }
}
