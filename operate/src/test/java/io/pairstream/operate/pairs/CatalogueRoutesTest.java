package io.pairstream.operate.pairs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.cleaning.tokens.Tokenizer;
import io.pairstream.curation.actions.Actor;
import io.pairstream.curation.actions.AuditEvent;
import io.pairstream.curation.history.PairHistory;
import io.pairstream.curation.sentence.AnswerJson;
import io.pairstream.curation.sentence.Sentence;
import io.pairstream.image.sandbox.WorkerSettings;
import io.pairstream.operate.Served;
import io.pairstream.operate.catalogue.JudgedPairs;
import io.pairstream.operate.instances.Instances.Limit;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.service.http.Json;
import io.pairstream.service.table.TopicTable;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CatalogueRoutesTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  /** Scripts, markup, and characters that change how text runs. */
  private static final String HOSTILE =
      "<img src=x onerror=alert(1)> \"';--\u202E\u0007 {{7*7}} </script><script>alert(2)</script>";

  /** A deadline for a picture that no picture reaches, however busy the machine. */
  private static final Duration PATIENT = Duration.ofMinutes(5);

  @TempDir static Path folder;

  private static ClusterAccess cluster;
  @AutoClose private static JudgedPairs judged;
  @AutoClose private static TopicTable catalogue;
  @AutoClose private static CatalogueRoutes routes;
  @AutoClose private static Served served;

  /** One service for all tests, as workers start slowly. */
  @BeforeAll
  static void start() throws Exception {
    cluster = KAFKA.datasetOfAllTopics(2);
    judged = new JudgedPairs(cluster);
    catalogue = JudgedPairs.catalogue(cluster, folder);
    routes = routes(PATIENT);
    served = new Served(routes.routes());
  }

  private static CatalogueRoutes routes(Duration deadline) {
    WorkerSettings workers =
        WorkerSettings.of(System.getProperty("pairstream.worker.classpath"), 1)
            .withLimits(deadline, Duration.ofMinutes(10))
            .withJvmOptions("-Dpairstream.worker.test-hooks=true");
    return new CatalogueRoutes(
        cluster,
        catalogue,
        workers,
        version -> version.isEmpty() ? List.of() : List.of(new Limit("sharpness", "AT_LEAST", 9.5)),
        Clock.systemUTC());
  }

  @Test
  void cardOfAKeptPairShowsAllThatBecameOfIt() throws Exception {
    String word = word();
    String caption = "a photo of a cat on a " + word;
    RawPair raw = raw(drawn(640, 480), "  A photo of a cat on a " + word + "  ");
    Tokenizer clip = Tokenizer.named("clip", false).orElseThrow();
    int[] all = clip.encode(caption);
    List<Integer> ids = new ArrayList<>(List.of(49406));
    Arrays.stream(all, 0, 4).forEach(ids::add);
    ids.add(49407);
    Origin origin = send(raw);
    PreparedPair pair =
        JudgedPairs.prepared(raw, PairStatus.TEST, origin)
            .setCaption(caption)
            .setImage(ByteBuffer.wrap(jpegFile(drawing(256, 256))))
            .setWidth(256)
            .setHeight(256)
            .setTokenIds(ids)
            .setTokenCount(ids.size())
            .setTruncated(true)
            .setTokenizer("clip")
            .setTokenizerDigest(clip.digest())
            .setFold(3)
            .setPerceptualHash("00ff00ff00ff00ff")
            .build();
    judged.publish(pair, PairStatus.TEST);
    judged.send(
        cluster.topics().receipts(),
        pair.getPairId(),
        JudgedPairs.receipt(raw, PairStatus.TEST, "", origin));
    read();

    JsonNode card = json("/v1/pairs/" + pair.getPairId());

    assertThat(card.path("status").asText()).isEqualTo("TEST");
    assertThat(card.path("caption_before").asText()).isEqualTo(raw.getCaption());
    assertThat(card.path("caption_after").asText()).isEqualTo(caption);
    JsonNode original = card.path("original");
    assertThat(original.path("width").asInt()).isEqualTo(640);
    assertThat(original.path("height").asInt()).isEqualTo(480);
    assertThat(original.path("media_type").asText()).isEqualTo("image/png");
    assertThat(original.path("bytes").asInt()).isEqualTo(raw.getImage().remaining());
    assertThat(jpeg(original.path("picture").asText()).getWidth()).isEqualTo(256);
    assertThat(jpeg(original.path("picture").asText() + "?size=1024").getWidth()).isEqualTo(640);
    assertThat(jpeg(card.path("model").path("picture").asText() + "?size=64").getWidth())
        .isEqualTo(64);
    assertThat(texts(card.path("tokens"), false))
        .containsExactly("<|startoftext|>", "a", "photo", "of", "a", "<|endoftext|>");
    assertThat(texts(card.path("tokens"), true)).startsWith("cat", "on", "a");
    assertThat(card.path("token_limit").asInt()).isEqualTo(6);
    assertThat(card.path("fold").asInt()).isEqualTo(3);
    assertThat(card.path("copies").asInt()).isEqualTo(1);
    Instant decidedAt = raw.getMetadata().getReceivedAt().plusSeconds(3600);
    assertThat(card.path("decided_at").asText()).isEqualTo(Json.time(decidedAt));
    assertThat(new PairHistory(cluster).find(pair.getPairId()).orElseThrow().decidedAt())
        .as("what why prints")
        .contains(decidedAt);
    requireSameAnswer(pair.getPairId());
    assertThat(card.path("measures").path("sharpness").asDouble()).isEqualTo(12.5);
    assertThat(card.path("journey").findValuesAsText("place"))
        .containsExactly("received", "crowdsourced", "test");
    assertThat(card.path("journey").get(1).path("seconds_since_previous").asDouble())
        .isEqualTo(1.0);
  }

  @Test
  void cardOfAModelsCaptionHasTheCaptionAsItCameAndThePictureAsPublished() throws Exception {
    PreparedPair shown = shownToAModel();
    String text = " An orange disc,  " + word();
    Origin origin = captioned(shown, text);
    String id = PairIdentity.pairId(shown.getImageDigest(), text);

    JsonNode waiting = json("/v1/pairs/" + OriginHeader.text(origin));

    assertThat(waiting.path("image_digest").asText()).isEqualTo(shown.getImageDigest());
    assertThat(waiting.path("original").path("picture").isNull()).isTrue();
    PreparedPair pair =
        PreparedPair.newBuilder(shown)
            .setPairId(id)
            .setCaption(text.strip())
            .setMetadata(
                PairMetadata.newBuilder(shown.getMetadata()).setSourceKind("GENERATED").build())
            .setOrigin(origin)
            .build();
    judged.publish(pair, PairStatus.TRAINING);
    read();
    JsonNode card = json("/v1/pairs/" + id);
    assertThat(card.path("caption_before").asText()).isEqualTo(text);
    assertThat(card.path("original").path("detail").asText())
        .isEqualTo("a model wrote the caption of a picture that was published before");
    assertThat(jpeg(card.path("model").path("picture").asText()).getWidth()).isEqualTo(64);
  }

  @Test
  void aRejectedCaptionOfAModelIsShownWithThePublishedPictureUntilThatIsWithdrawn()
      throws Exception {
    PreparedPair shown = shownToAModel();
    String text = "Disc " + word();
    Origin origin = captioned(shown, text);
    String id = PairIdentity.pairId(shown.getImageDigest(), text);
    judged.send(
        cluster.topics().quarantine(),
        id,
        judged
            .rejected(caption(shown, text), "CAPTION_TOO_SHORT", origin)
            .setPairId(id)
            .setImageDigest(shown.getImageDigest())
            .build());
    read();

    JsonNode card = json("/v1/pairs/" + id);
    String picture = card.path("picture").asText();
    assertThat(jpeg(picture).getWidth()).isEqualTo(64);
    assertThat(card.path("original").path("picture").asText()).isEqualTo(picture);

    judged.takeDown("PAIR", shown.getPairId());
    read();
    assertThat(get(picture).statusCode()).isEqualTo(404);
  }

  private static PreparedPair shownToAModel() throws Exception {
    RawPair raw = raw(drawn(64, 64), "shown to a model " + word());
    return JudgedPairs.prepared(raw, PairStatus.TRAINING, send(raw)).build();
  }

  /** A caption that a model wrote of a published picture. */
  private static RawPair caption(PreparedPair shown, String text) {
    Topic<PreparedPair> training = cluster.topics().training();
    return RawPair.newBuilder(raw(new byte[0], text))
        .setMetadata(
            PairMetadata.newBuilder(raw(new byte[0], text).getMetadata())
                .setSourceKind("GENERATED")
                .build())
        .setPrepared(
            ByteBuffer.wrap(training.value().serializer().serialize(training.name(), shown)))
        .build();
  }

  private static Origin captioned(PreparedPair shown, String text) {
    RecordMetadata sent =
        TestCluster.send(
            cluster,
            TestCluster.record(
                cluster.topics().generated(), null, shown.getImageDigest(), caption(shown, text)));
    return new Origin(sent.topic(), sent.partition(), sent.offset());
  }

  /** An answer from single records that the catalogue finds equals one from topics read whole. */
  private static void requireSameAnswer(String id) throws Exception {
    assertThat(json("/v1/pairs/" + id + "/why"))
        .isEqualTo(
            AnswerJson.MAPPER.readTree(
                AnswerJson.text(new PairHistory(cluster).find(id).orElseThrow())));
  }

  @Test
  void cardOfARefusedPairSaysWhyAndWhatPeopleDecided() throws Exception {
    RawPair raw = raw(drawn(100, 50), "blurred " + word());
    Origin origin = judged.reject(raw, "IMAGE_BLURRED");
    judged.send(
        cluster.topics().reviews(),
        "r1",
        Review.newBuilder()
            .setReviewId("r1")
            .setPairId(JudgedPairs.pairId(raw))
            .setOrigin(origin)
            .setDecision("REJECTED")
            .setReviewer("mina")
            .setComment("still blurred")
            .build());
    read();

    JsonNode card = json("/v1/pairs/" + JudgedPairs.pairId(raw));
    requireSameAnswer(JudgedPairs.pairId(raw));
    assertThat(card.path("waivable").asBoolean()).as("blurred may be let in").isTrue();

    assertThat(card.path("step").asText()).isEqualTo("gate");
    assertThat(card.path("measured").path("value").asInt()).isEqualTo(32);
    assertThat(card.path("measured").path("limit").asInt()).isEqualTo(64);
    assertThat(card.path("measured").path("unit").asText()).isEqualTo("px");
    assertThat(card.path("remedy").asText()).isEqualTo("Send a sharper picture.");
    assertThat(json("/v1/quarantine").path("reasons").findValuesAsText("remedy"))
        .contains("Send a sharper picture.");
    assertThat(card.path("reviews")).hasSize(1);
    assertThat(card.path("reviews").get(0).path("reviewer").asText()).isEqualTo("mina");
    assertThat(card.path("reviews").get(0).path("comment").asText()).isEqualTo("still blurred");
    assertThat(card.path("model").isNull()).isTrue();
    assertThat(card.path("original").path("picture").asText())
        .startsWith("/v1/pictures/" + cluster.topics().quarantine().name());
  }

  @Test
  void cardOfARecordThatWaitsIsFoundByItsPlaceAndThatOfAnOutputByItsOwn() throws Exception {
    RawPair raw = raw(drawn(120, 90), "waits " + word());
    Origin waiting = send(raw);
    String place = OriginHeader.text(waiting);

    JsonNode card = json("/v1/pairs/" + place);

    assertThat(card.path("status").asText()).isEqualTo("RECEIVED");
    assertThat(card.path("caption_before").asText()).isEqualTo(raw.getCaption());
    assertThat(card.path("decided_at").isNull()).isTrue();
    assertThat(card.path("blurred").asBoolean()).as("nothing has judged it").isTrue();
    assertThat(jpeg(card.path("picture").asText()).getWidth()).isEqualTo(120);

    String id = judged.accept(raw, PairStatus.TRAINING, waiting);
    read();
    JsonNode accepted = json("/v1/pairs/" + id);
    JsonNode stop = accepted.path("journey").get(accepted.path("journey").size() - 1);
    String output =
        "%s-%s-%s"
            .formatted(
                cluster.topics().training().name(), stop.path("partition"), stop.path("offset"));
    assertThat(json("/v1/pairs/" + output).path("id").asText()).isEqualTo(id);
    assertThat(accepted.path("limits").get(0).path("measure").asText()).isEqualTo("sharpness");

    judged.takeDown("PAIR", id);
    RawPair again = raw(drawn(120, 90), raw.getCaption());
    Origin withdrawn = send(RawPair.newBuilder(again).setImage(raw.getImage()).build());
    read();
    assertThat(get("/v1/pairs/" + OriginHeader.text(withdrawn)).statusCode())
        .as("withdrawn before it came again")
        .isEqualTo(404);
  }

  @Test
  void whileKafkaIsAwayACardIsWhatTheCatalogueKnows() throws Exception {
    RawPair raw = raw(drawn(100, 50), "remembered " + word());
    String id = judged.accept(raw, PairStatus.TRAINING);
    read();
    Map<String, String> soon =
        Map.of("default.api.timeout.ms", "1000", "request.timeout.ms", "900");
    ClusterAccess away =
        new ClusterAccess(
            new Cluster("127.0.0.1:1", "mock://away", cluster.dataset(), soon, Map.of()));
    try (CatalogueRoutes blind =
            new CatalogueRoutes(away, catalogue, null, version -> List.of(), Clock.systemUTC());
        Served server = new Served(blind.routes())) {
      JsonNode card = server.json("/v1/pairs/" + id);

      assertThat(card.path("remembered").asBoolean()).isTrue();
      assertThat(card.path("status").asText()).isEqualTo("TRAINING");
      assertThat(card.path("caption").asText()).isEqualTo(raw.getCaption());
      assertThat(card.path("original").path("detail").asText()).contains("Kafka does not answer");
      assertThat(server.get("/v1/pairs/no-such-pair").statusCode()).isEqualTo(404);
    }
    assertThat(json("/v1/pairs/" + id).path("remembered").asBoolean()).isFalse();
  }

  @Test
  void aPageMayAskForAnEmptyAnswerWhereThereIsNoPicture() throws Exception {
    RawPair raw = raw(new byte[] {1, 2, 3}, "no picture " + word());
    String picture = "/v1/pictures/" + OriginHeader.text(send(raw)).replaceAll("-(?=\\d)", "/");

    assertThat(get(picture).statusCode()).isEqualTo(404);
    assertThat(get(picture + "?absent=empty").statusCode()).isEqualTo(204);
    assertThat(get(picture + "?absent=empty").body()).isEmpty();
  }

  @Test
  void cardOfANearCopyShowsItBesideThePublishedPicture() throws Exception {
    RawPair first = raw(drawn(102, 51), "first " + word());
    String published = judged.accept(first, PairStatus.TRAINING);
    String digest = PairIdentity.imageDigest(first.getImage());
    RawPair copy = raw(drawn(50, 25), "copy " + word());
    Origin origin = send(copy);
    String id = nearCopy(copy, digest, origin);
    read();

    JsonNode card = json("/v1/pairs/" + id);
    JsonNode other = json("/v1/pairs/" + published);

    assertThat(card.path("copied").path("id").asText()).isEqualTo(published);
    assertThat(jpeg(card.path("original").path("picture").asText()).getWidth()).isEqualTo(50);
    assertThat(jpeg(card.path("copied").path("picture").asText()).getWidth()).isEqualTo(102);
    String listed = card.path("picture").asText();
    assertThat(jpeg(listed).getWidth()).isEqualTo(50);
    assertThat(card.path("caption_before").asText()).isEqualTo(copy.getCaption());
    assertThat(other.path("near_copies").asInt()).isEqualTo(1);
    assertThat(json("/v1/pairs?q=" + digest).path("pairs").findValuesAsText("id"))
        .containsExactly(id, published);

    judged.takeDown("IMAGE", digest);
    read();
    JsonNode after = json("/v1/pairs/" + id);
    assertThat(after.path("copied").isNull()).isTrue();
    assertThat(after.path("original").path("picture").isNull()).isTrue();
    assertThat(after.path("original").path("detail").asText()).contains("is withdrawn");
    assertThat(detail(get(listed))).contains("is withdrawn");
  }

  @Test
  void nearCopyWhosePictureIsKeptNoLongerSaysSo() throws Exception {
    RawPair first = raw(drawn(104, 52), "first " + word());
    judged.accept(first, PairStatus.TRAINING);
    RawPair copy = raw(drawn(50, 25), "copy " + word());
    Origin nowhere = new Origin(cluster.topics().scraped().name(), 0, 1_000_000L);
    String id = nearCopy(copy, PairIdentity.imageDigest(first.getImage()), nowhere);
    read();

    JsonNode card = json("/v1/pairs/" + id);

    assertThat(card.path("original").path("picture").isNull()).isTrue();
    assertThat(card.path("original").path("detail").asText()).contains("for some days only");
    assertThat(card.path("caption_before").asText()).isEqualTo(copy.getCaption());
    assertThat(card.path("contributor").asText()).isEqualTo(copy.getMetadata().getContributor());
  }

  private static String nearCopy(RawPair copy, String digest, Origin origin) {
    String id = JudgedPairs.pairId(copy);
    RawPair sent = RawPair.newBuilder(copy).setImage(ByteBuffer.allocate(0)).build();
    judged.send(
        cluster.topics().quarantine(),
        id,
        judged
            .rejected(copy, "NEAR_COPY", origin)
            .setValue(null)
            .setSent(sent)
            .setCopyOf(digest)
            .build());
    return id;
  }

  @Test
  void withdrawnPairIsNamedAndShownNoMore() throws Exception {
    RawPair raw = raw(drawn(100, 50), "withdrawn " + word());
    Origin origin = send(raw);
    String id = judged.accept(raw, PairStatus.TRAINING, origin);
    read();
    JsonNode before = json("/v1/pairs/" + id);
    String model = before.path("model").path("picture").asText();
    String original = before.path("original").path("picture").asText();
    assertThat(get(model).statusCode()).isEqualTo(200);
    assertThat(get(original).statusCode()).isEqualTo(200);

    judged.remove(PairStatus.TRAINING, id);
    read();

    JsonNode card = json("/v1/pairs/" + id);
    assertThat(card.path("status").asText()).isEqualTo("WITHDRAWN");
    assertThat(card.path("caption").asText()).isEmpty();
    assertThat(get(model).statusCode()).isEqualTo(404);
    assertThat(get(original).statusCode()).isEqualTo(404);
    assertThat(get(original + "?size=300").statusCode()).isEqualTo(404);
  }

  @Test
  void cardOfAWithdrawnPairTellsWhoWithdrewAndWhoLiftedAndNoFalseDelay() throws Exception {
    RawPair raw = raw(drawn(100, 50), "withdrawn " + word());
    String museum = "museum " + word();
    Origin origin = send(raw);
    String id = judged.accept(raw, PairStatus.TRAINING, origin);
    Instant withdrawnAt = raw.getMetadata().getReceivedAt().plusSeconds(173);
    judged.send(
        cluster.topics().takedowns(),
        "PAIR/" + id,
        Takedown.newBuilder()
            .setKind("PAIR")
            .setSubject(id)
            .setPartOf("CONTRIBUTOR/" + museum)
            .build());
    judged.remove(PairStatus.TRAINING, id);
    judged.send(
        cluster.topics().receipts(),
        id,
        Receipt.newBuilder(JudgedPairs.receipt(raw, PairStatus.WITHDRAWN, "", origin))
            .setDecidedAt(withdrawnAt)
            .build());
    note("takedown", museum, Map.of("cause", "a letter"), withdrawnAt);
    judged.lift("PAIR", id);
    note("takedown.lift", museum, Map.of("requested_by", "bob"), withdrawnAt.plusSeconds(9));
    read();

    JsonNode card = json("/v1/pairs/" + id);

    assertThat(card.path("takedowns"))
        .extracting(event -> event.path("what").asText(), event -> event.path("by").asText())
        .containsExactly(tuple("WITHDRAWN", "ann"), tuple("LIFTED", "bob"));
    assertThat(card.path("takedowns").path(0).path("cause").asText()).isEqualTo("a letter");
    assertThat(card.path("journey"))
        .extracting(stop -> stop.path("place").asText(), stop -> stop.path("at").isNull())
        .containsExactly(
            tuple("received", false), tuple("crowdsourced", true), tuple("withdrawn", false));
    assertThat(card.path("journey").path(2).path("seconds_since_previous").isNull()).isTrue();
  }

  private static void note(
      String event, String contributor, Map<String, String> facts, Instant at) {
    judged.send(
        cluster.topics().actions(),
        UUID.randomUUID().toString(),
        new AuditEvent(
                event,
                "CONTRIBUTOR/" + contributor,
                AuditEvent.Outcome.DONE,
                Sentence.verbatim(""),
                facts)
            .by(new Actor("ann", ""), at));
  }

  @Test
  void hostileTextIsDataAndNothingElse() throws Exception {
    String word = word();
    RawPair raw = JudgedPairs.raw(drawn(70, 70), HOSTILE + word, "SCRAPED", HOSTILE);
    raw.getMetadata().setUrl("javascript:alert(1)//" + HOSTILE);
    judged.reject(raw, "CAPTION_FLAGGED_WORDS");
    read();

    HttpResponse<byte[]> answer = get("/v1/pairs?q=" + word);
    JsonNode found = Json.MAPPER.readTree(answer.body()).path("pairs").get(0);

    assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
    assertThat(answer.headers().firstValue("x-content-type-options")).hasValue("nosniff");
    assertThat(found.path("caption").asText()).isEqualTo(HOSTILE + word);
    assertThat(found.path("contributor").asText()).isEqualTo(HOSTILE);
    assertThat(json("/v1/pairs?contributor=" + encoded(HOSTILE)).path("pairs")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/pairs/..%2F..%2Fetc%2Fpasswd",
        "/v1/pairs/%00",
        "/v1/pairs?limit=0",
        "/v1/pairs?limit=many",
        "/v1/pairs?after=zz",
        "/v1/pictures/a%2Fb/0/0",
        "/v1/pictures/DATASET.training/-1/0",
        "/v1/pictures/DATASET.training/0/99999999999999999999",
        "/v1/pictures/DATASET.training/0/0?size=5000",
      })
  void refusesWhatIsNoQuestion(String path) throws Exception {
    HttpResponse<byte[]> answer = get(path.replace("DATASET", cluster.dataset().name()));

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.headers().firstValue("content-type")).hasValue("application/problem+json");
    assertThat(Json.MAPPER.readTree(answer.body()).path("detail").asText()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/pairs/00000000000000000000000000000000",
        "/v1/pictures/__consumer_offsets/0/0",
        "/v1/pictures/DATASET.api-keys/0/0",
        "/v1/pictures/DATASET.training/77/0",
        "/v1/pictures/DATASET.training/0/123456789",
      })
  void findsNothingWhereThereIsNothing(String path) throws Exception {
    assertThat(get(path.replace("DATASET", cluster.dataset().name())).statusCode()).isEqualTo(404);
  }

  @Test
  void pictureThatCannotBeDecodedCostsNothingElse() throws Exception {
    String crash = picture(with(drawn(60, 60), "PAIRSTREAM-TEST:halt"), "crash");
    String hang = picture(with(drawn(61, 61), "PAIRSTREAM-TEST:spin"), "hang");
    String page = picture("<html>no image</html>".getBytes(UTF_8), "page");
    String good = picture(drawn(62, 62), "good");

    assertThat(detail(get(crash))).contains("crashed");
    assertThat(get(page).statusCode()).isEqualTo(404);
    assertThat(jpeg(good).getWidth()).isEqualTo(62);
    assertThat(get(crash).statusCode()).isEqualTo(404);
    // What hangs is met with a deadline that is not long to wait for.
    try (CatalogueRoutes hasty = routes(Duration.ofSeconds(2));
        Served server = new Served(hasty.routes())) {
      assertThat(detail(server.get(hang))).contains("not decoded in time");
      assertThat(server.get(page).statusCode()).isEqualTo(404);
      assertThat(jpeg(server, inTime(server, good)).getWidth()).isEqualTo(62);
      assertThat(server.get(hang).statusCode()).isEqualTo(404);
    }
  }

  /**
   * On a machine that stands still for longer than a short deadline a picture is asked for again.
   */
  private static String inTime(Served server, String good) throws Exception {
    HttpResponse<byte[]> answer = server.get(good);
    while (answer.statusCode() == 404 && detail(answer).contains("not decoded in time")) {
      answer = server.get(good);
    }
    return good;
  }

  @Test
  void pictureIsOurOwnFileWithoutWhatTheOriginalSaid() throws Exception {
    byte[] file = withComment(jpegFile(drawing(64, 48)), "GPS 48.1N 11.5E");

    HttpResponse<byte[]> answer = get(picture(file, "with a comment"));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type")).hasValue("image/jpeg");
    assertThat(answer.headers().firstValue("cache-control")).hasValue("no-store");
    assertThat(new String(file, ISO_8859_1)).contains("GPS");
    assertThat(new String(answer.body(), ISO_8859_1)).doesNotContain("GPS");
  }

  @Test
  void showsPreparedPicturesOfBarePixels() throws Exception {
    RawPair raw = raw(drawn(64, 64), "bare pixels " + word());
    Origin origin = judged.nextOrigin();
    byte[] pixels = new byte[3 * 20 * 10];
    for (int i = 0; i < pixels.length; i += 3) {
      pixels[i] = (byte) 200;
    }
    PreparedPair pair =
        JudgedPairs.prepared(raw, PairStatus.TRAINING, origin)
            .setImage(ByteBuffer.wrap(pixels))
            .setImageEncoding("raw")
            .setWidth(20)
            .setHeight(10)
            .build();
    judged.publish(pair, PairStatus.TRAINING);
    read();

    BufferedImage shown =
        jpeg(json("/v1/pairs/" + pair.getPairId()).path("model").path("picture").asText());

    assertThat(shown.getWidth()).isEqualTo(20);
    assertThat(new Color(shown.getRGB(10, 5)).getRed()).isBetween(190, 210);
    assertThat(new Color(shown.getRGB(10, 5)).getBlue()).isLessThan(20);
  }

  @Test
  void imageThatMayNotBeKeptIsNotShownFromTheRawTopicEither() throws Exception {
    RawPair raw = raw(drawn(64, 64), "forbidden " + word());
    Origin origin = send(raw);
    judged.send(
        cluster.topics().quarantine(),
        JudgedPairs.pairId(raw),
        judged.rejected(raw, "IMAGE_FORBIDDEN", origin).setValue(null).build());
    read();

    HttpResponse<byte[]> answer = get(PairCard.Summary.address(origin));

    assertThat(detail(answer)).contains("are not kept");
    assertThat(
            json("/v1/pairs/" + JudgedPairs.pairId(raw)).path("original").path("picture").isNull())
        .isTrue();
  }

  /** Puts an image into quarantine; returns the address of its picture. */
  private static String picture(byte[] image, String caption) throws Exception {
    RawPair raw = raw(image, caption + " " + word());
    judged.reject(raw, "IMAGE_TOO_SMALL");
    read();
    return json("/v1/pairs/" + JudgedPairs.pairId(raw)).path("picture").asText();
  }

  private static Origin send(RawPair raw) {
    RecordMetadata at =
        TestCluster.send(
            cluster, TestCluster.record(cluster.topics().crowdsourced(), null, "key", raw));
    return new Origin(at.topic(), at.partition(), at.offset());
  }

  private static void read() {
    judged.await(catalogue);
  }

  private static HttpResponse<byte[]> get(String path) throws Exception {
    return served.get(path);
  }

  private static JsonNode json(String path) throws Exception {
    return served.json(path);
  }

  private static BufferedImage jpeg(String path) throws Exception {
    return jpeg(served, path);
  }

  private static BufferedImage jpeg(Served server, String path) throws Exception {
    HttpResponse<byte[]> answer = server.get(path);
    assertThat(answer.statusCode()).as(path).isEqualTo(200);
    return ImageIO.read(new ByteArrayInputStream(answer.body()));
  }

  private static String detail(HttpResponse<byte[]> answer) throws Exception {
    assertThat(answer.statusCode()).isEqualTo(404);
    return Json.MAPPER.readTree(answer.body()).path("detail").asText();
  }

  private static List<String> texts(JsonNode tokens, boolean cut) {
    List<String> texts = new ArrayList<>();
    for (JsonNode token : tokens) {
      if (token.path("cut").asBoolean() == cut) {
        texts.add(token.path("text").asText());
      }
    }
    return texts;
  }

  /** A word that no other test's captions have. */
  private static String word() {
    return "w" + UUID.randomUUID().toString().substring(0, 8);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8);
  }

  private static RawPair raw(byte[] image, String caption) {
    return JudgedPairs.raw(image, caption, "CROWDSOURCED", "museum");
  }

  private static BufferedImage drawing(int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D pen = image.createGraphics();
    pen.setPaint(Color.ORANGE);
    pen.fillOval(0, 0, width, height);
    pen.dispose();
    return image;
  }

  private static byte[] drawn(int width, int height) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(drawing(width, height), "png", out);
    return out.toByteArray();
  }

  private static byte[] jpegFile(BufferedImage image) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "jpg", out);
    return out.toByteArray();
  }

  /** The file with more bytes behind its end. */
  private static byte[] with(byte[] file, String end) {
    byte[] more = end.getBytes(UTF_8);
    byte[] whole = Arrays.copyOf(file, file.length + more.length);
    System.arraycopy(more, 0, whole, file.length, more.length);
    return whole;
  }

  /** A JPEG file with a comment segment behind its start. */
  private static byte[] withComment(byte[] file, String text) {
    byte[] comment = text.getBytes(UTF_8);
    return ByteBuffer.allocate(file.length + 4 + comment.length)
        .put(file, 0, 2)
        .putShort((short) 0xFFFE)
        .putShort((short) (2 + comment.length))
        .put(comment)
        .put(file, 2, file.length - 2)
        .array();
  }
}
