package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.drawing.DrawnPairs;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.testing.Await;
import io.pairstream.testing.TestDataset;
import io.pairstream.testing.TestKafka;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Who asks a model is killed at its work, again and again: of every pair exactly one thing is said,
 * and a kill costs one batch of questions at most. One who comes without any state, or for another
 * data set with the same pictures, asks nothing.
 */
@Tag("full")
@Timeout(7200)
class KilledAskingTest {

  @RegisterExtension static final TestKafka KAFKA = new TestKafka();

  private static final long SEED = 1;
  private static final int PICTURES = Integer.getInteger("asking.pictures", 2_000);
  private static final int KILLS = 20;
  private static final int CAPTIONS = 2;
  private static final int DIGEST_DIGITS = 64;

  /** Makes all questions of a run last for a minute or so, so that kills meet the model at work. */
  private static final int DIGESTS = 800_000;

  @TempDir private Path folder;

  @Test
  void noneOfManyKillsCostsMoreThanABatch() throws Exception {
    TestDataset dataset = KAFKA.dataset(4, AskingProcess.TOPICS);
    Set<String> shown = publish(dataset, PICTURES, "caption");
    int digests = Math.min(400, DIGESTS / PICTURES);
    SplittableRandom random = new SplittableRandom(SEED);
    int step = PICTURES / (KILLS + 1);
    for (int kill = 0; kill < KILLS; kill++) {
      Process process = start(dataset, "state", digests);
      int until = kill * step + random.nextInt(1, step);
      Await.until(
          "the model has been asked " + until + " times or all is done",
          () -> askedSoFar() >= until || !process.isAlive(),
          this::log);
      process.destroyForcibly().waitFor();
    }
    askToTheEnd(start(dataset, "state", digests));

    assertThat(new HashSet<>(asked())).isEqualTo(shown);
    int asked = asked().size();
    assertThat(asked - shown.size()).isBetween(0, KILLS * AskingProcess.BATCH);
    assertEachIsSaidOnce(dataset, PICTURES);

    forgetWhatWasRead(dataset);
    askToTheEnd(start(dataset, "fresh-state", digests));
    assertEachIsSaidOnce(dataset, PICTURES);
    TestDataset second = KAFKA.dataset(4, AskingProcess.TOPICS);
    assertThat(publish(second, PICTURES, "another caption")).isEqualTo(shown);
    askToTheEnd(start(second, "second-state", digests, dataset.dataset().name()));
    assertEachIsSaidOnce(second, PICTURES);
    assertThat(asked()).hasSize(asked);
  }

  /** So that the next instance begins with the first pair. */
  private static void forgetWhatWasRead(TestDataset dataset) {
    try (Admin admin = dataset.admin()) {
      List<String> groups =
          KafkaAnswers.await(admin.listGroups().all()).stream()
              .map(GroupListing::groupId)
              .filter(group -> dataset.dataset().scoreGroupIn(group).isPresent())
              .toList();
      assertThat(groups).isNotEmpty();
      KafkaAnswers.await(admin.deleteConsumerGroups(groups).all());
    }
  }

  private void askToTheEnd(Process process) throws Exception {
    assertThat(process.waitFor(60, TimeUnit.MINUTES)).as(this::log).isTrue();
    assertThat(process.exitValue()).as(this::log).isZero();
  }

  private static void assertEachIsSaidOnce(TestDataset dataset, int pictures) {
    Map<String, Integer> said = records(dataset, dataset.topics().pairAnswers().name());
    assertThat(said).hasSize(pictures * CAPTIONS);
    assertThat(said.values()).containsOnly(1);
    assertThat(records(dataset, dataset.topics().answers().name()).values())
        .hasSize(pictures)
        .containsOnly(1);
  }

  private Process start(TestDataset dataset, String state, int digests, String... answersOf)
      throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                dataset.bootstrapServers(),
                dataset.dataset().name(),
                folder.resolve(state).toString(),
                calls().toString(),
                String.valueOf(digests)));
    arguments.addAll(List.of(answersOf));
    return AskingProcess.builder(logFile(), "", arguments).start();
  }

  private Path calls() {
    return folder.resolve("calls");
  }

  private Path logFile() {
    return folder.resolve("log");
  }

  private String log() {
    try {
      return Files.readString(logFile());
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Digests of the pictures that the model was asked about, in order. */
  private List<String> asked() throws IOException {
    return Files.exists(calls()) ? Files.readAllLines(calls()) : List.of();
  }

  /** How many {@link #asked} has, without reading them: each is a digest and the line's end. */
  private long askedSoFar() throws IOException {
    return Files.exists(calls()) ? Files.size(calls()) / (DIGEST_DIGITS + 1) : 0;
  }

  /**
   * Publishes drawn pictures, each with some captions.
   *
   * @return their digests
   */
  private static Set<String> publish(TestDataset dataset, int pictures, String words) {
    Set<String> digests = new HashSet<>();
    DrawnPairs drawn = DrawnPairs.plain(SEED);
    try (KafkaProducer<byte[], byte[]> producer = dataset.producer("")) {
      for (int i = 0; i < pictures; i++) {
        ByteBuffer image = drawn.at(i).pair().getImage();
        String digest = PairIdentity.imageDigest(image);
        digests.add(digest);
        for (int caption = 0; caption < CAPTIONS; caption++) {
          String text = words + " " + caption;
          PreparedPair pair =
              PreparedPair.newBuilder()
                  .setPairId(PairIdentity.pairId(digest, text))
                  .setImage(image.duplicate())
                  .setCaption(text)
                  .build();
          var unused =
              producer.send(
                  TestDataset.record(dataset.topics().training(), null, pair.getPairId(), pair));
        }
      }
      producer.flush();
    }
    return digests;
  }

  /** How many committed records each key of a topic has. */
  private static Map<String, Integer> records(TestDataset dataset, String topic) {
    Map<String, Integer> records = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : dataset.committed(topic)) {
      records.merge(new String(record.key(), StandardCharsets.UTF_8), 1, Integer::sum);
    }
    return records;
  }
}
