package io.pairstream.feed.python;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.pairstream.feed.DrawnImage;
import io.pairstream.feed.ProducedPairs;
import io.pairstream.feed.batch.ImageDecoder;
import io.pairstream.feed.cut.ViewCut;
import io.pairstream.feed.cut.ViewSealer;
import io.pairstream.feed.order.EpochOrder;
import io.pairstream.feed.order.ExpectedSamples;
import io.pairstream.feed.order.OrderPlan;
import io.pairstream.feed.source.FeedSource;
import io.pairstream.feed.view.Block;
import io.pairstream.feed.view.View;
import io.pairstream.feed.view.ViewFile;
import io.pairstream.feed.view.ViewStore;
import io.pairstream.operate.instances.Instance;
import io.pairstream.operate.instances.Instances;
import io.pairstream.schemas.InstanceStatus;
import io.pairstream.schemas.Metric;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.RunExtent;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.service.report.Series;
import io.pairstream.testing.Await;
import io.pairstream.testing.PythonEnvironment;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.avro.Schema;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Python hands out what this package computes from a view, its order and its records. */
@Timeout(1800)
class PythonFeedTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SIDE = 16;
  private static final int PARTITIONS = 3;
  private static final int BATCH = 24;
  private static final OrderPlan PLAN = new OrderPlan(7, 24, 5);

  @TempDir private Path folder;

  private final ClusterAccess cluster =
      KAFKA.dataset(
          PARTITIONS,
          TopicCatalogue.TRAINING,
          TopicCatalogue.TAKEDOWNS,
          TopicCatalogue.VIEWS,
          TopicCatalogue.RUNS,
          TopicCatalogue.INSTANCES);
  private final FeedSource source = new FeedSource(cluster, PairStatus.TRAINING);

  private static PythonEnvironment python;

  private HttpServer registry;

  /** Before anything is opened: without Python the whole class is skipped. */
  @BeforeAll
  static void findPython() throws Exception {
    python = PythonSources.environment();
  }

  /** The registry of the tests lives in this process; others ask it here. */
  @BeforeEach
  void openRegistry() throws IOException {
    registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    registry.createContext("/schemas/ids/", this::answer);
    latest(source.topic(), PreparedPair.SCHEMA$);
    latest(cluster.topics().runs().name(), RunExtent.SCHEMA$);
    latest(cluster.topics().instances().name(), InstanceStatus.SCHEMA$);
    registry.start();
  }

  @AfterEach
  void closeRegistry() {
    registry.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    int id =
        Integer.parseInt(exchange.getRequestURI().getPath().substring("/schemas/ids/".length()));
    String schema = cluster.registry().writerSchema(source.topic() + "-value", id).toString();
    answer(exchange, JSON.createObjectNode().put("schema", schema));
  }

  /** Tells with what schema a topic's values are written. */
  private void latest(String topic, Schema schema) {
    String subject = topic + "-value";
    registry.createContext(
        "/subjects/" + subject + "/versions/latest",
        exchange -> {
          int id = cluster.registry().idOf(subject, schema);
          ObjectNode found =
              JSON.createObjectNode()
                  .put("subject", subject)
                  .put("version", 1)
                  .put("id", id)
                  .put("schema", cluster.registry().writerSchema(subject, id).toString());
          answer(exchange, found);
        });
  }

  private static void answer(HttpExchange exchange, ObjectNode found) throws IOException {
    try (exchange) {
      byte[] body = JSON.writeValueAsBytes(found);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Test
  void cutsTheViewThatTheJavaFeedCuts() throws Exception {
    produce(70);
    TestCluster.send(cluster, record(4, null));

    Path file = folder.resolve("python.view");
    ObjectNode asked = asked().put("cut", file.toString());
    python.run(PythonSources.variables(Map.of()), handover(asked));

    View found = ViewFile.read(file);
    View expected = ViewCut.of(source, List.of(), read -> {});
    assertThat(found.blocks()).isEqualTo(expected.blocks());
    assertThat(found.fingerprint()).isEqualTo(expected.fingerprint());
  }

  /** A contributor who sent every third pair is withdrawn before the run begins. */
  @Test
  void goesOnAmongWithdrawnPairsWhereItWasKilled() throws Exception {
    produce(75);
    View view = ViewCut.of(source, List.of(), read -> {});
    new ProducedPairs(cluster, PARTITIONS).takeDown(TakedownKind.CONTRIBUTOR, "third");
    ObjectNode asked = asked().put("view", file(view));
    options(asked).put("epochs", 2);

    List<Handed> expected =
        expected(view, 2, pair -> !pair.getMetadata().getContributor().equals("third"));
    assertThat(expected).hasSize(6);
    Random random = new Random(3);
    List<Handed> found = new ArrayList<>();
    while (found.size() < expected.size()) {
      int next = Math.min(2 + random.nextInt(2), expected.size() - found.size());
      Optional<JsonNode> position =
          found.isEmpty() ? Optional.empty() : Optional.of(found.get(found.size() - 1).position());
      inPython(asked, position, next, found);
    }

    assertThat(found).isEqualTo(expected);
  }

  /**
   * Python follows views that this package seals: an epoch is one of a view of the same segments.
   */
  @Tag("full")
  @Test
  void followsInPythonWhatIsSealedHere() throws Exception {
    produce(75);
    ViewStore store = new ViewStore(cluster);
    ViewSealer.Pace pace = new ViewSealer.Pace(1, Duration.ofMinutes(1));
    View view;
    try (ViewSealer sealer =
        ViewSealer.open(store, "live", source, List.of(), pace, Clock.systemUTC())) {
      view = sealer.sealToEnd(read -> {}).orElseThrow().view();
    }
    List<Handed> expected = expected(view, 2, pair -> true).subList(0, 5);
    ObjectNode asked = asked();
    asked.putObject("follow").put("name", "live").put("run", "r");
    options(asked);

    List<Handed> found = new ArrayList<>();
    inPython(asked, Optional.empty(), 5, found);

    assertThat(found)
        .usingRecursiveFieldByFieldElementComparatorIgnoringFields("position")
        .isEqualTo(expected);
  }

  /** As the dashboard reads it, by the names that its trainer's clock knows. */
  @Tag("full")
  @Test
  void operatorsSeeATrainerInPython() throws Exception {
    produce(75);
    ObjectNode asked = asked().put("view", file(ViewCut.of(source, List.of(), read -> {})));
    options(asked);
    Process process = start(asked);
    try (Instances instances = Instances.follow(cluster, Clock.systemUTC());
        BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      assertThat(lines.readLine()).as("a batch of the process").isNotNull();
      Instance trainer = await(instances, found -> has(found, "feed_batches_total", 1));
      assertThat(trainer.service()).isEqualTo("feed");
      assertThat(trainer.silent()).isFalse();
      assertThat(trainer.value("feed_samples_total")).isEqualTo(BATCH);
      assertThat(trainer.value("feed_batch_samples")).isEqualTo(BATCH);
      assertThat(trainer.status().getMetrics())
          .extracting(Metric::getName)
          .contains("feed_ready_batches", "feed_samples_in_memory", "feed_slots")
          .doesNotContain("feed_samples_waiting");

      process.getOutputStream().write('\n');
      process.getOutputStream().flush();
      assertThat(lines.readLine()).as("a batch of the process").isNotNull();
      Series batches = Series.of("feed_batches_total");
      Map<Series, Double> rates =
          await(instances, found -> found.rates().getOrDefault(batches, 0.0) > 0).rates();
      assertThat(rates).containsKey(Series.of("feed_data_wait_seconds_total"));
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private static boolean has(Instance instance, String counter, long value) {
    return instance.value(counter) == value;
  }

  /** The process that reports, once it is as is wanted. */
  private static Instance await(Instances instances, Predicate<Instance> wanted) {
    while (true) {
      Optional<Instance> found = instances.all().stream().filter(wanted).findFirst();
      if (found.isPresent()) {
        return found.get();
      }
      Await.pause();
    }
  }

  /**
   * A batch that was handed out.
   *
   * @param digest of pixels, token ids and mask; SHA-256 in hexadecimal
   */
  private record Handed(List<String> ids, String digest, JsonNode position) {

    private static Handed parse(JsonNode line) {
      List<String> ids = new ArrayList<>();
      line.path("ids").forEach(id -> ids.add(id.textValue()));
      return new Handed(ids, line.path("digest").textValue(), line.path("position"));
    }
  }

  /** All full batches of a run over a view, of some epochs. */
  private List<Handed> expected(View view, int epochs, Predicate<PreparedPair> isSpared)
      throws Exception {
    Map<String, PreparedPair> pairs = new HashMap<>();
    TestCluster.committed(cluster, source.topic())
        .forEach(
            record ->
                cluster
                    .topics()
                    .training()
                    .decode(record.value())
                    .ifPresent(
                        pair -> pairs.put(record.partition() + "-" + record.offset(), pair)));
    Function<EpochOrder.Piece, PreparedPair> read =
        piece -> {
          Block block = view.blocks().get(piece.block());
          return pairs.get(block.partition() + "-" + block.offset(piece.first()));
        };
    List<Handed> handed = new ArrayList<>();
    for (int epoch = 0; epoch < epochs; epoch++) {
      EpochOrder order = new EpochOrder(view.blocks(), PLAN, epoch);
      List<PreparedPair> samples =
          ExpectedSamples.of(order, piece -> isSpared.test(read.apply(piece))).stream()
              .map(read)
              .toList();
      for (int end = BATCH; end <= samples.size(); end += BATCH) {
        boolean isLast = end + BATCH > samples.size();
        String position =
            "{\"view\":\"%s\",\"seed\":%d,\"lanes\":%d,\"window\":%d,\"epoch\":%d,\"samples\":%d}"
                .formatted(
                    view.fingerprint(),
                    PLAN.seed(),
                    PLAN.lanes(),
                    PLAN.window(),
                    isLast ? epoch + 1 : epoch,
                    isLast ? 0 : end);
        List<PreparedPair> batch = samples.subList(end - BATCH, end);
        handed.add(
            new Handed(
                batch.stream().map(PreparedPair::getPairId).toList(),
                digest(batch),
                JSON.readTree(position)));
      }
    }
    return handed;
  }

  private static String digest(List<PreparedPair> batch) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    ByteBuffer pixels = ByteBuffer.allocateDirect(SIDE * SIDE * 3);
    for (PreparedPair pair : batch) {
      new ImageDecoder().decode(pair, pixels);
      digest.update(pixels.duplicate());
    }
    ByteBuffer ids = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder());
    for (PreparedPair pair : batch) {
      pair.getTokenIds().forEach(id -> digest.update(ids.putInt(0, id).array()));
    }
    for (PreparedPair pair : batch) {
      for (int i = 0; i < pair.getTokenIds().size(); i++) {
        digest.update((byte) (i < pair.getTokenCount() ? 1 : 0));
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Kills the process once it has handed out so many batches and is at the next one. */
  private void inPython(ObjectNode run, Optional<JsonNode> from, int steps, List<Handed> handed)
      throws Exception {
    ObjectNode asked = run.deepCopy();
    from.ifPresent(position -> asked.set("position", position));
    Process process = start(asked);
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (int step = 0; step < steps; step++) {
        if (step > 0) {
          process.getOutputStream().write('\n');
          process.getOutputStream().flush();
        }
        String line = lines.readLine();
        assertThat(line).as("a batch of the process").isNotNull();
        handed.add(Handed.parse(JSON.readTree(line)));
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  /** Starts Python; its other output goes to the test's own. */
  private Process start(ObjectNode asked) throws IOException {
    return python
        .builder(PythonSources.variables(Map.of()), handover(asked))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private String file(View view) throws IOException {
    Path file = folder.resolve(view.fingerprint() + ".view");
    ViewFile.write(view, file);
    return file.toString();
  }

  private ObjectNode asked() {
    return JSON.createObjectNode()
        .put("broker", KAFKA.bootstrapServers())
        .put("registry", "http://127.0.0.1:" + registry.getAddress().getPort())
        .put("dataset", cluster.dataset().name());
  }

  private static ObjectNode options(ObjectNode asked) {
    return asked
        .putObject("options")
        .put("batch_size", BATCH)
        .put("seed", PLAN.seed())
        .put("lanes", PLAN.lanes())
        .put("window", PLAN.window())
        .put("side_px", SIDE);
  }

  private static String[] handover(ObjectNode asked) {
    return new String[] {
      PythonSources.FOLDER.resolve("tests").resolve("handover.py").toString(), asked.toString()
    };
  }

  private void produce(int count) {
    try (KafkaProducer<byte[], byte[]> producer = TestCluster.producer(cluster, "-python")) {
      for (int i = 0; i < count; i++) {
        if (i % 16 == 0) {
          producer.beginTransaction();
        }
        TestCluster.acknowledged(producer.send(record(i, sample(i))));
        if (i % 16 == 15 || i == count - 1) {
          producer.commitTransaction();
        }
      }
    }
    // A commit is answered before readers see it; the next producer of that id waits until they do.
    TestCluster.producer(cluster, "-python").close();
  }

  private ProducerRecord<byte[], byte[]> record(int number, PreparedPair sample) {
    return TestCluster.record(
        cluster.topics().training(), number % PARTITIONS, String.valueOf(number), sample);
  }

  private static PreparedPair sample(int number) {
    String encoding = List.of("jpeg", "png", "raw").get(number % 7 % 3);
    return PreparedPair.newBuilder()
        .setPairId(String.valueOf(number))
        .setImage(ByteBuffer.wrap(new DrawnImage(SIDE, SIDE, number % 50).encoded(encoding)))
        .setImageEncoding(encoding)
        .setWidth(SIDE)
        .setHeight(SIDE)
        .setCaption("caption " + number)
        .setTokenIds(List.of(number, number * 1000, 0))
        .setTokenCount(2)
        .setSplit("TRAINING")
        .setMetadata(
            PairMetadata.newBuilder().setContributor(number % 3 == 1 ? "third" : "other").build())
        .build();
  }
}
