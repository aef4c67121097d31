package io.pairstream.benchmarks;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.feed.FeedSettings;
import io.pairstream.feed.FeedSource;
import io.pairstream.feed.PairFeed;
import io.pairstream.feed.ReadyBatch;
import io.pairstream.feed.Shapes;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.topics.CreateTopics;
import io.pairstream.platform.LocalPlatform;
import io.pairstream.platform.PlatformSettings;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.Standing;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.AvroSafety;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.service.Cluster;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What the feed costs by the shapes that it hands out: JPEGs of 256 x 256 pixels at quality 95, on
 * a broker of their own, read to the end of the topic by one feed after the other.
 *
 * <p>Each round reads everything once in each way, one way after the other; a first round warms up
 * and is not counted. Processor time is this process's, so the broker's is not in it.
 */
@Command(name = "feed", mixinStandardHelpOptions = true)
public final class FeedPixels implements Callable<Integer> {

  private static final int SIDE = 256;
  private static final int TOKENS = 128;
  private static final int BATCH = 32;

  @Option(
      names = "--samples",
      defaultValue = "2000",
      description = "Samples per reading. Default: ${DEFAULT-VALUE}")
  private int samples;

  @Option(names = "--rounds", defaultValue = "5", description = "Default: ${DEFAULT-VALUE}")
  private int rounds;

  @Option(names = "--seed", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(
      names = "--from",
      description = "Take the JPEG files of this folder, cut and scaled, instead of drawn ones.")
  private Path from;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  public static void main(String[] arguments) {
    AvroSafety.install();
    System.exit(new CommandLine(new FeedPixels()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException {
    List<byte[]> images = from == null ? drawn() : read(from);
    Path directory = Files.createTempDirectory("pairstream-benchmark");
    try (LocalPlatform platform = LocalPlatform.start(PlatformSettings.in(directory))) {
      Dataset dataset = new Dataset(Dataset.DEFAULT_NAME);
      Cluster cluster =
          new Cluster(
              platform.bootstrapServers(),
              platform.schemaRegistryUrl(),
              dataset,
              Map.of(),
              platform.registrySettings());
      Registry registry = cluster.registry();
      Map<String, Object> kafka = Map.of("bootstrap.servers", cluster.bootstrapServers());
      new CreateTopics(new ClusterAccess(cluster), CreateTopics.BROKER_DEFAULT)
          .create(new TopicCatalogue(dataset, 4));
      publish(images, PairTopics.of(dataset, new AvroSerdes(registry)).training(), kafka);
      measure(new FeedSource(dataset, Standing.TRAINING, registry, kafka));
    } finally {
      delete(directory);
    }
    return 0;
  }

  private void measure(FeedSource source) {
    Map<String, List<Double>> cpuMs = new LinkedHashMap<>();
    Map<String, List<Double>> perSecond = new LinkedHashMap<>();
    for (int round = 0; round <= rounds; round++) {
      for (Map.Entry<String, FeedSettings> way : ways().entrySet()) {
        Duration before = cpu();
        double rate = drain(source, way.getValue());
        Duration after = cpu();
        if (round > 0) {
          cpuMs
              .computeIfAbsent(way.getKey(), any -> new ArrayList<>())
              .add((double) after.minus(before).toMillis() / samples);
          perSecond.computeIfAbsent(way.getKey(), any -> new ArrayList<>()).add(rate);
        }
      }
    }
    ObjectNode result = new JsonMapper().createObjectNode();
    result.put("samples", samples).put("rounds", rounds);
    result.put("processors", Runtime.getRuntime().availableProcessors());
    StringBuilder text =
        new StringBuilder(
            String.format(
                "%-26s %16s %16s %14s%n",
                "feed", "CPU ms/sample", "smallest-largest", "samples/s"));
    cpuMs.forEach(
        (way, all) -> {
          Collections.sort(all);
          result
              .putObject(way)
              .put("cpu_ms_per_sample", median(all))
              .put("samples_per_second", Math.round(median(perSecond.get(way))));
          text.append(
              String.format(
                  Locale.ROOT,
                  "%-26s %16.3f %8.3f-%.3f %14.0f%n",
                  way,
                  median(all),
                  all.get(0),
                  all.get(all.size() - 1),
                  median(perSecond.get(way))));
        });
    System.out.print(json ? result + System.lineSeparator() : text);
  }

  private static Map<String, FeedSettings> ways() {
    FeedSettings stored =
        FeedSettings.ofBatches(BATCH)
            .shape(SIDE, SIDE, TOKENS)
            .until(FeedSettings.End.WHERE_LOG_ENDS);
    Map<String, FeedSettings> ways = new LinkedHashMap<>();
    ways.put("as stored", stored);
    ways.put("any size", stored.shapes(new Shapes.Several(SIDE * SIDE, 64 * BATCH)));
    ways.put("planes", stored.layout(FeedSettings.Layout.NCHW));
    return ways;
  }

  /** Reads everything once; answers samples per second. */
  private double drain(FeedSource source, FeedSettings settings) {
    try (PairFeed feed = PairFeed.open(source, settings)) {
      for (Optional<ReadyBatch> next = feed.next(); next.isPresent(); next = feed.next()) {
        next.get().close();
      }
      if (feed.stats().samples() != samples) {
        throw new IllegalStateException(feed.stats().samples() + " samples of " + samples);
      }
      return feed.stats().samplesPerSecond();
    }
  }

  private void publish(
      List<byte[]> images, Topic<String, PreparedPair> topic, Map<String, Object> kafka) {
    List<Integer> tokens = new ArrayList<>(Collections.nCopies(TOKENS, 50256));
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(kafka, new StringSerializer(), new ByteArraySerializer())) {
      for (int i = 0; i < samples; i++) {
        PreparedPair pair =
            PreparedPair.newBuilder()
                .setPairId(String.format("%032x", i))
                .setImage(ByteBuffer.wrap(images.get(i % images.size())))
                .setWidth(SIDE)
                .setHeight(SIDE)
                .setCaption("A caption of the usual length, which nobody looks at.")
                .setTokenIds(tokens)
                .setTokenCount(12)
                .setSplit(Standing.TRAINING.name())
                .build();
        var unused =
            producer.send(
                new ProducerRecord<>(
                    topic.name(),
                    pair.getPairId(),
                    topic.value().serializer().serialize(topic.name(), pair)));
      }
      producer.flush();
    }
  }

  /** Pictures with edges, gradients and grain. */
  private List<byte[]> drawn() throws IOException {
    Random random = new Random(seed);
    List<byte[]> images = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
      Graphics2D canvas = image.createGraphics();
      canvas.setPaint(
          new GradientPaint(
              0, 0, new Color(random.nextInt()), SIDE, SIDE, new Color(random.nextInt())));
      canvas.fillRect(0, 0, SIDE, SIDE);
      for (int shape = 0; shape < 20; shape++) {
        canvas.setColor(new Color(random.nextInt()));
        canvas.fillOval(
            random.nextInt(SIDE), random.nextInt(SIDE), random.nextInt(90), random.nextInt(90));
      }
      canvas.dispose();
      for (int at = 0; at < SIDE * SIDE; at++) {
        int grain = random.nextInt(12) * 0x010101;
        image.setRGB(at % SIDE, at / SIDE, (image.getRGB(at % SIDE, at / SIDE) & 0xf0f0f0) + grain);
      }
      images.add(jpeg(image));
    }
    return images;
  }

  private static List<byte[]> read(Path folder) throws IOException {
    List<byte[]> images = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".jpg")).sorted().toList()) {
        BufferedImage whole = ImageIO.read(file.toFile());
        int side = Math.min(whole.getWidth(), whole.getHeight());
        int left = (whole.getWidth() - side) / 2;
        int top = (whole.getHeight() - side) / 2;
        BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        Graphics2D canvas = image.createGraphics();
        canvas.setRenderingHint(
            RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        canvas.drawImage(whole, 0, 0, SIDE, SIDE, left, top, left + side, top + side, null);
        canvas.dispose();
        images.add(jpeg(image));
      }
    }
    return images;
  }

  private static byte[] jpeg(BufferedImage image) throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ImageWriteParam settings = writer.getDefaultWriteParam();
    settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    settings.setCompressionQuality(0.95f);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    writer.setOutput(ImageIO.createImageOutputStream(file));
    writer.write(null, new IIOImage(image, null, null), settings);
    writer.dispose();
    return file.toByteArray();
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }

  private static Duration cpu() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
  }

  private static void delete(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
