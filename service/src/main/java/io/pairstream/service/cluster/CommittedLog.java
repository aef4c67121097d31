package io.pairstream.service.cluster;

import io.pairstream.schemas.Hint;
import io.pairstream.schemas.IndexedPair;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.wire.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.utils.Utils;

/**
 * Reads stretches of partitions, each up to an end that is known beforehand, committed records
 * alone. Not thread-safe.
 */
public final class CommittedLog implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration LONGEST_POLL = POLL.multipliedBy(2);
  private static final Duration LONG = Duration.ofDays(1_000);

  private final ClusterAccess cluster;
  private final KafkaConsumer<byte[], byte[]> consumer;

  private CommittedLog(ClusterAccess cluster, Map<String, Object> settings) {
    this.cluster = cluster;
    Map<String, Object> own = new HashMap<>(settings);
    // A fetch at the log's end, which is not needed, holds up the next one to that broker so long.
    own.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 10);
    this.consumer = cluster.consumer(own);
  }

  /**
   * Offsets from {@code from} up to, not including, {@code to}.
   *
   * @param from 0 or more
   * @param to nothing is read where it is not above {@code from}
   */
  public record Stretch(long from, long to) {}

  /** For reading much. */
  public static CommittedLog open(ClusterAccess cluster) {
    return new CommittedLog(cluster, Map.of());
  }

  /** For many records of some hundred bytes. */
  public static CommittedLog openForSmallRecords(ClusterAccess cluster) {
    return new CommittedLog(cluster, Map.of(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 5_000));
  }

  /** For single records here and there: fetches about one record batch per partition at a time. */
  public static CommittedLog openForSingleRecords(ClusterAccess cluster) {
    return new CommittedLog(
        cluster,
        Map.of(
            ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
            1,
            ConsumerConfig.FETCH_MAX_BYTES_CONFIG,
            1024 * 1024,
            ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
            1024));
  }

  /**
   * A topic's partitions.
   *
   * @throws UnknownTopicOrPartitionException where there is no such topic
   */
  public List<TopicPartition> partitions(String topic) {
    List<PartitionInfo> found = consumer.partitionsFor(topic);
    if (found == null || found.isEmpty()) {
      throw new UnknownTopicOrPartitionException(
          "there is no topic " + topic + "; run: " + Hint.of("topics create"));
    }
    return found.stream().map(p -> new TopicPartition(topic, p.partition())).toList();
  }

  /** The partitions of several topics, likewise. */
  public List<TopicPartition> partitions(Collection<String> topics) {
    return topics.stream().flatMap(topic -> partitions(topic).stream()).toList();
  }

  /**
   * The partition on which Kafka's own partitioner puts a key.
   *
   * @throws UnknownTopicOrPartitionException where there is no such topic
   */
  public TopicPartition partitionOf(String topic, String key) {
    byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
    int partition = Utils.toPositive(Utils.murmur2(bytes)) % partitions(topic).size();
    return new TopicPartition(topic, partition);
  }

  /** First offset of each partition. */
  public Map<TopicPartition, Long> beginnings(Collection<TopicPartition> partitions) {
    // The client warns of every partition that is asked for and not assigned.
    consumer.assign(partitions);
    return consumer.beginningOffsets(partitions);
  }

  /** The offset behind the last committed record of each partition. */
  public Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions) {
    consumer.assign(partitions);
    return consumer.endOffsets(partitions);
  }

  /** All that each partition holds now. */
  public Map<TopicPartition, Stretch> everything(Collection<TopicPartition> partitions) {
    Map<TopicPartition, Long> beginnings = beginnings(partitions);
    Map<TopicPartition, Stretch> stretches = new HashMap<>();
    ends(partitions).forEach((tp, end) -> stretches.put(tp, new Stretch(beginnings.get(tp), end)));
    return stretches;
  }

  /** The first offset with that time or a later one; the end where there is none. */
  public long offsetAt(TopicPartition partition, long epochMillis) {
    return offsetsAt(List.of(partition), epochMillis).get(partition);
  }

  /**
   * The first offset of each partition with that time or a later one; where there is none, one up
   * to which every record is older.
   */
  public Map<TopicPartition, Long> offsetsAt(
      Collection<TopicPartition> partitions, long epochMillis) {
    // Before the question, so that no record that comes in between is missed.
    Map<TopicPartition, Long> offsets = new HashMap<>(ends(partitions));
    Map<TopicPartition, Long> times = new HashMap<>();
    partitions.forEach(partition -> times.put(partition, epochMillis));
    consumer
        .offsetsForTimes(times)
        .forEach(
            (partition, found) -> {
              if (found != null) {
                offsets.put(partition, found.offset());
              }
            });
    return offsets;
  }

  /**
   * Reads all that a topic holds now.
   *
   * @param each sees a record's key and its value, which is empty where it is a tombstone or cannot
   *     be read
   */
  public <T> void readAll(Topic<T> topic, BiConsumer<String, Optional<T>> each) {
    readAll(
        everything(partitions(topic.name())),
        record -> each.accept(key(record), topic.decode(record.value())));
  }

  /** Reads the stretches to their ends; the records of one partition come in order. */
  public void readAll(
      Map<TopicPartition, Stretch> stretches, Consumer<ConsumerRecord<byte[], byte[]>> each) {
    read(
        stretches,
        record -> {
          each.accept(record);
          return true;
        });
  }

  /** The last value of each of these keys on a topic; of those that have one. */
  public <T> Map<String, T> last(Topic<T> topic, Set<String> keys) {
    Set<TopicPartition> partitions = new HashSet<>();
    keys.forEach(key -> partitions.add(partitionOf(topic.name(), key)));
    return last(topic, partitions, keys::contains);
  }

  /** The last value of each key that is meant, on all of a topic; of those that have one. */
  public <T> Map<String, T> last(Topic<T> topic, Predicate<String> keys) {
    return last(topic, partitions(topic.name()), keys);
  }

  private <T> Map<String, T> last(
      Topic<T> topic, Collection<TopicPartition> partitions, Predicate<String> keys) {
    Map<String, byte[]> values = new HashMap<>();
    readAll(
        everything(partitions),
        record -> {
          String key = key(record);
          if (keys.test(key)) {
            values.put(key, record.value());
          }
        });
    Map<String, T> read = new HashMap<>();
    values.forEach((key, value) -> topic.decode(value).ifPresent(last -> read.put(key, last)));
    return read;
  }

  /** The published pair of an entry of the index; empty where it is there no longer. */
  public Optional<PreparedPair> published(IndexedPair entry) {
    return cluster
        .topics()
        .place(entry)
        .flatMap(this::record)
        .flatMap(record -> cluster.topics().training().decode(record.value()));
  }

  /** The record at these coordinates; empty where there is none, or it is kept no longer. */
  public Optional<ConsumerRecord<byte[], byte[]>> record(Origin at) {
    TopicPartition partition = new TopicPartition(at.getTopic(), at.getPartition());
    if (!partitions(at.getTopic()).contains(partition)) {
      return Optional.empty();
    }
    Stretch all = everything(List.of(partition)).get(partition);
    long offset = at.getOffset();
    if (offset < all.from() || offset >= all.to()) {
      return Optional.empty();
    }
    List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
    readAll(Map.of(partition, new Stretch(offset, offset + 1)), found::add);
    return found.stream().findFirst();
  }

  /** A record's key as text; empty where it has none. */
  public static String key(ConsumerRecord<byte[], byte[]> record) {
    return record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
  }

  /**
   * Reads the stretches; the records of one partition come in order.
   *
   * @param goOn sees each record and says whether it wants more of that partition
   * @throws TimeoutException where the broker gives nothing for as long as its answers are waited
   *     for
   */
  public void read(
      Map<TopicPartition, Stretch> stretches, Predicate<ConsumerRecord<byte[], byte[]>> goOn) {
    readWithin(LONG, stretches, goOn);
  }

  /** Reads for so long at most; answers the partitions that are not read to the end. */
  public Set<TopicPartition> readWithin(
      Duration longest,
      Map<TopicPartition, Stretch> stretches,
      Predicate<ConsumerRecord<byte[], byte[]>> goOn) {
    long began = System.nanoTime();
    Map<TopicPartition, Stretch> left = new HashMap<>(stretches);
    left.values().removeIf(stretch -> stretch.from() >= stretch.to());
    consumer.assign(left.keySet());
    // A partition that an earlier reading finished is still paused.
    consumer.resume(left.keySet());
    left.forEach((partition, stretch) -> consumer.seek(partition, stretch.from()));

    Duration waited = Duration.ZERO;
    while (!left.isEmpty() && System.nanoTime() - began < longest.toNanos()) {
      long askedAt = System.nanoTime();
      ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
      Duration polled = Duration.ofNanos(System.nanoTime() - askedAt);
      for (TopicPartition partition : records.partitions()) {
        Stretch stretch = left.get(partition);
        for (ConsumerRecord<byte[], byte[]> record : records.records(partition)) {
          if (stretch == null || record.offset() >= stretch.to()) {
            break;
          }
          if (!goOn.test(record)) {
            finish(left, partition);
            break;
          }
        }
      }
      boolean finished = false;
      for (TopicPartition partition : List.copyOf(left.keySet())) {
        // The position moves over transaction markers and aborted records too.
        if (consumer.position(partition) >= left.get(partition).to()) {
          finish(left, partition);
          finished = true;
        }
      }
      if (finished || !records.isEmpty()) {
        waited = Duration.ZERO;
        continue;
      }
      // A process that stood still has not waited for the broker meanwhile.
      waited = waited.plus(polled.compareTo(LONGEST_POLL) < 0 ? polled : LONGEST_POLL);
      if (waited.compareTo(cluster.timeout()) > 0) {
        throw new TimeoutException("the broker gives nothing more of " + left.keySet());
      }
    }
    // What was fetched and not taken is let go of.
    consumer.unsubscribe();
    return left.keySet();
  }

  @Override
  public void close() {
    // There is no group to leave, and a fetch that still waits for records would be waited for.
    consumer.close(CloseOptions.timeout(Duration.ZERO));
  }

  private void finish(Map<TopicPartition, Stretch> left, TopicPartition partition) {
    left.remove(partition);
    consumer.pause(List.of(partition));
  }
}
