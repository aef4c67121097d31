package io.pairstream.testing;

import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.wire.KafkaAnswers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestInstanceFactoryContext;
import org.junit.jupiter.api.extension.TestInstancePreConstructCallback;

/**
 * A JUnit extension that starts one broker for all test classes of the process and hands out data
 * sets that no other test uses. A data set's topics are taken away behind the test, or the class,
 * for which it was made: of many partitions a broker grows slow.
 */
public final class TestKafka
    implements BeforeAllCallback,
        TestInstancePreConstructCallback,
        AfterEachCallback,
        AfterAllCallback {

  private static final Path MEMORY = Path.of("/dev/shm");
  private static final long ROOM_IN_MEMORY_BYTES = 4L << 30;

  private static EmbeddedKafka ofThisProcess;

  private final Set<String> ofClass = new HashSet<>();
  private final Set<String> ofTest = new HashSet<>();
  private EmbeddedKafka kafka;
  private Set<String> made = ofClass;

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    kafka = ofThisProcess();
  }

  /** Data sets that fields of a test make are the test's own, as the fields are. */
  @Override
  public void preConstructTestInstance(
      TestInstanceFactoryContext factory, ExtensionContext context) {
    made = ofTest;
  }

  @Override
  public void afterEach(ExtensionContext context) {
    takeAway(ofTest);
    made = ofClass;
  }

  @Override
  public void afterAll(ExtensionContext context) {
    takeAway(ofClass);
  }

  public String bootstrapServers() {
    return kafka.bootstrapServers();
  }

  /** Does something while the broker knows of no leader of these topics' partitions. */
  public void withoutLeaders(Predicate<String> topics, Runnable action) {
    kafka.withoutLeaders(topics, action);
  }

  /** A new data set without topics. */
  public TestDataset emptyDataset() {
    String name = "t" + UUID.randomUUID().toString().substring(0, 8);
    made.add(name);
    return TestDataset.of(kafka.bootstrapServers(), "mock://" + name, new Dataset(name));
  }

  /**
   * A new data set with the topics that a test needs: each takes time to make.
   *
   * @param topics their names in the catalogue, {@code TopicCatalogue.TRAINING} and so on
   */
  public TestDataset dataset(int partitions, String... topics) {
    if (topics.length == 0) {
      throw new IllegalArgumentException("name the topics, or ask for datasetOfAllTopics");
    }
    TestDataset dataset = emptyDataset();
    dataset.createTopics(partitions, topics);
    return dataset;
  }

  /** A new data set as a whole, for what describes, fills or empties all of it. */
  public TestDataset datasetOfAllTopics(int partitions) {
    TestDataset dataset = emptyDataset();
    dataset.createTopics(partitions);
    return dataset;
  }

  private void takeAway(Set<String> datasets) {
    if (datasets.isEmpty()) {
      return;
    }
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      List<String> topics =
          KafkaAnswers.await(admin.listTopics().names()).stream()
              .filter(topic -> datasets.stream().anyMatch(topic::startsWith))
              .toList();
      KafkaAnswers.await(admin.deleteTopics(topics).all());
    }
    datasets.clear();
  }

  /** The broker of this process, stopped with it: JUnit knows one class at a time. */
  private static synchronized EmbeddedKafka ofThisProcess() throws Exception {
    if (ofThisProcess == null) {
      Path directory = Files.createTempDirectory(folder(), "pairstream-kafka");
      EmbeddedKafka started = new EmbeddedKafka(directory);
      Runnable stop =
          () -> {
            started.close();
            try {
              Utils.delete(directory.toFile());
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          };
      Runtime.getRuntime().addShutdownHook(new Thread(stop, "stop-kafka"));
      ofThisProcess = started;
    }
    return ofThisProcess;
  }

  /** In memory where there is room: making topics takes a third of the time there. */
  private static Path folder() throws IOException {
    return Files.isWritable(MEMORY)
            && Files.getFileStore(MEMORY).getUsableSpace() >= ROOM_IN_MEMORY_BYTES
        ? MEMORY
        : Path.of(System.getProperty("java.io.tmpdir"));
  }
}
