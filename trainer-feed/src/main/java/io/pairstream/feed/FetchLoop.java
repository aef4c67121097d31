package io.pairstream.feed;

import io.pairstream.feed.takedown.WithdrawnPairs;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads the log and fills slots with it, in the order in which records come.
 *
 * <p>Records of one partition and one shape keep their order from the log to the batches. With one
 * shape, an offset per partition hence says exactly what was handed out, however the partitions
 * were mixed; with several, the offsets of the records that still wait say the rest. Runs on a
 * thread of its own, which alone uses the consumer and closes it.
 */
final class FetchLoop extends BatchLoop {

  private static final Duration POLL = Duration.ofMillis(500);
  private static final SortedSet<Long> NOTHING = Collections.emptySortedSet();

  private final Consumer<byte[], byte[]> consumer;
  private final FeedPosition start;

  /** Where each partition ends; empty where the feed has no end. */
  private final Map<TopicPartition, Long> ends;

  private final WithdrawnPairs withdrawn;

  private final SortedMap<Integer, Long> next = new TreeMap<>();

  /** Owed by the position where the feed began, and not yet read. */
  private final SortedMap<Integer, SortedSet<Long>> owed = new TreeMap<>();

  /** Pairs of which a tombstone was read since the last batch. */
  private final List<String> tombstones = new ArrayList<>();

  private final WaitingRecords waiting;
  private volatile long samplesWaiting = -1;

  /**
   * @param withdrawn is closed with the loop
   */
  FetchLoop(
      FeedSource source,
      FeedSettings settings,
      Consumer<byte[], byte[]> consumer,
      FeedPosition start,
      Map<TopicPartition, Long> ends,
      WithdrawnPairs withdrawn) {
    super(source, settings);
    this.consumer = consumer;
    this.start = start;
    this.ends = ends;
    this.withdrawn = withdrawn;
    this.waiting =
        new WaitingRecords(
            settings.batchSize(),
            settings.shapes() instanceof Shapes.Several several
                ? several.mostWaiting()
                : settings.batchSize());
  }

  @Override
  void closeReading() {
    // There is no group to leave, and a fetch that still waits for records would be waited for.
    consumer.close(CloseOptions.timeout(Duration.ZERO));
    withdrawn.close();
  }

  @Override
  void fill() throws InterruptedException {
    next.putAll(start.offsets());
    start.owed().forEach((partition, missing) -> owed.put(partition, new TreeSet<>(missing)));
    fillWithOwed();

    Set<TopicPartition> left = new HashSet<>();
    next.keySet().forEach(partition -> left.add(new TopicPartition(start.topic(), partition)));
    consumer.assign(left);
    consumer.resume(left);
    left.forEach(partition -> consumer.seek(partition, next.get(partition.partition())));
    finish(left);

    while (!left.isEmpty()) {
      ConsumerRecords<byte[], byte[]> records = poll();
      for (TopicPartition partition : records.partitions()) {
        long end = ends.getOrDefault(partition, Long.MAX_VALUE);
        for (ConsumerRecord<byte[], byte[]> record : records.records(partition)) {
          if (record.offset() < end) {
            next.put(record.partition(), record.offset() + 1);
            take(record);
          }
        }
      }
      finish(left);
      samplesWaiting = waitingInTheTopic(left);
    }
    if (settings().lastBatch() == FeedSettings.LastBatch.KEEP) {
      List<ConsumerRecord<byte[], byte[]>> batch = waiting.takeOldest();
      while (!batch.isEmpty()) {
        fill(batch);
        batch = waiting.takeOldest();
      }
    }
  }

  /** Offsets between what was read and what can be; -1 where the client does not know them all. */
  private long waitingInTheTopic(Set<TopicPartition> left) {
    long sum = 0;
    for (TopicPartition partition : left) {
      OptionalLong lag = consumer.currentLag(partition);
      if (lag.isEmpty()) {
        return -1;
      }
      sum += lag.getAsLong();
    }
    return sum;
  }

  @Override
  long samplesWaiting() {
    return samplesWaiting;
  }

  @Override
  int takedowns() {
    return withdrawn.size();
  }

  /** Reads the records that the position owes, and nothing else. */
  private void fillWithOwed() throws InterruptedException {
    Set<TopicPartition> left = new HashSet<>();
    owed.keySet().forEach(partition -> left.add(new TopicPartition(start.topic(), partition)));
    consumer.assign(left);
    left.forEach(partition -> consumer.seek(partition, owed.get(partition.partition()).first()));
    while (!left.isEmpty()) {
      for (ConsumerRecord<byte[], byte[]> record : poll()) {
        SortedSet<Long> missing = owed.getOrDefault(record.partition(), NOTHING);
        if (missing.contains(record.offset())) {
          missing.remove(record.offset());
          take(record);
        }
      }
      left.removeIf(this::owesNoMore);
    }
  }

  private boolean owesNoMore(TopicPartition partition) {
    long position = consumer.position(partition);
    SortedSet<Long> missing = owed.get(partition.partition());
    // What the consumer stepped over has been withdrawn, and its record compacted away.
    missing.headSet(position).clear();
    if (missing.isEmpty()) {
      owed.remove(partition.partition());
      consumer.pause(Set.of(partition));
      return true;
    }
    // What lies between two owed records may be long, and has been read before.
    if (position < missing.first()) {
      consumer.seek(partition, missing.first());
    }
    return false;
  }

  private ConsumerRecords<byte[], byte[]> poll() {
    long begin = System.nanoTime();
    ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
    clocks().fetching().add(System.nanoTime() - begin);
    return records;
  }

  /** Drops the partitions that are read to their end. */
  private void finish(Set<TopicPartition> left) {
    Map<TopicPartition, Long> open = new HashMap<>(ends);
    open.keySet().retainAll(left);
    open.forEach(
        (partition, end) -> {
          // The position moves over transaction markers and aborted records too.
          if (consumer.position(partition) >= end) {
            left.remove(partition);
            consumer.pause(Set.of(partition));
          }
        });
  }

  private void take(ConsumerRecord<byte[], byte[]> record) throws InterruptedException {
    if (record.value() == null) {
      waiting.withdraw(record.partition(), record.key());
      tombstones.add(new String(record.key(), StandardCharsets.UTF_8));
      return;
    }
    // Its tombstone is further on, and the record may stand in the log for long.
    if (withdrawn.contains(record.value())) {
      return;
    }
    clocks().countLoaded(record.value());
    Optional<List<ConsumerRecord<byte[], byte[]>>> full =
        waiting.add(writer().shapeOf(record), record);
    if (full.isPresent()) {
      fill(full.get());
    }
  }

  private void fill(List<ConsumerRecord<byte[], byte[]>> batch) throws InterruptedException {
    Slot slot = slotLike(batch.get(0));
    batch.forEach(record -> write(record, slot));
    SortedMap<Integer, SortedSet<Long>> open = new TreeMap<>();
    owed.forEach((partition, missing) -> open.put(partition, new TreeSet<>(missing)));
    waiting.addOffsets(open);
    handOver(slot, new FeedPosition(start.topic(), start.topicId(), next, open), tombstones);
    tombstones.clear();
  }
}
