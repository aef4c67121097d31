package io.pairstream.preprocess.topology;

import static java.util.stream.Collectors.toMap;

import io.pairstream.cleaning.image.ImageWorker;
import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.cleaning.plan.CleaningPlan.StepObserver;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.schemas.Fingerprint;
import io.pairstream.schemas.Metric;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.WaitingPair;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.schemas.wire.WriterSchemas;
import io.pairstream.service.report.Counts;
import io.pairstream.service.report.Reading;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;

/** The topology in Kafka's test driver, with a registry in memory and one partition per topic. */
final class TopologyUnderTest implements AutoCloseable {

  static final Instant ARRIVAL = Instant.parse("2026-03-01T12:00:00Z");

  static final String ALL_TRAINING = "split: {validation-share: 0.0, test-share: 0.0}";

  /** A recipe that holds out enough to see all outputs with few pairs. */
  static final String RECIPE =
      """
      split:
        validation-share: 0.3
        test-share: 0.3
      """;

  /** Where files lie that recipes of tests name. */
  private static final String RECIPE_FILE =
      Path.of(System.getProperty("java.io.tmpdir"), "test.yaml").toString();

  private final Registry registry = new Registry("mock://" + UUID.randomUUID(), Map.of());
  private final PairTopics topics = PairTopics.of(new Dataset("pairs"), registry);
  private final WriterSchemas schemas;
  private final Counts counts = new Counts();
  private final DecisionCounts decisions =
      new DecisionCounts(counts, Clock.fixed(ARRIVAL.plusMillis(700), ZoneOffset.UTC));
  private final TopologyTestDriver driver;
  private final Map<String, TestInputTopic<byte[], byte[]>> inputs;

  /** Records sent to each topic, by offset. */
  private final Map<String, List<ConsumerRecord<byte[], byte[]>>> sent = new HashMap<>();

  TopologyUnderTest(ImageWorker worker) {
    this(worker, RECIPE);
  }

  /**
   * @param recipe looks for no near copies unless it says so: here no service answers what is asked
   */
  TopologyUnderTest(ImageWorker worker, String recipe) {
    this(worker, recipe, Long.MAX_VALUE);
  }

  /**
   * A topology with a bound on the memory for pairs that wait.
   *
   * @param mostHeldBytes 0 for none: each is prepared once more from its raw record
   */
  TopologyUnderTest(ImageWorker worker, String recipe, long mostHeldBytes) {
    register(topics, registry);
    schemas = new WriterSchemas(topics.crowdsourced());
    CleaningPlan plan =
        new CleaningPlan(
            RecipeReader.parse(RECIPE_FILE, withoutLookUp(recipe)), worker, StepObserver.NONE);
    Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, topics.dataset().preprocessGroup());
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    // A store's files are locked, and the usual directory is the whole machine's.
    properties.put(StreamsConfig.STATE_DIR_CONFIG, "target/state/" + UUID.randomUUID());
    driver =
        new TopologyTestDriver(
            new PreprocessTopology(topics, plan, schemas, 1, decisions, this::sent, mostHeldBytes)
                .build(new StreamsBuilder(timed(properties, counts))),
            properties,
            ARRIVAL);
    inputs =
        Map.of(
            "crowdsourced", input(topics.crowdsourced().name()),
            "scraped", input(topics.scraped().name()),
            "generated", input(topics.generated().name()),
            "takedowns", input(topics.takedowns().name()),
            "findings", input(topics.findings().name()));
  }

  private static String withoutLookUp(String recipe) {
    if (recipe.contains("near-copies:")) {
      return recipe;
    }
    return recipe.startsWith("{")
        ? recipe.replaceFirst("\\{", "{near-copies: {policy: ignore}, ")
        : recipe + "\nnear-copies: {policy: ignore}\n";
  }

  /** Registers the schemas of a data set's topics. */
  static void register(PairTopics topics, Registry registry) {
    new TopicCatalogue(topics.dataset(), 1)
        .topics()
        .forEach(
            topic ->
                topic
                    .valueSchema()
                    .ifPresent(schema -> registry.register(topic.name() + "-value", schema)));
  }

  /** Settings under which processors are timed, as the service has them. */
  static TopologyConfig timed(Properties properties, Counts counts) {
    Map<String, Object> settings = new HashMap<>();
    properties.forEach((name, value) -> settings.put(name.toString(), value));
    settings.putIfAbsent(StreamsConfig.APPLICATION_ID_CONFIG, "timed");
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
    settings.put(StreamsConfig.PROCESSOR_WRAPPER_CLASS_CONFIG, TimedProcessors.class);
    settings.put(TimedProcessors.COUNTS, counts);
    return new TopologyConfig(new StreamsConfig(settings));
  }

  /** A counter as it is reported. */
  long counter(String name) {
    return counters().get(name).longValue();
  }

  /** All numbers, by name with part and labels. */
  Map<String, Double> counters() {
    Reading reading = new Reading();
    counts.accept(reading);
    return reading.metrics().stream()
        .collect(toMap(TopologyUnderTest::text, Metric::getValue, Double::sum, TreeMap::new));
  }

  private static String text(Metric metric) {
    String labels = metric.getLabels().toString().replace(", ", ",");
    String part = metric.getPart().isEmpty() ? "" : "_" + metric.getPart();
    return metric.getName() + part + (metric.getLabels().isEmpty() ? "" : labels);
  }

  Registry registry() {
    return registry;
  }

  PairTopics topics() {
    return topics;
  }

  /** Sends a pair as our own producers do. */
  void send(String topic, RawPair pair) {
    send(topic, digest(pair), bytes(pair), new RecordHeaders());
  }

  void send(String topic, byte[] key, byte[] value, Headers headers) {
    send(topic, key, value, headers, ARRIVAL);
  }

  void send(String topic, byte[] key, byte[] value, Headers headers, Instant time) {
    List<ConsumerRecord<byte[], byte[]>> log =
        sent.computeIfAbsent("pairs." + topic, first -> new ArrayList<>());
    log.add(
        new ConsumerRecord<>(
            "pairs." + topic,
            0,
            log.size(),
            time.toEpochMilli(),
            TimestampType.CREATE_TIME,
            0,
            0,
            key,
            value,
            new RecordHeaders(headers.toArray()),
            Optional.empty()));
    inputs.get(topic).pipeInput(new TestRecord<>(key, value, headers, time));
  }

  private Optional<ConsumerRecord<byte[], byte[]>> sent(Origin origin) {
    return sent.getOrDefault(origin.getTopic(), List.of()).stream()
        .filter(record -> record.offset() == origin.getOffset())
        .findFirst();
  }

  /** Deletes what was sent, as a topic does whose retention is over. */
  void expire() {
    sent.clear();
  }

  /** Sends a takedown, or a tombstone that lifts it. */
  void sendTakedown(String key, Takedown takedown) {
    byte[] value = takedown == null ? null : bytes(takedown);
    send("takedowns", key.getBytes(StandardCharsets.UTF_8), value, new RecordHeaders());
  }

  byte[] bytes(Takedown takedown) {
    return topics.takedowns().value().serializer().serialize("", takedown);
  }

  /** Puts a receipt into the store, as if the topology had written it before. */
  void remember(Receipt receipt) {
    driver
        .<String, Receipt>getKeyValueStore(TopicCatalogue.RECEIPTS_STORE)
        .put(receipt.getPairId(), receipt);
  }

  /** Whether any pair waits until its picture is looked up. */
  boolean waits() {
    KeyValueStore<String, WaitingPair> store =
        driver.getKeyValueStore(TopicCatalogue.WAITING_PAIRS_STORE);
    try (KeyValueIterator<String, WaitingPair> all = store.all()) {
      return all.hasNext();
    }
  }

  byte[] bytes(RawPair pair) {
    return topics.crowdsourced().value().serializer().serialize(topics.crowdsourced().name(), pair);
  }

  static byte[] digest(RawPair pair) {
    return PairIdentity.imageDigest(pair.getImage()).getBytes(StandardCharsets.US_ASCII);
  }

  static String pairId(RawPair pair) {
    return PairIdentity.pairId(PairIdentity.imageDigest(pair.getImage()), pair.getCaption());
  }

  List<TestRecord<String, PreparedPair>> training() {
    return read(topics.training());
  }

  List<TestRecord<String, PreparedPair>> validation() {
    return read(topics.validation());
  }

  List<TestRecord<String, PreparedPair>> test() {
    return read(topics.test());
  }

  List<TestRecord<String, QuarantinedPair>> quarantine() {
    return read(topics.quarantine());
  }

  /** Reasons of what came into quarantine since the last look. */
  List<String> reasons() {
    return quarantine().stream().map(record -> record.value().getReason()).toList();
  }

  List<TestRecord<String, Receipt>> receipts() {
    return read(topics.receipts());
  }

  /** Takedowns on their way to the tasks that they concern. */
  List<TestRecord<String, Takedown>> takedownsOnTheWay() {
    return driver
        .createOutputTopic(
            TopicCatalogue.takedownsByImageTopic(topics.dataset()),
            topics.takedowns().key().deserializer(),
            topics.takedowns().value().deserializer())
        .readRecordsToList();
  }

  /** Pictures that are to be looked up. */
  List<TestRecord<String, Fingerprint>> fingerprints() {
    return read(topics.fingerprints());
  }

  private <T> List<TestRecord<String, T>> read(Topic<T> topic) {
    return driver
        .createOutputTopic(topic.name(), topic.key().deserializer(), topic.value().deserializer())
        .readRecordsToList();
  }

  private TestInputTopic<byte[], byte[]> input(String topic) {
    return driver.createInputTopic(topic, new ByteArraySerializer(), new ByteArraySerializer());
  }

  @Override
  public void close() {
    driver.close();
    schemas.close();
  }
}
