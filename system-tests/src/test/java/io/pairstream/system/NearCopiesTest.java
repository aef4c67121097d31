package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.drawing.DrawnPairs;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.operations.audit.AuditReport;
import io.pairstream.schemas.Fingerprint;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.testing.Await;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pictures and changed copies of them, while preprocessing is killed: what was found is held
 * against a comparison of all with all.
 */
@Tag("full")
@Timeout(1800)
class NearCopiesTest {

  private static final int PICTURES = 150;
  private static final int MAX_DISTANCE_BITS = 3;

  @TempDir private Path folder;

  @Test
  void noTwoNearCopiesAreInTwoSplitsWhateverIsKilled() throws Exception {
    Path recipe =
        Files.writeString(
            folder.resolve("recipe.yaml"),
            """
            image: {min-side-px: 32}
            near-copies: {policy: keep-all}
            split: {validation-share: 0.3, test-share: 0.2}
            """);
    List<RawPair> pairs = pictures();
    try (RunningPlatform platform =
        RunningPlatform.start(folder.resolve("data"), recipe.toString())) {
      CompletableFuture<Void> publishing =
          CompletableFuture.runAsync(() -> publish(platform, pairs));
      for (int kill = 0; kill < 2; kill++) {
        int read = 20 + 100 * kill;
        Await.until(
            "pairs are read",
            Duration.ofMinutes(5),
            () -> platform.accountsSoFar().inputs() >= read,
            platform::accountsSoFar);
        platform.killAndAwaitRestart("preprocess");
      }
      publishing.join();
      platform.awaitAllDecided();

      AuditReport report = platform.audit();
      assertThat(report.details()).isEmpty();
      assertThat(report.inputs()).isEqualTo(pairs.size());
      compare(platform);
    }
  }

  private static void publish(RunningPlatform platform, List<RawPair> pairs) {
    try (PairPublisher publisher = platform.publisher(platform.topics().crowdsourced())) {
      pairs.forEach(pair -> publisher.publish(pair).join());
    }
  }

  private static List<PreparedPair> published(RunningPlatform platform) {
    List<PreparedPair> published = new ArrayList<>();
    for (Topic<String, PreparedPair> split :
        List.of(
            platform.topics().training(),
            platform.topics().validation(),
            platform.topics().test())) {
      published.addAll(platform.dataset().committedValues(split));
    }
    return published;
  }

  private static List<QuarantinedPair> quarantined(RunningPlatform platform) {
    return platform.dataset().committedValues(platform.topics().quarantine());
  }

  /** Goes through the pictures in their order, and compares each with all before it. */
  private static void compare(RunningPlatform platform) {
    Map<String, String> splits = new HashMap<>();
    published(platform).forEach(pair -> splits.put(pair.getImageDigest(), pair.getSplit()));
    Set<String> bridges = new HashSet<>();
    quarantined(platform)
        .forEach(
            pair -> {
              assertThat(pair.getReason()).isEqualTo(RejectReason.BRIDGES_SPLITS.name());
              bridges.add(pair.getImageDigest());
            });
    Topic<String, Fingerprint> topic = platform.topics().fingerprints();
    Map<String, Long> before = new HashMap<>();
    int copies = 0;
    for (var record : platform.dataset().committed(topic.name())) {
      String digest = topic.key().deserializer().deserialize(topic.name(), record.key());
      Fingerprint picture = topic.value().deserializer().deserialize(topic.name(), record.value());
      Set<String> near = new HashSet<>();
      before.forEach(
          (earlier, hash) -> {
            if (Math.min(
                    Long.bitCount(hash ^ picture.getPerceptualHash()),
                    Long.bitCount(hash ^ picture.getMirroredHash()))
                <= MAX_DISTANCE_BITS) {
              near.add(splits.get(earlier));
            }
          });
      assertThat(bridges.contains(digest)).as("near %s", near).isEqualTo(near.size() > 1);
      if (near.size() == 1) {
        copies++;
        assertThat(splits.get(digest)).isEqualTo(near.iterator().next());
      }
      if (near.size() < 2) {
        before.put(digest, picture.getPerceptualHash());
      }
    }
    assertThat(copies).isGreaterThan(PICTURES / 2);
  }

  /** Drawn pictures, and of each one of half the size, every second of those mirrored. */
  private static List<RawPair> pictures() {
    DrawnPairs drawn = new DrawnPairs(31, 0.0);
    List<RawPair> pairs = new ArrayList<>();
    for (int number = 0; number < PICTURES; number++) {
      RawPair pair = RunningPlatform.submitted(drawn, number);
      pairs.add(pair);
      pairs.add(
          RawPair.newBuilder()
              .setImage(ByteBuffer.wrap(halved(RunningPlatform.image(pair), number % 2 == 0)))
              .setCaption(pair.getCaption())
              .setSourceKind(pair.getSourceKind())
              .build());
    }
    Collections.shuffle(pairs, new Random(5));
    return pairs;
  }

  private static byte[] halved(byte[] file, boolean mirrored) {
    try {
      BufferedImage image = ImageIO.read(new ByteArrayInputStream(file));
      int width = image.getWidth() / 2;
      int height = image.getHeight() / 2;
      BufferedImage half = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
      Graphics2D graphics = half.createGraphics();
      graphics.setRenderingHint(
          RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
      graphics.drawImage(image, mirrored ? width : 0, 0, mirrored ? -width : width, height, null);
      graphics.dispose();
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      assertThat(ImageIO.write(half, "png", out)).isTrue();
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
