package io.pairstream.curation.takedown;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.curation.history.PairAnswer;
import io.pairstream.curation.history.PairHistory;
import io.pairstream.curation.takedown.TakedownService.Request;
import io.pairstream.schemas.Action;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.RefusalKey;
import io.pairstream.schemas.Takedown;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.PlayedPipeline;
import io.pairstream.service.cluster.PlayedPipeline.Sent;
import io.pairstream.service.cluster.TestCluster;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(900)
class TakedownServiceTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
  private static final Duration LONG = Duration.ofMinutes(4);

  private final ClusterAccess cluster = KAFKA.datasetOfAllTopics(2);
  private final PlayedPipeline pipeline = new PlayedPipeline(cluster);
  private final TakedownService desk =
      new TakedownService(cluster, Clock.fixed(NOW, ZoneOffset.UTC));
  private final Map<Sent, PairStatus> published = new LinkedHashMap<>();
  private final Set<String> removed = new TreeSet<>();

  @AfterEach
  void close() {
    pipeline.close();
  }

  /** A published pair of a contributor, from a host. */
  private Sent publish(String image, String caption, String contributor, String host) {
    return publish(image, caption, contributor, contributor, host);
  }

  /**
   * Publishes a pair that names another contributor than the producer whose key it was sent with.
   */
  private Sent publish(
      String image, String caption, String contributor, String producer, String host) {
    PairStatus split = published.size() % 2 == 0 ? PairStatus.TRAINING : PairStatus.VALIDATION;
    Sent sent = pipeline.send(image, caption);
    PreparedPair pair = PlayedPipeline.prepared(sent, split);
    PairMetadata metadata = pair.getMetadata();
    metadata.setContributor(contributor);
    metadata.setProducer(producer);
    metadata.setSourceKind("SCRAPED");
    metadata.setUrl("https://" + host + "/1.jpg");
    pipeline.transaction(
        sent,
        List.of(
            TestCluster.record(pipeline.topic(split), null, sent.pairId(), pair),
            pipeline.receipt(sent, split, "")));
    published.put(sent, split);
    return sent;
  }

  private TakedownService.Report takeDown(Subject subject) {
    return desk.takeDown(
        new Request(subject, "alice", "it is a private letter", LONG, this::carryOut));
  }

  private void carryOut() {
    removed.addAll(pipeline.carryOutTakedowns(published));
  }

  @Test
  void findsWhatASubjectCoversAndNoOther() {
    Sent first = publish("image 1", "of the museum", "museum", "pictures.test");
    publish("image 2", "of the museum too", "museum", "Pictures.test");
    Sent copied = publish("image 1", "of another", "another", "elsewhere.test");

    assertThat(desk.plan(Subject.contributor("museum")).published())
        .isEqualTo(Map.of(PairStatus.TRAINING, 1L, PairStatus.VALIDATION, 1L));
    assertThat(desk.plan(Subject.source("pictures.test")).total()).isEqualTo(2);
    assertThat(desk.plan(Subject.source("scraped")).total()).isEqualTo(3);
    assertThat(desk.plan(Subject.source("imported")).total()).isZero();
    assertThat(desk.list()).isEmpty();

    takeDown(Subject.image(first.imageDigest()));

    assertThat(removed).containsExactlyInAnyOrder(first.pairId(), copied.pairId());
  }

  @Test
  void readsOfTheSplitsNoMoreThanTheIndexLacks() {
    Sent indexed = publish("image 1", "of the museum", "museum", "pictures.test");
    Sent withdrawn = publish("image 2", "of the museum too", "museum", "pictures.test");
    pipeline.index();
    publish("image 3", "of the museum, too", "museum", "pictures.test");
    TestCluster.put(cluster, pipeline.topic(published.get(withdrawn)), withdrawn.pairId(), null);

    assertThat(desk.plan(Subject.contributor("museum")).total()).isEqualTo(2);
    assertThat(desk.plan(Subject.source("pictures.test")).total()).isEqualTo(2);

    TestCluster.put(cluster, cluster.topics().index(), indexed.pairId(), null);

    assertThat(desk.plan(Subject.contributor("museum")).total())
        .as("the one that the index has, it has as withdrawn")
        .isEqualTo(1);
  }

  @Test
  void whatHasLeftOneSplitIsFoundInAnother() {
    for (PairStatus from : List.of(PairStatus.TRAINING, PairStatus.VALIDATION)) {
      for (PairStatus to : List.of(PairStatus.TRAINING, PairStatus.VALIDATION)) {
        Sent sent = pipeline.send(from + " " + to, "a caption");
        PreparedPair pair = PlayedPipeline.prepared(sent, to);
        pair.getMetadata().setContributor("museum");
        TestCluster.put(cluster, pipeline.topic(from), sent.pairId(), pair);
        TestCluster.put(cluster, pipeline.topic(from), sent.pairId(), null);
        TestCluster.put(cluster, pipeline.topic(to), sent.pairId(), pair);
      }
    }

    assertThat(desk.plan(Subject.contributor("museum")).published())
        .isEqualTo(Map.of(PairStatus.TRAINING, 2L, PairStatus.VALIDATION, 2L));
  }

  @Test
  void tellsWhoseKeysSentWhatNamesAContributorAndWithdrawsThatOfOneKey() {
    Sent own = publish("image 1", "of the museum", "museum", "pictures.test");
    Sent planted = publish("image 2", "not of the museum", "museum", "eve", "eve.test");
    Sent others = publish("image 3", "of eve", "eve", "eve.test");
    publish("image 4", "by Kafka", "museum", "", "pictures.test");

    assertThat(desk.plan(Subject.contributor("museum")).producers())
        .isEqualTo(Map.of("", 1L, "eve", 1L, "museum", 1L));

    TakedownService.Report report = takeDown(Subject.producer("eve"));

    assertThat(report.removed()).isEqualTo(2);
    assertThat(removed)
        .containsExactlyInAnyOrder(planted.pairId(), others.pairId())
        .doesNotContain(own.pairId());
    PairAnswer why = new PairHistory(cluster).find(planted.pairId()).orElseThrow();
    assertThat(why.takedown().orElseThrow().getPartOf()).isEqualTo("PRODUCER/eve");
  }

  @Test
  void aContributorIsWithdrawnWithEachPublishedPair() {
    Sent first = publish("image 1", "of the museum", "museum", "pictures.test");
    Sent second = publish("image 2", "of the museum too", "museum", "pictures.test");
    publish("image 3", "of another", "another", "elsewhere.test");

    TakedownService.Report report = takeDown(Subject.contributor("museum"));

    assertThat(report.unfinished()).isEmpty();
    assertThat(report.removed()).isEqualTo(2);
    assertThat(removed).containsExactlyInAnyOrder(first.pairId(), second.pairId());
    assertThat(desk.list())
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.takedown().getSubject()).isEqualTo("museum");
              assertThat(entry.takedown().getRequestedBy()).isEqualTo("alice");
              assertThat(entry.takedown().getRequestedAt()).isEqualTo(NOW);
              assertThat(entry.pairs()).isEqualTo(2);
            });
    PairAnswer why = new PairHistory(cluster).find(first.pairId()).orElseThrow();
    assertThat(why.status()).isEqualTo("WITHDRAWN");
    Takedown takedown = why.takedown().orElseThrow();
    assertThat(takedown.getRequestedBy()).isEqualTo("alice");
    assertThat(takedown.getCause()).isEqualTo("it is a private letter");
    assertThat(takedown.getPartOf()).isEqualTo("CONTRIBUTOR/museum");
  }

  @Test
  void whatIsPublishedWhileTheTakedownIsOnItsWayIsRemovedToo() {
    publish("image 1", "of the museum", "museum", "pictures.test");
    AtomicBoolean begun = new AtomicBoolean();

    TakedownService.Report report =
        desk.takeDown(
            new Request(
                Subject.contributor("museum"),
                "alice",
                "it is a private letter",
                LONG,
                () -> {
                  if (begun.compareAndSet(false, true)) {
                    publish("image 2", "of the museum too", "museum", "pictures.test");
                  }
                  carryOut();
                }));

    assertThat(report.total()).isEqualTo(2);
    assertThat(report.removed()).isEqualTo(2);
    assertThat(removed).hasSize(2);
  }

  @Test
  void askedForTwiceItKeepsItsFirstWords() {
    Sent sent = publish("image 1", "a caption", "museum", "pictures.test");
    takeDown(Subject.pair(sent.pairId()));

    TakedownService.Report again =
        new TakedownService(cluster, Clock.fixed(NOW.plusSeconds(60), ZoneOffset.UTC))
            .takeDown(
                new Request(
                    Subject.pair(sent.pairId()), "bob", "other words", LONG, this::carryOut));

    assertThat(again.unfinished()).isEmpty();
    assertThat(again.total()).isZero();
    assertThat(again.earlier().map(Takedown::getRequestedBy)).contains("alice");
    assertThat(desk.list())
        .singleElement()
        .satisfies(entry -> assertThat(entry.takedown().getRequestedBy()).isEqualTo("alice"));
  }

  @Test
  void theTrailSaysWhyAndNotDoneBeforeItIs() {
    Sent sent = publish("image 1", "a caption", "museum", "pictures.test");
    Subject museum = Subject.contributor("museum");

    desk.takeDown(new Request(museum, "alice", "a private letter", Duration.ZERO, () -> {}));
    assertThat(trail())
        .containsExactly("BEGUN 0 of 1 published pairs removed, because: a private letter");
    takeDown(museum);

    assertThat(trail())
        .contains("DONE 1 of 1 published pairs removed, because: it is a private letter");
    assertThat(TestCluster.committedValues(cluster, cluster.topics().actions()))
        .extracting(Action::getActor)
        .allMatch(actor -> actor.matches("\\S+ on \\S+, not authenticated"));
    assertThat(new PairHistory(cluster).find(sent.pairId()).orElseThrow().events())
        .as("one event of each command, though each has two records")
        .hasSize(2);
  }

  private List<String> trail() {
    return TestCluster.committedValues(cluster, cluster.topics().actions()).stream()
        .map(action -> action.getOutcome() + " " + action.getDetail())
        .toList();
  }

  @Test
  void aTakedownReplacedAtTheSameMomentNamesItsReplacer() {
    publish("image 1", "of the museum", "museum", "pictures.test");
    Takedown other =
        Takedown.newBuilder()
            .setKind("CONTRIBUTOR")
            .setSubject("museum")
            .setRequestedBy("bob")
            .setCause("other words")
            .setRequestedAt(NOW)
            .build();
    Runnable bobWritesToo =
        () -> {
          TestCluster.put(cluster, cluster.topics().takedowns(), "CONTRIBUTOR/museum", other);
          carryOut();
        };

    TakedownService.Report report =
        desk.takeDown(
            new Request(Subject.contributor("museum"), "alice", "a letter", LONG, bobWritesToo));

    assertThat(report.earlier().map(Takedown::getCause)).contains("other words");
  }

  /** A published pair whose caption cleaning has made another one. */
  private Sent publishCleaned(String image, String caption, String cleaned) {
    Sent sent = pipeline.send(image, caption);
    String sampleId = PairIdentity.pairId(sent.imageDigest(), cleaned);
    PreparedPair pair = PlayedPipeline.prepared(sent, PairStatus.TRAINING);
    pair.setCaption(cleaned);
    pair.getMetadata().setContributor("museum");
    pipeline.transaction(
        sent,
        List.of(
            TestCluster.record(cluster.topics().training(), null, sent.pairId(), pair),
            TestCluster.record(
                cluster.topics().receipts(),
                null,
                sent.pairId(),
                Receipt.newBuilder()
                    .setPairId(sent.pairId())
                    .setImageDigest(sent.imageDigest())
                    .setSampleId(sampleId)
                    .setStatus("TRAINING")
                    .setOrigin(sent.origin())
                    .build())));
    published.put(sent, PairStatus.TRAINING);
    return sent;
  }

  @Test
  void aPairIsWithdrawnWithItsOtherSpellings() {
    Sent first = publishCleaned("image 1", "a letter ", "a letter");
    Sent twin = publishCleaned("image 1", "a  letter", "a letter");
    publishCleaned("image 1", "a stamp", "a stamp");
    publishCleaned("image 2", "a letter ", "a letter");

    assertThat(desk.plan(Subject.pair(first.pairId())).total()).isEqualTo(2);
    TakedownService.Report report = takeDown(Subject.pair(first.pairId()));

    assertThat(report.unfinished()).isEmpty();
    assertThat(report.removed()).isEqualTo(2);
    assertThat(removed).containsExactlyInAnyOrder(first.pairId(), twin.pairId());
    assertThat(desk.list())
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.takedown().getSubject()).isEqualTo(first.pairId());
              assertThat(entry.takedown().getSampleId())
                  .isEqualTo(PairIdentity.pairId(first.imageDigest(), "a letter"));
              assertThat(entry.pairs()).isEqualTo(1);
            });
    PairAnswer why = new PairHistory(cluster).find(twin.pairId()).orElseThrow();
    assertThat(why.takedown().map(Takedown::getPartOf)).contains("PAIR/" + first.pairId());

    desk.lift(new Request(Subject.pair(first.pairId()), "bob", "", LONG, this::carryOut));
    assertThat(desk.list()).isEmpty();
  }

  @Test
  void ofAContributorEachPairsOtherSpellingsAreWithdrawnToo() {
    Sent indexed = publishCleaned("image 1", "a letter ", "a letter");
    pipeline.index();
    Sent later = publishCleaned("image 2", "a letter ", "a letter");

    takeDown(Subject.contributor("museum"));

    assertThat(removed).containsExactlyInAnyOrder(indexed.pairId(), later.pairId());
    for (Sent sent : List.of(indexed, later)) {
      assertThat(new PairHistory(cluster).find(sent.pairId()).orElseThrow().takedown())
          .map(Takedown::getSampleId)
          .contains(PairIdentity.pairId(sent.imageDigest(), "a letter"));
    }
  }

  @Test
  void theCleanSpellingFindsThePublishedOneThoughItNeverCame() {
    String imageDigest = pipeline.send("image 1", "unsent").imageDigest();
    String sampleId = PairIdentity.pairId(imageDigest, "a letter");
    Sent first = publishCleaned("image 1", "a letter ", "a letter");

    takeDown(Subject.pair(sampleId));

    assertThat(removed).containsExactly(first.pairId());
  }

  @Test
  void liftedWithTheTakedownsOfItsPairs() {
    publish("image 1", "of the museum", "museum", "pictures.test");
    Sent own = publish("image 2", "of another", "another", "elsewhere.test");
    takeDown(Subject.contributor("museum"));
    takeDown(Subject.pair(own.pairId()));
    TestCluster.put(
        cluster,
        cluster.topics().takedowns(),
        RefusalKey.of(own.pairId()),
        Takedown.newBuilder().setKind(RefusalKey.KIND).setSubject("no withdrawal").build());

    TakedownService.Report lifted =
        desk.lift(new Request(Subject.contributor("museum"), "bob", "", LONG, this::carryOut))
            .orElseThrow();

    assertThat(lifted.removed()).isEqualTo(2);
    assertThat(lifted.unfinished()).isEmpty();
    assertThat(desk.list())
        .extracting(entry -> entry.takedown().getSubject())
        .containsExactly(own.pairId());
  }

  @Test
  void whatIsInKafkaIsNotLostWhereTheBrokerFallsSilent() {
    Sent sent = publish("image 1", "a caption", "museum", "pictures.test");
    Runnable silence =
        () -> {
          throw new TimeoutException("no answer");
        };

    TakedownService.Report report =
        desk.takeDown(
            new Request(Subject.contributor("museum"), "alice", "a letter", LONG, silence));

    assertThat(report.unfinished())
        .contains("Kafka does not say in time whether it is carried out");
    assertThat(report.total()).isEqualTo(1);
    assertThat(report.removed()).isZero();
    carryOut();
    assertThat(removed).containsExactly(sent.pairId());
    Request lift = new Request(Subject.contributor("museum"), "bob", "", LONG, silence);
    assertThat(desk.lift(lift).orElseThrow().unfinished()).isEqualTo(report.unfinished());
  }
}
