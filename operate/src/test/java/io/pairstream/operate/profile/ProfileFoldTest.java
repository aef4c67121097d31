package io.pairstream.operate.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.pairstream.operate.catalogue.CatalogueFold;
import io.pairstream.operate.catalogue.CatalogueFold.Place;
import io.pairstream.operate.catalogue.CatalogueFold.Rejected;
import io.pairstream.operate.profile.ProfileReport.AnsweredPairs;
import io.pairstream.operate.profile.ProfileReport.Count;
import io.pairstream.operate.profile.ProfileReport.Labels;
import io.pairstream.operate.profile.ProfileReport.NamedProducer;
import io.pairstream.operate.profile.ProfileReport.Question;
import io.pairstream.operate.profile.ProfileReport.Word;
import io.pairstream.schemas.Canaries;
import io.pairstream.schemas.IndexedPair;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairAnswer;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.service.table.Database;
import io.pairstream.testing.Repeats;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProfileFoldTest {

  private static final PairTopics TOPICS =
      PairTopics.of(new Dataset("pairs"), new Registry("mock://profile", Map.of()));

  @TempDir private Path folder;
  @AutoClose private Database table;

  @BeforeEach
  void open() {
    table = Database.open(folder.resolve("table.db"));
    fold().tables().schema().forEach(table::execute);
  }

  /** One record, in the lane of its topic; a tombstone has no value. */
  private record Event(String lane, String key, SpecificRecord value) {}

  private static final IndexedPair KEPT =
      IndexedPair.newBuilder()
          .setSplit("TRAINING")
          .setMetadata(
              PairMetadata.newBuilder()
                  .setContributor("museum")
                  .setSourceKind("SCRAPED")
                  .setLicence("CC0-1.0")
                  .setLabels(List.of("dog", "sofa"))
                  .build())
          .setLanguage("en")
          .setCaption("a dog on a sofa")
          .setTokenizer("gpt2")
          .setMeasures(Map.of("original_width_px", 640.0, "original_height_px", 480.0))
          .setPreparedAt(Instant.ofEpochMilli(1_000))
          .build();

  private static Event accept(String id, String split) {
    return accept(id, IndexedPair.newBuilder(KEPT).setSplit(split));
  }

  private static Event accept(String id, IndexedPair.Builder pair) {
    return new Event("INDEX", id, pair.build());
  }

  private static Event reject(String id, String reason, long at) {
    return new Event(
        "QUARANTINE",
        id,
        QuarantinedPair.newBuilder()
            .setReason(reason)
            .setOrigin(new Origin("crowdsourced", 0, at))
            .setQuarantinedAt(Instant.ofEpochMilli(1_000 + at))
            .build());
  }

  private static Event receipt(String id, String status) {
    return new Event("RECEIPTS", id, Receipt.newBuilder().setPairId(id).setStatus(status).build());
  }

  private static Event answer(String id, PairAnswer said) {
    return new Event("PAIR-ANSWERS", id + "/judge", said);
  }

  private static PairAnswer said(double number) {
    return PairAnswer.newBuilder()
        .setNumbers(Map.of("nsfw", number, "lost", Double.NaN))
        .setLabels(Map.of("style", "photo"))
        .build();
  }

  /** All that may become of a pair; what is on one topic of one pair comes in its order. */
  private static final List<Event> HISTORY =
      List.of(
          accept("copied", IndexedPair.newBuilder(KEPT).setTruncated(true)),
          receipt("copied", "TRAINING"),
          reject("copied", "DUPLICATE_PAIR", 1),
          reject("let in later", "IMAGE_TOO_SMALL", 2),
          accept("let in later", "VALIDATION"),
          accept("rejected when it came again", "TRAINING"),
          reject("rejected when it came again", "IMAGE_BLURRED", 3),
          reject("rejected twice", "CAPTION_TOO_SHORT", 4),
          reject("rejected twice", "IMAGE_TOO_SMALL", 5),
          accept("withdrawn", "TEST"),
          receipt("withdrawn", "TEST"),
          new Event("INDEX", "withdrawn", null),
          receipt("withdrawn", "WITHDRAWN"),
          reject("taken out", "IMAGE_TOO_SMALL", 6),
          accept("taken out", "TRAINING"),
          new Event("INDEX", "taken out", null),
          accept("accepted twice", "TRAINING"),
          accept(
              "accepted twice",
              IndexedPair.newBuilder(KEPT)
                  .setMetadata(
                      PairMetadata.newBuilder(KEPT.getMetadata())
                          .setLicence("another")
                          .setLabels(List.of("dog"))
                          .setSourceKind("ALIEN")
                          .build())),
          reject("crowdsourced-0-7", "UNREADABLE_RECORD", 7),
          answer("copied", said(0.1)),
          answer("copied", said(0.314)),
          answer("let in later", said(0.3)),
          answer("accepted twice", PairAnswer.newBuilder().setStatus("FAILED").build()),
          answer("withdrawn", said(0.5)),
          answer("rejected when it came again", said(0.5)),
          answer("rejected when it came again", null));

  @ParameterizedTest(name = "of {0} words of each split, the most frequent of both is on top")
  @ValueSource(ints = {1, 60, 110})
  void theMostFrequentWordIsThatOfAllSplitsTogether(int wordsOfEach) {
    int often = Repeats.of(12, 120);
    int lamps = often - often / 6;
    List<CatalogueFold.Event> events = new ArrayList<>();
    for (String split : List.of("TRAINING", "TEST")) {
      for (int word = 0; word < wordsOfEach; word++) {
        String own =
            split.toLowerCase(Locale.ROOT) + (char) ('a' + word / 26) + (char) ('a' + word % 26);
        events.addAll(captioned(split, own, often));
      }
      events.addAll(captioned(split, "lamp", lamps));
    }
    fold().applyAll(events, table);

    List<Word> words = report(Question.EVERYTHING).words();

    assertThat(words)
        .hasSize(Math.min(50, 2 * wordsOfEach + 1))
        .startsWith(new Word("lamp", 2L * lamps));
    assertThat(words.subList(1, words.size())).extracting(Word::count).containsOnly((long) often);
    assertThat(words.subList(1, words.size())).extracting(Word::word).isSorted();
  }

  private static List<CatalogueFold.Event> captioned(String split, String caption, int pairs) {
    IndexedPair.Builder pair = IndexedPair.newBuilder(KEPT).setSplit(split).setCaption(caption);
    return IntStream.range(0, pairs)
        .mapToObj(i -> folded(accept(split + caption + i, pair)))
        .toList();
  }

  static LongStream seeds() {
    return LongStream.rangeClosed(1, Repeats.of(3, 10));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void sumsAreThoseOfThePairsInWhateverOrderTopicsAreReadAndHoweverManyRecordsAtOnce(long seed) {
    ProfileFold fold = fold();
    List<Deque<Event>> lanes = new ArrayList<>();
    HISTORY.stream()
        .collect(Collectors.groupingBy(event -> event.lane() + event.key()))
        .values()
        .forEach(lane -> lanes.add(new ArrayDeque<>(lane)));
    Random random = new Random(seed);
    List<CatalogueFold.Event> together = new ArrayList<>();
    while (!lanes.isEmpty()) {
      Deque<Event> lane = lanes.get(random.nextInt(lanes.size()));
      together.add(folded(lane.remove()));
      lanes.removeIf(Deque::isEmpty);
      if (lanes.isEmpty() || random.nextInt((int) seed) == 0) {
        fold.applyAll(together, table);
        together.clear();
      }
    }

    ProfileReport report = report(Question.EVERYTHING);

    assertThat(report.pairs()).isEqualTo(4);
    assertThat(report.since()).contains(Instant.ofEpochMilli(1_000));
    assertThat(values(report, "status"))
        .isEqualTo(Map.of("TRAINING", 3L, "VALIDATION", 1L, "QUARANTINED", 3L, "WITHDRAWN", 1L));
    assertThat(values(report, "reason"))
        .isEqualTo(Map.of("IMAGE_TOO_SMALL", 2L, "UNREADABLE_RECORD", 1L));
    assertThat(values(report, "split")).isEqualTo(Map.of("TRAINING", 3L, "VALIDATION", 1L));
    assertThat(values(report, "source_kind")).isEqualTo(Map.of("SCRAPED", 3L, "UNKNOWN", 1L));
    assertThat(values(report, "licence")).isEqualTo(Map.of("CC0-1.0", 3L, "another", 1L));
    assertThat(values(report, "orientation")).isEqualTo(Map.of("landscape", 4L));
    assertThat(report.truncatedShare()).hasValue(0.25);
    assertThat(report.words()).containsExactly(new Word("dog", 4), new Word("sofa", 4));
    assertThat(report.labels().labelled()).isEqualTo(4);
    assertThat(report.labels().distinct()).isEqualTo(2);
    assertThat(report.labels().most()).containsExactly(new Count("dog", 4), new Count("sofa", 3));
    // Shannon's entropy of 4/7 and 3/7, in bits.
    assertThat(report.labels().evenness().getAsDouble()).isCloseTo(0.98523, within(1e-5));
    assertThat(report(Question.of("test", "")).labels())
        .isEqualTo(new Labels(0, 0, OptionalDouble.empty(), List.of()));
    assertThat(report.histograms().get("width").counts()).contains(4L);
    assertThat(report.producers())
        .containsExactlyInAnyOrder(
            new NamedProducer("museum", 4, 0, 0, ""),
            new NamedProducer("zoo", 0, 3, 1, "IMAGE_TOO_SMALL"));
    assertThat(report.answers()).containsExactly(new AnsweredPairs("judge", 2, 1, 1));
    assertThat(report.histograms().get("answer.nsfw"))
        .isEqualTo(new Histogram("", List.of(0.3, 0.31, 0.32), List.of(1L, 1L)));
    assertThat(report.histograms()).doesNotContainKey("answer.lost");
    assertThat(values(report, "answer.style")).isEqualTo(Map.of("photo", 2L));
    assertThat(report(Question.of("validation", "")).answers())
        .containsExactly(new AnsweredPairs("judge", 1, 0, 0));
    assertThat(report(Question.of("validation", "")).pairs()).isEqualTo(1);
    assertThat(report(Question.of("", "unknown")).pairs()).isEqualTo(1);
    assertThat(report(Question.of("test", "")).pairs()).isZero();
  }

  @Test
  void aCanaryIsCountedApartAndAPairOfItsNameIsNot() {
    RawPair sent =
        RawPair.newBuilder()
            .setMetadata(PairMetadata.newBuilder().setContributor(Canaries.CONTRIBUTOR).build())
            .build();
    QuarantinedPair canary = QuarantinedPair.newBuilder().setReason("IMAGE_DAMAGED").build();
    QuarantinedPair other = QuarantinedPair.newBuilder(canary).setProducer("anna").build();

    fold("canary", new Rejected(canary, sent), "QUARANTINE");
    fold("other", new Rejected(other, sent), "QUARANTINE");

    ProfileReport report = report(Question.EVERYTHING);
    assertThat(values(report, "reason")).isEqualTo(Map.of("IMAGE_DAMAGED", 1L));
    assertThat(report.producers()).singleElement().matches(producer -> producer.rejected() == 1);
  }

  private static Map<String, Long> values(ProfileReport report, String name) {
    return report.counts().get(name).stream().collect(Collectors.toMap(Count::value, Count::count));
  }

  @Test
  void aPairThatLeavesItsSplitForQuarantineCountsThereAlone() {
    QuarantinedPair refused = QuarantinedPair.newBuilder().setReason("MODEL_REFUSED").build();

    fold().applyAll(List.of(folded(accept("a", "TRAINING"))), table);
    fold("a", new CatalogueFold.MovedToQuarantine(), "INDEX");
    fold("a", new Rejected(refused, RawPair.newBuilder().build()), "QUARANTINE");

    assertThat(report(Question.EVERYTHING).counts().get("status"))
        .containsExactly(new Count("QUARANTINED", 1));
  }

  @Test
  void aTombstoneOfTheSplitThatAPairHasLeftLeavesItInAnother() {
    fold().applyAll(List.of(folded(accept("a", "VALIDATION"))), table);
    fold("a", null, "TRAINING");

    assertThat(report(Question.EVERYTHING).counts().get("status"))
        .containsExactly(new Count("VALIDATION", 1));
  }

  @Test
  void aPairThatWasLetInAgainIsNotWithdrawnAsWell() {
    Receipt old = Receipt.newBuilder().setPairId("a").setStatus("WITHDRAWN").build();

    fold("a", old, "RECEIPTS");
    fold("pairs.crowdsourced-0-7", old, "RECEIPTS");
    assertThat(report(Question.EVERYTHING).counts().get("status"))
        .containsExactly(new Count("WITHDRAWN", 1));
    fold("a", Receipt.newBuilder(old).setStatus("TRAINING").build(), "RECEIPTS");

    assertThat(report(Question.EVERYTHING).counts().get("status")).isEmpty();
  }

  private static ProfileFold fold() {
    return new ProfileFold(TOPICS);
  }

  private void fold(String key, Object value, String lane) {
    fold().applyAll(List.of(new CatalogueFold.Event(key, value, place(lane))), table);
  }

  private ProfileReport report(Question question) {
    return ProfileReport.of(table, question);
  }

  private static Place place(String lane) {
    return new Place("pairs." + lane.toLowerCase(Locale.ROOT), 0, 0, Instant.EPOCH);
  }

  private static CatalogueFold.Event folded(Event event) {
    RawPair sent =
        RawPair.newBuilder()
            .setMetadata(PairMetadata.newBuilder().setContributor("zoo").build())
            .build();
    Object value =
        event.value() instanceof QuarantinedPair pair ? new Rejected(pair, sent) : event.value();
    String lane = event.value() instanceof IndexedPair pair ? pair.getSplit() : event.lane();
    return new CatalogueFold.Event(event.key(), value, place(lane));
  }
}
