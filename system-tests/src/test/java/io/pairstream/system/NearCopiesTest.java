package io.pairstream.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.plan.SplitByImage;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.drawing.DrawnPairs;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.schemas.Fingerprint;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.SourceKind;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.testing.Await;
import io.pairstream.tools.audit.Audit;
import io.pairstream.tools.audit.AuditReport;
import java.awt.AlphaComposite;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Pictures, changed copies of them, and pictures between them, while instances of preprocessing are
 * killed and stopped: what was made of them is held against a comparison of all with all.
 */
@Tag("full")
@Timeout(1800)
class NearCopiesTest extends OnServedDataset {

  private static final int MAX_DISTANCE_BITS = 4;
  private static final int INSTANCES = 2;
  private static final int FAULTS = 3;

  /** Ways from one drawn picture to another, of so many steps each: some bits differ at each. */
  private static final int WAYS = 4;

  private static final int STEPS = 10;

  private final List<PairstreamProcess> instances = new ArrayList<>();

  @ParameterizedTest
  @CsvSource({"keep-all, 1", "keep-first, 16", "keep-best, 4"})
  void nearCopiesAreSeenAsOneWhateverIsKilledAndStopped(String policy, int partitions)
      throws Exception {
    String recipe =
        """
        image: {min-side-px: 32}
        near-copies: {policy: %s}
        split: {validation-share: 0.3, test-share: 0.2}
        """
            .formatted(policy);
    Path file = Files.writeString(folder.resolve("recipe.yaml"), recipe);
    dataset.createTopics(partitions);
    for (int number = 0; number < INSTANCES; number++) {
      instances.add(instance(number, file));
    }
    List<RawPair> pairs = pairs(new Random(partitions));
    try (PairPublisher publisher = publisher()) {
      for (int fault = 0; fault < FAULTS; fault++) {
        int asked = fingerprints().size();
        pairs
            .subList(pairs.size() * fault / FAULTS, pairs.size() * (fault + 1) / FAULTS)
            .forEach(pair -> publisher.publish(pair).join());
        Await.until("pictures are looked up", () -> fingerprints().size() > asked, this::said);
        // Each in its turn, so that every task is restored, the one that looks up among them.
        int hurt = fault % INSTANCES;
        if ((fault + partitions) % 2 == 0) {
          instances.get(hurt).kill();
        } else {
          instances.get(hurt).stop();
        }
        instances.set(hurt, instance(hurt, file));
      }
    }
    Await.until(
        "all is decided",
        Duration.ofMinutes(10),
        () -> RunningPlatform.waiting(access) == 0 && origins().size() >= pairs.size(),
        this::said);

    assertThat(origins()).hasSize(pairs.size()).doesNotHaveDuplicates();
    compare(policy, new SplitByImage(RecipeReader.parse("recipe.yaml", recipe)));
    AuditReport report = new Audit(access).run();
    assertThat(report.details()).isEmpty();
    assertThat(report.inputs()).isEqualTo(pairs.size());
  }

  private PairstreamProcess instance(int number, Path recipe) throws IOException {
    // A killed one whose tasks are elsewhere leaves its transaction open for 36 times its deadline.
    return start(
        "preprocess --threads 2 --workers 2 --decode-deadline PT7S --recipe",
        recipe,
        "--state-dir",
        folder.resolve("state-" + number));
  }

  /** The pictures that were looked up, in the order of their first look-ups, by image digest. */
  private Map<String, Fingerprint> fingerprints() {
    Topic<Fingerprint> topic = dataset.topics().fingerprints();
    Map<String, Fingerprint> pictures = new LinkedHashMap<>();
    dataset
        .committed(topic.name())
        .forEach(
            record ->
                pictures.putIfAbsent(
                    topic.key().deserializer().deserialize(topic.name(), record.key()),
                    topic.read(record.value())));
    return pictures;
  }

  /** The pairs that are published and not withdrawn. */
  private List<PreparedPair> published() {
    Map<String, PreparedPair> published = new HashMap<>();
    for (Topic<PreparedPair> split :
        List.of(
            dataset.topics().training(), dataset.topics().validation(), dataset.topics().test())) {
      dataset
          .committed(split.name())
          .forEach(
              record ->
                  published.put(
                      split.name() + new String(record.key(), UTF_8), split.read(record.value())));
    }
    published.values().removeIf(pair -> pair == null);
    return List.copyOf(published.values());
  }

  private List<QuarantinedPair> quarantined() {
    return dataset.committedValues(dataset.topics().quarantine());
  }

  /** Origin that each output names. */
  private List<Origin> origins() {
    return Stream.concat(
            published().stream().map(PreparedPair::getOrigin),
            quarantined().stream().map(QuarantinedPair::getOrigin))
        .toList();
  }

  private void compare(String policy, SplitByImage own) {
    Map<String, Fingerprint> pictures = fingerprints();
    Map<String, String> splits = new HashMap<>();
    published().forEach(pair -> splits.put(pair.getImageDigest(), pair.getSplit()));
    assertThat(pictures.keySet()).containsAll(splits.keySet());
    pictures.forEach(
        (digest, picture) -> {
          Set<String> copies =
              pictures.keySet().stream()
                  .filter(other -> !other.equals(digest) && areNear(picture, pictures.get(other)))
                  .collect(Collectors.toSet());
          if (copies.isEmpty()) {
            assertThat(splits).containsEntry(digest, own.assign(digest).split().name());
          }
          if (splits.containsKey(digest)) {
            copies.retainAll(splits.keySet());
            assertThat(copies)
                .as("published copies of %s", digest)
                .allMatch(
                    other ->
                        policy.equals("keep-all") && splits.get(other).equals(splits.get(digest)));
          }
        });
    if (!policy.equals("keep-all")) {
      assertThat(quarantined())
          .filteredOn(pair -> pair.getReason().equals(RejectReason.NEAR_COPY.name()))
          .hasSizeGreaterThan(WAYS * STEPS / 2);
    }
  }

  /** Whether one of two pictures nearly is the other one, whichever of them is mirrored. */
  private static boolean areNear(Fingerprint one, Fingerprint other) {
    return IntStream.of(
            Long.bitCount(one.getPerceptualHash() ^ other.getPerceptualHash()),
            Long.bitCount(one.getPerceptualHash() ^ other.getMirroredHash()),
            Long.bitCount(one.getMirroredHash() ^ other.getPerceptualHash()))
        .anyMatch(bits -> bits <= MAX_DISTANCE_BITS);
  }

  /**
   * Pictures on the ways, and of each a copy of half the size, every second one mirrored; of some
   * another caption, and some twice.
   */
  private static List<RawPair> pairs(Random random) throws IOException {
    DrawnPairs drawn = new DrawnPairs(random.nextLong(), 0.0);
    List<RawPair> pairs = new ArrayList<>();
    for (int way = 0; way < WAYS; way++) {
      BufferedImage from = picture(drawn, 2 * way);
      BufferedImage to = picture(drawn, 2 * way + 1);
      for (int step = 0; step < STEPS; step++) {
        BufferedImage between = new BufferedImage(96, 96, BufferedImage.TYPE_INT_RGB);
        draw(from, between, 1, false);
        draw(to, between, (float) step / STEPS, false);
        BufferedImage half = new BufferedImage(48, 48, BufferedImage.TYPE_INT_RGB);
        draw(between, half, 1, step % 2 == 0);
        String caption = "step %d of way %d".formatted(step, way);
        pairs.add(pair(between, "png", caption));
        pairs.add(pair(half, "jpeg", caption + ", half the size"));
        if (step % 3 == 0) {
          pairs.add(pair(between, "png", caption + ", once more"));
          pairs.add(pair(between, "png", caption));
        }
      }
    }
    Collections.shuffle(pairs, random);
    return pairs;
  }

  private static BufferedImage picture(DrawnPairs drawn, int number) throws IOException {
    return ImageIO.read(
        new ByteArrayInputStream(RunningPlatform.image(RunningPlatform.submitted(drawn, number))));
  }

  /** Draws a picture over another one, of which it covers such a share. */
  private static void draw(
      BufferedImage picture, BufferedImage onto, float share, boolean mirrored) {
    int width = onto.getWidth();
    Graphics2D graphics = onto.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    graphics.setComposite(AlphaComposite.SrcOver.derive(share));
    graphics.drawImage(
        picture, mirrored ? width : 0, 0, mirrored ? -width : width, onto.getHeight(), null);
    graphics.dispose();
  }

  private static RawPair pair(BufferedImage picture, String format, String caption)
      throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    assertThat(ImageIO.write(picture, format, file)).isTrue();
    return RawPair.newBuilder()
        .setImage(ByteBuffer.wrap(file.toByteArray()))
        .setCaption(caption)
        .setMetadata(PairMetadata.newBuilder().setSourceKind(SourceKind.SYNTHETIC.name()).build())
        .build();
  }
}
