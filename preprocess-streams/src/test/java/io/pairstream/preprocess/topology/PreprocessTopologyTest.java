package io.pairstream.preprocess.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.image.PreparedImage.Picture;
import io.pairstream.schemas.Header;
import io.pairstream.schemas.Measurement;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.TokenSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreprocessTopologyTest {

  @AutoClose
  private final TopologyUnderTest topology =
      new TopologyUnderTest(Pairs.WORKER, TopologyUnderTest.ALL_TRAINING);

  @Test
  void publishesAGoodPairWithWhatItBecame() {
    RawPair pair = Pairs.good(1);

    topology.send("crowdsourced", pair);

    assertThat(topology.quarantine()).isEmpty();
    TestRecord<String, PreparedPair> record = topology.training().get(0);
    PreparedPair prepared = record.value();
    assertThat(record.key()).isEqualTo(TopologyUnderTest.pairId(pair));
    assertThat(prepared.getPairId()).isEqualTo(record.key());
    assertThat(prepared.getOrigin()).isEqualTo(origin("pairs.crowdsourced", 0));
    assertThat(prepared.getSplit()).isEqualTo("TRAINING");
    assertThat(prepared.getImage()).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    assertThat(prepared.getTokenIds()).hasSize(128);
    assertThat(prepared.getTokenCount()).isBetween(5, 12);
    assertThat(prepared.getPerceptualHash()).isEqualTo("0123456789abcdef");
    assertThat(prepared.getMetadata().getReceivedAt())
        .isEqualTo(pair.getMetadata().getReceivedAt());
    assertThat(prepared.getPreparedAt()).isEqualTo(TopologyUnderTest.ARRIVAL);
    assertThat(prepared.getRecipeVersion()).hasSize(16);
  }

  @Test
  void publishesEveryTokenSetOfTheRecipe() {
    String recipe =
        TopologyUnderTest.ALL_TRAINING
            + """

            tokens: {tokenizer: clip}
            token-sets:
              open: {tokenizer: dalle, padding: by-position}
              small: {tokenizer: glide, length: 3}
            """;
    try (TopologyUnderTest topology = new TopologyUnderTest(Pairs.WORKER, recipe)) {
      topology.send("crowdsourced", Pairs.good(1));

      PreparedPair prepared = topology.training().get(0).value();
      assertThat(prepared.getTokenizer()).isEqualTo("clip");
      assertThat(prepared.getTokenIds()).hasSize(77).startsWith(49_406);
      assertThat(prepared.getPadId()).isZero();
      assertThat(prepared.getEmptyTokenIds()).containsExactly(49_406, 49_407);
      assertThat(prepared.getEmptyTokenCount()).isEqualTo(2);
      assertThat(prepared.getTokenSets())
          .extracting(TokenSet::getName)
          .containsExactly("open", "small");
      TokenSet open = prepared.getTokenSets().get(0);
      assertThat(open.getTokenIds())
          .hasSize(256)
          .startsWith(prepared.getTokenIds().get(1))
          .endsWith(49_408 + 255);
      assertThat(open.getTokenCount()).isEqualTo(prepared.getTokenCount() - 2);
      assertThat(open.getTruncated()).isFalse();
      assertThat(open.getPadId()).isEqualTo(49_408);
      assertThat(open.getTokenizer()).isEqualTo("dalle");
      assertThat(open.getTokenizerDigest()).isEqualTo(prepared.getTokenizerDigest());
      TokenSet small = prepared.getTokenSets().get(1);
      assertThat(small.getTokenIds()).hasSize(3);
      assertThat(small.getTruncated()).isTrue();
      assertThat(small.getTokenizerDigest()).isNotEqualTo(open.getTokenizerDigest());
    }
  }

  @Test
  void everyRecordIsInExactlyOneOutput() {
    try (TopologyUnderTest topology = new TopologyUnderTest(Pairs.WORKER)) {
      Random random = new Random(7);
      int crowdsourced = 0;
      int scraped = 0;
      for (int i = 0; i < 200; i++) {
        String topic = random.nextBoolean() ? "crowdsourced" : "scraped";
        switch (random.nextInt(6)) {
          case 0 -> topology.send(topic, Pairs.good(random.nextInt(20)));
          case 1 -> topology.send(topic, Pairs.pair(new byte[0], "a caption without image"));
          case 2 -> topology.send(topic, null, randomBytes(random), new RecordHeaders());
          case 3 -> topology.send(topic, null, null, new RecordHeaders());
          case 4 ->
              topology.send(
                  topic, randomBytes(random), topology.bytes(Pairs.good(i)), new RecordHeaders());
          default -> topology.send(topic, Pairs.pair(Pairs.jpeg(256, 256, i), "no"));
        }
        if (topic.equals("crowdsourced")) {
          crowdsourced++;
        } else {
          scraped++;
        }
      }

      List<Origin> origins = new ArrayList<>();
      List.of(topology.training(), topology.validation(), topology.test())
          .forEach(output -> output.forEach(record -> origins.add(record.value().getOrigin())));
      topology.quarantine().forEach(record -> origins.add(record.value().getOrigin()));
      Set<Origin> expected = new HashSet<>();
      for (int i = 0; i < crowdsourced; i++) {
        expected.add(origin("pairs.crowdsourced", i));
      }
      for (int i = 0; i < scraped; i++) {
        expected.add(origin("pairs.scraped", i));
      }
      assertThat(origins).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  @Test
  void aReplayGivesTheSameOutputs() {
    assertThat(outputsOfOneRun()).isEqualTo(outputsOfOneRun());
  }

  private static List<Object> outputsOfOneRun() {
    try (TopologyUnderTest topology = new TopologyUnderTest(Pairs.WORKER)) {
      for (int i = 0; i < 40; i++) {
        topology.send("crowdsourced", Pairs.good(i % 30));
        topology.send("scraped", Pairs.pair(Pairs.jpeg(100, 100, i), "too small a picture"));
      }
      List<Object> outputs = new ArrayList<>();
      List.of(topology.training(), topology.validation(), topology.test())
          .forEach(output -> output.forEach(record -> outputs.add(record.value())));
      topology.quarantine().forEach(record -> outputs.add(record.value()));
      topology.receipts().forEach(record -> outputs.add(record.value()));
      assertThat(outputs).hasSizeGreaterThan(100);
      return outputs;
    }
  }

  @Test
  void aReceiptSaysWhenItsRecordCameAndWhenItWasDecided() {
    topology.send("crowdsourced", Pairs.good(1));
    topology.send("crowdsourced", Pairs.pair(Pairs.jpeg(100, 100, 1), "too small a picture"));

    assertThat(topology.receipts())
        .hasSize(2)
        .allSatisfy(
            record -> {
              assertThat(record.value().getArrivedAt()).isEqualTo(TopologyUnderTest.ARRIVAL);
              assertThat(record.value().getDecidedAt())
                  .isEqualTo(TopologyUnderTest.ARRIVAL.plusMillis(700));
            });
  }

  @Test
  void allCaptionsOfAnImageFallOnTheSameSide() {
    try (TopologyUnderTest topology = new TopologyUnderTest(Pairs.WORKER)) {
      for (int image = 0; image < 20; image++) {
        for (int caption = 0; caption < 3; caption++) {
          topology.send(
              "crowdsourced",
              Pairs.pair(Pairs.jpeg(256, 256, image), "caption number " + caption + " of it"));
        }
      }

      Set<String> training = digests(topology.training());
      Set<String> validation = digests(topology.validation());
      Set<String> test = digests(topology.test());
      assertThat(training).isNotEmpty().doesNotContainAnyElementsOf(validation);
      assertThat(validation).isNotEmpty().doesNotContainAnyElementsOf(test);
      assertThat(test).isNotEmpty().doesNotContainAnyElementsOf(training);
    }
  }

  private static Set<String> digests(List<TestRecord<String, PreparedPair>> records) {
    Set<String> digests = new HashSet<>();
    records.forEach(record -> digests.add(record.value().getImageDigest()));
    return digests;
  }

  @Test
  void quarantinesUnreadableBytesAsTheyCame() {
    byte[] key = {9, 9};
    byte[] value = "<html>not a pair</html>".getBytes(StandardCharsets.UTF_8);
    RecordHeaders headers = new RecordHeaders();
    headers.add("pairstream.origin", "forged-0-0".getBytes(StandardCharsets.UTF_8));
    headers.add("empty", null);

    topology.send("scraped", key, value, headers);

    TestRecord<String, QuarantinedPair> record = topology.quarantine().get(0);
    assertThat(record.key()).isEqualTo("pairs.scraped-0-0");
    QuarantinedPair quarantined = record.value();
    assertThat(quarantined.getReason()).isEqualTo(RejectReason.UNREADABLE_RECORD.name());
    assertThat(quarantined.getStep()).isEqualTo("read");
    assertThat(quarantined.getValue()).isEqualTo(ByteBuffer.wrap(value));
    assertThat(quarantined.getKey()).isEqualTo(ByteBuffer.wrap(key));
    assertThat(quarantined.getHeaders())
        .containsExactly(
            new Header(
                "pairstream.origin",
                ByteBuffer.wrap("forged-0-0".getBytes(StandardCharsets.UTF_8))),
            new Header("empty", null));
    assertThat(quarantined.getOrigin()).isEqualTo(origin("pairs.scraped", 0));
    assertThat(topology.receipts().get(0).key()).isEqualTo("pairs.scraped-0-0");
  }

  @Test
  void namesAnUnknownSchema() {
    byte[] value = topology.bytes(Pairs.good(1));
    ByteBuffer.wrap(value).putInt(1, 4711);

    topology.send("crowdsourced", null, value, new RecordHeaders());

    QuarantinedPair quarantined = topology.quarantine().get(0).value();
    assertThat(quarantined.getReason()).isEqualTo(RejectReason.UNKNOWN_SCHEMA.name());
    assertThat(quarantined.getMeasured().getValue()).isEqualTo(4711);
  }

  @Test
  void namesTheFieldsInWhichASchemaDoesNotFit() {
    Schema foreign =
        new Schema.Parser()
            .parse(
                "{\"type\":\"record\",\"name\":\"Pair\",\"fields\":["
                    + "{\"name\":\"image\",\"type\":\"bytes\"},"
                    + "{\"name\":\"caption\",\"type\":[\"null\",\"string\"]},"
                    + "{\"name\":\"language\",\"type\":\"int\"}]}");
    int id = topology.registry().register("foreign-value", foreign);

    topology.send(
        "crowdsourced",
        null,
        ByteBuffer.allocate(8).put((byte) 0).putInt(id).array(),
        new RecordHeaders());

    QuarantinedPair quarantined = topology.quarantine().get(0).value();
    assertThat(quarantined.getReason()).isEqualTo(RejectReason.SCHEMA_MISMATCH.name());
    assertThat(quarantined.getDetail())
        .isEqualTo(
            "the writer's schema does not fit a RawPair: caption is null or string where string"
                + " belongs, language is int where string belongs");
  }

  @Test
  void namesACaptionThatIsNotUtf8() {
    byte[] value = topology.bytes(Pairs.pair(Pairs.jpeg(256, 256, 3), "caf@ in the morning sun"));
    value[indexOf(value, (byte) '@', "caf@ in")] = (byte) 0xE9;

    topology.send("crowdsourced", null, value, new RecordHeaders());

    QuarantinedPair quarantined = topology.quarantine().get(0).value();
    assertThat(quarantined.getReason()).isEqualTo(RejectReason.CAPTION_NOT_UTF8.name());
    assertThat(quarantined.getStep()).isEqualTo("gate");
    assertThat(quarantined.getPairId()).hasSize(32);
  }

  @Test
  void keepsNoByteOfAForbiddenFile(@TempDir Path folder) throws IOException {
    byte[] image = Pairs.jpeg(256, 256, 3);
    RawPair pair = Pairs.pair(image, "caf@ in the morning sun");
    String digest = PairIdentity.imageDigest(pair.getImage());
    Path list = Files.writeString(folder.resolve("list"), digest + "\n");
    try (TopologyUnderTest topology =
        new TopologyUnderTest(
            Pairs.WORKER,
            "{split: {validation-share: 0.0, test-share: 0.0}, forbidden: {digests-file: "
                + list
                + "}}")) {
      byte[] badCaption = topology.bytes(pair);
      badCaption[indexOf(badCaption, (byte) '@', "caf@ in")] = (byte) 0xE9;

      topology.send("crowdsourced", pair);
      topology.send(
          "scraped",
          digest.getBytes(StandardCharsets.US_ASCII),
          badCaption,
          new RecordHeaders().add("thumbnail", image));
      topology.send("crowdsourced", Pairs.good(1));

      assertThat(topology.quarantine())
          .extracting(TestRecord::value)
          .hasSize(2)
          .allSatisfy(
              quarantined -> {
                assertThat(quarantined.getReason()).isEqualTo("IMAGE_FORBIDDEN");
                assertThat(quarantined.getStep()).isEqualTo("gate");
                assertThat(quarantined.getImageDigest()).isEqualTo(digest);
                assertThat(quarantined.getPairId()).hasSize(32);
                assertThat(quarantined.getDetail()).contains("not kept here");
                assertThat(quarantined.getValue()).isNull();
                assertThat(quarantined.getKey()).isNull();
                assertThat(quarantined.getHeaders()).isEmpty();
              });
      assertThat(topology.receipts())
          .extracting(record -> record.value().getStatus())
          .containsOnlyOnce("TRAINING")
          .filteredOn(status -> status.equals("QUARANTINED"))
          .hasSize(2);
    }
  }

  @Test
  void keepsNoByteOfAForbiddenPicture(@TempDir Path folder) throws IOException {
    Path list = Files.writeString(folder.resolve("list"), "0123456789abcdee # one bit off\n");
    try (TopologyUnderTest topology =
        new TopologyUnderTest(Pairs.WORKER, "forbidden: {hashes-file: " + list + "}")) {

      topology.send("crowdsourced", Pairs.good(1));

      QuarantinedPair quarantined = topology.quarantine().get(0).value();
      assertThat(quarantined.getReason()).isEqualTo("PICTURE_FORBIDDEN");
      assertThat(quarantined.getStep()).isEqualTo("clean");
      assertThat(quarantined.getValue()).isNull();
      assertThat(topology.receipts().get(0).value().getReason()).isEqualTo("PICTURE_FORBIDDEN");
    }
  }

  @Test
  void receiptSaysWhatTheQuarantinedRecordSays() {
    try (TopologyUnderTest topology =
        new TopologyUnderTest(Pairs.WORKER, "image: {min-side-px: 4000}")) {

      topology.send("crowdsourced", Pairs.good(1));

      QuarantinedPair quarantined = topology.quarantine().get(0).value();
      Receipt receipt = topology.receipts().get(0).value();
      assertThat(receipt.getReason()).isEqualTo(quarantined.getReason());
      assertThat(receipt.getDetail()).isEqualTo(quarantined.getDetail());
      Measurement by = quarantined.getMeasured();
      assertThat(receipt.getMeasured()).isEqualTo(by);
      assertThat(by.getMeasure()).isEqualTo("shorter_side_px");
      assertThat(by.getValue()).isLessThan(by.getLimit());
      assertThat(by.getBound()).isEqualTo("AT_LEAST");
      assertThat(by.getLimit()).isEqualTo(4000);
      assertThat(by.getUnit()).isEqualTo("px");
    }
  }

  private static int indexOf(byte[] bytes, byte wanted, String around) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    return text.indexOf(around) + around.indexOf((char) wanted);
  }

  static Stream<Consumer<RawPair>> unusableFields() {
    return Stream.of(
        pair -> pair.getMetadata().setUrl("x".repeat(8193)),
        pair -> pair.getMetadata().setUrl("http://\uFFFD/"),
        pair -> pair.getMetadata().setContributor("me\u001b[2J"),
        pair -> pair.getMetadata().setSourceKind("STOLEN"),
        pair -> pair.getMetadata().setLabels(List.of("dog", "ca\tt")),
        pair ->
            pair.getMetadata().setLabels(IntStream.range(0, 65).mapToObj(String::valueOf).toList()),
        pair -> pair.getMetadata().setReceivedAt(Instant.ofEpochMilli(Long.MAX_VALUE)),
        pair -> pair.getMetadata().setReceivedAt(Instant.ofEpochMilli(-1)));
  }

  @ParameterizedTest
  @MethodSource("unusableFields")
  void namesAFieldThatNoOutputCanCarry(Consumer<RawPair> spoil) {
    RawPair pair = Pairs.good(1);
    spoil.accept(pair);

    topology.send("crowdsourced", pair);

    assertThat(topology.quarantine().get(0).value().getReason())
        .isEqualTo(RejectReason.FIELD_INVALID.name());
    assertThat(topology.receipts().get(0).value().getReceivedAt())
        .isBetween(Instant.EPOCH, TopologyUnderTest.ARRIVAL);
  }

  @Test
  void labelsArriveCleanedAndDecideNothing() {
    RawPair labelled = Pairs.good(1);
    labelled.getMetadata().setLabels(List.of(" dog", "", "traffic light", "dog"));

    topology.send("crowdsourced", labelled);
    topology.send("crowdsourced", Pairs.good(2));

    assertThat(topology.training())
        .extracting(record -> record.value().getMetadata().getLabels())
        .containsExactly(List.of("dog", "traffic light"), List.of());
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE})
  void aTimeBeforeAllTimesStopsNothing(long time) {
    RawPair placed = Pairs.good(1);
    RawPair misplaced = Pairs.good(2);

    topology.send(
        "crowdsourced",
        TopologyUnderTest.digest(placed),
        topology.bytes(placed),
        new RecordHeaders(),
        Instant.ofEpochMilli(time));
    topology.send(
        "scraped",
        new byte[] {1},
        topology.bytes(misplaced),
        new RecordHeaders(),
        Instant.ofEpochMilli(time));
    topology.send("scraped", null, new byte[] {1}, new RecordHeaders(), Instant.ofEpochMilli(time));

    assertThat(topology.training())
        .hasSize(2)
        .allSatisfy(record -> assertThat(record.value().getPreparedAt()).isEqualTo(Instant.EPOCH));
    assertThat(topology.quarantine().get(0).value().getReason())
        .isEqualTo(RejectReason.UNREADABLE_RECORD.name());
  }

  @Test
  void rejectsARecordThatWouldNotFitItsQuarantine() {
    RecordHeaders headers = new RecordHeaders();
    headers.add("中".repeat(4_000_000), null);

    topology.send("crowdsourced", null, new byte[] {1}, headers);

    QuarantinedPair quarantined = topology.quarantine().get(0).value();
    assertThat(quarantined.getReason()).isEqualTo(RejectReason.RECORD_TOO_LARGE.name());
    assertThat(quarantined.getHeaders()).isEmpty();
  }

  @Test
  void rejectsACopyAndCountsIt() {
    RawPair pair = Pairs.good(1);

    topology.send("crowdsourced", pair);
    topology.send("scraped", pair);
    topology.send("crowdsourced", pair);

    assertThat(topology.training()).hasSize(1);
    assertThat(topology.reasons()).containsExactly("DUPLICATE_PAIR", "DUPLICATE_PAIR");
    List<TestRecord<String, Receipt>> receipts = topology.receipts();
    Receipt last = receipts.get(receipts.size() - 1).value();
    assertThat(last.getCopies()).isEqualTo(3);
    assertThat(last.getStatus()).isEqualTo("TRAINING");
    assertThat(last.getReason()).isEmpty();
    assertThat(last.getOrigin()).isEqualTo(origin("pairs.crowdsourced", 0));
  }

  @Test
  void aPairThatWasRejectedMayComeAgain() {
    List<Outcome<PreparedImage>> answers = new ArrayList<>();
    answers.add(Outcome.rejected(RejectReason.DECODE_TIMEOUT, "took too long"));
    try (TopologyUnderTest topology =
        new TopologyUnderTest(
            (image, target) ->
                answers.isEmpty() ? Pairs.WORKER.prepare(image, target) : answers.remove(0),
            TopologyUnderTest.ALL_TRAINING)) {
      topology.send("crowdsourced", Pairs.good(1));
      topology.send("crowdsourced", Pairs.good(1));

      assertThat(topology.training()).hasSize(1);
      List<TestRecord<String, Receipt>> receipts = topology.receipts();
      assertThat(receipts)
          .extracting(record -> record.value().getStatus())
          .containsExactly("QUARANTINED", "TRAINING");
      assertThat(receipts.get(1).value().getCopies()).isEqualTo(2);
      assertThat(receipts.get(1).value().getReason()).isEmpty();
    }
  }

  @Test
  void bringsAMisplacedRecordToItsImageAndKeepsItsCoordinates() {
    RawPair pair = Pairs.good(1);
    RecordHeaders headers = new RecordHeaders();
    headers.add("trace", new byte[] {7});

    topology.send("crowdsourced", pair);
    topology.send(
        "crowdsourced",
        "a key of their own".getBytes(StandardCharsets.UTF_8),
        topology.bytes(pair),
        headers);

    assertThat(topology.training()).hasSize(1);
    QuarantinedPair copy = topology.quarantine().get(0).value();
    assertThat(copy.getReason()).isEqualTo("DUPLICATE_PAIR");
    assertThat(copy.getOrigin()).isEqualTo(origin("pairs.crowdsourced", 1));
    assertThat(copy.getKey())
        .isEqualTo(ByteBuffer.wrap("a key of their own".getBytes(StandardCharsets.UTF_8)));
    assertThat(copy.getHeaders())
        .containsExactly(new Header("trace", ByteBuffer.wrap(new byte[] {7})));
  }

  @Test
  void publishesEveryRenditionAndMeasure() {
    String recipe =
        TopologyUnderTest.ALL_TRAINING
            + """

            image: {encoding: raw, side-px: 64}
            renditions:
              big: {side-px: 128, encoding: jpeg}
              wide: {width-px: 96}
            """;
    try (TopologyUnderTest topology = new TopologyUnderTest(Pairs.WORKER, recipe)) {
      topology.send("crowdsourced", Pairs.good(1));

      PreparedPair prepared = topology.training().get(0).value();
      assertThat(prepared.getImageEncoding()).isEqualTo("raw");
      assertThat(prepared.getWidth()).isEqualTo(64);
      assertThat(prepared.getChannels()).isEqualTo(3);
      assertThat(prepared.getColour()).isEqualTo("rgb");
      assertThat(prepared.getMeasures()).containsKeys("crop_box_left_px", "original_width_px");
      assertThat(prepared.getRenditions())
          .extracting(
              rendition ->
                  rendition.getName()
                      + " "
                      + rendition.getImageEncoding()
                      + " "
                      + rendition.getWidth()
                      + "x"
                      + rendition.getHeight())
          .containsExactly("big jpeg 128x128", "wide raw 96x64");
      assertThat(prepared.getRenditions().get(0).getImage().remaining()).isEqualTo(3);
    }
  }

  /** A producer that is given more than a record carries fails, at the same record each time. */
  @ParameterizedTest
  @ValueSource(ints = {9 << 20, 10 << 20})
  void rejectsAPairThatFitsIntoNoRecord(int pictureBytes) {
    try (TopologyUnderTest topology =
        new TopologyUnderTest(
            (image, plan) ->
                Pairs.WORKER.prepare(image, plan).map(small -> withPicture(small, pictureBytes)),
            TopologyUnderTest.ALL_TRAINING)) {
      topology.send("crowdsourced", Pairs.good(1));

      if (pictureBytes <= ImagePlan.MAX_PICTURE_BYTES) {
        assertThat(topology.training()).hasSize(1);
        assertThat(topology.quarantine()).isEmpty();
      } else {
        assertThat(topology.training()).isEmpty();
        QuarantinedPair rejected = topology.quarantine().get(0).value();
        assertThat(rejected.getReason()).isEqualTo("PREPARED_IMAGE_TOO_LARGE");
        assertThat(rejected.getValue()).isNotNull();
      }
    }
  }

  private static PreparedImage withPicture(PreparedImage image, int bytes) {
    Picture picture = image.picture();
    return new PreparedImage(
        new Picture(
            new EncodedImage(new byte[bytes]),
            picture.encoding(),
            picture.colour(),
            picture.widthPx(),
            picture.heightPx()),
        image.renditions(),
        image.originalWidthPx(),
        image.originalHeightPx(),
        image.perceptualHash(),
        image.mirroredHash(),
        image.measures());
  }

  @Test
  void neverBlamesARecordWhereNoWorkerCanWork() {
    try (TopologyUnderTest topology =
        new TopologyUnderTest(
            (image, target) -> {
              throw new ImageWorkerUnavailableException("no native library");
            })) {
      assertThatThrownBy(() -> topology.send("crowdsourced", Pairs.good(1)))
          .isInstanceOf(TaskMigratedException.class);

      assertThat(topology.quarantine()).isEmpty();
    }
  }

  private static Origin origin(String topic, long offset) {
    return new Origin(topic, 0, offset);
  }

  private static byte[] randomBytes(Random random) {
    byte[] bytes = new byte[random.nextInt(64)];
    random.nextBytes(bytes);
    return bytes;
  }
}
