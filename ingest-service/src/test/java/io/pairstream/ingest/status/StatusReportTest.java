package io.pairstream.ingest.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.ingest.status.StatusReport.Coordinates;
import io.pairstream.ingest.status.StatusReport.ReportedStatus;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Upload;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.PlayedPipeline;
import io.pairstream.service.cluster.PlayedPipeline.Sent;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.service.http.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Timeout(600)
class StatusReportTest {

  private final Instant now = Clock.systemUTC().instant().truncatedTo(ChronoUnit.MILLIS);

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  @TempDir Path folder;
  private ClusterAccess cluster;
  private PlayedPipeline pipeline;
  private StatusRoutes view;

  @BeforeEach
  void open() {
    cluster = KAFKA.datasetOfAllTopics(2);
    pipeline = new PlayedPipeline(cluster);
    view = openIn(folder);
  }

  @AfterEach
  void close() {
    view.close();
    pipeline.close();
  }

  @Test
  void pairIsReceivedUntilItIsJudged() {
    Sent sent = pipeline.send("an image", "a caption");
    upload(sent);

    StatusReport received = status(sent.pairId());

    assertThat(received.status()).isEqualTo(ReportedStatus.RECEIVED);
    assertThat(received.isFinal()).isFalse();
    assertThat(received.kind()).isEqualTo("PAIR");
    assertThat(received.pairId()).isEqualTo(sent.pairId());
    assertThat(received.imageDigest()).isEqualTo(sent.imageDigest());
    assertThat(received.origin()).isEqualTo(Coordinates.of(sent.origin(), ""));
    assertThat(received.receivedAt()).isEqualTo(now);
    assertThat(received.decidedAt()).isNull();
    assertThat(received.copies()).isZero();
    assertThat(received.says())
        .isEqualTo("Received and stored; waits to be judged, or to be fetched if it is a link.");

    pipeline.accept(sent, PairStatus.VALIDATION);

    StatusReport judged = status(sent.pairId());
    assertThat(judged.status()).isEqualTo(ReportedStatus.VALIDATION);
    assertThat(judged.isFinal()).isTrue();
    assertThat(judged.decidedAt()).isNotNull();
    assertThat(judged.copies()).isEqualTo(1);
    assertThat(judged.copyOf()).isNull();
  }

  @Test
  void quarantinedPairSaysWhyAndWhatWouldBeRight() {
    Sent sent = pipeline.send("an image", "a caption");
    upload(sent);
    pipeline.reject(sent, RejectReason.IMAGE_TOO_SMALL.name());

    StatusReport status = status(sent.pairId());

    assertThat(status.status()).isEqualTo(ReportedStatus.QUARANTINED);
    assertThat(status.reason()).isEqualTo("IMAGE_TOO_SMALL");
    assertThat(status.says()).isEqualTo("It was rejected. Not as it should be.");
    assertThat(status.measured()).isEqualTo("1 px");
    assertThat(status.limit()).isEqualTo("2 px");
    assertThat(status.remedy()).isEqualTo(RejectReason.IMAGE_TOO_SMALL.remedy());
  }

  @Test
  void pairThatNoIngestApiTookIsKnownByItsReceipt() {
    Sent sent = pipeline.send("an image", "a caption");
    pipeline.accept(sent, PairStatus.TRAINING);

    StatusReport status = status(sent.pairId());

    assertThat(status.status()).isEqualTo(ReportedStatus.TRAINING);
    assertThat(status.origin()).isEqualTo(Coordinates.of(sent.origin(), ""));
    assertThat(status.receivedAt()).isEqualTo(PlayedPipeline.RECEIVED);
    assertThat(status.copyOf()).isNull();
  }

  @Test
  void copyOfAPublishedPairNamesTheFirstAndIsWrittenAsClientsReadIt() throws IOException {
    Sent first = pipeline.send("an image", "a caption");
    upload(first);
    pipeline.accept(first, PairStatus.TRAINING);
    Sent second = pipeline.send("an image", "a caption");
    upload(second);

    StatusReport status = status(first.pairId());

    assertThat(status.status()).isEqualTo(ReportedStatus.TRAINING);
    assertThat(status.origin()).isEqualTo(Coordinates.of(second.origin(), ""));
    assertThat(status.copyOf()).isEqualTo(Coordinates.of(first.origin(), first.pairId()));
    assertThat(status.says()).contains("came before").contains("TRAINING");
    JsonNode json = Json.MAPPER.readTree(Json.bytes(status));
    assertThat(json.path("status").asText()).isEqualTo("TRAINING");
    assertThat(json.path("final").asBoolean()).isTrue();
    assertThat(json.path("reason").asText("absent")).isEmpty();
    assertThat(json.path("copy_of").path("id").asText()).isEqualTo(first.pairId());
    assertThat(json.path("origin").path("offset").asLong()).isEqualTo(second.origin().getOffset());
    assertThat(json.path("received_at").asText()).isEqualTo(Json.time(now));
    assertThat(json.has("decided_at")).isTrue();
  }

  @Test
  void pairThatAReviewerSentAgainIsNoCopyOfItself() {
    Sent sent = pipeline.send("an image", "a caption");
    upload(sent);
    pipeline.reject(sent, "CAPTION_TOO_SHORT");
    pipeline.accept(pipeline.send("an image", "a caption"), PairStatus.TRAINING);

    StatusReport status = status(sent.pairId());

    assertThat(status.copyOf()).isNull();
    assertThat(status.says()).isEqualTo("It is published for training.");
  }

  @Test
  void pairThatWasRejectedAndComesAgainWaitsAgain() {
    Sent first = pipeline.send("an image", "a caption");
    upload(first);
    pipeline.reject(first, "CAPTION_TOO_SHORT");
    Sent second = pipeline.send("an image", "a caption");
    upload(second);

    StatusReport waiting = status(first.pairId());
    assertThat(waiting.status()).isEqualTo(ReportedStatus.RECEIVED);
    assertThat(waiting.reason()).isEmpty();
    assertThat(waiting.decidedAt()).isNull();

    pipeline.reject(second, "CAPTION_HAS_LINK");

    StatusReport again = status(first.pairId());
    assertThat(again.status()).isEqualTo(ReportedStatus.QUARANTINED);
    assertThat(again.reason()).isEqualTo("CAPTION_HAS_LINK");
    assertThat(again.copyOf()).isNull();
  }

  @Test
  void linkGoesFromWaitingToItsPairsReceipt() {
    String url = "https://example.org/cat.jpg";
    String linkId = PairIdentity.linkId(url, "a caption");
    link(linkId, "RECEIVED", "", "", "");
    assertThat(status(linkId).status()).isEqualTo(ReportedStatus.RECEIVED);
    assertThat(status(linkId).kind()).isEqualTo("LINK");
    assertThat(status(linkId).pairId()).isEmpty();

    link(linkId, "WAITING", "", "FETCH_TIMEOUT", "the host took longer than 15 s");
    assertThat(status(linkId).status()).isEqualTo(ReportedStatus.WAITING);
    assertThat(status(linkId).reason()).isEqualTo("FETCH_TIMEOUT");
    assertThat(status(linkId).says())
        .isEqualTo(
            "Its image could not be fetched yet; it will be tried again. The host took longer than 15"
                + " s.");

    Sent fetched = pipeline.send("an image", "a caption");
    link(linkId, "FETCHED", fetched.pairId(), "", "");
    assertThat(status(linkId).status()).isEqualTo(ReportedStatus.FETCHED);
    assertThat(status(linkId).isFinal()).isFalse();

    pipeline.accept(fetched, PairStatus.TRAINING);
    StatusReport judged = status(linkId);
    assertThat(judged.id()).isEqualTo(linkId);
    assertThat(judged.pairId()).isEqualTo(fetched.pairId());
    assertThat(judged.status()).isEqualTo(ReportedStatus.TRAINING);
    assertThat(judged.copyOf()).isNull();
  }

  @Test
  void whatCameDuringAnOutageIsDecidedByItsOwnReceiptAlone() {
    Sent first = pipeline.send("an image", "a caption");
    Receipt late =
        Receipt.newBuilder()
            .setPairId(first.pairId())
            .setStatus("QUARANTINED")
            .setOrigin(first.origin())
            .setArrivedAt(now.minus(Duration.ofDays(1)))
            .setDecidedAt(now.plusSeconds(60))
            .build();
    Upload again =
        Upload.newBuilder()
            .setPairId(first.pairId())
            .setOrigin(new Origin("pairs.scraped", 0, 7L))
            .setStatus("RECEIVED")
            .setReceivedAt(now)
            .build();

    StatusReport ofFirst = StatusReport.of(first.pairId(), late);
    StatusReport ofAgain = StatusReport.of(first.pairId(), again, late);

    assertThat(ofFirst.decidedAt()).isEqualTo(now.plusSeconds(60));
    assertThat(ofAgain.status()).isEqualTo(StatusReport.ReportedStatus.RECEIVED);
  }

  private StatusRoutes openIn(Path directory) {
    return new StatusRoutes(
        cluster.topics(), directory, cluster.clientSettings(), Clock.systemUTC());
  }

  private StatusReport status(String id) {
    view.upToDate().join();
    return view.find(id).orElseThrow();
  }

  private void upload(Sent sent) {
    send(
        cluster,
        Upload.newBuilder()
            .setId(sent.pairId())
            .setPairId(sent.pairId())
            .setImageDigest(sent.imageDigest())
            .setOrigin(sent.origin())
            .setReceivedAt(now)
            .setChangedAt(now)
            .build());
  }

  private void link(String linkId, String status, String pairId, String reason, String detail) {
    send(
        cluster,
        Upload.newBuilder()
            .setId(linkId)
            .setKind("LINK")
            .setStatus(status)
            .setPairId(pairId)
            .setReason(reason)
            .setDetail(detail)
            .setOrigin(new Origin(cluster.topics().links().name(), 0, 3L))
            .setReceivedAt(now)
            .setChangedAt(now)
            .build());
  }

  static void send(ClusterAccess cluster, Upload upload) {
    TestCluster.send(
        cluster, TestCluster.record(cluster.topics().uploads(), null, upload.getId(), upload));
  }
}
