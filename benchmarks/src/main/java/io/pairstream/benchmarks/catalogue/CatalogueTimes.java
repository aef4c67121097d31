package io.pairstream.benchmarks.catalogue;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.benchmarks.watch.Footprint;
import io.pairstream.operations.catalogue.Catalogue;
import io.pairstream.operations.catalogue.PairIndex;
import io.pairstream.operations.catalogue.PairPage;
import io.pairstream.operations.catalogue.PairQuery;
import io.pairstream.operations.catalogue.PairSearch;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.topics.CreateTopics;
import io.pairstream.platform.LocalPlatform;
import io.pairstream.platform.PlatformSettings;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.AvroSafety;
import io.pairstream.service.Cluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How long the catalogue of pairs takes to be made and to be opened again, what it takes on disk,
 * and how fast it answers.
 *
 * <p>The records are those of the topics, with images of noise; nothing judges them.
 */
@Command(name = "catalogue", mixinStandardHelpOptions = true)
public final class CatalogueTimes implements Callable<Integer> {

  private static final List<String> WORDS =
      List.of(
          "a",
          "red",
          "bicycle",
          "by",
          "the",
          "wall",
          "two",
          "cats",
          "on",
          "sofa",
          "green",
          "boat",
          "under",
          "bridge",
          "children",
          "playing",
          "football",
          "in",
          "snow",
          "mountain",
          "with",
          "old",
          "house",
          "near",
          "river",
          "woman",
          "reading",
          "book",
          "at",
          "window",
          "plate",
          "of",
          "noodles",
          "street",
          "market",
          "night",
          "lights",
          "train",
          "station",
          "dog");

  private static final List<String> REASONS =
      List.of("IMAGE_TOO_SMALL", "CAPTION_TOO_SHORT", "IMAGE_BLURRED", "DUPLICATE_PAIR");

  private static final List<String> SOURCES = List.of("CROWDSOURCED", "SCRAPED", "IMPORTED");

  @Option(
      names = "--quarantined",
      defaultValue = "10000",
      description = "Records of quarantine. Default: ${DEFAULT-VALUE}")
  private int quarantined;

  @Option(
      names = "--accepted",
      defaultValue = "10000",
      description = "Records of training. Default: ${DEFAULT-VALUE}")
  private int accepted;

  @Option(
      names = "--image-bytes",
      defaultValue = "20000",
      description = "Size of each image. Default: ${DEFAULT-VALUE}")
  private int imageBytes;

  @Option(
      names = "--rounds",
      defaultValue = "5",
      description = "How often it is opened again. Default: ${DEFAULT-VALUE}")
  private int rounds;

  @Option(names = "--json", description = "Print one JSON object and nothing else.")
  private boolean json;

  private final Random random = new Random(1);

  public static void main(String[] arguments) {
    AvroSafety.install();
    System.exit(new CommandLine(new CatalogueTimes()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    Path directory = Files.createTempDirectory("catalogue");
    try (LocalPlatform platform = LocalPlatform.start(PlatformSettings.in(directory))) {
      ClusterAccess cluster =
          new ClusterAccess(
              new Cluster(
                  platform.bootstrapServers(),
                  platform.schemaRegistryUrl(),
                  new Dataset("catalogue"),
                  Map.of(),
                  platform.registrySettings()));
      new CreateTopics(cluster, CreateTopics.BROKER_DEFAULT)
          .create(new TopicCatalogue(cluster.dataset(), TopicCatalogue.DEFAULT_PARTITIONS));
      write(cluster);
      ObjectNode result = measure(cluster, directory.resolve("state"));
      System.out.println(
          json
              ? result
              : JsonMapper.builder()
                  .build()
                  .writerWithDefaultPrettyPrinter()
                  .writeValueAsString(result));
    } finally {
      delete(directory);
    }
    return 0;
  }

  private ObjectNode measure(ClusterAccess cluster, Path state) throws IOException {
    ObjectNode result = JsonMapper.builder().build().createObjectNode();
    result.put("quarantined", quarantined);
    result.put("accepted", accepted);
    long begun = System.nanoTime();
    try (Catalogue catalogue = open(cluster, state)) {
      catalogue.caughtUp().join();
      double seconds = (System.nanoTime() - begun) / 1e9;
      result.put("built_seconds", seconds);
      result.put("built_seconds_per_10000", seconds / (quarantined + accepted) * 10_000);
    }
    result.put("disk_bytes_per_pair", bytes(state) / Math.max(1, quarantined + accepted));
    double[] opened = new double[rounds];
    double[] ready = new double[rounds];
    for (int round = 0; round < rounds; round++) {
      begun = System.nanoTime();
      try (Catalogue catalogue = open(cluster, state)) {
        PairSearch search = new PairSearch(catalogue, Clock.systemUTC());
        requireAll(search.board().total());
        PairPage page = search.find(PairQuery.all("QUARANTINED", 50));
        requireAll(page.found().orElse(0));
        opened[round] = (System.nanoTime() - begun) / 1e6;
        catalogue.caughtUp().join();
        ready[round] = (System.nanoTime() - begun) / 1e6;
        if (round == rounds - 1) {
          addQuestions(result, search);
          addMemory(result);
        }
      }
    }
    Arrays.sort(opened);
    Arrays.sort(ready);
    result.put("opened_ms_median", opened[rounds / 2]);
    result.put("opened_ms_worst", opened[rounds - 1]);
    result.put("caught_up_ms_median", ready[rounds / 2]);
    return result;
  }

  private void requireAll(long found) {
    if (found != quarantined) {
      throw new IllegalStateException(
          "the catalogue has " + found + " of " + quarantined + " pairs in quarantine");
    }
  }

  private void addQuestions(ObjectNode result, PairSearch search) {
    double[] millis = new double[200];
    for (int i = 0; i < millis.length; i++) {
      PairQuery query = PairQuery.all("", 50).withText(word() + " " + word());
      long begun = System.nanoTime();
      PairPage unused = search.find(query);
      millis[i] = (System.nanoTime() - begun) / 1e6;
    }
    Arrays.sort(millis);
    result.put("two_words_ms_median", millis[millis.length / 2]);
    result.put("two_words_ms_99", millis[millis.length * 99 / 100]);
    long begun = System.nanoTime();
    int sources = search.sample("", Duration.ofDays(1), new Random(1)).size();
    result.put("sheet_of_" + sources + "_sources_ms", (System.nanoTime() - begun) / 1e6);
  }

  /** Of the whole process, which has written the records before. */
  private static void addMemory(ObjectNode result) throws IOException {
    result.put(
        "most_resident_megabytes",
        Footprint.of(ProcessHandle.current()).mostResidentBytes() / 1_000_000);
    System.gc();
    result.put(
        "heap_megabytes_in_use",
        ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1_000_000);
  }

  private static Catalogue open(ClusterAccess cluster, Path state) {
    return Catalogue.open(
        cluster, List.of(new PairIndex(cluster.topics())), state, Clock.systemUTC());
  }

  private void write(ClusterAccess cluster) {
    Map<String, Object> settings = new HashMap<>(cluster.clientSettings());
    settings.remove("default.api.timeout.ms");
    settings.put("max.request.size", 10 * 1024 * 1024);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int i = 0; i < quarantined; i++) {
        RawPair raw = raw();
        send(producer, cluster.topics().quarantine(), pairId(raw), rejected(cluster, raw, i));
      }
      for (int i = 0; i < accepted; i++) {
        RawPair raw = raw();
        send(producer, cluster.topics().training(), pairId(raw), prepared(cluster, raw, i));
      }
      producer.flush();
    }
  }

  private RawPair raw() {
    byte[] image = new byte[imageBytes];
    random.nextBytes(image);
    StringBuilder caption = new StringBuilder();
    for (int i = 0; i < 10; i++) {
      caption.append(i == 0 ? "" : " ").append(word());
    }
    return RawPair.newBuilder()
        .setImage(ByteBuffer.wrap(image))
        .setCaption(caption.toString())
        .setLanguage("en")
        .setSourceKind(SOURCES.get(random.nextInt(SOURCES.size())))
        .setContributor("contributor " + random.nextInt(50))
        .setUrl("https://host" + random.nextInt(500) + ".test/" + random.nextInt() + ".jpg")
        .setLicence("CC-BY-4.0")
        .setReceivedAt(Instant.now())
        .build();
  }

  private QuarantinedPair rejected(ClusterAccess cluster, RawPair raw, long offset) {
    Topic<String, RawPair> topic = cluster.topics().crowdsourced();
    return QuarantinedPair.newBuilder()
        .setPairId(pairId(raw))
        .setImageDigest(PairIdentity.imageDigest(raw.getImage()))
        .setValue(ByteBuffer.wrap(topic.value().serializer().serialize(topic.name(), raw)))
        .setStep("gate")
        .setReason(REASONS.get(random.nextInt(REASONS.size())))
        .setDetail("32x32: shorter side is below 64 px")
        .setMeasured("32 px")
        .setLimit("64 px")
        .setRecipeVersion("0123456789abcdef")
        .setOrigin(new Origin(topic.name(), 0, offset))
        .setQuarantinedAt(Instant.now())
        .build();
  }

  private PreparedPair prepared(ClusterAccess cluster, RawPair raw, long offset) {
    return PreparedPair.newBuilder()
        .setPairId(pairId(raw))
        .setImageDigest(PairIdentity.imageDigest(raw.getImage()))
        .setImage(raw.getImage())
        .setCaption(raw.getCaption())
        .setLanguage("en")
        .setSplit("TRAINING")
        .setSourceKind(raw.getSourceKind())
        .setContributor(raw.getContributor())
        .setUrl(raw.getUrl())
        .setLicence(raw.getLicence())
        .setRecipeVersion("0123456789abcdef")
        .setOrigin(new Origin(cluster.topics().crowdsourced().name(), 1, offset))
        .setReceivedAt(raw.getReceivedAt())
        .setPreparedAt(Instant.now())
        .build();
  }

  private static <T> void send(
      KafkaProducer<byte[], byte[]> producer, Topic<String, T> topic, String key, T value) {
    var unused =
        producer.send(
            new ProducerRecord<>(
                topic.name(),
                key.getBytes(StandardCharsets.UTF_8),
                topic.value().serializer().serialize(topic.name(), value)));
  }

  private static String pairId(RawPair raw) {
    return PairIdentity.pairId(PairIdentity.imageDigest(raw.getImage()), raw.getCaption());
  }

  private String word() {
    return WORDS.get(random.nextInt(WORDS.size()));
  }

  private static long bytes(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).mapToLong(CatalogueTimes::size).sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
