package io.pairstream.preprocess.topology;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.NearCopies;
import io.pairstream.cleaning.plan.SplitByImage;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.schemas.Finding;
import io.pairstream.schemas.Fingerprint;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.schemas.wire.QuarantineHeader;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pictures of which some nearly copy others: both graphs, and what goes from one to the other;
 * where pairs that wait are held, and where there is no room, as after a restart.
 */
@ParameterizedClass
@ValueSource(longs = {Long.MAX_VALUE, 0})
class NearCopiesTest {

  private static final long HASH = 0x0f1e2d3c4b5a6978L;
  private static final String BY_CONTRIBUTOR =
      "split: {validation-share: 0.5, test-share: 0.0, group-by: contributor}";

  @Parameter private long mostHeldBytes;
  private final Map<EncodedImage, Long> hashes = new HashMap<>();
  private final Map<EncodedImage, Long> mirrored = new HashMap<>();
  @AutoClose private TopologyUnderTest topology;
  @AutoClose private TopologyTestDriver lookUp;

  private void start(String policy, String further) {
    String recipe = "near-copies: {policy: " + policy + "}\n" + further;
    topology =
        new TopologyUnderTest(Pairs.worker(hashes::get, this::mirrored), recipe, mostHeldBytes);
    PairTopics topics = topology.topics();
    Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, topics.dataset().lookUpGroup());
    properties.put(StreamsConfig.STATE_DIR_CONFIG, "target/state/" + UUID.randomUUID());
    RecipeReader reader = RecipeReader.parse("test.yaml", recipe);
    lookUp =
        new TopologyTestDriver(
            new LookUpTopology(
                    topics, NearCopies.from(reader), new SplitByImage(reader).isByImage())
                .build(new StreamsBuilder()),
            properties);
  }

  private void start(String policy) {
    start(policy, TopologyUnderTest.ALL_TRAINING);
  }

  private long mirrored(EncodedImage image) {
    return mirrored.getOrDefault(image, Long.reverse(hashes.get(image)));
  }

  /** A pair whose picture has a hash; another number is another image. */
  private RawPair pair(int number, long hash) {
    RawPair pair = Pairs.good(number);
    hashes.put(new EncodedImage(pair.getImage().array()), hash);
    return pair;
  }

  private static String digest(RawPair pair) {
    return PairIdentity.imageDigest(pair.getImage());
  }

  /** A hash that differs in so many bits, of all four parts by turns. */
  private static long off(long hash, int bits) {
    return IntStream.range(0, bits)
        .mapToLong(bit -> 1L << (bit * 17 % 64))
        .reduce(hash, (one, other) -> one ^ other);
  }

  private void send(RawPair... pairs) {
    Stream.of(pairs).forEach(pair -> topology.send("crowdsourced", pair));
  }

  private void sendAndSettle(RawPair... pairs) {
    send(pairs);
    settle();
  }

  /** Looks up what is asked, and hands what is found back. */
  private List<Finding> settle() {
    TestInputTopic<String, Fingerprint> asked =
        lookUp.createInputTopic(
            topology.topics().fingerprints().name(),
            topology.topics().fingerprints().key().serializer(),
            topology.topics().fingerprints().value().serializer());
    topology.fingerprints().forEach(asked::pipeInput);
    TestOutputTopic<String, Finding> found =
        lookUp.createOutputTopic(
            topology.topics().findings().name(),
            topology.topics().findings().key().deserializer(),
            topology.topics().findings().value().deserializer());
    return found.readRecordsToList().stream().map(this::handBack).toList();
  }

  private Finding handBack(TestRecord<String, Finding> finding) {
    topology.send(
        "findings",
        finding.key().getBytes(US_ASCII),
        topology.topics().findings().value().serializer().serialize("", finding.value()),
        finding.headers());
    return finding.value();
  }

  private static List<String> ids(List<TestRecord<String, PreparedPair>> records) {
    return records.stream().map(TestRecord::key).toList();
  }

  /** A pair from the web with a caption of its own. */
  private static RawPair scraped(RawPair pair, int caption) {
    return RawPair.newBuilder(pair)
        .setMetadata(PairMetadata.newBuilder(pair.getMetadata()).setSourceKind("SCRAPED").build())
        .setCaption("what page number " + caption + " says of it")
        .build();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ignore", "keep-all", "keep-first"})
  void aPictureFromTheWebHasAsManyCaptionsAsTheRecipeSays(String policy) {
    start(policy + ", max-captions-of-a-picture: 3");
    RawPair shown = pair(1, HASH);

    IntStream.range(0, 2).forEach(page -> topology.send("scraped", scraped(shown, page)));
    settle();
    IntStream.range(0, 6).forEach(page -> topology.send("scraped", scraped(shown, page)));
    send(shown);

    assertThat(ids(topology.training())).hasSize(4).contains(TopologyUnderTest.pairId(shown));
    List<TestRecord<String, QuarantinedPair>> quarantine = topology.quarantine();
    QuarantinedPair last = quarantine.get(4).value();
    assertThat(quarantine.stream().map(record -> record.value().getReason()))
        .containsExactlyInAnyOrder(
            "DUPLICATE_PAIR",
            "DUPLICATE_PAIR",
            "TOO_MANY_CAPTIONS",
            "TOO_MANY_CAPTIONS",
            "TOO_MANY_CAPTIONS");
    assertThat(last.getStep()).isEqualTo("check-sample");
    assertThat(last.getMeasured().getValue()).isEqualTo(4);
    assertThat(last.getMeasured().getLimit()).isEqualTo(3);
    assertThat(topology.receipts())
        .filteredOn(receipt -> receipt.key().equals(TopologyUnderTest.pairId(scraped(shown, 5))))
        .extracting(receipt -> receipt.value().getReason())
        .containsExactly("TOO_MANY_CAPTIONS");
  }

  @Test
  void nearCopiesFromTheWebCountAsCaptions() {
    start("keep-all, max-captions-of-a-picture: 3");

    for (int page = 0; page < 6; page++) {
      topology.send("scraped", scraped(pair(page, off(HASH, page % 2)), page));
      settle();
    }
    sendAndSettle(pair(6, HASH));

    assertThat(ids(topology.training())).hasSize(4);
    assertThat(topology.reasons()).hasSize(3).containsOnly("TOO_MANY_CAPTIONS");
  }

  @Test
  void zeroAllowsAnyNumberOfCaptions() {
    start("keep-all, max-captions-of-a-picture: 0");
    RawPair shown = pair(1, HASH);

    IntStream.range(0, 30).forEach(page -> topology.send("scraped", scraped(shown, page)));
    settle();

    assertThat(ids(topology.training())).hasSize(30);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4})
  void laterOneIsRejectedAndNamesTheFirst(int bits) {
    start("keep-first");
    RawPair first = pair(1, HASH);
    RawPair copy = pair(2, off(HASH, bits));
    copy.getMetadata().setContributor("museum");
    copy.setCaption("  a caption &amp; as it\twas sent");
    copy.setMediaType("image/webp");
    copy.setAnnotations(Map.of("camera", "a box"));

    send(first, copy);
    assertThat(topology.training()).as("until both are looked up").isEmpty();
    settle();

    assertThat(ids(topology.training())).containsExactly(TopologyUnderTest.pairId(first));
    QuarantinedPair rejected = topology.quarantine().get(0).value();
    assertThat(rejected.getPairId()).isEqualTo(TopologyUnderTest.pairId(copy));
    assertThat(rejected.getReason()).isEqualTo("NEAR_COPY");
    assertThat(rejected.getStep()).isEqualTo("near-copies");
    assertThat(rejected.getCopyOf()).isEqualTo(digest(first));
    assertThat(rejected.getMeasured().getValue()).isEqualTo(bits);
    assertThat(rejected.getMeasured().getLimit()).isEqualTo(4);
    assertSaysWhatWasSent(rejected, copy);
    assertThat(rejected.getOrigin().getOffset()).isEqualTo(1);
    assertThat(topology.receipts())
        .extracting(receipt -> receipt.value().getCopyOf())
        .containsExactly("", digest(first));
  }

  /** All but the picture, which is on the raw topic, so that the pair's id can be computed. */
  private static void assertSaysWhatWasSent(QuarantinedPair entry, RawPair pair) {
    RawPair sent = entry.getSent();
    assertThat(entry.getValue()).isNull();
    assertThat(PairIdentity.pairId(entry.getImageDigest(), sent.getCaption()))
        .isEqualTo(entry.getPairId());
    assertThat(sent).isEqualTo(RawPair.newBuilder(pair).setImage(ByteBuffer.allocate(0)).build());
  }

  @Test
  void oneBeyondTheDistanceIsAnotherPicture() {
    start("keep-first");

    sendAndSettle(pair(1, HASH), pair(2, off(HASH, 5)));

    assertThat(topology.training())
        .hasSize(2)
        .allSatisfy(
            pair ->
                assertThat(pair.value().getPictureGroup())
                    .isEqualTo(pair.value().getImageDigest()));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whichOfTwoIsTheMirroredOneMakesNoDifference(boolean later) {
    start("keep-first");
    RawPair one = pair(1, HASH);
    RawPair other = pair(2, off(Long.reverse(HASH), 4));
    mirrored.put(new EncodedImage(other.getImage().array()), ~HASH);

    sendAndSettle(later ? new RawPair[] {one, other} : new RawPair[] {other, one});

    assertThat(topology.quarantine())
        .extracting(TestRecord::value)
        .singleElement()
        .returns(4d, rejected -> rejected.getMeasured().getValue())
        .satisfies(rejected -> assertThat(rejected.getDetail()).contains("mirrored"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whereMirroredOnesAreNoCopiesNoneIsFound(boolean later) {
    start("keep-first, mirrored: false");
    RawPair one = pair(1, HASH);
    RawPair other = pair(2, Long.reverse(HASH));

    sendAndSettle(later ? new RawPair[] {one, other} : new RawPair[] {other, one});

    assertThat(topology.training()).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void captionsOfOneImageAreLookedUpOnce(int atOnce) {
    start("keep-first");
    RawPair[] pairs =
        IntStream.rangeClosed(0, atOnce)
            .mapToObj(number -> Pairs.pair(pair(1, HASH).getImage().array(), "a caption " + number))
            .toArray(RawPair[]::new);

    send(Arrays.copyOf(pairs, atOnce));
    assertThat(settle()).hasSize(1);
    send(pairs[atOnce]);

    assertThat(topology.fingerprints()).isEmpty();
    List<TestRecord<String, PreparedPair>> published = topology.training();
    assertThat(ids(published))
        .containsExactly(Stream.of(pairs).map(TopologyUnderTest::pairId).toArray(String[]::new));
    ByteBuffer picture = published.get(atOnce).value().getImage(); // of the one that did not wait
    assertThat(picture.hasRemaining()).isTrue();
    assertThat(published).extracting(pair -> pair.value().getImage()).containsOnly(picture);
    assertThat(topology.waits()).isFalse();
  }

  @Test
  void aRejectedPictureIsLookedUpAgainWhenItComesAgain() {
    start("keep-first");
    sendAndSettle(pair(1, HASH), pair(2, HASH));

    send(pair(2, HASH));

    assertThat(settle()).extracting(Finding::getReason).containsExactly("NEAR_COPY");
    assertThat(topology.quarantine()).hasSize(2);
  }

  @Test
  void equalPairsThatWaitTogetherArePublishedOnce() {
    start("keep-first");

    sendAndSettle(pair(1, HASH), pair(1, HASH));

    assertThat(topology.training()).hasSize(1);
    assertThat(topology.reasons()).containsExactly("DUPLICATE_PAIR");
  }

  @Test
  void whatIsWithdrawnWhileItWaitsIsNotPublished() {
    start("keep-first");
    RawPair pair = pair(1, HASH);

    send(pair);
    TakedownsTest.takeDown(topology, TakedownKind.IMAGE, digest(pair));
    settle();

    assertThat(topology.training()).isEmpty();
    assertThat(topology.quarantine())
        .extracting(TestRecord::value)
        .singleElement()
        .returns("WITHDRAWN", QuarantinedPair::getReason)
        .returns(null, QuarantinedPair::getSent);
  }

  @Test
  void aRecordThatLeftItsTopicIsRejectedOnlyIfItsPairIsNotHeld() {
    start("keep-first");
    RawPair pair = pair(1, HASH);

    send(pair);
    topology.expire();
    settle();

    assertThat(topology.training()).hasSize(mostHeldBytes == 0 ? 0 : 1);
    assertThat(topology.waits()).isFalse();
    assertThat(topology.quarantine())
        .extracting(TestRecord::value)
        .hasSize(mostHeldBytes == 0 ? 1 : 0)
        .allSatisfy(
            entry -> {
              assertThat(entry.getPairId()).isEqualTo(TopologyUnderTest.pairId(pair));
              assertThat(entry.getDetail())
                  .isEqualTo(
                      "the record at pairs.crowdsourced-0-0 left its topic while its picture was"
                          + " looked up");
            });
  }

  @Test
  void allCopiesHaveTheSplitAndFoldOfTheFirst() {
    start("keep-all", TopologyUnderTest.RECIPE);
    // Each is a copy of the one before, and the last of no other.
    send(
        IntStream.range(0, 12)
            .mapToObj(number -> pair(number, off(HASH, number)))
            .toArray(RawPair[]::new));

    settle();

    List<PreparedPair> published =
        Stream.of(topology.training(), topology.validation(), topology.test())
            .flatMap(List::stream)
            .map(TestRecord::value)
            .toList();
    assertThat(published).hasSize(12);
    assertThat(published)
        .extracting(PreparedPair::getSplit)
        .containsOnly(published.get(0).getSplit());
    assertThat(published)
        .extracting(PreparedPair::getFold)
        .containsOnly(published.get(0).getFold());
    assertThat(published)
        .extracting(PreparedPair::getPictureGroup)
        .containsOnly(digest(Pairs.good(0)));
  }

  /** The numbered pair with an image of another size. */
  private RawPair sized(int sidePx, int number, long hash) {
    RawPair pair = Pairs.pair(Pairs.jpeg(sidePx, sidePx, number), "a picture of size " + sidePx);
    hashes.put(new EncodedImage(pair.getImage().array()), hash);
    return pair;
  }

  private static RawPair recaptioned(RawPair pair, String caption) {
    return Pairs.pair(pair.getImage().array(), caption);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aLargerOneTakesThePlaceOfThePublishedOne(boolean later) {
    start("keep-best");
    RawPair small = sized(256, 1, HASH);
    RawPair again = recaptioned(small, "another caption of the picture");
    RawPair large = sized(512, 1, off(HASH, 2));

    send(small, again);
    if (later) {
      settle();
    }
    sendAndSettle(large);

    List<TestRecord<String, PreparedPair>> training = topology.training();
    assertThat(training).hasSize(5);
    assertThat(live(training)).containsExactly(TopologyUnderTest.pairId(large));
    assertThat(training)
        .filteredOn(record -> record.value() == null)
        .extracting(record -> QuarantineHeader.reason(record.headers()))
        .hasSize(2)
        .containsOnly(Optional.of("NEAR_COPY"));
    assertThat(topology.quarantine())
        .extracting(TestRecord::value)
        .allSatisfy(
            pair -> {
              assertThat(pair.getReason()).isEqualTo("NEAR_COPY");
              assertThat(pair.getStep()).isEqualTo("list-superseded");
              assertThat(pair.getCopyOf()).isEqualTo(digest(large));
              assertThat(pair.getMeasured().getValue()).isEqualTo(2);
              boolean isFirst = pair.getPairId().equals(TopologyUnderTest.pairId(small));
              assertSaysWhatWasSent(pair, isFirst ? small : again);
            })
        .extracting(pair -> pair.getOrigin().getOffset())
        .containsExactlyInAnyOrder(0L, 1L);
    assertThat(topology.receipts())
        .extracting(TestRecord::value)
        .allSatisfy(receipt -> assertThat(receipt.getSent()).isNull())
        .extracting(Receipt::getPairId, Receipt::getStatus, Receipt::getCopyOf)
        .contains(
            tuple(TopologyUnderTest.pairId(small), "QUARANTINED", digest(large)),
            tuple(TopologyUnderTest.pairId(again), "QUARANTINED", digest(large)))
        .last()
        .isEqualTo(tuple(TopologyUnderTest.pairId(large), "TRAINING", ""));
  }

  @Test
  void aCopyOfAPublishedPairLeavesWhatTheFirstSaid() {
    start("keep-best");
    RawPair small = sized(256, 1, HASH);
    RawPair again =
        RawPair.newBuilder(small)
            .setMetadata(
                PairMetadata.newBuilder(small.getMetadata()).setContributor("museum").build())
            .build();

    sendAndSettle(small);
    sendAndSettle(again, sized(512, 1, HASH));

    QuarantinedPair superseded = topology.quarantine().get(1).value();
    assertThat(superseded.getStep()).isEqualTo("list-superseded");
    assertSaysWhatWasSent(superseded, small);
  }

  @Test
  void ofTheSameSizeTheFirstStays() {
    start("keep-best");

    sendAndSettle(sized(256, 1, HASH), sized(256, 2, HASH));

    assertThat(topology.training()).hasSize(1);
    assertThat(topology.quarantine()).hasSize(1);
  }

  @Test
  void whatWasSupersededIsRejectedWhenItComesAgain() {
    start("keep-best");
    RawPair small = sized(256, 1, HASH);
    RawPair large = sized(512, 2, HASH);
    sendAndSettle(small, large);
    int before = topology.quarantine().size();

    send(
        small,
        recaptioned(small, "another caption of the picture"),
        recaptioned(large, "the same picture in large"));

    assertThat(topology.fingerprints()).isEmpty();
    assertThat(topology.quarantine())
        .hasSize(2)
        .allSatisfy(record -> assertThat(record.value().getCopyOf()).isEqualTo(digest(large)))
        .first()
        .satisfies(record -> assertSaysWhatWasSent(record.value(), small));
    assertThat(topology.receipts())
        .last()
        .extracting(r -> r.value().getStatus())
        .isEqualTo("TRAINING");
    assertThat(before).isOne();
  }

  @Test
  void theLargestOfAChainIsPublishedAndNamed() {
    start("keep-best");
    RawPair[] pairs = {
      sized(256, 1, HASH),
      sized(300, 2, off(HASH, 2)),
      sized(400, 3, off(HASH, 4)),
      sized(280, 4, off(HASH, 1))
    };

    sendAndSettle(pairs);

    assertThat(live(topology.training())).containsExactly(TopologyUnderTest.pairId(pairs[2]));
    assertThat(topology.quarantine())
        .extracting(record -> record.value().getCopyOf())
        .containsExactly(digest(pairs[1]), digest(pairs[2]), digest(pairs[2]));
  }

  /** Both are near the first, which is superseded, and not each other. */
  @ParameterizedTest
  @ValueSource(ints = {200, 400})
  void whatIsNearASupersededPictureNamesItAndTheOneThatIsPublished(int sidePx) {
    start("keep-best");
    RawPair first = sized(256, 1, HASH);
    RawPair second = sized(300, 2, off(HASH, 4));
    RawPair third = sized(sidePx, 3, off(HASH, 8) ^ off(HASH, 4) ^ HASH);

    sendAndSettle(first, second, third);

    RawPair larger = sidePx > 300 ? third : second;
    RawPair smaller = sidePx > 300 ? second : third;
    assertThat(live(topology.training())).containsExactly(TopologyUnderTest.pairId(larger));
    QuarantinedPair rejected = topology.quarantine().get(1).value();
    assertThat(rejected.getPairId()).isEqualTo(TopologyUnderTest.pairId(smaller));
    assertThat(rejected.getMeasured().getValue()).isEqualTo(4);
    assertThat(rejected.getDetail() + rejected.getCopyOf()).contains(digest(first), digest(larger));
  }

  private static Set<String> live(List<TestRecord<String, PreparedPair>> records) {
    Set<String> live = new TreeSet<>();
    records.forEach(
        record -> {
          boolean unused =
              record.value() == null ? live.remove(record.key()) : live.add(record.key());
        });
    return live;
  }

  @Test
  void oneThatIsNearTwoTakesThePlaceOfNeither() {
    start("keep-best");

    sendAndSettle(sized(256, 1, HASH), sized(256, 2, off(HASH, 6)), sized(512, 3, off(HASH, 3)));

    assertThat(topology.training()).hasSize(2);
    assertThat(topology.quarantine()).hasSize(1);
  }

  @Test
  void oneWhoseContributorIsInAnotherSplitTakesNoPlace() {
    start("keep-best", BY_CONTRIBUTOR);
    RawPair small = by(of("VALIDATION"), sized(256, 1, HASH));

    sendAndSettle(small, by(of("TRAINING"), sized(512, 2, HASH)));

    assertThat(live(topology.validation())).containsExactly(TopologyUnderTest.pairId(small));
    assertThat(topology.reasons()).containsExactly("NEAR_COPY");
  }

  @Test
  void oneBetweenTwoSplitsIsRejected() {
    start("keep-all", TopologyUnderTest.RECIPE);
    RawPair first = pair(0, HASH);
    sendAndSettle(first);
    String split = split(first);
    RawPair elsewhere =
        IntStream.range(1, 100)
            .mapToObj(number -> pair(number, off(HASH, 6)))
            .filter(pair -> !assigned(pair).equals(split))
            .findFirst()
            .orElseThrow();

    sendAndSettle(elsewhere, pair(100, off(HASH, 3)));

    assertThat(topology.reasons()).containsExactly("BRIDGES_SPLITS");
  }

  private String split(RawPair pair) {
    return Stream.of(topology.training(), topology.validation(), topology.test())
        .flatMap(List::stream)
        .filter(record -> record.key().equals(TopologyUnderTest.pairId(pair)))
        .map(record -> record.value().getSplit())
        .findFirst()
        .orElseThrow();
  }

  private static String assigned(RawPair pair) {
    return new SplitByImage(RecipeReader.parse("test.yaml", TopologyUnderTest.RECIPE))
        .assign(digest(pair))
        .split()
        .name();
  }

  @Test
  void aContributorIsInOneSplitWhateverOthersSend() {
    start("keep-first", BY_CONTRIBUTOR);
    String held = of("VALIDATION");
    String trained = of("TRAINING");

    sendAndSettle(
        by(held, pair(1, HASH)), by(held, pair(2, ~HASH)), by(trained, pair(3, HASH << 7)));
    RawPair sameImage = by(trained, pair(1, HASH));
    sameImage.setCaption("the same picture from another person");
    send(sameImage);

    assertThat(topology.validation())
        .extracting(record -> record.value().getMetadata().getContributor())
        .containsExactly(held, held);
    assertThat(topology.training())
        .extracting(record -> record.value().getMetadata().getContributor())
        .containsExactly(trained);
    assertThat(topology.reasons()).containsExactly("BRIDGES_SPLITS");
  }

  private static RawPair by(String contributor, RawPair pair) {
    pair.getMetadata().setContributor(contributor);
    return pair;
  }

  /** A contributor whose pairs belong in a split. */
  private static String of(String split) {
    SplitByImage splits = new SplitByImage(RecipeReader.parse("test.yaml", BY_CONTRIBUTOR));
    return IntStream.range(0, 100)
        .mapToObj(number -> "contributor " + number)
        .filter(name -> splits.assign("", name, "").split().name().equals(split))
        .findFirst()
        .orElseThrow();
  }

  private static final String LIMIT =
      TopologyUnderTest.ALL_TRAINING + "\nanswers: {nsfw: {max: 0.3, when-outside: reject}}";

  private PreparedPair published() {
    List<TestRecord<String, PreparedPair>> training = topology.training();
    assertThat(training).hasSize(1);
    return training.get(0).value();
  }

  /** Publishes a picture and then a larger copy, which takes its place; answers the copy. */
  private PreparedPair superseding(RawPair small, RawPair large) {
    start("keep-best", LIMIT);
    sendAndSettle(small);
    sendAndSettle(large);
    settle();
    return lastPublished();
  }

  /** The newest of those that were published since the last look. */
  private PreparedPair lastPublished() {
    return topology.training().stream()
        .map(TestRecord::value)
        .filter(Objects::nonNull)
        .reduce((first, last) -> last)
        .orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(strings = {"keep-first", "keep-best"})
  void aRefusedPictureMakesRoomForItsCopies(String policy) {
    start(policy, LIMIT);
    RawPair first = pair(1, HASH);
    RawPair copy = pair(2, off(HASH, 1));
    sendAndSettle(first);
    PreparedPair refused = published();
    RefusalsTest.refuse(topology, refused);
    settle();
    assertThat(topology.reasons()).containsExactly("MODEL_REFUSED");
    topology.training();

    sendAndSettle(copy);

    PreparedPair placed = published();
    assertThat(placed.getPairId()).isEqualTo(TopologyUnderTest.pairId(copy));
    assertThat(placed.getPictureGroup()).as("as if both stood").isEqualTo(digest(first));
    sendAndSettle(pair(3, off(HASH, 1)));
    assertThat(topology.reasons()).as("copies of the copy").containsExactly("NEAR_COPY");
    assertThat(topology.training()).isEmpty();

    RawPair further = RawPair.newBuilder(first).setCaption("Another caption of the first").build();
    sendAndSettle(further);
    assertThat(topology.reasons()).as("the place is taken").containsExactly("NEAR_COPY");
  }

  @Test
  void aRefusedPictureComesBackWhereNoOtherTookItsPlace() {
    start("keep-first", LIMIT);
    RawPair first = pair(1, HASH);
    sendAndSettle(first);
    RefusalsTest.refuse(topology, published());
    settle();
    topology.training();

    sendAndSettle(RawPair.newBuilder(first).setCaption("Another caption of the first").build());
    assertThat(published().getPictureGroup()).isEqualTo(digest(first));

    topology.quarantine();
    sendAndSettle(pair(2, off(HASH, 1)));
    assertThat(topology.reasons()).containsExactly("NEAR_COPY");
  }

  @Test
  void aPictureStaysForAsLongAsOneOfItsPairsDoes() {
    start("keep-first", LIMIT);
    RawPair first = pair(1, HASH);
    sendAndSettle(
        first, RawPair.newBuilder(first).setCaption("Another caption of the first").build());
    List<TestRecord<String, PreparedPair>> both = topology.training();
    RefusalsTest.refuse(topology, both.get(0).value());

    assertThat(topology.fingerprints()).isEmpty();
    RefusalsTest.refuse(topology, both.get(1).value());
    assertThat(topology.fingerprints())
        .extracting(TestRecord::key, record -> record.value().getGone())
        .containsExactly(tuple(digest(first), true));
  }

  @Test
  void whatARefusedPictureSupersededIsPublishedWhenItComesAgain() {
    RawPair small = pair(1, HASH);
    RawPair large = sized(512, 2, off(HASH, 1));
    PreparedPair largest = superseding(small, large);
    assertThat(largest.getPairId()).isEqualTo(TopologyUnderTest.pairId(large));
    topology.quarantine();
    sendAndSettle(small);
    assertThat(topology.quarantine())
        .as("the larger one is there")
        .extracting(
            record -> record.value().getReason(),
            record -> record.value().getCopyOf(),
            record -> record.value().getMeasured().getValue())
        .containsExactly(tuple("NEAR_COPY", digest(large), 1.0));
    RefusalsTest.refuse(topology, largest);
    settle();
    topology.quarantine();
    topology.training();

    sendAndSettle(small);

    assertThat(published().getPairId()).isEqualTo(TopologyUnderTest.pairId(small));
    assertThat(topology.reasons()).isEmpty();
    sendAndSettle(pair(3, off(HASH, 1)));
    assertThat(topology.reasons()).as("its place is its own again").containsExactly("NEAR_COPY");
  }

  @Test
  void aSmallerCopyTakesThePlaceOfALargestThatWasRefused() {
    RawPair small = pair(1, HASH);
    PreparedPair largest = superseding(small, sized(512, 2, off(HASH, 1)));
    RefusalsTest.refuse(topology, largest);
    settle();
    topology.training();

    sendAndSettle(pair(3, off(HASH, 1)));

    assertThat(published().getPictureGroup()).isEqualTo(digest(small));
  }
}
