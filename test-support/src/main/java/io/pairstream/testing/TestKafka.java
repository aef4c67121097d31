package io.pairstream.testing;

import io.pairstream.schemas.topics.Dataset;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.Predicate;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A JUnit extension that starts one broker for all test classes of the process and hands out data
 * sets that nobody else uses.
 */
public final class TestKafka implements BeforeAllCallback {

  private static final Path MEMORY = Path.of("/dev/shm");
  private static final long ROOM_IN_MEMORY_BYTES = 4L << 30;

  private static EmbeddedKafka ofThisProcess;

  private EmbeddedKafka kafka;

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    kafka = ofThisProcess();
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
    return TestDataset.of(kafka.bootstrapServers(), "mock://" + name, new Dataset(name));
  }

  /**
   * A new data set with the topics that a test needs: each takes time to make.
   *
   * @param topics their names in the catalogue, {@code TopicCatalogue.TRAINING} and so on; all
   *     where none is named
   */
  public TestDataset dataset(int partitions, String... topics) {
    TestDataset dataset = emptyDataset();
    dataset.createTopics(partitions, topics);
    return dataset;
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
