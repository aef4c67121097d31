package io.pairstream.tools.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.schemas.Action;
import io.pairstream.schemas.Answer;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.service.table.ViewStorageException;
import io.pairstream.testing.Await;
import io.pairstream.tools.archive.ArchiveFile.Reader;
import io.pairstream.tools.archive.ArchiveFile.Writer;
import io.pairstream.tools.archive.ArchiveFolder.Stored;
import io.pairstream.tools.archive.ArchivedRecord.About;
import io.pairstream.tools.archive.RawArchive.ArchiveReport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The raw log in files, and out of them into another data set. */
class RawArchiveTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private static final String[] TOPICS = {
    TopicCatalogue.CROWDSOURCED,
    TopicCatalogue.SCRAPED,
    TopicCatalogue.TRAINING,
    TopicCatalogue.ANSWERS,
    TopicCatalogue.TAKEDOWNS,
    TopicCatalogue.REVIEWS
  };

  private final ClusterAccess cluster = KAFKA.dataset(2, TOPICS);

  @TempDir Path folder;

  private ProducerRecord<byte[], byte[]> pair(String caption, String contributor) {
    ProducerRecord<byte[], byte[]> record =
        TestCluster.record(
            cluster.topics().crowdsourced(),
            0,
            caption,
            RawPair.newBuilder()
                .setImage(ByteBuffer.wrap(bytes(caption)))
                .setCaption(caption)
                .setMetadata(PairMetadata.newBuilder().setContributor(contributor).build())
                .build());
    record.headers().add("source", bytes(caption));
    return record;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void send(String caption) {
    TestCluster.send(cluster, pair(caption, "anna"));
  }

  private ArchiveReport archive() throws IOException {
    return archive(false);
  }

  private ArchiveReport archive(boolean prunes) throws IOException {
    try (RawArchive archive = new RawArchive(cluster, folder, 1)) {
      return archive.run(prunes);
    }
  }

  private Rerun.RerunReport fromArchive(ClusterAccess into) throws IOException {
    try (Rerun rerun = new Rerun(cluster, into, sent -> {})) {
      return rerun.fromArchive(folder);
    }
  }

  private List<Stored> files() throws IOException {
    return new ArchiveFolder(folder)
        .files(cluster.topics().rawNames()).values().stream().flatMap(List::stream).toList();
  }

  /** Keys of all records in the files, which have the captions for keys. */
  private List<String> archived() throws IOException {
    List<String> keys = new ArrayList<>();
    for (Stored file : files()) {
      try (Reader reader = new Reader(file.path())) {
        for (var next = reader.next(); next.isPresent(); next = reader.next()) {
          keys.add(new String(next.get().about().key(), StandardCharsets.UTF_8));
        }
      }
    }
    return keys;
  }

  private List<String> keysIn(ClusterAccess other) {
    return other.topics().rawNames().stream()
        .flatMap(topic -> TestCluster.committed(other, topic).stream())
        .map(record -> new String(record.key(), StandardCharsets.UTF_8))
        .toList();
  }

  private void takeDown(String contributor) {
    TestCluster.put(
        cluster,
        cluster.topics().takedowns(),
        "CONTRIBUTOR/" + contributor,
        Takedown.newBuilder().setKind("CONTRIBUTOR").setSubject(contributor).build());
  }

  private ClusterAccess other() {
    return other(KAFKA.dataset(2, TOPICS), cluster.registry().addresses());
  }

  private static ClusterAccess other(ClusterAccess made, String registry) {
    ClusterAccess other =
        new ClusterAccess(
            new Cluster(KAFKA.bootstrapServers(), registry, made.dataset(), Map.of(), Map.of()));
    for (var topic : List.of(other.topics().crowdsourced(), other.topics().scraped())) {
      other.registry().register(topic.name() + "-value", RawPair.SCHEMA$);
    }
    other.registry().register(other.topics().answers().name() + "-value", Answer.SCHEMA$);
    return other;
  }

  private void answer(String key, Answer answer) {
    TestCluster.put(cluster, cluster.topics().answers(), key, answer);
  }

  private static Answer says(double nsfw, boolean isSent) {
    return Answer.newBuilder()
        .setCard("nsfw")
        .setNumbers(Map.of("nsfw", nsfw))
        .setSent(isSent)
        .build();
  }

  @Test
  void keepsEachCommittedRecordAsItIsAndOnceAlsoWhereItWasKilled() throws IOException {
    send("one");
    TestCluster.sendInVain(cluster, pair("aborted", "anna"));
    send("two");
    archive();
    // Killed between writing and renaming the last file, in which a record is cut.
    Stored last = files().get(files().size() - 1);
    Path part = folder.resolve("archive.part");
    Files.move(last.path(), part);
    Files.write(part, new byte[1000], StandardOpenOption.APPEND);
    send("three");

    ArchiveReport report = archive();
    ArchiveReport again = archive();

    assertThat(archived()).containsExactly("one", "two", "three");
    assertThat(report.records()).isEqualTo(2);
    assertThat(again.records()).isZero();
    assertThat(again.held()).hasSize(1).allMatch(held -> held.first() == 0 && held.files() == 3);
    try (Reader reader = new Reader(files().get(0).path())) {
      ArchivedRecord record = reader.next().orElseThrow();
      var sent = TestCluster.committed(cluster, cluster.topics().crowdsourced().name()).get(0);
      assertThat(record.value()).isEqualTo(sent.value());
      assertThat(record.headers()).containsExactly(sent.headers().toArray());
      assertThat(record.about().timestamp()).isEqualTo(sent.timestamp());
      assertThat(reader.next()).isEmpty();
    }
    int id = ByteBuffer.wrap(pair("one", "").value()).getInt(1);
    assertThat(new Schema.Parser().parse(folder.resolve("schemas/" + id + ".avsc").toFile()))
        .isEqualTo(cluster.registry().writerSchema("any", id));
  }

  @Test
  void oneProcessHasTheFolder() throws IOException {
    try (RawArchive first = new RawArchive(cluster, folder, 1)) {
      assertThatThrownBy(this::archive).isInstanceOf(ViewStorageException.class);
      assertThat(first.run(false).records()).isZero();
    }
  }

  @Test
  void saysWhatLeftTheLogBeforeItWasArchived() throws IOException {
    send("one");
    archive();
    send("two");
    send("three");
    TopicPartition partition = new TopicPartition(cluster.topics().crowdsourced().name(), 0);
    TestCluster.deleteBefore(cluster, partition, 2);

    ArchiveReport report = archive();

    assertThat(report.missing()).containsExactly(Map.entry(partition.toString(), 1L));
    assertThat(archived()).containsExactly("one", "three");
  }

  @Test
  void whatIsWithdrawnIsLeftOutAndTakenOutAndNotSent() throws IOException {
    var first = TestCluster.send(cluster, pair("museum's", "museum"));
    send("anna's");
    archive();
    takeDown("museum");
    var later = TestCluster.send(cluster, pair("museum's too", "museum"));
    ClusterAccess fromArchive = other();
    ClusterAccess fromTopics = other();

    ArchiveReport kept = archive();
    List<String> before = archived();
    assertThat(fromArchive(fromArchive).withdrawn()).isEqualTo(1);
    assertThat(archive(true).removed()).isEqualTo(1);
    try (Rerun rerun = new Rerun(cluster, fromTopics, sent -> {})) {
      assertThat(rerun.fromTopics().withdrawn()).isEqualTo(2);
    }

    assertThat(kept.withdrawn()).isEqualTo(1);
    assertThat(before).containsExactly("museum's", "anna's");
    assertThat(archived()).containsExactly("anna's");
    assertThat(files().get(files().size() - 1).last()).isEqualTo(later.offset());
    assertThat(files().get(0).first()).isEqualTo(first.offset());
    for (ClusterAccess other : List.of(fromArchive, fromTopics)) {
      assertThat(keysIn(other)).containsExactly("anna's");
      assertThat(TestCluster.committed(other, other.topics().takedowns().name())).hasSize(1);
    }
  }

  @Test
  void whatWasWithdrawnStaysSoWhereTheClusterWasLost() throws IOException {
    send("anna's");
    TestCluster.send(cluster, pair("museum's", "museum"));
    TestCluster.send(cluster, pair("zoo's", "zoo"));
    takeDown("zoo");
    archive();
    takeDown("museum");
    TestCluster.put(cluster, cluster.topics().takedowns(), "CONTRIBUTOR/zoo", null);
    archive();
    loseTopics();
    ClusterAccess other = other();

    assertThat(fromArchive(other).withdrawn()).isEqualTo(1);

    assertThat(keysIn(other)).containsExactly("anna's");
    assertThat(TestCluster.committed(other, other.topics().takedowns().name()))
        .extracting(record -> new String(record.key(), StandardCharsets.UTF_8))
        .containsExactly("CONTRIBUTOR/museum");
    // What has been decided since then counts alone.
    takeDown("anna");
    ClusterAccess later = other();
    fromArchive(later);
    assertThat(keysIn(later)).containsExactly("museum's");
  }

  @Test
  void answersComeBackWithTheirTextsToBeSentAgainAndErasedOnesDoNot() throws IOException {
    send("anna's");
    answer("a/m", says(0.25, true));
    answer("b/m", says(0.5, false));
    answer("c/m", says(0.75, true));
    archive();
    answer("c/m", null);
    takeDown("museum");
    assertThat(archive(false).removed()).isZero();
    takeDown("zoo");
    assertThat(archive(true).removed()).isEqualTo(1);
    loseTopics();
    ClusterAccess other = other();

    fromArchive(other);
    assertThat(fromArchive(other).sent()).isZero();

    Map<String, Optional<Answer>> found = new HashMap<>();
    TestCluster.committed(other, other.topics().answers().name())
        .forEach(
            record ->
                found.put(
                    new String(record.key(), StandardCharsets.UTF_8),
                    other.topics().answers().decode(record.value())));
    assertThat(found)
        .isEqualTo(
            Map.of(
                "a/m", Optional.of(says(0.25, false)),
                "b/m", Optional.of(says(0.5, false)),
                "c/m", Optional.empty()));
  }

  private void loseTopics() {
    List<String> names = Stream.of(TOPICS).map(cluster.dataset()::topic).toList();
    try (Admin admin = cluster.admin()) {
      KafkaAnswers.await(admin.deleteTopics(names).all());
      var unused =
          Await.answer(
              "the topics are made anew",
              () ->
                  KafkaAnswers.await(
                      admin
                          .createTopics(
                              names.stream().map(name -> new NewTopic(name, 2, (short) 1)).toList())
                          .all()));
    }
  }

  @Test
  void followsWhatIsSentAndWithdrawnUntilItIsStopped() throws Exception {
    List<ArchiveReport> reports = new ArrayList<>();
    send("one");

    try (RawArchive archive = new RawArchive(cluster, folder, 1)) {
      reports.add(archive.run(true));
      send("two");
      reports.add(archive.run(true));
      takeDown("anna");
      reports.add(archive.run(true));
    }

    assertThat(reports).extracting(ArchiveReport::records).containsExactly(1L, 1L, 0L);
    assertThat(reports).extracting(ArchiveReport::removed).containsExactly(0L, 0L, 2L);
    assertThat(archived()).isEmpty();
  }

  @Test
  void aRerunThatIsStoppedGoesOnAndSendsEachOnce() throws IOException {
    List<String> captions = IntStream.range(0, 250).mapToObj(i -> "pair " + i).toList();
    captions.subList(0, 200).forEach(this::send);
    archive();
    captions.subList(200, 250).forEach(this::send);
    ClusterAccess other = other();

    assertThatThrownBy(
            () -> {
              try (Rerun stopped = new Rerun(cluster, other, sent -> stop())) {
                stopped.fromArchive(folder);
              }
            })
        .hasMessage("stopped");
    int before = keysIn(other).size();
    try (Rerun fenced = new Rerun(cluster, other, sent -> {});
        Rerun rerun = new Rerun(cluster, other, sent -> {})) {
      rerun.fromArchive(folder);
      assertThatThrownBy(() -> fenced.fromArchive(folder)).hasMessageContaining("goes on");
      rerun.fromTopics();
    }

    assertThat(before).isEqualTo(100);
    assertThat(keysIn(other)).containsExactlyInAnyOrderElementsOf(captions);
    var sent = TestCluster.committed(cluster, cluster.topics().crowdsourced().name()).get(0);
    assertThat(TestCluster.committed(other, other.topics().crowdsourced().name()))
        .anySatisfy(
            record -> {
              assertThat(record.value()).isEqualTo(sent.value());
              assertThat(record.headers()).isEqualTo(sent.headers());
            });
  }

  private static void stop() {
    throw new IllegalStateException("stopped");
  }

  @Test
  void aDataSetWithRecordsOfAnotherOriginIsRefused() {
    ClusterAccess other = other();
    TestCluster.put(
        other, other.topics().scraped(), "key", RawPair.newBuilder().setCaption("its own").build());

    assertThatThrownBy(() -> new Rerun(cluster, other, sent -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("name a new one: --into");
  }

  @Test
  void anArchiveIsReadWithoutTheRegistryOfThatDay() throws IOException {
    send("one");
    archive();
    int id = ByteBuffer.wrap(pair("one", "").value()).getInt(1);
    ClusterAccess made = KAFKA.dataset(2, TOPICS);
    String elsewhere = made.registry().addresses() + "-elsewhere";
    int ofAnother = new Registry(elsewhere, Map.of()).register("actions-value", Action.SCHEMA$);
    ClusterAccess other = other(made, elsewhere);

    fromArchive(other);

    byte[] value =
        TestCluster.committed(other, other.topics().crowdsourced().name()).get(0).value();
    assertThat(ofAnother).isEqualTo(id);
    assertThat(ByteBuffer.wrap(value).getInt(1)).isNotEqualTo(id);
    Optional<RawPair> read = other.topics().crowdsourced().decode(value);
    assertThat(read.map(RawPair::getCaption)).contains("one");
  }

  @Test
  void aFileThatIsCutAnywhereIsNoWholeOne() throws IOException {
    send("one");
    archive();
    Path file = files().get(0).path();
    byte[] whole = Files.readAllBytes(file);
    int end = new String(whole, StandardCharsets.ISO_8859_1).indexOf("end\0");

    for (int length = 0; length <= end; length += 512) {
      Files.write(file, Arrays.copyOf(whole, length));

      assertThatThrownBy(this::archived).as("cut at %s", length).isInstanceOf(IOException.class);
    }
  }

  @Test
  void anArchiveOfAnotherClusterIsNotGoneOnWith() throws IOException {
    send("one");
    archive();
    Path file = files().get(0).path();
    Files.move(file, file.resolveSibling(file.getFileName().toString().replace("0.tar", "9.tar")));

    assertThatThrownBy(this::archive).hasMessageContaining("made anew");

    Files.delete(files().get(0).path());
    int id = ByteBuffer.wrap(pair("one", "").value()).getInt(1);
    Files.writeString(folder.resolve("schemas/" + id + ".avsc"), Action.SCHEMA$.toString());

    assertThatThrownBy(this::archive).hasMessageContaining("it is another registry");
  }

  @Test
  void aRecordThatNoRawTopicTakesHoldsNothingUp() throws IOException {
    send("one");
    archive();
    ArchiveFolder archive = new ArchiveFolder(folder);
    TopicPartition partition = files().get(0).partition();
    try (Writer writer = archive.begin()) {
      writer.add(
          new ArchivedRecord(
              new About(partition.topic(), 0, 1, 0, null, List.of(), true, List.of()),
              new byte[RecordSizes.MAX_RAW_RECORD + 1]));
      archive.keep(writer, partition, 1, 1);
    }
    ClusterAccess other = other();

    try (Rerun rerun = new Rerun(cluster, other, sent -> {})) {
      assertThat(rerun.fromArchive(folder)).isEqualTo(new Rerun.RerunReport(1, 0, 1, 0));
      // The archive has an offset that the topic does not reach.
      assertThatThrownBy(rerun::fromTopics).hasMessageContaining("made anew");
    }
    assertThat(keysIn(other)).containsExactly("one");
  }
}
