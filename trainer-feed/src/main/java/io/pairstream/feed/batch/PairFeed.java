package io.pairstream.feed.batch;

import io.pairstream.feed.source.FeedRefusedException;
import io.pairstream.feed.source.FeedSource;
import io.pairstream.feed.source.WithdrawnPairs;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.schemas.wire.LogEnds;
import io.pairstream.schemas.wire.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Ready batches from one split's topic, of all its records as they come. Views are handed out in
 * Python alone.
 *
 * <p>Assigns all partitions to itself and joins no group. Reads committed records alone, and steps
 * over tombstones and transaction markers. Records of one partition keep their order, so that the
 * {@link FeedPosition}, an offset for each, says exactly what was handed out: a feed that is opened
 * there goes on with no sample lost or repeated. The order in which samples of several partitions
 * mix is not the same from run to run.
 *
 * <p>One thread uses a feed; {@link #position}, {@link #commit} and {@link #stats} are for any. The
 * Kafka client fetches ahead; pictures are decoded in {@link #next}, on all processors.
 */
public final class PairFeed implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration CLOSING = Duration.ofSeconds(10);

  /** Time limit of setting the group's offsets, for which the trainer waits. */
  private static final Duration OFFSETS_TIMEOUT = Duration.ofSeconds(5);

  private final FeedSource source;
  private final FeedSettings settings;
  private final Topic<PreparedPair> records;
  private final Consumer<byte[], byte[]> consumer;
  private final WithdrawnPairs withdrawn;
  private final Admin admin;
  private final long openedAt = System.nanoTime();

  /** End of each partition; empty where the feed has no end. */
  private final Map<TopicPartition, Long> ends;

  /** By partition, the offset behind the last record that was read. */
  private final SortedMap<Integer, Long> next;

  private final List<Sample> batch = new ArrayList<>();

  /** Ids of pairs whose tombstones were read since the last batch. */
  private final List<String> tombstones = new ArrayList<>();

  private Iterator<ConsumerRecord<byte[], byte[]>> polled = Collections.emptyIterator();

  /** Number of records that {@link #polled} still has. */
  private long pending;

  /** Form of the first sample; null before it. */
  private Sample.Form form;

  /** Failure for which no further batch is handed over; null without one. */
  private RuntimeException failure;

  private final LongAdder batches = new LongAdder();
  private final LongAdder samples = new LongAdder();
  private final LongAdder dataWaitNanos = new LongAdder();
  private volatile long samplesWaiting = -1;
  private volatile long samplesInMemory;

  /** Begin of the trainer's current wait, of {@link System#nanoTime}; 0 while it does not wait. */
  private volatile long waitsSince;

  /** Where the feed begins, then what is behind the batch that was handed out last. */
  private volatile FeedPosition latest;

  /**
   * Opens a feed of a split's records as they come.
   *
   * @param position where to continue; null begins at the first record that the topic holds
   * @throws FeedRefusedException where the position is not one of this topic, or records behind it
   *     have left the log
   * @throws KafkaException where the broker does not answer or has no such topic
   */
  public PairFeed(FeedSource source, FeedSettings settings, FeedPosition position) {
    this.source = source;
    this.settings = settings;
    this.records = source.pairs();
    TopicDescription topic = source.describe();
    List<TopicPartition> partitions = LogEnds.partitions(List.of(topic));
    this.consumer =
        source.consumer(
            Map.of(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, Math.max(32, settings.batchSize())));
    try {
      consumer.assign(partitions);
      FeedPosition first =
          new FeedPosition(
              topic.name(),
              topic.topicId().toString(),
              byPartition(consumer.beginningOffsets(partitions)));
      Map<TopicPartition, Long> now = consumer.endOffsets(partitions);
      this.latest = position == null ? first : position;
      latest.requireWithin(first, byPartition(now));
      this.ends = settings.untilEnd() ? now : Map.of();
      this.next = new TreeMap<>(latest.offsets());
      partitions.forEach(one -> consumer.seek(one, next.get(one.partition())));
      this.withdrawn = new WithdrawnPairs(source);
      this.admin = source.cluster().admin();
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
  }

  private static SortedMap<Integer, Long> byPartition(Map<TopicPartition, Long> offsets) {
    SortedMap<Integer, Long> byPartition = new TreeMap<>();
    offsets.forEach((partition, offset) -> byPartition.put(partition.partition(), offset));
    return byPartition;
  }

  /**
   * Waits for the next batch; empty once the feed is over.
   *
   * @throws FeedRefusedException where a sample in the batch is of another shape or split, or
   *     cannot be read; the feed gives no more batches then
   */
  public Optional<ReadyBatch> next() {
    if (failure != null) {
      throw failure;
    }
    long begin = System.nanoTime();
    waitsSince = begin;
    try {
      fill();
      return batch.isEmpty() ? Optional.empty() : Optional.of(handOver());
    } catch (OffsetOutOfRangeException e) {
      failure =
          new FeedRefusedException(
              "records that were still to be read have left the log: " + e.getMessage());
      throw failure;
    } catch (RuntimeException e) {
      failure = e;
      throw e;
    } finally {
      waitsSince = 0;
      dataWaitNanos.add(System.nanoTime() - begin);
    }
  }

  /** Position behind the last batch that {@link #next} handed out. Any thread may ask. */
  public FeedPosition position() {
    return latest;
  }

  /**
   * Shows the position to those who look at lag, as offsets of the data set's feed group. Nothing
   * is ever read from there; the position that counts is stored with the model. Any thread may call
   * it while the feed is open.
   *
   * @throws KafkaException where the broker does not take it within 5 seconds
   */
  public void commit() {
    FeedPosition shown = latest;
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    shown
        .offsets()
        .forEach(
            (partition, offset) ->
                offsets.put(
                    new TopicPartition(shown.topic(), partition), new OffsetAndMetadata(offset)));
    KafkaAnswers.await(
        admin
            .alterConsumerGroupOffsets(
                source.cluster().dataset().feedGroup(),
                offsets,
                new AlterConsumerGroupOffsetsOptions().timeoutMs((int) OFFSETS_TIMEOUT.toMillis()))
            .all());
  }

  /** Statistics of the feed. A wait counts while it lasts. May be called by any thread. */
  public FeedStats stats() {
    long now = System.nanoTime();
    long since = waitsSince;
    return new FeedStats(
        batches.sum(),
        samples.sum(),
        Duration.ofNanos(now - openedAt),
        Duration.ofNanos(dataWaitNanos.sum() + (since == 0 ? 0 : now - since)),
        settings.batchSize(),
        samplesWaiting,
        samplesInMemory,
        withdrawn.size());
  }

  @Override
  public void close() {
    // There is no group to leave, and a fetch that still waits for records would be waited for.
    consumer.close(CloseOptions.timeout(Duration.ZERO));
    withdrawn.close();
    admin.close(CLOSING);
  }

  /** Reads until the batch is full or the feed is over. */
  private void fill() {
    while (batch.size() < settings.batchSize()) {
      if (polled.hasNext()) {
        pending--;
        take(polled.next());
      } else {
        List<TopicPartition> unfinished =
            consumer.assignment().stream().filter(this::isUnfinished).toList();
        if (unfinished.isEmpty()) {
          return;
        }
        ConsumerRecords<byte[], byte[]> found = consumer.poll(POLL);
        polled = found.iterator();
        pending = found.count();
        samplesWaiting = waitingInTheTopic(unfinished);
      }
      samplesInMemory = batch.size() + pending;
    }
  }

  private boolean isUnfinished(TopicPartition partition) {
    // The position moves over transaction markers and aborted records too.
    return !ends.containsKey(partition) || consumer.position(partition) < ends.get(partition);
  }

  /** Number of readable offsets that were not read; -1 where the client does not know them all. */
  private long waitingInTheTopic(List<TopicPartition> partitions) {
    long sum = 0;
    for (TopicPartition partition : partitions) {
      OptionalLong lag = consumer.currentLag(partition);
      if (lag.isEmpty()) {
        return -1;
      }
      sum += lag.getAsLong();
    }
    return sum;
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    TopicPartition partition = new TopicPartition(record.topic(), record.partition());
    if (record.offset() >= ends.getOrDefault(partition, Long.MAX_VALUE)) {
      return;
    }
    next.put(record.partition(), record.offset() + 1);
    if (record.value() == null) {
      batch.removeIf(sample -> sample.isWithdrawnBy(record));
      tombstones.add(new String(record.key(), StandardCharsets.UTF_8));
      return;
    }
    PreparedPair pair =
        records
            .decode(record.value())
            .orElseThrow(
                () -> Sample.refused(record, "no prepared pair that this version can read"));
    // A tombstone is further on, and the record of a withdrawn pair may stay in the log for long.
    if (!withdrawn.holds(TakedownKind.keysOf(pair))) {
      Sample sample = Sample.of(record, pair, source.split().name(), settings.sidePx(), form);
      form = sample.form();
      batch.add(sample);
    }
  }

  private ReadyBatch handOver() {
    FeedPosition behind = new FeedPosition(latest.topic(), latest.topicId(), next);
    ReadyBatch ready = ReadyBatch.of(batches.sum(), batch, tombstones, behind);
    batches.increment();
    samples.add(ready.size());
    latest = behind;
    batch.clear();
    tombstones.clear();
    samplesInMemory = pending;
    return ready;
  }
}
