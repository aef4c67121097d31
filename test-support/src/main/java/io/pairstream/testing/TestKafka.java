package io.pairstream.testing;

import io.pairstream.schemas.topics.Dataset;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A JUnit extension that starts one broker for all test classes of the process and hands out data
 * sets that nobody else uses.
 */
public final class TestKafka implements BeforeAllCallback {

  private EmbeddedKafka kafka;

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    kafka = RunningKafka.ofThisProcess();
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

  /**
   * The broker, stopped with the process: JUnit knows one class at a time where they are forked.
   */
  private static final class RunningKafka {

    private static final Path MEMORY = Path.of("/dev/shm");
    private static final long ROOM_IN_MEMORY_BYTES = 4L << 30;

    private static RunningKafka ofThisProcess;

    private final Path directory;
    private final EmbeddedKafka kafka;

    private RunningKafka() throws Exception {
      directory = Files.createTempDirectory(folder(), "pairstream-kafka");
      kafka = new EmbeddedKafka(directory);
    }

    /** In memory where there is room: making topics takes a third of the time there. */
    private static Path folder() throws IOException {
      return Files.isWritable(MEMORY)
              && Files.getFileStore(MEMORY).getUsableSpace() >= ROOM_IN_MEMORY_BYTES
          ? MEMORY
          : Path.of(System.getProperty("java.io.tmpdir"));
    }

    static synchronized EmbeddedKafka ofThisProcess() throws Exception {
      if (ofThisProcess == null) {
        ofThisProcess = new RunningKafka();
        Runtime.getRuntime().addShutdownHook(new Thread(ofThisProcess::stop, "stop-kafka"));
      }
      return ofThisProcess.kafka;
    }

    private void stop() {
      kafka.close();
      try (Stream<Path> files = Files.walk(directory)) {
        List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
        for (Path file : deepestFirst) {
          Files.delete(file);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
