package io.pairstream.feed;

import io.pairstream.feed.Ring.Handover;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Reads the log and fills slots with it, in the order in which records come.
 *
 * <p>Records of one partition keep their order from the log to the batches; hence an offset per
 * partition says exactly what was handed out, however the partitions were mixed. Runs on a thread
 * of its own, which alone uses the consumer and closes it.
 */
final class FetchLoop implements Runnable {

  private static final Duration POLL = Duration.ofMillis(500);

  private final Consumer<byte[], byte[]> consumer;
  private final FeedPosition start;

  /** Where each partition ends; empty where the feed has no end. */
  private final Map<TopicPartition, Long> ends;

  private final FeedSettings settings;
  private final Ring ring;
  private final SampleWriter writer;
  private final ExecutorService decoders;
  private final FeedClocks clocks;

  private final SortedMap<Integer, Long> next = new TreeMap<>();
  private final List<String> withdrawn = new ArrayList<>();
  private boolean hasSlots;
  private boolean reading = true;

  /** The slot that is being filled; null between batches. */
  private Slot filling;

  FetchLoop(
      Consumer<byte[], byte[]> consumer,
      FeedPosition start,
      Map<TopicPartition, Long> ends,
      FeedSettings settings,
      Ring ring,
      SampleWriter writer,
      ExecutorService decoders,
      FeedClocks clocks) {
    this.consumer = consumer;
    this.start = start;
    this.ends = ends;
    this.settings = settings;
    this.ring = ring;
    this.writer = writer;
    this.decoders = decoders;
    this.clocks = clocks;
  }

  @Override
  public void run() {
    Handover end = fillUntilTheEnd();
    synchronized (this) {
      reading = false;
      // An interrupt has done its work once it ended the reading; the consumer closes without it.
      Thread.interrupted();
    }
    ring.handOver(end);
    // There is no group to leave, and a fetch that still waits for records would be waited for.
    consumer.close(CloseOptions.timeout(Duration.ZERO));
  }

  /** Ends the reading, wherever it waits. */
  synchronized void stop(Thread thread) {
    if (reading) {
      thread.interrupt();
    }
  }

  private Handover fillUntilTheEnd() {
    try {
      fill();
      return new Handover.Over();
    } catch (InterruptException | InterruptedException e) {
      return new Handover.Over();
    } catch (OffsetOutOfRangeException e) {
      return new Handover.Failed(
          new PositionRefusedException(
              "records that were still to be read have left the log: " + e.getMessage()));
    } catch (RuntimeException e) {
      return new Handover.Failed(e);
    }
  }

  private void fill() throws InterruptedException {
    Set<TopicPartition> left = new HashSet<>();
    next.putAll(start.offsets());
    next.keySet().forEach(partition -> left.add(new TopicPartition(start.topic(), partition)));
    consumer.assign(left);
    left.forEach(partition -> consumer.seek(partition, next.get(partition.partition())));
    finish(left);

    while (!left.isEmpty()) {
      long begin = System.nanoTime();
      ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
      clocks.fetching().add(System.nanoTime() - begin);
      for (TopicPartition partition : records.partitions()) {
        long end = ends.getOrDefault(partition, Long.MAX_VALUE);
        for (ConsumerRecord<byte[], byte[]> record : records.records(partition)) {
          if (record.offset() < end) {
            take(record);
          }
        }
      }
      finish(left);
    }
    if (filling != null && settings.lastBatch() == FeedSettings.LastBatch.KEEP) {
      seal();
    }
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
      next.put(record.partition(), record.offset() + 1);
      withdrawn.add(new String(record.key(), StandardCharsets.UTF_8));
      return;
    }
    if (filling == null) {
      filling = freeSlot(record);
    }
    next.put(record.partition(), record.offset() + 1);
    Slot slot = filling;
    int index = slot.size();
    slot.add(decoders.submit(() -> writer.write(record, slot, index)));
    if (slot.isFull()) {
      seal();
    }
  }

  private Slot freeSlot(ConsumerRecord<byte[], byte[]> record) throws InterruptedException {
    if (!hasSlots) {
      int tokens = settings.tokens().orElseGet(() -> writer.tokensOf(record));
      for (int i = 0; i < settings.slots(); i++) {
        ring.giveBack(new Slot(settings.batchSize(), settings.imageBytes(), tokens));
      }
      hasSlots = true;
    }
    long begin = System.nanoTime();
    Slot slot = ring.takeFree();
    clocks.slotWait().add(System.nanoTime() - begin);
    return slot;
  }

  private void seal() {
    filling.seal(new FeedPosition(start.topic(), start.topicId(), next), withdrawn);
    withdrawn.clear();
    ring.handOver(new Handover.Batch(filling));
    filling = null;
  }
}
