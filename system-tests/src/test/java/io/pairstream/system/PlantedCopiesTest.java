package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.plan.SplitByImage;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.image.sandbox.WorkerSettings;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.preprocess.run.PreprocessService;
import io.pairstream.preprocess.run.PreprocessSettings;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.wire.AvroSafety;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.service.report.SelfReport;
import io.pairstream.testing.Await;
import io.pairstream.testing.TestDataset;
import io.pairstream.tools.audit.Audit;
import io.pairstream.tools.audit.AuditReport;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Photographs and changed copies of them, from the raw topic to the splits, with real workers. */
@Timeout(600)
class PlantedCopiesTest {

  static {
    AvroSafety.install();
  }

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private static final Clock CLOCK = Clock.systemUTC();

  /** Records that a pair that waited leaves on its topic: itself, and that it waits no more. */
  private static final int WAITED = 2;

  private static final List<String> PHOTOGRAPHS = List.of("chelsea", "coffee", "rocket", "camera");

  private static final String SPLITS =
      """
      image: {min-side-px: 100}
      split: {validation-share: 0.35, test-share: 0.35}
      """;

  @TempDir private Path folder;
  private final ClusterAccess access = KAFKA.datasetOfAllTopics(2);
  private final TestDataset dataset =
      TestDataset.of(access.dataset(), access.registry(), access.clientSettings());

  /** Change of a picture that is sent again. */
  private enum Change {
    NONE(picture -> jpeg(picture, 0.9f)),
    TWO_THIRDS(picture -> jpeg(sized(picture, picture.getWidth() * 2 / 3), 0.9f)),
    MIRRORED_HALF_QUALITY_60(
        picture -> jpeg(mirrored(sized(picture, picture.getWidth() / 2)), 0.6f)),
    GREY(picture -> jpeg(drawn(picture, BufferedImage.TYPE_BYTE_GRAY), 0.9f)),
    TURNED_BY_EXIF(picture -> turned(picture)),
    CUT(picture -> jpeg(cut(picture), 0.9f));

    private static final Change[] COPIES =
        EnumSet.complementOf(EnumSet.of(NONE)).toArray(Change[]::new);

    private final Function<BufferedImage, byte[]> file;

    Change(Function<BufferedImage, byte[]> file) {
      this.file = file;
    }
  }

  @Test
  void copiesOfAPhotographShareItsSplit() throws Exception {
    try (PreprocessService service = service(new SelfReport("preprocess", CLOCK));
        PairPublisher publisher = publisher()) {
      // Copies are near the photograph, and not always each other: it comes first.
      int count = publish(publisher, Change.NONE);
      await(service, count);
      await(service, count + publish(publisher, Change.COPIES));
    }
    AuditReport report = new Audit(access, Duration.ofMinutes(1)).run();

    Map<String, List<PreparedPair>> published = published();
    assertThat(published.keySet()).containsExactlyInAnyOrderElementsOf(PHOTOGRAPHS);
    published.forEach(
        (photograph, copies) -> {
          Map<String, String> groups = new TreeMap<>();
          copies.forEach(pair -> groups.put(pair.getCaption(), pair.getPictureGroup()));
          String first = groups.get(caption(photograph, Change.NONE));
          assertThat(groups)
              .allSatisfy((copy, group) -> assertThat(group).as(copy).isEqualTo(first));
          assertThat(copies)
              .extracting(PreparedPair::getSplit)
              .containsOnly(copies.get(0).getSplit());
        });
    assertThat(published.values())
        .extracting(copies -> copies.get(0).getPictureGroup())
        .doesNotHaveDuplicates();
    assertThat(report.details()).isEmpty();
    assertThat(report.nearCopies().count()).isZero();
  }

  /** The service's other graph, in which pictures are looked up, gets no further than its start. */
  @Test
  @Tag("full")
  void pairsOfNewPicturesWaitWhileNoneIsLookedUpAlsoThroughARestart() throws Exception {
    try (PreprocessService service = service(new SelfReport("preprocess", CLOCK));
        PairPublisher publisher = publisher()) {
      await(service, publish(publisher, pair("chelsea", Change.NONE)));
    }
    SelfReport report = new SelfReport("preprocess", CLOCK);
    List<PreprocessService> started = new ArrayList<>();

    try (PairPublisher publisher = publisher()) {
      KAFKA.withoutLeaders(
          topic -> topic.startsWith(access.dataset().lookUpGroup()),
          () -> {
            started.add(service(report));
            var unused = publish(publisher, pair("coffee", Change.NONE));
            Await.until(
                "a pair waits, and it says so",
                () ->
                    dataset.committed(dataset.topics().waitingPairs().name()).size() > WAITED
                        && report.notReady().orElse("").contains("wait until these are looked up"),
                report::notReady);
            assertThat(published()).containsOnlyKeys("chelsea");
          });

      started.remove(0).close(); // what waited is prepared once more
      SelfReport again = new SelfReport("preprocess", CLOCK);
      started.add(service(again));
      await(started.get(0), 2);
      Await.until("it is ready", () -> again.notReady().isEmpty(), again::notReady);
    } finally {
      started.forEach(PreprocessService::close);
    }
  }

  private PreprocessService service(SelfReport report) {
    WorkerSettings workers =
        WorkerSettings.of(System.getProperty("pairstream.worker.classpath"), 1)
            .withLimits(Duration.ofSeconds(20), Duration.ofMinutes(10));
    Cluster cluster =
        new Cluster(
            KAFKA.bootstrapServers(),
            "mock://" + access.dataset().name(),
            access.dataset(),
            TestDataset.SETTINGS,
            Map.of());
    try {
      Path recipe = Files.writeString(folder.resolve("recipe.yaml"), SPLITS);
      return new PreprocessService(
          new PreprocessSettings(cluster, recipe.toString(), folder.resolve("state"), 1, workers),
          report);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private PairPublisher publisher() {
    return RunningPlatform.publisher(access);
  }

  private void await(PreprocessService service, int published) {
    Await.until(
        published + " are published",
        () ->
            service.hasEnded()
                || published().values().stream().mapToInt(List::size).sum() == published,
        () -> RunningPlatform.quarantine(access));
  }

  /** Returns how many pairs that are. */
  private static int publish(PairPublisher publisher, Change... changes) {
    return Stream.of(changes)
        .flatMap(change -> PHOTOGRAPHS.stream().map(photograph -> pair(photograph, change)))
        .mapToInt(pair -> publish(publisher, pair))
        .sum();
  }

  private static int publish(PairPublisher publisher, RawPair pair) {
    var unused = publisher.publish(pair).join();
    return 1;
  }

  private static RawPair pair(String photograph, Change change) {
    return RawPair.newBuilder()
        .setImage(file(photograph, change))
        .setCaption(caption(photograph, change))
        .setMetadata(PairMetadata.newBuilder().setContributor(photograph).build())
        .build();
  }

  /** Published pairs of each photograph. */
  private Map<String, List<PreparedPair>> published() {
    return Stream.of(
            access.topics().training(), access.topics().validation(), access.topics().test())
        .flatMap(split -> dataset.committedValues(split).stream())
        .collect(Collectors.groupingBy(pair -> pair.getMetadata().getContributor()));
  }

  /** A file that, without a look-up, is in another split than the photograph. */
  private static ByteBuffer file(String photograph, Change change) {
    byte[] first = Change.NONE.file.apply(photograph(photograph));
    byte[] copy = change.file.apply(photograph(photograph));
    byte trailer = 0;
    while (change != Change.NONE && split(copy).equals(split(first))) {
      copy = Arrays.copyOf(copy, copy.length + 1);
      copy[copy.length - 1] = trailer++;
    }
    return ByteBuffer.wrap(copy);
  }

  private static String split(byte[] file) {
    SplitByImage splits = new SplitByImage(RecipeReader.parse("recipe.yaml", SPLITS));
    return splits.assign(PairIdentity.imageDigest(ByteBuffer.wrap(file))).split().name();
  }

  private static String caption(String photograph, Change change) {
    return "A photograph of %s, changed: %s.".formatted(photograph, change);
  }

  private static BufferedImage photograph(String name) {
    try (InputStream file =
        PlantedCopiesTest.class.getResourceAsStream("photographs/" + name + ".jpg")) {
      return drawn(ImageIO.read(file), BufferedImage.TYPE_INT_RGB);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static BufferedImage drawn(BufferedImage picture, int type) {
    BufferedImage drawn = new BufferedImage(picture.getWidth(), picture.getHeight(), type);
    drawn.getGraphics().drawImage(picture, 0, 0, null);
    return drawn;
  }

  private static BufferedImage sized(BufferedImage picture, int width) {
    int height = picture.getHeight() * width / picture.getWidth();
    BufferedImage sized = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = sized.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    graphics.drawImage(picture, 0, 0, width, height, null);
    return sized;
  }

  private static BufferedImage mirrored(BufferedImage picture) {
    BufferedImage mirrored = drawn(picture, picture.getType());
    int width = picture.getWidth();
    mirrored.getGraphics().drawImage(picture, width, 0, -width, picture.getHeight(), null);
    return mirrored;
  }

  /** Without one pixel in two hundred at each side. */
  private static BufferedImage cut(BufferedImage picture) {
    int x = picture.getWidth() / 200;
    int y = picture.getHeight() / 200;
    return picture.getSubimage(x, y, picture.getWidth() - 2 * x, picture.getHeight() - 2 * y);
  }

  private static byte[] jpeg(BufferedImage picture, float quality) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ImageWriteParam how = writer.getDefaultWriteParam();
    how.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    how.setCompressionQuality(quality);
    try (ImageOutputStream out = ImageIO.createImageOutputStream(file)) {
      writer.setOutput(out);
      writer.write(null, new IIOImage(picture, null, null), how);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file.toByteArray();
  }

  /** Lies on its side in the file, whose EXIF says to turn it to the right. */
  private static byte[] turned(BufferedImage picture) {
    int width = picture.getHeight();
    int height = picture.getWidth();
    BufferedImage lying = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = lying.createGraphics();
    graphics.rotate(-Math.PI / 2);
    graphics.drawImage(picture, -height, 0, null);
    byte[] file = jpeg(lying, 0.9f);
    // One directory of one entry: tag 0x112, one short, 6.
    byte[] exif =
        HexFormat.of()
            .parseHex("ffe100224578696600004d4d002a00000008000101120003000000010006000000000000");
    return ByteBuffer.allocate(file.length + exif.length)
        .put(file, 0, 2)
        .put(exif)
        .put(Arrays.copyOfRange(file, 2, file.length))
        .array();
  }
}
