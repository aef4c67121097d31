package io.pairstream.answers;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Records of published pairs by their places. Not thread-safe. */
final class PlacedRecords implements AutoCloseable {

  private static final Duration READ = Duration.ofSeconds(1);

  /** Most records that are read at a time. */
  private static final int MOST_READ = 100;

  private final Supplier<Consumer<byte[], byte[]>> readers;
  private final Set<PairPlace> gone = new HashSet<>();
  private Consumer<byte[], byte[]> reader;

  /**
   * @param readers make consumers without a group
   */
  PlacedRecords(Supplier<Consumer<byte[], byte[]>> readers) {
    this.readers = readers;
  }

  /** Whether it was seen that compaction has removed a record. */
  boolean isGone(PairPlace place) {
    return gone.contains(place);
  }

  /** Reads records that are not gone: some of them, and none where the broker does not answer. */
  Map<PairPlace, ConsumerRecord<byte[], byte[]>> read(Collection<PairPlace> places) {
    Map<PairPlace, ConsumerRecord<byte[], byte[]>> found = new LinkedHashMap<>();
    for (PairPlace place :
        places.stream().filter(each -> !isGone(each)).limit(MOST_READ).toList()) {
      Optional<ConsumerRecord<byte[], byte[]>> first = firstFrom(place);
      if (first.isEmpty()) {
        break;
      } else if (first.get().offset() == place.offset()) {
        found.put(place, first.get());
      } else {
        gone.add(place);
      }
    }
    return found;
  }

  private Optional<ConsumerRecord<byte[], byte[]>> firstFrom(PairPlace place) {
    if (reader == null) {
      reader = readers.get();
    }
    reader.assign(List.of(place.split()));
    reader.seek(place.split(), place.offset());
    return reader.poll(READ).records(place.split()).stream().findFirst();
  }

  @Override
  public void close() {
    if (reader != null) {
      reader.close(CloseOptions.timeout(Duration.ZERO));
    }
  }
}
