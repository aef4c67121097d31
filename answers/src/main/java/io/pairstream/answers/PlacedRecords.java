package io.pairstream.answers;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Records of the splits by their coordinates. Not thread-safe. */
final class PlacedRecords implements AutoCloseable {

  private static final Duration READ = Duration.ofSeconds(1);

  private final Supplier<Consumer<byte[], byte[]>> readers;
  private Consumer<byte[], byte[]> reader;

  /**
   * @param readers make consumers without a group
   */
  PlacedRecords(Supplier<Consumer<byte[], byte[]>> readers) {
    this.readers = readers;
  }

  /** The first record at an offset or behind it; empty where the broker does not answer now. */
  Optional<ConsumerRecord<byte[], byte[]>> read(TopicPartition split, long offset) {
    if (reader == null) {
      reader = readers.get();
    }
    reader.assign(List.of(split));
    reader.seek(split, offset);
    return reader.poll(READ).records(split).stream().findFirst();
  }

  @Override
  public void close() {
    if (reader != null) {
      reader.close(CloseOptions.timeout(Duration.ZERO));
    }
  }
}
