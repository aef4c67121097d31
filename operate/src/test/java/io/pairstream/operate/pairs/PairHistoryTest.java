package io.pairstream.operate.pairs;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.curation.history.AnswerNote;
import io.pairstream.curation.history.PairAnswer;
import io.pairstream.curation.history.PairAnswer.Admission;
import io.pairstream.curation.history.PairHistory;
import io.pairstream.operate.catalogue.JudgedPairs;
import io.pairstream.operate.catalogue.PairSearch;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.RecordedLimit;
import io.pairstream.schemas.RecordedRecipe;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.Upload;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.Replay;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.PlayedFetcher;
import io.pairstream.service.cluster.PlayedPipeline;
import io.pairstream.service.cluster.PlayedPipeline.Sent;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.service.table.TopicTable;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class PairHistoryTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private final ClusterAccess cluster = KAFKA.datasetOfAllTopics(3);
  @AutoClose private final PlayedPipeline pipeline = new PlayedPipeline(cluster);
  @AutoClose private TopicTable catalogue;

  @BeforeEach
  void open(@TempDir Path folder) {
    catalogue = JudgedPairs.catalogue(cluster, folder);
  }

  /** Answer from topics read whole, which must equal the one from single records by the index. */
  private Optional<PairAnswer> find(String id) {
    catalogue.reachedNow().join();
    Optional<PairAnswer> scanned = new PairHistory(cluster).find(id);
    PairSearch index = new PairSearch(catalogue, Clock.systemUTC());
    assertThat(new PairHistory(cluster, log -> new IndexedRecords(cluster, log, index)).find(id))
        .isEqualTo(scanned);
    return scanned;
  }

  @Test
  void tellsWhatModelsSayOfAPublishedPairAndWhatTheRecipeDoesAboutIt() {
    Sent sent = pipeline.send("image", "caption");
    pipeline.accept(sent, PairStatus.TRAINING);
    limit(
        limit("nsfw").setMax(0.3).setWhenOutside("TAG"),
        limit("kind").setLabels(List.of("photo")).setWhenOutside("HOLD"),
        limit("size").setMin(0.5).setMax(1.5).setWhenOutside("REJECT"));
    says(sent, "old", Map.of("nsfw", 0.9), Map.of());
    TestCluster.put(cluster, cluster.topics().pairAnswers(), sent.pairId() + "/old", null);
    says(sent, "safety", Map.of("nsfw", 0.31, "other", 2.0), Map.of("kind", "photo"));
    says(sent, "sizes", Map.of("size", 0.5, "odd", Double.NaN), Map.of("nsfw", "high"));
    TestCluster.put(
        cluster,
        cluster.topics().pairAnswers(),
        sent.pairId() + "/texts",
        io.pairstream.schemas.PairAnswer.newBuilder()
            .setPairId(sent.pairId())
            .setCard("texts")
            .setStatus("FAILED")
            .setReason("TIMED_OUT")
            .build());
    says(pipeline.send("another image", "caption"), "safety", Map.of("nsfw", 1.0), Map.of());

    assertThat(find(sent.pairId()).orElseThrow().answers())
        .containsExactly(
            new AnswerNote("safety", "kind", null, "photo", "", ""),
            new AnswerNote("safety", "nsfw", 0.31, "", "", "TAG"),
            new AnswerNote("safety", "other", 2.0, "", "", ""),
            new AnswerNote("sizes", "nsfw", null, "high", "", "TAG"),
            new AnswerNote("sizes", "size", 0.5, "", "", ""),
            new AnswerNote("texts", "", null, "", "TIMED_OUT", ""));

    limit(limit("kind").setLabels(List.of("drawing")).setWhenOutside("HOLD"));

    assertThat(find(sent.pairId()).orElseThrow().answers())
        .extracting(AnswerNote::outside)
        .containsExactly("HOLD", "", "", "", "", "");
  }

  private static RecordedLimit.Builder limit(String answer) {
    return RecordedLimit.newBuilder().setAnswer(answer);
  }

  private void limit(RecordedLimit.Builder... limits) {
    TestCluster.put(
        cluster,
        cluster.topics().recipes(),
        "answers",
        RecordedRecipe.newBuilder()
            .setLimits(Stream.of(limits).map(RecordedLimit.Builder::build).toList())
            .build());
  }

  private void says(
      Sent pair, String card, Map<String, Double> numbers, Map<String, String> labels) {
    TestCluster.put(
        cluster,
        cluster.topics().pairAnswers(),
        pair.pairId() + "/" + card,
        io.pairstream.schemas.PairAnswer.newBuilder()
            .setPairId(pair.pairId())
            .setCard(card)
            .setNumbers(numbers)
            .setLabels(labels)
            .build());
  }

  @Test
  void tellsOfACopyThatItIsACopyOfAnAcceptedPair() {
    Sent sent = pipeline.send("image", "caption");
    pipeline.accept(sent, PairStatus.TRAINING);
    Sent copy = pipeline.send("image", "caption");
    QuarantinedPair rejected =
        PlayedPipeline.rejected(copy, "DUPLICATE_PAIR", new byte[] {1, 2, 3});
    pipeline.transaction(
        copy,
        List.of(TestCluster.record(cluster.topics().quarantine(), null, copy.pairId(), rejected)));

    PairAnswer answer = find(OriginHeader.text(copy.origin())).orElseThrow();

    assertThat(answer.status()).isEqualTo("TRAINING");
    assertThat(answer.reason()).isEqualTo("DUPLICATE_PAIR");
    assertThat(answer.origin()).isEqualTo(copy.origin());
  }

  @Test
  void tellsWhoLetAPairInAndWhatWasWaived() {
    Sent sent = claim("0f8fad5b-d9cb-469f-a165-70867728950e", "IMAGE_TOO_SMALL");
    Review review =
        Review.newBuilder()
            .setReviewId("0f8fad5b-d9cb-469f-a165-70867728950e")
            .setDecision("ACCEPTED")
            .setReviewer("ann")
            .build();

    Admission forged = find(sent.pairId()).orElseThrow().admission().orElseThrow();
    TestCluster.put(cluster, cluster.topics().reviews(), review.getReviewId(), review);
    Admission recorded = find(sent.pairId()).orElseThrow().admission().orElseThrow();

    assertThat(forged.review()).isEmpty();
    assertThat(forged.reviewId()).isEqualTo(review.getReviewId());
    assertThat(forged.waived()).containsExactly("IMAGE_TOO_SMALL");
    assertThat(recorded.review().orElseThrow().getReviewer()).isEqualTo("ann");
  }

  @Test
  void tellsOfALinkWhatBecameOfItsPair() {
    try (PlayedFetcher fetcher = new PlayedFetcher(cluster)) {
      PlayedFetcher.Sent link = fetcher.send("a.test", "owl");
      Sent sent = pipeline.send("image", "caption");
      note(upload(idOf(link), PairAnswer.LINK, sent.pairId(), "FETCHED", link.origin()));
      pipeline.reject(sent, "IMAGE_TOO_SMALL");

      PairAnswer byId = find(idOf(link)).orElseThrow();
      PairAnswer byCoordinates = find(OriginHeader.text(link.origin())).orElseThrow();

      assertThat(List.of(byId, byCoordinates))
          .allSatisfy(
              answer -> {
                assertThat(answer.kind()).isEqualTo(PairAnswer.LINK);
                assertThat(answer.pairId()).isEqualTo(sent.pairId());
                assertThat(answer.status()).isEqualTo("QUARANTINED");
                assertThat(answer.quarantined().orElseThrow().pair().getMeasured().getValue())
                    .isEqualTo(1);
                assertThat(answer.remedy()).contains(RejectReason.IMAGE_TOO_SMALL.remedy());
                assertThat(answer.origin()).isEqualTo(link.origin());
              });
    }
  }

  @Test
  void tellsOfALinkThatFailedWhyAndWhatWouldHelp() {
    try (PlayedFetcher fetcher = new PlayedFetcher(cluster)) {
      PlayedFetcher.Sent link = fetcher.send("a.test", "gone");
      fetcher.reject(link, "FETCH_GONE");
      PairAnswer unnoted = find(OriginHeader.text(link.origin())).orElseThrow();
      note(upload(idOf(link), PairAnswer.LINK, "", "FETCH_FAILED", link.origin()));
      PairAnswer byId = find(idOf(link)).orElseThrow();

      assertThat(List.of(unnoted, byId))
          .allSatisfy(
              answer -> {
                assertThat(answer.kind()).isEqualTo(PairAnswer.LINK);
                assertThat(answer.status()).isEqualTo("FETCH_FAILED");
                assertThat(answer.reason()).isEqualTo("FETCH_GONE");
                assertThat(answer.detail()).isEqualTo("the host says no");
                assertThat(answer.remedy()).contains(RejectReason.FETCH_GONE.remedy());
              });
    }
  }

  @Test
  void tellsOfALinkThatIsTriedAgainWhy() {
    try (PlayedFetcher fetcher = new PlayedFetcher(cluster)) {
      PlayedFetcher.Sent link = fetcher.send("a.test", "busy");
      Upload upload = upload(idOf(link), PairAnswer.LINK, "", "WAITING", link.origin());
      upload.setDetail("the host answers 503; it is asked again at 12:00");
      note(upload);

      for (String id : List.of(idOf(link), OriginHeader.text(link.origin()))) {
        PairAnswer answer = find(id).orElseThrow();
        assertThat(answer.status()).isEqualTo("WAITING");
        assertThat(answer.detail()).contains("it is asked again");
      }
    }
  }

  @Test
  void knowsNothingOfAnUnknownId() {
    pipeline.accept(pipeline.send("image", "caption"), PairStatus.TRAINING);

    assertThat(find("0".repeat(32))).isEmpty();
    assertThat(find(cluster.topics().crowdsourced().name() + "-0-999")).isEmpty();
    assertThat(find(cluster.topics().crowdsourced().name() + "-77-0")).isEmpty();
    assertThat(find(cluster.topics().links().name() + "-0-999")).isEmpty();
  }

  /** A published pair whose producer claims a review. */
  private Sent claim(String reviewId, String... waived) {
    Sent small = pipeline.send("image", "caption");
    ProducerRecord<byte[], byte[]> record =
        TestCluster.record(cluster.topics().crowdsourced(), null, small.imageDigest(), small.raw());
    new Replay(small.origin(), reviewId, List.of(waived)).write(record.headers());
    RecordMetadata at = TestCluster.send(cluster, record);
    Receipt receipt =
        Receipt.newBuilder()
            .setPairId(small.pairId())
            .setStatus(PairStatus.TRAINING.name())
            .setReviewId(reviewId)
            .setOrigin(new Origin(at.topic(), at.partition(), at.offset()))
            .build();
    TestCluster.put(cluster, cluster.topics().receipts(), small.pairId(), receipt);
    return small;
  }

  private void note(Upload upload) {
    TestCluster.put(cluster, cluster.topics().uploads(), upload.getId(), upload);
  }

  private static Upload upload(
      String id, String kind, String pairId, String status, Origin origin) {
    return Upload.newBuilder()
        .setId(id)
        .setKind(kind)
        .setPairId(pairId)
        .setStatus(status)
        .setOrigin(origin)
        .build();
  }

  private static String idOf(PlayedFetcher.Sent sent) {
    return PairIdentity.linkId(sent.link().getMetadata().getUrl(), sent.link().getCaption());
  }
}
