package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.plan.SplitByImage;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.curation.takedown.Subject;
import io.pairstream.curation.takedown.TakedownService;
import io.pairstream.drawing.DrawnPairs;
import io.pairstream.registry.RegistryCredential;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.testing.Await;
import io.pairstream.testing.LongTimeouts;
import io.pairstream.tools.audit.AuditReport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes killed in the middle of the work: nothing is lost, nothing is there twice, a picture
 * stays in its split, no producer is blamed for an outage, and what an older producer writes is
 * read.
 */
@Timeout(1800)
class FaultsTest {

  private static final Duration CATCH_UP = Duration.ofMinutes(8);
  private static final long PAIRS = 300;
  private static final String DEMO_SPLITS = "split: {validation-share: 0.1, test-share: 0.1}";

  @TempDir private Path folder;

  @Test
  void nothingIsLostAndNothingIsTwiceWhenProcessesAreKilled() throws Exception {
    DrawnPairs pairs = new DrawnPairs(11);
    try (RunningPlatform platform = RunningPlatform.start(folder)) {
      CompletableFuture<Void> publishing =
          CompletableFuture.runAsync(() -> platform.publish(pairs, 0, PAIRS / 2));

      awaitProgress(platform, 1);
      platform.killAndAwaitRestart("preprocess");
      awaitProgress(platform, 2);
      Await.until(
          "an image worker runs",
          CATCH_UP,
          () -> !platform.imageWorkers().isEmpty(),
          platform::imageWorkers);
      platform.imageWorkers().forEach(ProcessHandle::destroyForcibly);
      publishing.join();
      RawPair pair = heldOut(pairs);
      publishWithoutLastField(platform, pair);
      publishing = CompletableFuture.runAsync(() -> platform.publish(pairs, PAIRS / 2, PAIRS));
      awaitProgress(platform, PAIRS / 2 + 2);
      platform.killAndAwaitRestart("broker");
      publishing.join();
      platform.killAndAwaitRestart("preprocess");
      platform.awaitAllDecided();

      AuditReport report = platform.audit();
      assertThat(report.details()).isEmpty();
      assertThat(report.inputs()).isEqualTo(PAIRS + 1);
      assertThat(platform.quarantine()).isEqualTo(expectedRejections(pairs, PAIRS));
      String digest = PairIdentity.imageDigest(pair.getImage());
      Map<String, String> splits =
          platform.dataset().committedValues(platform.topics().receipts()).stream()
              .filter(receipt -> receipt.getImageDigest().equals(digest))
              .collect(Collectors.toMap(Receipt::getPairId, Receipt::getStatus, (a, b) -> b));
      assertThat(splits.values()).hasSize(2).containsOnly(splitOf(pair));
      // No Java machine is at work that soon; the group of the one that was killed still is.
      assertThat(folder.resolve("up.log"))
          .content()
          .containsPattern("\\d\\d:\\d\\d:\\d\\d preprocess ready after ")
          .doesNotContain("preprocess ready after 0.");
    }
  }

  /** Another caption of the first picture that does not belong in training. */
  private static RawPair heldOut(DrawnPairs pairs) {
    return LongStream.range(0, PAIRS / 2)
        .mapToObj(index -> RunningPlatform.submitted(pairs, index))
        .filter(pair -> pair.getAnnotations().containsValue("GOOD"))
        .filter(pair -> !splitOf(pair).equals("TRAINING"))
        .peek(pair -> pair.setCaption("The same picture in another person's words."))
        .findFirst()
        .orElseThrow();
  }

  private static String splitOf(RawPair pair) {
    return new SplitByImage(RecipeReader.parse("demo", DEMO_SPLITS))
        .assign(PairIdentity.imageDigest(pair.getImage()))
        .split()
        .name();
  }

  /** Publishes a pair in a schema that lacks the record's last field, as an older producer does. */
  private static void publishWithoutLastField(RunningPlatform platform, RawPair pair)
      throws IOException {
    List<Schema.Field> fields = RawPair.SCHEMA$.getFields();
    Schema older =
        Schema.createRecord(
            "RawPair",
            null,
            "io.pairstream.schemas",
            false,
            fields.stream()
                .limit(fields.size() - 1)
                .map(field -> new Schema.Field(field, field.schema()))
                .toList());
    byte[] now = platform.raw(pair);
    Object then =
        new GenericDatumReader<>(RawPair.SCHEMA$, older)
            .read(null, DecoderFactory.get().binaryDecoder(now, 5, now.length - 5, null));
    Path credential = platform.data().resolve(RegistryCredential.FILE_NAME);
    int id =
        new Registry(
                platform.cluster().registryAddresses(),
                RegistryCredential.read(credential).clientSettings())
            .register(platform.topics().crowdsourced().name() + "-value", older);
    ByteArrayOutputStream value = new ByteArrayOutputStream();
    value.write(ByteBuffer.allocate(5).put((byte) 0).putInt(id).array());
    new GenericDatumWriter<>(older)
        .write(then, EncoderFactory.get().directBinaryEncoder(value, null));
    platform.sendForeign(0, null, value.toByteArray());
  }

  private static TakedownService.Report takeDownWhilePreprocessIsKilled(
      RunningPlatform platform, String contributor) {
    AtomicBoolean killed = new AtomicBoolean();
    return new TakedownService(platform.access(), Clock.systemUTC())
        .takeDown(
            new TakedownService.Request(
                Subject.contributor(contributor),
                "a test",
                "the pairs are drawn",
                CATCH_UP,
                () -> {
                  if (killed.compareAndSet(false, true)) {
                    platform.killAndAwaitRestart("preprocess");
                  }
                }));
  }

  @Test
  @Tag("full")
  void aRegistryThatIsDownOrEmptyPausesTheWorkAndATakedownOutlivesAKill() throws Exception {
    DrawnPairs good = new DrawnPairs(12, 0.0);
    try (RunningPlatform platform = RunningPlatform.start(folder)) {
      platform.publish(good, 0, 20);
      platform.awaitAllDecided();
      RawPair last = RunningPlatform.submitted(good, 20);
      byte[] serialized =
          platform.raw(
              RawPair.newBuilder().setImage(last.getImage()).setCaption(last.getCaption()).build());

      // The registry comes back without any of its schemas.
      try (Admin admin = platform.access().admin()) {
        KafkaAnswers.await(admin.deleteTopics(List.of("pairstream-schemas")).all());
      }
      platform.killAndAwaitRestart("broker");
      platform.sendForeign(
          0, null, ByteBuffer.allocate(9).put((byte) 0).putInt(987_654_321).array());
      platform.sendForeign(1, "a key", serialized);
      // What is known goes on; what cannot be judged waits, and is blamed for nothing.
      Await.until(
          "the known one is decided and the other waits",
          CATCH_UP,
          () -> platform.waiting() == 1,
          platform::waiting);
      assertThat(platform.quarantine()).isEmpty();

      // What a registry has to read anew takes it long on a busy machine.
      Path clients =
          Files.writeString(
              folder.resolve("clients.properties"),
              LongTimeouts.KAFKA_LINES + LongTimeouts.REGISTRY_LINES);
      try (PairstreamProcess create =
          PairstreamProcess.start(
              folder.resolve("create.log"),
              "topics create --config " + clients + " --data-dir",
              platform.data())) {
        assertThat(create.ended()).as(create.said()).isZero();
      }
      platform.awaitAllDecided();
      assertThat(platform.quarantine()).isEqualTo(Map.of("UNKNOWN_SCHEMA", 1L));
      assertThat(platform.audit().inputs()).isEqualTo(22);
      assertThat(platform.audit().details()).isEmpty();

      TakedownService.Report takedown = takeDownWhilePreprocessIsKilled(platform, "drawn");
      assertThat(takedown.unfinished()).isEmpty();
      assertThat(takedown.removed()).isPositive().isEqualTo(takedown.total());
      platform.publish(good, 0, 4);
      platform.awaitAllDecided();
      AuditReport report = platform.audit();
      assertThat(report.details()).isEmpty();
      assertThat(report.withdrawn()).isEqualTo(takedown.total());
      assertThat(report.outputs().values().stream().mapToLong(count -> count).sum())
          .isEqualTo(26 - takedown.total());
      assertThat(platform.quarantine()).containsKey("WITHDRAWN");
    }
  }

  private static void awaitProgress(RunningPlatform platform, long inputs) {
    Await.until(
        "some pairs are decided",
        CATCH_UP,
        () -> platform.accountsSoFar().inputs() >= inputs,
        () -> "nothing");
  }

  /** How many of the first pairs must be rejected, by reason; the others must be kept. */
  static Map<String, Long> expectedRejections(DrawnPairs pairs, long count) {
    return LongStream.range(0, count)
        .mapToObj(index -> pairs.kindAt(index).rejection())
        .flatMap(Optional::stream)
        .collect(Collectors.groupingBy(RejectReason::name, Collectors.counting()));
  }
}
