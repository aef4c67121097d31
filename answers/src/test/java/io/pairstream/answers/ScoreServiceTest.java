package io.pairstream.answers;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.answers.ScoreSettings.Run;
import io.pairstream.cleaning.Measured;
import io.pairstream.image.card.InvalidCardException;
import io.pairstream.image.card.ModelCard;
import io.pairstream.image.model.AnswerModel;
import io.pairstream.schemas.Answer;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairAnswer;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.RecordedLimit;
import io.pairstream.schemas.RecordedRecipe;
import io.pairstream.schemas.RefusalKey;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.schemas.wire.QuarantineHeader;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.service.rejection.Measurements;
import io.pairstream.service.report.SelfReport;
import io.pairstream.service.transactions.AbandonedTransaction;
import io.pairstream.service.transactions.GroupInstance;
import io.pairstream.service.transactions.Outbox;
import io.pairstream.testing.Await;
import io.pairstream.testing.TestDataset;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(300)
class ScoreServiceTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private static final String[] TOPICS = {
    TopicCatalogue.TRAINING,
    TopicCatalogue.VALIDATION,
    TopicCatalogue.TEST,
    TopicCatalogue.ANSWERS,
    TopicCatalogue.PAIR_ANSWERS,
    TopicCatalogue.RECIPES,
    TopicCatalogue.TAKEDOWNS,
    TopicCatalogue.GENERATED,
    TopicCatalogue.INSTANCES
  };

  @TempDir private Path folder;

  private final ClusterAccess cluster = KAFKA.dataset(4, TOPICS);
  private final List<ScoreService> services = new ArrayList<>();
  private int folders;

  @AfterEach
  void stop() {
    services.forEach(ScoreService::close);
  }

  @Test
  void furtherCaptionsAndFurtherRunsAskNothing() {
    CountingModel nsfw = new CountingModel(CountingModel.ofPictures("nsfw"));
    publish("cat", "a cat", "the cat", "my cat");
    publish("dog", "a dog");

    untilEnd(nsfw);

    assertThat(nsfw.asked()).containsExactlyInAnyOrder("cat", "dog");
    assertThat(answers()).hasSize(2);
    assertThat(pairAnswers()).hasSize(4);
    PairAnswer said = pairAnswers().get(id("cat", "my cat") + "/nsfw");
    assertThat(said.getNumbers()).containsEntry("nsfw-size", 3.0);
    assertThat(said.getLabels()).containsEntry("nsfw-kind", "odd");
    Answer answer = answers().get(said.getShown() + "/" + said.getModel());
    ByteBuffer vector = answer.getVectors().get("nsfw-vector").order(ByteOrder.LITTLE_ENDIAN);
    assertThat(List.of(vector.getShort(0), vector.getShort(2)))
        .containsExactly((short) 0x4200, (short) 0xb800);

    // A caption more, and the pair once more under other metadata.
    publish("cat", "a cat", "their cat");
    ScoreCounts counts = untilEnd(nsfw);

    assertThat(nsfw.asked()).hasSize(2);
    assertThat(counts.pairs()).isEqualTo(2);
    assertThat(pairAnswers()).hasSize(5);
  }

  @Test
  void anotherSetOfModelsAsksOnlyWhatIsNew() {
    CountingModel nsfw = new CountingModel(CountingModel.ofPictures("nsfw"));
    CountingModel words = new CountingModel(CountingModel.card("words", false, true, ""));
    CountingModel fit = new CountingModel(CountingModel.card("fit", true, true, ""));
    publish("cat", "a cat", "an animal");
    publish("dog", "a dog", "an animal");
    untilEnd(nsfw);
    int records = records(cluster.topics().pairAnswers());

    untilEnd(nsfw, words, fit);

    assertThat(nsfw.asked()).containsExactlyInAnyOrder("cat", "dog");
    assertThat(words.asked()).containsExactlyInAnyOrder("a cat", "a dog", "an animal");
    assertThat(fit.asked())
        .containsExactlyInAnyOrder("cat|a cat", "cat|an animal", "dog|a dog", "dog|an animal");
    assertThat(pairAnswers()).hasSize(12);
    assertThat(records(cluster.topics().pairAnswers()))
        .as("what is recorded already is not written again")
        .isEqualTo(records + 8);
  }

  @Test
  void anotherDataSetsAnswersAreTakenOver() {
    CountingModel nsfw = new CountingModel(CountingModel.ofPictures("nsfw"));
    publish("cat", "a cat");
    publish("dog", "a dog");
    untilEnd(nsfw);
    ClusterAccess other = KAFKA.dataset(2, TOPICS);
    // Both have one registry, as on a cluster.
    Cluster shared =
        new Cluster(
            KAFKA.bootstrapServers(),
            "mock://" + cluster.dataset().name(),
            other.dataset(),
            TestDataset.SETTINGS,
            Map.of());
    ClusterAccess second = new ClusterAccess(shared);
    registerSchemas(second);
    publish(second, "cat", "a cat in another data set");
    publish(second, "owl", "an owl");

    ScoreCounts counts =
        ended(
            start(
                settings(shared, Run.UNTIL_END, List.of(cluster.dataset()), Set.of()),
                new CountingModel(nsfw.card(), nsfw.asked()::add)));

    assertThat(nsfw.asked()).containsExactlyInAnyOrder("cat", "dog", "owl");
    assertThat(counts.copied()).isEqualTo(1);
    Map<String, Answer> own = latest(second, second.topics().answers());
    assertThat(own).hasSize(2);
    assertThat(own.values()).allMatch(answer -> answer.getVectors().size() == 1);
  }

  @Test
  void aFailureIsRecordedAndAskedAgainOnRequest() {
    CountingModel nsfw = new CountingModel(CountingModel.ofPictures("nsfw")).failingOn("bomb");
    publish("cat", "a cat");
    publish("bomb", "a bomb", "another caption");
    publish("dog", "a dog");

    ScoreCounts counts = untilEnd(nsfw);

    assertThat(counts.failed()).isEqualTo(1);
    assertThat(pairAnswers().get(id("bomb", "a bomb") + "/nsfw").getReason()).isEqualTo("CRASHED");
    assertThat(pairAnswers().get(id("dog", "a dog") + "/nsfw").getStatus()).isEqualTo("ANSWERED");
    untilEnd(nsfw);
    assertThat(nsfw.asked()).as("a failure is an answer").hasSize(3);

    nsfw.mend();
    ended(start(settings(Run.AGAIN, "TIMED_OUT"), nsfw));
    assertThat(nsfw.asked()).as("another reason").hasSize(3);
    ended(start(settings(Run.AGAIN, "CRASHED"), nsfw));

    assertThat(nsfw.asked()).hasSize(4).endsWith("bomb");
    assertThat(answers().values()).allMatch(answer -> answer.getStatus().equals("ANSWERED"));
    assertThat(answers().values().stream().mapToInt(Answer::getAttempts)).contains(2);
    assertThat(pairAnswers().values()).hasSize(4).allMatch(each -> each.getReason().isEmpty());
  }

  @Test
  void aWithdrawnPairsRecordsVanishAndTheAnswerWithTheLastPair() {
    CountingModel nsfw = new CountingModel(CountingModel.ofPictures("nsfw"));
    publish("cat", "a cat", "the cat");
    publish("dog", "a dog");
    untilEnd(nsfw);

    withdraw("cat", "a cat");
    untilEnd(nsfw);
    assertThat(pairAnswers()).hasSize(2);
    assertThat(answers()).as("another pair shows it").hasSize(2);

    withdraw("cat", "the cat");
    publish("dog", "a dog");
    withdraw("dog", "a dog");
    publish("dog", "a dog");
    ScoreCounts counts = untilEnd(nsfw);

    assertThat(counts.withdrawn()).isEqualTo(2);
    assertThat(pairAnswers()).containsOnlyKeys(id("dog", "a dog") + "/nsfw");
    assertThat(answers()).hasSize(1);
    assertThat(nsfw.asked()).as("withdrawn, then published anew").hasSize(3).endsWith("dog");
  }

  @ParameterizedTest
  @ValueSource(strings = {"dog", "cat"})
  void whoReadsAnOldTombstoneLeavesThePairAloneThatCameAfterIt(String failing) {
    CountingModel nsfw = new CountingModel(CountingModel.ofPictures("nsfw")).failingOn(failing);
    CountingModel words = new CountingModel(CountingModel.card("words", false, true, ""));
    publish("cat", "a cat");
    publish("dog", "a dog");
    untilEnd(nsfw);
    withdraw("cat", "a cat");
    publish("cat", "a cat");
    untilEnd(nsfw);
    Map<String, Answer> before = answers();

    untilEnd(nsfw, words);
    assertThat(answers()).containsAllEntriesOf(before);
    assertThat(nsfw.asked()).containsExactlyInAnyOrder("cat", "dog", "cat");
    assertThat(pairAnswers()).hasSize(4);

    nsfw.mend();
    ended(start(settings(Run.AGAIN, "CRASHED"), nsfw));
    assertThat(pairAnswers()).hasSize(4);
  }

  @Test
  void pairsThatShareAnAnswerAreWithdrawnTogether() {
    CountingModel nsfw = new CountingModel(CountingModel.ofPictures("nsfw"));
    publish("cat", "a cat", "the cat", "my cat");
    untilEnd(nsfw);

    withdraw("cat", "a cat");
    withdraw("cat", "the cat");
    withdraw("cat", "my cat");
    untilEnd(nsfw);

    assertThat(pairAnswers()).isEmpty();
    assertThat(answers()).isEmpty();
  }

  /** The test erases as another instance does, which knows nothing of the pair that is open. */
  @Test
  void anAnswerThatAnotherInstanceErasesIsAskedAgainForThePairsThatStillShowIt() {
    CompletableFuture<Void> isErased = new CompletableFuture<>();
    CountingModel nsfw = new CountingModel(CountingModel.ofPictures("nsfw"));
    CountingModel words =
        new CountingModel(
            CountingModel.card("words", false, true, ""),
            name -> {
              if (name.equals("the cat")) {
                isErased.join();
              }
            });
    publish("cat", "a cat");
    ScoreService service = start(settings(Run.FOLLOW), nsfw, words);
    Await.until("it is answered", () -> pairAnswers().size() == 2, service::counts);
    PairAnswer said = pairAnswers().get(id("cat", "a cat") + "/nsfw");
    String answer = said.getShown() + "/" + said.getModel();

    publish("cat", "the cat");
    Await.until("a pair is open", () -> words.asked().contains("the cat"), service::counts);
    erase("cat", "a cat", answer);
    isErased.complete(null);

    Await.until(
        "the answer is there again",
        () -> pairAnswers().size() == 2 && answers().containsKey(answer),
        this::answers);
    assertThat(nsfw.asked()).containsExactly("cat", "cat");
    assertThat(words.asked()).containsExactly("a cat", "the cat");
    assertThat(answers().get(answer).getVectors()).hasSize(1);
  }

  private void erase(String picture, String caption, String answer) {
    for (String card : List.of("nsfw", "words")) {
      TestCluster.put(
          cluster, cluster.topics().pairAnswers(), id(picture, caption) + "/" + card, null);
    }
    TestCluster.put(cluster, cluster.topics().answers(), answer, null);
  }

  @Test
  void whatCannotBeReadIsSkippedAndWhatCannotBeShownHasNoAnswer() {
    CountingModel small = new CountingModel(CountingModel.card("small", true, false, "thumb"));
    TestCluster.send(
        cluster,
        new ProducerRecord<>(
            cluster.topics().training().name(), new byte[] {'x'}, new byte[] {1, 2, 3}));
    publish("cat", "a cat");

    ScoreCounts counts = untilEnd(small);

    assertThat(counts.skipped()).isEqualTo(1);
    assertThat(small.asked()).isEmpty();
    PairAnswer said = pairAnswers().get(id("cat", "a cat") + "/small");
    assertThat(said.getReason()).isEqualTo("UNREADABLE");
    assertThat(said.getShown()).isEmpty();
  }

  @Test
  void aModelThatIsAwayIsWaitedForAndTheInstanceStaysInItsGroup() {
    CountingModel nsfw = new CountingModel(CountingModel.ofPictures("nsfw")).away(2);
    publish("cat", "a cat");
    ScoreService service = start(settings(Run.FOLLOW), nsfw);
    Await.until(
        "it says what it waits for",
        () -> service.obstacle().equals(Optional.of("no process today")),
        service::obstacle);

    Await.until("it is answered", () -> pairAnswers().size() == 1, this::pairAnswers);

    assertThat(nsfw.timesAway()).isZero();
    Await.until("nothing is in the way", () -> service.obstacle().isEmpty(), service::obstacle);
  }

  @Test
  void aModelThatRejectsWhateverItIsAskedEndsTheWorkAndNothingIsRemembered() {
    CountingModel nsfw = new CountingModel(CountingModel.ofPictures("nsfw")).unfit();
    publish("cat", "a cat");

    assertThat(start(settings(Run.UNTIL_END), nsfw).awaitEnd())
        .containsInstanceOf(InvalidCardException.class);

    assertThat(answers()).isEmpty();
    assertThat(pairAnswers()).isEmpty();
  }

  @Test
  void anAnswerOutlastsACommitThatFails() {
    CountingModel nsfw = untilEndWithACommitThatFails(CountingModel.ofPictures("nsfw"));

    assertThat(nsfw.asked()).containsExactlyInAnyOrder("cat", "dog");
    assertThat(pairAnswers()).hasSize(3);
    assertThat(answers().values()).allMatch(answer -> answer.getVectors().size() == 1);
  }

  @Test
  void aCommitThatFailsLosesNoPair() {
    untilEndWithACommitThatFails(CountingModel.captioner("captioner", true));

    assertThat(generated())
        .extracting(CommittedLog::key)
        .containsExactlyInAnyOrder(digest("cat"), digest("dog"));
  }

  private CountingModel untilEndWithACommitThatFails(ModelCard card) {
    SelfReport report = new SelfReport("score", Clock.systemUTC());
    AtomicBoolean isFenced = new AtomicBoolean();
    CountingModel model =
        new CountingModel(
            card,
            name -> {
              if (!isFenced.getAndSet(true)) {
                fence(report.now().getFacts().get(AbandonedTransaction.IDS_FACT));
              }
            });
    publish("cat", "a cat", "the cat");
    publish("dog", "a dog");

    ended(start(report, settings(Run.UNTIL_END), model));

    assertThat(isFenced).isTrue();
    return model;
  }

  @Test
  void aTextBecomesAPairOfThePictureOnce() {
    ModelCard card = CountingModel.captioner("captioner", true);
    CountingModel captioner = new CountingModel(card).failingOn("bomb");
    publish("cat", "a cat", "the cat");
    publish("dog", "a dog");
    publish("bomb", "a bomb");

    untilEnd(captioner);

    List<ConsumerRecord<byte[], byte[]>> sent = generated();
    assertThat(sent)
        .extracting(CommittedLog::key)
        .containsExactlyInAnyOrder(digest("cat"), digest("dog"));
    ConsumerRecord<byte[], byte[]> record =
        sent.stream()
            .filter(each -> CommittedLog.key(each).equals(digest("cat")))
            .findFirst()
            .orElseThrow();
    RawPair pair = cluster.topics().generated().decode(record.value()).orElseThrow();
    assertThat(pair.getCaption()).isEqualTo("a picture of a cat");
    assertThat(pair.getMetadata().getSourceKind()).isEqualTo("GENERATED");
    assertThat(pair.getImage().remaining()).isZero();
    assertThat(pair.getMetadata().getContributor()).isEqualTo("museum");
    assertThat(pair.getAnnotations())
        .containsEntry("card", "captioner")
        .containsEntry("model", card.digest())
        .containsEntry("prompt", "Describe it.");
    assertThat(
            cluster
                .topics()
                .training()
                .decode(Utils.toArray(pair.getPrepared()))
                .map(PreparedPair::getPairId))
        .get()
        .isIn(id("cat", "a cat"), id("cat", "the cat"));

    publish("cat", "my cat");
    untilEnd(captioner);
    untilEnd(captioner, new CountingModel(CountingModel.ofPictures("nsfw")));
    assertThat(generated()).hasSize(2);
    assertThat(captioner.asked()).hasSize(3);
  }

  @Test
  void aTextOfAnEarlierRunBecomesAPairOnceTheCardSaysSo() {
    CountingModel before = new CountingModel(CountingModel.captioner("captioner", false));
    publish("cat", "a cat", "the cat");
    untilEnd(before);
    assertThat(generated()).isEmpty();

    CountingModel now = new CountingModel(CountingModel.captioner("captioner", true));
    untilEnd(now);
    untilEnd(now);

    assertThat(now.asked()).isEmpty();
    assertThat(generated()).hasSize(1);
    assertThat(answers().values())
        .allMatch(answer -> answer.getSent() && answer.getTexts().size() == 1);
  }

  private List<ConsumerRecord<byte[], byte[]>> generated() {
    return TestCluster.committed(cluster, cluster.topics().generated().name());
  }

  private void fence(String transactionalId) {
    try (Admin admin = cluster.admin()) {
      KafkaAnswers.await(admin.fenceProducers(List.of(transactionalId)).all());
    }
  }

  @Test
  void twoInstancesShareAndAskEachThingOnce() {
    CountingModel one = new CountingModel(CountingModel.ofPictures("nsfw"));
    CountingModel two = new CountingModel(CountingModel.ofPictures("nsfw"));
    ScoreService first = start(settings(Run.FOLLOW), one);
    publish("picture", "first");
    Await.until("the first works", () -> pairAnswers().size() == 1, first::counts);
    ScoreService second = start(settings(Run.FOLLOW), two);
    Await.until("both are members", () -> members() == 2, this::members);
    try (Producer<byte[], byte[]> producer = TestCluster.producer(cluster, "")) {
      for (int i = 0; i < 400; i++) {
        String picture = "picture" + i / 4;
        String caption = "on partition " + i % 4;
        PreparedPair pair = pair(picture, caption);
        var unused =
            producer.send(
                TestCluster.record(cluster.topics().training(), i % 4, pair.getPairId(), pair));
      }
    }
    Await.until("all are answered", () -> pairAnswers().size() == 401, second::counts);

    List<String> asked = Stream.of(one, two).flatMap(model -> model.asked().stream()).toList();
    assertThat(asked).doesNotHaveDuplicates().hasSize(101);
    assertThat(two.asked()).isNotEmpty();
    assertThat(one.asked().size()).isGreaterThan(1);
  }

  @Test
  void pairsOutsideOfALimitThatRejectsAreRefusedOnceAndWithTheirGrounds() {
    CountingModel nsfw = new CountingModel(CountingModel.ofPictures("nsfw")).failingOn("elephant");
    recipe(limit("nsfw-size").setMax(4.0).build());
    publish("cat", "a cat");
    publish("lion", "a lion");
    publish("horse", "a horse", "the horse");
    publish("elephant", "an elephant");

    untilEnd(nsfw);

    Map<String, Takedown> refused = takedowns();
    assertThat(refused)
        .as("a failure is neither within nor outside")
        .containsOnlyKeys(
            RefusalKey.of(id("horse", "a horse")), RefusalKey.of(id("horse", "the horse")));
    Takedown one = refused.get(RefusalKey.of(id("horse", "the horse")));
    assertThat(one.getKind()).isEqualTo("REFUSAL");
    assertThat(one.getImageDigest()).isEqualTo(digest("horse"));
    assertThat(one.getRequestedBy()).isEqualTo("nsfw");
    assertThat(Measurements.read(one.getRefusal().getMeasured()))
        .isEqualTo(Measured.atMost("answer.nsfw-size", 5, 4, ""));
    assertThat(one.getRefusal().getSent().getCaption()).isEqualTo("the horse");
    assertThat(one.getRefusal().getSent().getMetadata().getContributor()).isEqualTo("museum");
    assertThat(one.getRefusal().getOrigin()).isEqualTo(new Origin("raw", 0, 7L));

    recipe(limit("nsfw-size").setMax(4.0).build());
    untilEnd(nsfw, new CountingModel(CountingModel.card("words", false, true, "")));
    assertThat(records(cluster.topics().takedowns())).as("by whomever reads them").isEqualTo(2);
  }

  @Test
  void aLimitThatIsNewOrMovedRefusesWhatWasAnsweredBeforeAndAsksNothing() {
    CountingModel nsfw = new CountingModel(CountingModel.ofPictures("nsfw"));
    publish("cat", "a cat");
    publish("lion", "a lion");
    publish("horse", "a horse");
    recipe(limit("nsfw-size").setMax(4.0).setWhenOutside("HOLD").build());
    untilEnd(nsfw);
    assertThat(takedowns()).isEmpty();

    recipe(limit("nsfw-size").setMax(4.0).build());
    untilEnd(nsfw);
    assertThat(takedowns()).containsOnlyKeys(RefusalKey.of(id("horse", "a horse")));

    recipe(limit("nsfw-kind").setLabels(List.of("odd")).build());
    untilEnd(nsfw);
    assertThat(takedowns()).hasSize(2);
    assertThat(
            Measurements.read(
                takedowns().get(RefusalKey.of(id("lion", "a lion"))).getRefusal().getMeasured()))
        .isEqualTo(Measured.text("answer.nsfw-kind=even", "answer.nsfw-kind=odd"));
    assertThat(nsfw.asked()).hasSize(3);
  }

  @Test
  void anInstanceWhosePartitionsComeLateStillRefuses() {
    CountingModel nsfw = new CountingModel(CountingModel.ofPictures("nsfw"));
    publish("horse", "a horse");
    untilEnd(nsfw);
    recipe(limit("nsfw-size").setMax(4.0).build());
    PairTopics topics = cluster.topics();
    String split = topics.training().name();
    Map<TopicPartition, Long> ends = new HashMap<>();
    IntStream.range(0, 4).forEach(each -> ends.put(new TopicPartition(split, each), 0L));
    MockConsumer<byte[], byte[]> member = new MockConsumer<>("earliest");
    member.updateBeginningOffsets(ends);
    ends.keySet().forEach(each -> member.commitSync(Map.of(each, new OffsetAndMetadata(0))));
    MockProducer<byte[], byte[]> producer =
        new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    ScoreSettings settings = settings(Run.UNTIL_END);
    Clock clock = Clock.systemUTC();
    GroupInstance own =
        new GroupInstance(cluster(), "late", new SelfReport("score", clock), any -> true);
    AtomicInteger rounds = new AtomicInteger();
    try (KnownAnswers known = new KnownAnswers(settings, Set.of(), clock);
        Asker asker = new Asker(nsfw, 1, Duration.ZERO)) {
      ScoreWork work =
          new ScoreWork(
              settings,
              topics,
              Map.of(split, 4),
              known,
              List.of(asker),
              new ArrayList<>(),
              clock,
              new ScoreMetrics(),
              Instant.MIN);
      Outbox outbox = new Outbox(producer, work.ready());
      PlacedRecords placed = new PlacedRecords(() -> cluster.consumer(Map.of()));
      try (ScoreSession session = new ScoreSession(work, ends, own, outbox, member, placed)) {
        session.run(
            () -> {
              if (rounds.incrementAndGet() == 5) {
                member.rebalance(ends.keySet());
              }
              return producer.history().size() == 1;
            });
      }
    }
    assertThat(producer.history()).hasSize(1);
  }

  @Test
  void answersOfARefusedPairStayForWhenItComesAgain() {
    CountingModel nsfw = new CountingModel(CountingModel.ofPictures("nsfw"));
    recipe(limit("nsfw-size").setMax(4.0).build());
    publish("horse", "a horse");
    untilEnd(nsfw);
    carryOut("horse", "a horse");
    untilEnd(nsfw);
    assertThat(answers()).hasSize(1);
    assertThat(pairAnswers()).hasSize(1);

    recipe(limit("nsfw-size").setMax(9.0).build());
    publish("horse", "a horse");
    untilEnd(nsfw);
    assertThat(records(cluster.topics().takedowns())).isEqualTo(1);
    assertThat(nsfw.asked()).hasSize(1);

    recipe(limit("nsfw-size").setMax(4.0).build());
    untilEnd(nsfw);
    assertThat(records(cluster.topics().takedowns())).as("the new record").isEqualTo(2);
    assertThat(nsfw.asked()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"PAIR", "IMAGE", "CONTRIBUTOR"})
  void aTakedownErasesTheAnswersOfARefusedPair(TakedownKind kind) {
    CountingModel nsfw = new CountingModel(CountingModel.ofPictures("nsfw"));
    recipe(limit("nsfw-size").setMax(4.0).build());
    publish("cat", "a cat");
    publish("horse", "a horse");
    untilEnd(nsfw);
    carryOut("horse", "a horse");
    untilEnd(nsfw);
    assertThat(answers()).hasSize(2);

    String subject =
        switch (kind) {
          case PAIR -> id("horse", "a horse");
          case IMAGE -> digest("horse");
          default -> "museum";
        };
    takeDown(kind, subject);
    untilEnd(nsfw);

    assertThat(answers()).as("that of the published pair stays").hasSize(1);
    assertThat(pairAnswers()).containsOnlyKeys(id("cat", "a cat") + "/nsfw");
  }

  private static RecordedLimit.Builder limit(String answer) {
    return RecordedLimit.newBuilder().setAnswer(answer).setWhenOutside("REJECT");
  }

  private void recipe(RecordedLimit... limits) {
    TestCluster.put(
        cluster,
        cluster.topics().recipes(),
        "answers",
        RecordedRecipe.newBuilder().setLimits(List.of(limits)).build());
  }

  private Map<String, Takedown> takedowns() {
    return latest(cluster, cluster.topics().takedowns());
  }

  private void takeDown(TakedownKind kind, String subject) {
    TestCluster.put(
        cluster,
        cluster.topics().takedowns(),
        kind.key(subject),
        Takedown.newBuilder().setKind(kind.name()).setSubject(subject).build());
  }

  /** Removes a refused pair from its split, as the topology does. */
  private void carryOut(String picture, String caption) {
    ProducerRecord<byte[], byte[]> tombstone =
        new ProducerRecord<>(
            cluster.topics().training().name(),
            id(picture, caption).getBytes(StandardCharsets.UTF_8),
            null);
    QuarantineHeader.write(tombstone.headers(), "MODEL_REFUSED");
    TestCluster.send(cluster, tombstone);
  }

  private int members() {
    try (Admin admin = cluster.admin()) {
      return KafkaAnswers.await(admin.listGroups().all()).stream()
          .map(each -> each.groupId())
          .filter(each -> each.startsWith(cluster.dataset().name() + "-score-"))
          .mapToInt(
              each ->
                  (int)
                      KafkaAnswers.await(admin.describeConsumerGroups(List.of(each)).all())
                          .get(each)
                          .members()
                          .stream()
                          .filter(member -> !member.assignment().topicPartitions().isEmpty())
                          .count())
          .sum();
    }
  }

  private ScoreCounts untilEnd(AnswerModel... models) {
    return ended(start(settings(Run.UNTIL_END), models));
  }

  private static ScoreCounts ended(ScoreService service) {
    assertThat(service.awaitEnd()).isEmpty();
    service.close();
    return service.counts();
  }

  private ScoreService start(ScoreSettings settings, AnswerModel... models) {
    return start(new SelfReport("score", Clock.systemUTC()), settings, models);
  }

  private ScoreService start(SelfReport report, ScoreSettings settings, AnswerModel... models) {
    ScoreService service = new ScoreService(settings, List.of(models), Clock.systemUTC(), report);
    services.add(service);
    return service;
  }

  private Cluster cluster() {
    return KAFKA.cluster(cluster, TestDataset.SETTINGS);
  }

  private ScoreSettings settings(Run run, String... askAgain) {
    return settings(cluster(), run, List.of(), Set.of(askAgain));
  }

  private ScoreSettings settings(
      Cluster of, Run run, List<Dataset> answersOf, Set<String> askAgain) {
    return new ScoreSettings(
        of,
        List.of(TopicCatalogue.TRAINING, TopicCatalogue.VALIDATION, TopicCatalogue.TEST),
        answersOf,
        4,
        Duration.ofMillis(50),
        Duration.ofMinutes(10),
        run,
        askAgain,
        folder.resolve("state-" + folders++));
  }

  private void publish(String picture, String... captions) {
    publish(cluster, picture, captions);
  }

  private static void publish(ClusterAccess to, String picture, String... captions) {
    for (String caption : captions) {
      TestCluster.put(to, to.topics().training(), id(picture, caption), pair(picture, caption));
    }
  }

  private static PreparedPair pair(String picture, String caption) {
    return PreparedPair.newBuilder()
        .setPairId(id(picture, caption))
        .setImage(ByteBuffer.wrap(picture.getBytes(StandardCharsets.ISO_8859_1)))
        .setImageDigest(digest(picture))
        .setMetadata(PairMetadata.newBuilder().setContributor("museum").build())
        .setOrigin(new Origin("raw", 0, 7L))
        .setCaption(caption)
        .build();
  }

  private void withdraw(String picture, String caption) {
    TestCluster.put(cluster, cluster.topics().training(), id(picture, caption), null);
  }

  private static String id(String picture, String caption) {
    return PairIdentity.pairId(digest(picture), caption);
  }

  private static String digest(String picture) {
    return PairIdentity.imageDigest(ByteBuffer.wrap(picture.getBytes(StandardCharsets.ISO_8859_1)));
  }

  private static void registerSchemas(ClusterAccess of) {
    new TopicCatalogue(of.dataset(), 1)
        .topics()
        .forEach(
            spec ->
                spec.valueSchema()
                    .ifPresent(schema -> of.registry().register(spec.name() + "-value", schema)));
  }

  private Map<String, Answer> answers() {
    return latest(cluster, cluster.topics().answers());
  }

  private Map<String, PairAnswer> pairAnswers() {
    return latest(cluster, cluster.topics().pairAnswers());
  }

  private int records(Topic<?> topic) {
    return TestCluster.committed(cluster, topic.name()).size();
  }

  private static <T> Map<String, T> latest(ClusterAccess of, Topic<T> topic) {
    Map<String, T> latest = new HashMap<>();
    TestCluster.committed(of, topic.name())
        .forEach(
            record ->
                latest.put(CommittedLog.key(record), topic.decode(record.value()).orElse(null)));
    latest.values().removeIf(Objects::isNull);
    return latest;
  }
}
