package io.pairstream.chaos.verify;

import io.pairstream.schemas.wire.OriginHeader;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Whether what was readable during the run is what is readable afterwards: no more and no less. */
final class LiveCheck {

  private final Optional<LiveReader> live;
  private final Coordinates coordinates;
  private final Breaches breaches;
  private final Duration patience;

  /** Per partition and offset, two more than the coordinates that the record names. */
  private final Map<TopicPartition, LongColumn> there = new HashMap<>();

  private long outputs;

  /**
   * @param patience how long the reader may take to catch up
   */
  LiveCheck(
      Optional<LiveReader> live, Coordinates coordinates, Breaches breaches, Duration patience) {
    this.live = live;
    this.coordinates = coordinates;
    this.breaches = breaches;
    this.patience = patience;
  }

  /** A record that is there afterwards. */
  void take(ConsumerRecord<byte[], byte[]> record) {
    outputs++;
    if (live.isEmpty()) {
      return;
    }
    there
        .computeIfAbsent(
            new TopicPartition(record.topic(), record.partition()), p -> new LongColumn())
        .put(record.offset(), originOf(record) + 2);
  }

  /** After all records: compares, once the reader has come so far. */
  void check() {
    if (live.isEmpty()) {
      return;
    }
    LiveReader reader = live.get();
    try {
      boolean unused = reader.awaitOutputs(outputs, patience);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
    there.forEach(
        (partition, column) -> {
          for (int offset = 0; offset < column.size(); offset++) {
            if (column.get(offset) != 0
                && !reader.hasSeen(partition, offset, column.get(offset) - 2)) {
              differs(partition, offset, column.get(offset) - 2, "is there, and was not readable");
            }
          }
        });
    reader.eachSeen(
        (partition, offset, origin) -> {
          LongColumn column = there.get(partition);
          if (column == null || column.get(offset) != origin + 2) {
            differs(partition, offset, origin, "was readable, and is not there");
          }
        });
    reader.repeated().forEach(sentence -> breaches.add(Breach.LIVE, sentence));
  }

  private void differs(TopicPartition partition, long offset, long origin, String how) {
    breaches.add(
        Breach.LIVE, partition + "-" + offset + ", of " + coordinates.text(origin) + ", " + how);
  }

  private long originOf(ConsumerRecord<byte[], byte[]> record) {
    return OriginHeader.read(record.headers()).map(coordinates::of).orElse(Coordinates.NOWHERE);
  }
}
