package io.pairstream.operate.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.curation.history.AnswerNote;
import io.pairstream.operate.canary.CanaryProbe;
import io.pairstream.operate.catalogue.PairSearch.FoundPair;
import io.pairstream.operate.catalogue.PairSearch.PairPage;
import io.pairstream.operate.catalogue.PairSearch.QuarantineBoard;
import io.pairstream.schemas.Canaries;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairAnswer;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.RefusalKey;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.QuarantineHeader;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.service.table.TopicTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PairSearchTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private static final PairQuery ALL = all("", 50);

  private final ClusterAccess cluster = JudgedPairs.dataset(KAFKA, 2);
  @AutoClose private final JudgedPairs judged = new JudgedPairs(cluster);

  @TempDir Path folder;
  @AutoClose private TopicTable catalogue;
  private PairSearch search;

  @BeforeEach
  void open() {
    open(folder.resolve("catalogue"));
  }

  private void open(Path directory) {
    catalogue = JudgedPairs.catalogue(cluster, directory);
    search = new PairSearch(catalogue, Clock.systemUTC());
  }

  @Test
  void knowsWhereEachPairStandsAndWhereItLies() {
    String kept = judged.accept(raw("a red bicycle"), PairStatus.VALIDATION);
    RawPair small = raw("a small cat");
    Origin origin = judged.reject(small, "IMAGE_TOO_SMALL");
    read();

    FoundPair accepted = search.get(kept).orElseThrow();
    FoundPair rejected = search.get(JudgedPairs.pairId(small)).orElseThrow();

    assertThat(accepted.row().status()).isEqualTo("VALIDATION");
    assertThat(accepted.row().place().topic()).isEqualTo(cluster.topics().validation().name());
    assertThat(accepted.receipt()).hasValueSatisfying(r -> assertThat(r.getCopies()).isEqualTo(1));
    assertThat(rejected.row())
        .satisfies(
            row -> {
              assertThat(row.status()).isEqualTo("QUARANTINED");
              assertThat(row.reason()).isEqualTo("IMAGE_TOO_SMALL");
              assertThat(row.measured().inWords()).isEqualTo("32 px");
              assertThat(row.caption()).isEqualTo("a small cat");
              assertThat(row.contributor()).isEqualTo("museum");
              assertThat(row.origin()).isEqualTo(origin);
              assertThat(row.place().topic()).isEqualTo(cluster.topics().quarantine().name());
              assertThat(row.hasPicture()).isTrue();
            });
  }

  @ParameterizedTest(name = "{0} finds {1}")
  @CsvSource({
    "bicycle, a red Bicycle by the wall",
    "RED wall, a red Bicycle by the wall",
    "museum, a red Bicycle by the wall",
    "自行, 一辆红色的自行车",
    "红色的自行车, 一辆红色的自行车",
    "车, 一辆红色的自行车",
    "straße, Die STRASSE heißt Straße",
    "caption too short, x",
    "CAPTION_TOO_SHORT, x",
  })
  void findsWordsAndReasons(String text, String caption) {
    judged.accept(
        JudgedPairs.raw("a red Bicycle by the wall", "CROWDSOURCED", "museum"),
        PairStatus.TRAINING);
    judged.accept(JudgedPairs.raw("一辆红色的自行车", "SCRAPED", ""), PairStatus.TRAINING);
    judged.accept(JudgedPairs.raw("Die STRASSE heißt Straße", "SCRAPED", ""), PairStatus.TRAINING);
    judged.accept(JudgedPairs.raw("a green boat", "SCRAPED", ""), PairStatus.TRAINING);
    judged.reject(JudgedPairs.raw("x", "SCRAPED", ""), "CAPTION_TOO_SHORT");
    read();

    assertThat(captions(ofText(text))).containsExactly(caption);
  }

  @Test
  void findsIdsAndDigestsByTheirBeginningsAndRecordsByTheirCoordinates() {
    RawPair raw = raw("a red bicycle");
    String id = judged.accept(raw, PairStatus.TRAINING, new Origin("pairs.crowdsourced", 1, 77L));
    judged.accept(raw("a green boat"), PairStatus.TRAINING);
    read();

    String digest = PairIdentity.imageDigest(raw.getImage());
    for (String text :
        List.of(
            id, id.substring(0, 8), digest, digest.substring(0, 12), "pairs.crowdsourced-1-77")) {
      assertThat(ids(ofText(text))).as(text).containsExactly(id);
    }
  }

  @Test
  void allConditionsMustHold() {
    judged.reject(sentBy("anna", "one cat"), "IMAGE_TOO_SMALL");
    judged.reject(JudgedPairs.raw("two cat", "CROWDSOURCED", "museum"), "IMAGE_TOO_SMALL");
    judged.reject(JudgedPairs.raw("three cat", "SCRAPED", "school"), "IMAGE_TOO_SMALL");
    judged.reject(JudgedPairs.raw("four cat", "SCRAPED", "museum"), "CAPTION_TOO_SHORT");
    judged.accept(JudgedPairs.raw("five cat", "SCRAPED", "museum"), PairStatus.TRAINING);
    judged.reject(sentBy("bob", "six cat"), "IMAGE_TOO_SMALL");
    read();

    PairPage page =
        search.find(
            new PairQuery(
                "cat",
                "IMAGE_TOO_SMALL",
                "SCRAPED",
                "museum",
                "anna",
                "",
                "QUARANTINED",
                List.of(),
                Optional.empty(),
                10));

    assertThat(page.pairs()).extracting(p -> p.row().caption()).containsExactly("one cat");
    assertThat(page.found()).hasValue(1);
  }

  @Test
  void aLabelFindsThePairsThatHaveItWhereverTheyStand() {
    judged.accept(labelled("one cat", "cat", "sofa"), PairStatus.TRAINING);
    judged.accept(labelled("two dogs", "dog"), PairStatus.TEST);
    judged.reject(labelled("three cats", " cat", "cat", ""), "IMAGE_TOO_SMALL");
    judged.accept(raw("four cats"), PairStatus.TRAINING);
    String withdrawn = judged.accept(labelled("five cat", "cat"), PairStatus.TRAINING);
    read();
    assertThat(captions(ofLabel("", "cat", ""))).hasSize(3);
    judged.takeDown("PAIR", withdrawn);
    read();

    assertThat(captions(ofLabel("", "cat", ""))).containsExactly("three cats", "one cat");
    assertThat(captions(ofLabel("", "cat", "TRAINING"))).containsExactly("one cat");
    assertThat(captions(ofLabel("cats", "cat", ""))).containsExactly("three cats");
    assertThat(captions(ofLabel("cats", "sofa", ""))).isEmpty();
    assertThat(captions(ofLabel("", "Cat", ""))).isEmpty();
    assertThat(search.find(ofLabel("", "sofa", "")).pairs().get(0).row().labels())
        .containsExactly("cat", "sofa");
    Map<String, FoundPair> examples =
        search.examples(List.of("cat", "dog", "sofa", "bird"), List.of("TRAINING", "TEST"), "");
    assertThat(examples).containsOnlyKeys("cat", "dog", "sofa");
    assertThat(examples.get("cat").row().caption()).isEqualTo("one cat");
    assertThat(search.examples(List.of("cat"), List.of("TEST"), "")).isEmpty();
    assertThat(search.examples(List.of("cat"), List.of("TRAINING"), "UNKNOWN")).isEmpty();
  }

  private static RawPair labelled(String caption, String... labels) {
    RawPair raw = raw(caption);
    raw.getMetadata().setLabels(List.of(labels));
    return raw;
  }

  private static PairQuery all(String status, int limit) {
    return new PairQuery("", "", "", "", "", "", status, List.of(), Optional.empty(), limit);
  }

  private static PairQuery ofText(String text) {
    return new PairQuery(text, "", "", "", "", "", "", List.of(), Optional.empty(), 50);
  }

  private static PairQuery from(PairQuery of, Optional<String> cursor) {
    return new PairQuery(
        of.text(),
        of.reason(),
        of.source(),
        of.contributor(),
        of.producer(),
        of.label(),
        of.status(),
        of.answers(),
        cursor,
        of.limit());
  }

  private static PairQuery ofLabel(String text, String label, String status) {
    return new PairQuery(text, "", "", "", "", label, status, List.of(), Optional.empty(), 10);
  }

  @ParameterizedTest(name = "{0} finds {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "answer.nsfw >= 0.3|green two, red three",
        "answer.style=photo,[x|red one",
        "answer.nsfw<=0.3 and answer.style=photo|red one",
        "answer.style<=1|''",
      })
  void findsPairsByWhatModelsSay(String where, String captions) {
    String one = judged.accept(raw("red one"), PairStatus.TRAINING);
    String two = judged.accept(raw("green two"), PairStatus.TEST);
    String three = judged.accept(raw("red three"), PairStatus.TRAINING);
    String four = judged.accept(raw("red four"), PairStatus.TRAINING);
    judged.accept(raw("red five"), PairStatus.TRAINING);
    say(one, "judge", said(Map.of("nsfw", 0.1), Map.of("style", "photo")));
    say(two, "judge", said(Map.of("nsfw", 0.9), Map.of("style", "drawing")));
    say(three, "judge", said(Map.of("nsfw", 0.9), Map.of()));
    say(three, "judge", said(Map.of("nsfw", 0.3), Map.of()));
    say(four, "judge", PairAnswer.newBuilder().setStatus("FAILED").setReason("CRASHED").build());
    say(four, "other", said(Map.of("score", -1.5, "lost", Double.NaN), Map.of()));
    read();
    List<AnswerCondition> conditions = AnswerCondition.parse(where);

    PairQuery query = new PairQuery("", "", "", "", "", "", "", conditions, Optional.empty(), 10);
    PairQuery red = new PairQuery("red", "", "", "", "", "", "", conditions, Optional.empty(), 10);

    List<String> expected = captions.isEmpty() ? List.of() : List.of(captions.split(", "));
    assertThat(captions(query)).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(search.find(query).found()).hasValue(expected.size());
    assertThat(captions(red))
        .containsExactlyInAnyOrderElementsOf(
            expected.stream().filter(caption -> caption.startsWith("red")).toList());
    assertThat(search.answers(four))
        .containsExactly(
            new AnswerNote("judge", "", null, "", "CRASHED", ""),
            new AnswerNote("other", "score", -1.5, "", "", ""));
    say(four, "judge", null);
    say(four, "other", said(Map.of(), Map.of("style", "photo")));
    read();
    assertThat(search.answers(four))
        .containsExactly(new AnswerNote("other", "style", null, "photo", "", ""));
  }

  /** The table of cases that views in Java and Python hold to. */
  @Test
  void findsThePairsThatAViewOfTheSameConditionTakes() throws IOException {
    JsonNode cases =
        JsonMapper.builder()
            .build()
            .readTree(
                Path.of(
                        "../schemas/src/test/resources/io/pairstream/schemas/condition",
                        "conditions.json")
                    .toFile());
    for (Map.Entry<String, JsonNode> answers : cases.get("answers").properties()) {
      Map<String, Double> numbers = new HashMap<>();
      Map<String, String> labels = new HashMap<>();
      for (Map.Entry<String, JsonNode> answer : answers.getValue().properties()) {
        if (answer.getValue().isNumber() || answer.getValue().asText().equals("NaN")) {
          numbers.put(answer.getKey(), Double.valueOf(answer.getValue().asText()));
        } else {
          labels.put(answer.getKey(), answer.getValue().asText());
        }
      }
      String pair = judged.accept(raw(answers.getKey()), PairStatus.TRAINING);
      say(pair, "judge", said(numbers, labels));
    }
    read();

    for (JsonNode one : cases.get("answer_cases")) {
      List<AnswerCondition> where = AnswerCondition.parse(one.get("where").asText());
      PairQuery query = new PairQuery("", "", "", "", "", "", "", where, Optional.empty(), 10);

      assertThat(captions(query))
          .as("%s", where)
          .containsExactlyInAnyOrderElementsOf(
              one.get("holds").valueStream().map(JsonNode::asText).toList());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "answer.nsfw|'answer.nsfw' is no condition; right is",
        "width<=1|'width<=1' is no condition on an answer; right is answer.nsfw<=0.3",
        "answer.nsfw<=low|'answer.nsfw<=low': low is no number",
        "answer.a=|'answer.a=' has an empty value"
      })
  void refusesWhatIsNoConditionOnAnAnswer(String text, String fault) {
    assertThatThrownBy(() -> AnswerCondition.parse("answer.a=1 and " + text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("where: " + fault);
  }

  private void say(String pairId, String card, PairAnswer said) {
    judged.send(cluster.topics().pairAnswers(), pairId + "/" + card, said);
  }

  private static PairAnswer said(Map<String, Double> numbers, Map<String, String> labels) {
    return PairAnswer.newBuilder().setNumbers(numbers).setLabels(labels).build();
  }

  /** A pair that names the museum as its contributor, sent with another producer's key. */
  private static RawPair sentBy(String producer, String caption) {
    RawPair raw = JudgedPairs.raw(caption, "SCRAPED", "museum");
    raw.getMetadata().setProducer(producer);
    return raw;
  }

  @Test
  void pagesHoldEachPairOnceAndTheNewestFirst() {
    Set<String> sent = new TreeSet<>();
    for (int i = 0; i < 57; i++) {
      RawPair raw = raw("cat number " + i);
      judged.reject(raw, i % 2 == 0 ? "IMAGE_TOO_SMALL" : "IMAGE_BLURRED");
      if (i % 2 == 0) {
        sent.add(JudgedPairs.pairId(raw));
      }
    }
    read();

    PairQuery query =
        new PairQuery(
            "cat", "IMAGE_TOO_SMALL", "", "", "", "", "", List.of(), Optional.empty(), 10);
    List<FoundPair> all = new ArrayList<>();
    Optional<String> next = Optional.empty();
    do {
      PairPage page = search.find(from(query, next));
      assertThat(page.pairs()).hasSizeLessThanOrEqualTo(10).isNotEmpty();
      all.addAll(page.pairs());
      next = page.next();
    } while (next.isPresent());

    assertThat(all).extracting(FoundPair::id).doesNotHaveDuplicates().hasSameElementsAs(sent);
    assertThat(all)
        .extracting(pair -> pair.row().place().at())
        .isSortedAccordingTo(Comparator.reverseOrder());
    assertThat(search.find(all("QUARANTINED", 5)).found()).hasValue(57);
  }

  @Test
  void aPageGoesOnWhereTheLastOneEndedWhileNewPairsCome() {
    for (int i = 0; i < 6; i++) {
      judged.accept(raw("early " + i), PairStatus.TRAINING);
    }
    read();
    List<String> all = captions(ALL);

    PairPage first = search.find(all("", 4));
    judged.accept(raw("late"), PairStatus.TRAINING);
    read();
    PairPage second = search.find(from(all("", 4), first.next()));

    assertThat(Stream.of(first, second).flatMap(page -> page.pairs().stream()))
        .extracting(pair -> pair.row().caption())
        .containsExactlyElementsOf(all);
    assertThat(first.found()).hasValue(6);
    assertThat(second.found()).hasValue(7);
    assertThat(second.next()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"museum, '', ''", "'', dog, ''", "'', '', cat", "'', '', ''"})
  void aPageIsShortAndGoesOnWhereManyRowsWereLookedAt(
      String contributor, String label, String text) {
    for (int i = 0; i < 10; i++) {
      judged.accept(
          labelled("cat " + i, "dog"), i % 5 == 1 ? PairStatus.TEST : PairStatus.TRAINING);
    }
    read();
    PairSearch hasty = new PairSearch(catalogue, Clock.systemUTC(), 3);
    List<AnswerCondition> none = List.of();
    PairQuery query =
        new PairQuery(text, "", "", contributor, "", label, "TEST", none, Optional.empty(), 5);

    List<PairPage> pages = new ArrayList<>(List.of(hasty.find(query)));
    while (pages.get(pages.size() - 1).next().isPresent()) {
      pages.add(hasty.find(from(query, pages.get(pages.size() - 1).next())));
    }

    assertThat(pages.stream().flatMap(page -> page.pairs().stream()))
        .extracting(pair -> pair.row().caption())
        .containsExactlyInAnyOrder("cat 1", "cat 6");
    // An index leads to pairs of the test split alone where nothing else is asked.
    boolean isAlone = contributor.isEmpty() && label.isEmpty() && text.isEmpty();
    assertThat(pages).hasSize(isAlone ? 1 : 4);
  }

  @Test
  void countsExactlyWhatATakedownOfAContributorWouldRemove() {
    for (int i = 0; i < 4; i++) {
      judged.accept(raw("of the museum " + i), PairStatus.TRAINING);
    }
    judged.reject(raw("of the museum, small"), "IMAGE_TOO_SMALL");
    judged.accept(other("of the school"), PairStatus.TRAINING);
    read();
    List<AnswerCondition> none = List.of();
    PairQuery museum = new PairQuery("", "", "", "museum", "", "", "", none, Optional.empty(), 1);

    assertThat(search.find(museum).found()).hasValue(5);
    judged.takeDown("CONTRIBUTOR", "museum");
    read();
    assertThat(search.find(museum).found()).hasValue(0);
    assertThat(search.find(all("", 1)).found()).hasValue(1);
  }

  @Test
  void countsWhatIsThereAfterPairsChangedTheirPlaces() {
    for (String caption : List.of("one", "two", "three")) {
      judged.reject(raw(caption), "IMAGE_TOO_SMALL");
    }
    judged.await();
    String again = judged.accept(raw("one"), PairStatus.TRAINING);
    judged.accept(raw("four"), PairStatus.TEST);
    read();
    judged.accept(raw("four"), PairStatus.TRAINING);
    read();
    judged.remove(PairStatus.TRAINING, again);
    read();

    assertThat(search.find(all("QUARANTINED", 1)).found()).hasValue(2);
    assertThat(search.find(all("TRAINING", 1)).found()).hasValue(1);
    assertThat(search.find(all("TEST", 1)).found()).hasValue(0);
    assertThat(search.find(all("", 1)).found()).hasValue(3);
  }

  @Test
  void copyIsAskedForByItsCoordinatesAndDoesNotHideWhereThePairStands() {
    RawPair raw = raw("a red bicycle");
    String id = judged.accept(raw, PairStatus.TRAINING);
    Origin copy = judged.nextOrigin();
    judged.reject(raw, "DUPLICATE_PAIR", copy);
    read();

    assertThat(search.get(id).orElseThrow().row().status()).isEqualTo("TRAINING");
    assertThat(search.get(OriginHeader.text(copy)).orElseThrow().row().reason())
        .isEqualTo("DUPLICATE_PAIR");
    assertThat(ids(ALL)).containsExactlyInAnyOrder(id, OriginHeader.text(copy));
  }

  @Test
  void linkThatFailedIsFoundByItsCoordinatesAndItsCaption() {
    PairLink link =
        PairLink.newBuilder()
            .setMetadata(PairMetadata.newBuilder().setUrl("https://a.test/1.jpg").build())
            .setCaption("a grey owl")
            .build();
    Topic<PairLink> links = cluster.topics().links();
    cluster.registry().register(links.name() + "-value", PairLink.SCHEMA$);
    Origin origin = new Origin(links.name(), 0, 5L);
    judged.send(
        cluster.topics().quarantine(),
        OriginHeader.text(origin),
        judged
            .rejected(raw("x"), "FETCH_GONE", origin)
            .setPairId("")
            .setImageDigest("")
            .setValue(ByteBuffer.wrap(links.value().serializer().serialize(links.name(), link)))
            .build());
    read();

    assertThat(captions(ofText("owl"))).containsExactly("a grey owl");
    FoundPair found = search.get(OriginHeader.text(origin)).orElseThrow();
    assertThat(found.row().url()).isEqualTo("https://a.test/1.jpg");
    assertThat(found.row().hasPicture()).isFalse();
  }

  @Test
  void tombstoneRemovesThePairAndItsCopiesEverywhere() {
    RawPair raw = raw("a red bicycle");
    String id = judged.accept(raw, PairStatus.TRAINING);
    judged.reject(raw, "DUPLICATE_PAIR", judged.nextOrigin());
    judged.accept(raw("a green boat"), PairStatus.TRAINING);
    read();
    assertThat(captions(ofText("bicycle"))).hasSize(2);

    judged.remove(PairStatus.TRAINING, id);
    read();

    assertThat(captions(ALL)).containsExactly("a green boat");
    assertThat(captions(ofText("bicycle"))).isEmpty();
    assertThat(captions(ofText(id))).isEmpty();
    assertThat(search.get(id)).isEmpty();
    assertThat(search.board().total()).isZero();
    assertThat(search.isTakenDown(id, List.of())).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"MODEL_REFUSED, true", "MODEL_REFUSED, false", "NEAR_COPY, true", "NEAR_COPY, false"})
  void aPairThatLeavesItsSplitForQuarantineIsThereAlone(String reason, boolean entryFirst) {
    RawPair raw = raw("a red bicycle");
    Origin origin = judged.nextOrigin();
    String id = judged.accept(raw, PairStatus.TRAINING, origin);
    read();
    Headers headers = new RecordHeaders();
    QuarantineHeader.write(headers, reason);

    if (entryFirst) {
      judged.reject(raw, reason, origin);
      read();
    }
    judged.remove(PairStatus.TRAINING, id, headers.toArray());
    read();
    if (!entryFirst) {
      judged.reject(raw, reason, origin);
    }
    judged.send(
        cluster.topics().takedowns(),
        RefusalKey.of(id),
        Takedown.newBuilder().setKind(RefusalKey.KIND).setSubject(id).build());
    read();

    FoundPair found = search.get(id).orElseThrow();
    assertThat(found.row().isQuarantined()).isTrue();
    assertThat(found.row().reason()).isEqualTo(reason);
    assertThat(captions(ALL)).containsExactly("a red bicycle");
    assertThat(search.isTakenDown(id, found.row().takedowns())).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "CONTRIBUTOR, museum", "PRODUCER, anna", "SOURCE, SCRAPED",
    "SOURCE, pictures.test", "IMAGE, ", "PAIR, "
  })
  void takedownRemovesWhatItNamesAndWhatComesLater(String kind, String subject) {
    RawPair raw = sentBy("anna", "a red bicycle");
    raw.getMetadata().setUrl("https://Pictures.test:443/1.jpg");
    String named =
        subject != null
            ? subject
            : kind.equals("PAIR")
                ? JudgedPairs.pairId(raw)
                : PairIdentity.imageDigest(raw.getImage());
    judged.reject(raw, "IMAGE_TOO_SMALL");
    judged.reject(other("a green boat"), "IMAGE_TOO_SMALL");
    read();
    assertThat(captions(ALL)).hasSize(2);

    judged.takeDown(kind, named);
    judged.await();
    judged.reject(raw, "IMAGE_TOO_SMALL");
    read();

    assertThat(captions(ALL)).containsExactly("a green boat");
    assertThat(search.find(all("QUARANTINED", 1)).found()).hasValue(1);
    assertThat(search.board().total()).isEqualTo(1);
  }

  @Test
  void whatComesAfterATakedownIsLiftedIsShownAgain() {
    RawPair raw = JudgedPairs.raw("a red bicycle", "SCRAPED", "museum");
    String id = judged.accept(raw, PairStatus.TRAINING);
    judged.takeDown("CONTRIBUTOR", "museum");
    judged.takeDown("PAIR", id);
    judged.await();
    read();
    assertThat(captions(ALL)).isEmpty();
    assertThat(search.isTakenDown(id, List.of("CONTRIBUTOR/museum"))).isTrue();

    judged.lift("CONTRIBUTOR", "museum");
    judged.lift("PAIR", id);
    // What comes from then on is shown: topics are not read in the order of each other.
    read();
    judged.accept(raw, PairStatus.TRAINING);
    read();

    assertThat(captions(ALL)).containsExactly("a red bicycle");
    assertThat(search.isTakenDown(id, List.of("CONTRIBUTOR/museum"))).isFalse();
  }

  @Test
  void reviewIsKnownOfTheRecordThePairAndThePairThatWasSentAgain() {
    RawPair raw = raw("a red bicycle");
    Origin origin = judged.reject(raw, "IMAGE_TOO_SMALL");
    String again = judged.accept(raw("a bicycle in red"), PairStatus.TRAINING);
    for (String id : List.of("later", "earlier")) {
      judged.send(
          cluster.topics().reviews(),
          id,
          Review.newBuilder()
              .setReviewId(id)
              .setPairId(JudgedPairs.pairId(raw))
              .setOrigin(origin)
              .setSentPairId(again)
              .setDecision("RECAPTIONED")
              .setReviewedAt(Instant.ofEpochSecond(id.equals("later") ? 2_000 : 1_000))
              .build());
    }
    read();

    for (String key : List.of(JudgedPairs.pairId(raw), OriginHeader.text(origin), again)) {
      assertThat(search.reviews(key))
          .extracting(ReviewNote::reviewId)
          .containsExactly("earlier", "later");
    }
    judged.remove(PairStatus.TRAINING, again);
    read();
    assertThat(search.reviews(again)).isEmpty();
    assertThat(search.reviews("another")).isEmpty();
  }

  @Test
  void countsReasonsBySource() {
    judged.reject(JudgedPairs.raw("one", "SCRAPED", ""), "IMAGE_TOO_SMALL");
    judged.reject(JudgedPairs.raw("two", "SCRAPED", ""), "IMAGE_TOO_SMALL");
    judged.reject(JudgedPairs.raw("three", "CROWDSOURCED", ""), "IMAGE_BLURRED");
    judged.accept(JudgedPairs.raw("four", "CROWDSOURCED", ""), PairStatus.TRAINING);
    read();

    QuarantineBoard board = search.board();
    QuarantineBoard twoDaysOn =
        new PairSearch(catalogue, Clock.offset(Clock.systemUTC(), Duration.ofDays(2))).board();

    assertThat(board.total()).isEqualTo(3);
    assertThat(board.cells())
        .extracting(
            QuarantineBoard.Cell::reason,
            QuarantineBoard.Cell::source,
            QuarantineBoard.Cell::count,
            QuarantineBoard.Cell::lastDay)
        .containsExactly(
            tuple("IMAGE_TOO_SMALL", "SCRAPED", 2L, 2L),
            tuple("IMAGE_BLURRED", "CROWDSOURCED", 1L, 1L));
    assertThat(twoDaysOn.cells()).extracting(QuarantineBoard.Cell::lastDay).containsOnly(0L);
  }

  @Test
  void canariesAreCountedApartAndShownWhenAsked() {
    judged.reject(CanaryProbe.pair(1, Instant.now()), "IMAGE_DAMAGED");
    judged.reject(CanaryProbe.pair(2, Instant.now()), "IMAGE_DAMAGED");
    judged.reject(JudgedPairs.raw("drawn", "SYNTHETIC", "studio"), "IMAGE_DAMAGED");
    read();

    QuarantineBoard board = search.board();
    PairQuery all = all("QUARANTINED", 9);
    PairQuery canaries =
        new PairQuery("", "", "", Canaries.CONTRIBUTOR, "", "", "", List.of(), Optional.empty(), 9);

    assertThat(board.total()).isEqualTo(1);
    assertThat(board.canaries()).isEqualTo(2);
    assertThat(board.byReason()).containsExactly(entry("IMAGE_DAMAGED", 1L));
    assertThat(captions(all)).containsExactly("drawn");
    assertThat(search.find(all).found()).hasValue(1);
    assertThat(captions(canaries)).hasSize(2);
  }

  @Test
  void rowsGoWithTheRecordsThatQuarantineKeepsNoLonger() throws Exception {
    RawPair first = raw("first");
    Origin origin = judged.reject(first, "IMAGE_TOO_SMALL");
    judged.reject(raw("second"), "IMAGE_TOO_SMALL");
    read();
    catalogue.close();
    deleteQuarantine();
    judged.reject(raw("third"), "IMAGE_TOO_SMALL");
    judged.await();

    open();
    catalogue.caughtUp().join();

    assertThat(captions(ALL)).containsExactly("third");
    assertThat(captions(ofText("first"))).isEmpty();
    assertThat(search.board().total()).isEqualTo(1);
    assertThat(search.board().cells())
        .extracting(QuarantineBoard.Cell::lastDay)
        .containsExactly(1L);
    assertThat(search.get(JudgedPairs.pairId(first))).isEmpty();
    assertThat(search.get(OriginHeader.text(origin))).isEmpty();
    assertThat(search.receipt(JudgedPairs.pairId(first))).isPresent();
  }

  @Test
  void pairThatIsLetInLeavesQuarantineAndItsCopiesStay() {
    RawPair pair = raw("a pair");
    judged.reject(pair, "IMAGE_TOO_SMALL");
    judged.await();
    judged.accept(pair, PairStatus.TRAINING);
    judged.await();
    judged.reject(pair, "DUPLICATE_PAIR", new Origin("pairs.crowdsourced", 0, 77L));
    read();

    QuarantineBoard board = search.board();
    catalogue.close();
    open(folder.resolve("made anew"));
    catalogue.caughtUp().join();

    for (QuarantineBoard one : List.of(board, search.board())) {
      assertThat(one.cells())
          .extracting(QuarantineBoard.Cell::reason, QuarantineBoard.Cell::count)
          .containsExactly(tuple("DUPLICATE_PAIR", 1L));
    }
    assertThat(search.find(ALL).pairs())
        .extracting(found -> found.row().status())
        .containsExactlyInAnyOrder("TRAINING", "QUARANTINED");
    assertThat(search.get(JudgedPairs.pairId(pair)).orElseThrow().row().status())
        .isEqualTo("TRAINING");
  }

  private void deleteQuarantine() throws Exception {
    try (CommittedLog log = CommittedLog.open(cluster);
        Admin admin = Admin.create(cluster.clientSettings())) {
      Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
      log.everything(log.partitions(cluster.topics().quarantine().name()))
          .forEach(
              (partition, stretch) ->
                  all.put(partition, RecordsToDelete.beforeOffset(stretch.to())));
      admin.deleteRecords(all).all().get();
    }
  }

  private void read() {
    judged.await(catalogue);
  }

  private List<String> captions(PairQuery query) {
    return search.find(query).pairs().stream().map(pair -> pair.row().caption()).toList();
  }

  private List<String> ids(PairQuery query) {
    return search.find(query).pairs().stream().map(FoundPair::id).toList();
  }

  private static RawPair raw(String caption) {
    return JudgedPairs.raw(caption, "CROWDSOURCED", "museum");
  }

  private static RawPair other(String caption) {
    RawPair raw = JudgedPairs.raw(caption, "IMPORTED", "school");
    raw.getMetadata().setUrl("https://elsewhere.test/1");
    return raw;
  }
}
