package io.pairstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.service.cluster.PlayedFetcher;
import io.pairstream.service.cluster.PlayedPipeline;
import io.pairstream.service.cluster.PlayedPipeline.Sent;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.testing.Await;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.Test;

/** Commands that read all of a data set, each of one of its own. */
class WholeDatasetTest extends OnCluster {

  WholeDatasetTest() {
    super(2);
  }

  /** Clears a screen, turns the direction of writing and begins a line of its own. */
  private static final String HOSTILE = "cat\u001b[2J\u202e\nforged line";

  @Test
  void auditPassesAndFails() {
    Sent sent = pipeline.send("image", "caption");
    pipeline.accept(sent, PairStatus.TRAINING);
    Ended healthy = run("audit", "--json").done();
    TestCluster.send(
        cluster,
        TestCluster.record(
            cluster.topics().training(),
            null,
            sent.pairId(),
            PlayedPipeline.prepared(sent, PairStatus.TRAINING)));

    Ended broken = run("audit", "--json").ended(ExitStatus.FOUND_WRONG);
    Ended text = run("audit").ended(ExitStatus.FOUND_WRONG);

    assertThat(healthy.json().path("inputs").asLong()).isEqualTo(1);
    assertThat(healthy.json().path("differences").asLong()).isZero();
    assertThat(broken.json().path("differences").asLong()).isEqualTo(1);
    assertThat(broken.json().path("details").path(0).path("kind").asText()).isEqualTo("TWICE");
    assertThat(text.out())
        .contains("audit: 1 difference", "TWICE  " + OriginHeader.text(sent.origin()));
  }

  @Test
  void auditSinceATimeSaysWhatItDidNotLookAt() {
    pipeline.accept(pipeline.send("image", "caption"), PairStatus.TRAINING);

    Ended text = run("audit", "--since", "P1D").done();
    Ended json = run("audit", "--since", "2026-01-31T00:00:00Z", "--json");
    Ended wrong = run("audit", "--since", "yesterday");

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
            .setMetadata(
                PairMetadata.newBuilder().setSourceKind("SCRAPED").setContributor("museum").build())
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
        .contains(link.link().getMetadata().getUrl(), link.link().getCaption())
        .contains("the record's value is in ")
        .doesNotContain("the original");
    assertThat(Files.size(file)).isPositive();
    assertThat(run("quarantine ls").out())
        .contains("FETCH_GONE", link.link().getMetadata().getUrl());
    assertThat(run("quarantine ls", "--json").json().path("link").path("url").asText())
        .isEqualTo(link.link().getMetadata().getUrl());
    assertThat(run("why", "--json", key).json().path("status").asText()).isEqualTo("FETCH_FAILED");
    assertThat(run("why", key).out()).contains("FETCH_GONE").doesNotContain("(unreadable)");
    assertThat(run("audit").out()).contains("links        1", "inputs       0");
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
      Ended ended = run(two).done();
      ended.jsonLines().forEach(batch -> seen.add(batch.path("pair_ids").path(0).asText()));
    }
    Ended atTheEnd = run(two).done();

    assertThat(seen).hasSize(5).doesNotHaveDuplicates();
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
    Path file = Files.writeString(folder.resolve("a.view"), "{}");

    assertThat(run("exposure p --view " + file).err())
        .contains("--view: " + file + ": no view: right is a file");
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

  @Test
  void takesAddressesAndClientSettingsFromAFile() throws Exception {
    Path config =
        Files.writeString(
            folder.resolve("client.properties"),
            "%skafka.bootstrap.servers=%s\nkafka.client.rack=here\nschema-registry.url=%s\n"
                .formatted(
                    Ended.TIMEOUT, KAFKA.bootstrapServers(), cluster.registry().addresses()));

    Ended ended =
        Ended.after("audit", "--config", config.toString(), "--dataset", cluster.dataset().name())
            .done();

    assertThat(ended.err()).isEmpty();
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
