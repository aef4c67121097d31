package io.pairstream.tools.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.pairstream.cleaning.image.ImageWorker;
import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.cleaning.plan.CleaningPlan.StepObserver;
import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.schemas.IndexedPair;
import io.pairstream.schemas.Measurement;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.tools.recipe.Groups.Group;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RecipeDiffTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  /** The system property is for measuring: how long does a data set of that many pairs take? */
  private static final int PAIRS = Integer.getInteger("pairstream.diff.pairs", 1000);

  private static final RecipeFile OLD =
      new RecipeFile("old", "quality: {min-sharpness: 20}\nimage: {min-side-px: 32}");
  private static final RecipeFile NEW =
      new RecipeFile("new", "quality: {min-sharpness: 15}\nimage: {min-side-px: 400}");

  private static final ImageWorker NO_WORKER =
      (image, plan) -> {
        throw new ImageWorker.ImageWorkerUnavailableException("no pixels are needed");
      };

  private final ClusterAccess cluster =
      KAFKA.dataset(2, "index", "receipts", "quarantine", "training", "crowdsourced");
  private final CleaningPlan old = new CleaningPlan(OLD.reader(), NO_WORKER, StepObserver.NONE);

  @Test
  void otherLimitsNeedNeitherPixelsNorRawRecords() throws IOException {
    put(PAIRS);
    reject("blurred", 10.00, 500);
    reject("sharper", 18.00, 500);
    reject("small", 18.00, 300);
    publishUnder("0123456789abcdef", "other");
    put("copy", PairStatus.QUARANTINED, "DUPLICATE_PAIR", new Origin("raw", 0, -2L));

    long begun = System.nanoTime();
    DiffReport report =
        new RecipeDiff(cluster, OLD, NEW, NO_WORKER, 2, Long.MAX_VALUE, pair -> {}).run();
    if (PAIRS > 1000) {
      System.out.printf("%,d pairs in %.1f s%n", PAIRS, (System.nanoTime() - begun) / 1e9);
    }
    assertThat(report.lost())
        .extracting(Group::name, Group::count)
        .containsExactly(tuple("IMAGE_TOO_SMALL", PAIRS / 10L));
    assertThat(report.kept()).isEqualTo(PAIRS - PAIRS / 10);
    assertThat(report.gained())
        .extracting(Group::name, Group::count)
        .containsExactly(tuple("IMAGE_BLURRED", 1L));
    assertThat(report.stillRejected()).isEqualTo(1);
    assertThat(report.otherReason())
        .extracting(Group::name)
        .containsExactly("IMAGE_BLURRED -> IMAGE_TOO_SMALL");
    assertThat(report.judgedAgain()).isZero();
    assertThat(report.leftOut())
        .containsOnly(
            Map.entry("judged by another recipe", 1L),
            Map.entry("copies, withdrawn or unreadable: they stay so", 1L));
  }

  @Test
  void saysWhichPairsAreLeftOutAsTheirRawRecordsAreGone() {
    TopicPartition partition = new TopicPartition(cluster.topics().crowdsourced().name(), 0);
    RecipeFile pixels = new RecipeFile("pixels", OLD.yaml() + "\npixels: {gamma: 1.1}");
    for (long offset = 0; offset < 2; offset++) {
      TestCluster.send(
          cluster, new ProducerRecord<>(partition.topic(), 0, new byte[1], new byte[1]));
      String id = "%032x".formatted(offset);
      TestCluster.put(cluster, cluster.topics().index(), id, indexed(1));
      put(id, PairStatus.TRAINING, "", new Origin(partition.topic(), 0, offset));
    }
    TestCluster.deleteBefore(cluster, partition, 1);

    DiffReport report =
        new RecipeDiff(cluster, OLD, pixels, NO_WORKER, 2, Long.MAX_VALUE, pair -> {}).run();

    assertThat(report.leftOut())
        .containsOnly(
            Map.entry("raw record no longer retained", 1L),
            Map.entry("raw record cannot be read", 1L));
  }

  /** Published pairs: one in ten is 300 px high. */
  private void put(int pairs) {
    try (var producer = TestCluster.producer(cluster, "")) {
      for (int i = 0; i < pairs; i++) {
        String id = "%032x".formatted(i * 0x9E3779B97F4A7C15L);
        Receipt receipt = receipt(id, PairStatus.TRAINING, "", new Origin("raw", 0, (long) i));
        var unused =
            producer.send(TestCluster.record(cluster.topics().index(), null, id, indexed(i)));
        unused = producer.send(TestCluster.record(cluster.topics().receipts(), null, id, receipt));
      }
    }
  }

  private IndexedPair indexed(int i) {
    Map<String, Double> measures = new HashMap<>();
    for (String measure :
        "aspect_ratio bytes_per_pixel caption_tokens caption_words crop_left_px crop_top_px luma_mean"
            .split(" ")) {
      measures.put(measure, i % 97 + 0.25);
    }
    measures.put("original_width_px", 640.0);
    measures.put("original_height_px", i % 10 == 0 ? 300.0 : 480.0);
    measures.put("sharpness", 20.0 + i % 1000);
    measures.put("colour_deviation", 50.0);
    return IndexedPair.newBuilder()
        .setSplit("TRAINING")
        .setImageDigest("%064x".formatted(i))
        .setPerceptualHash("%016x".formatted(i))
        .setWidth(256)
        .setHeight(256)
        .setLanguage("en")
        .setMeasures(measures)
        .setMetadata(
            PairMetadata.newBuilder()
                .setSourceKind("SCRAPED")
                .setUrl("https://images.example.org/" + i)
                .setLicence("CC0-1.0")
                .build())
        .setRecipeVersion(old.version())
        .build();
  }

  private void reject(String id, double sharpness, int sidePx) throws IOException {
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(sidePx, sidePx, BufferedImage.TYPE_INT_RGB), "png", png);
    RawPair raw =
        RawPair.newBuilder()
            .setImage(ByteBuffer.wrap(png.toByteArray()))
            .setCaption("A dog runs across a green field.")
            .build();
    Topic<RawPair> topic = cluster.topics().crowdsourced();
    QuarantinedPair entry =
        QuarantinedPair.newBuilder()
            .setPairId(id)
            .setImageDigest("%064x".formatted(1))
            .setValue(ByteBuffer.wrap(topic.value().serializer().serialize(topic.name(), raw)))
            .setStep("clean")
            .setReason("IMAGE_BLURRED")
            .setMeasured(
                new Measurement("sharpness", sharpness, "AT_LEAST", 20d, "", "", "", Map.of()))
            .setRecipeVersion(old.version())
            .setOrigin(new Origin(topic.name(), 0, (long) id.hashCode()))
            .build();
    TestCluster.put(cluster, cluster.topics().quarantine(), id, entry);
    put(id, PairStatus.QUARANTINED, entry.getReason(), entry.getOrigin());
  }

  private void publishUnder(String version, String id) {
    IndexedPair pair = indexed(1);
    pair.setRecipeVersion(version);
    TestCluster.put(cluster, cluster.topics().index(), id, pair);
    put(id, PairStatus.TRAINING, "", new Origin("raw", 0, -1L));
  }

  private void put(String id, PairStatus status, String reason, Origin origin) {
    TestCluster.put(cluster, cluster.topics().receipts(), id, receipt(id, status, reason, origin));
  }

  private static Receipt receipt(String id, PairStatus status, String reason, Origin origin) {
    return Receipt.newBuilder()
        .setPairId(id)
        .setStatus(status.name())
        .setReason(reason)
        .setOrigin(origin)
        .build();
  }
}
