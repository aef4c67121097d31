package io.pairstream.feed.cut;

import io.pairstream.feed.cut.GatheredPairs.Part;
import io.pairstream.feed.source.FeedSource;
import io.pairstream.feed.source.WithdrawnPairs;
import io.pairstream.feed.view.InvalidViewException;
import io.pairstream.feed.view.View;
import io.pairstream.schemas.Hint;
import io.pairstream.schemas.IndexedPair;
import io.pairstream.schemas.IndexedPairs;
import io.pairstream.schemas.PairAnswer;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.Sha256;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.condition.Condition;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.service.cluster.CommittedLog.Stretch;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Gathers the pairs that a split's topic holds from given offsets on: of each key the last record,
 * where that is no withdrawal, all conditions hold for it and no takedown is in force, carried out
 * or not.
 *
 * <p>From the topic's beginning on it reads the index as far as that goes, and then the topic;
 * otherwise, or where there is no index, the topic alone. Every record is read once, since offsets
 * alone do not say how many there are: transaction markers, aborted records and compaction leave
 * gaps. Takes 40 to 80 bytes of memory per pair.
 *
 * <p>Where a condition names an answer, the topic of pairs' answers is read to its end before all
 * else and then beside the split. A pair without such an answer waits, and is gathered once its
 * answers are there and the conditions hold; that takes 80 to 160 bytes more per pair. Not
 * thread-safe.
 */
final class SplitReader implements AutoCloseable {

  /** Last field of the index, in the schema's order, that conditions and takedowns use. */
  private static final String LAST_ASKED = "metadata";

  private static final String NOT_THERE =
      ": width and height are those of the prepared picture, measure.original_width_px and"
          + " measure.original_height_px those of the original; what there is, says: ";

  private static final Duration POLL = Duration.ofMillis(500);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final List<TopicPartition> partitions;
  private final PairStatus split;
  private final Topic<PreparedPair> decoder;
  private final WithdrawnPairs withdrawn;

  /** Conditions on fields. */
  private final List<Condition> where;

  /** Conditions that have held for no pair yet. */
  private final List<Condition> unmet;

  private final Topic<PairAnswer> answerTopic;
  private final AnswerTable answers;
  private final GatheredPairs pairs;
  private final MessageDigest digest = Sha256.begin();
  private long read;

  /**
   * @param where conditions that all have to hold
   * @param from by partition, where to begin; a partition that is not in it, or whose records up to
   *     there have left the log, is read from its first record on
   */
  SplitReader(FeedSource source, List<Condition> where, Map<Integer, Long> from) {
    Map<Boolean, List<Condition>> byKind =
        where.stream().collect(Collectors.partitioningBy(one -> one.answer().isPresent()));
    this.where = byKind.get(false);
    this.unmet = new ArrayList<>(this.where);
    this.answers = new AnswerTable(byKind.get(true));
    this.answerTopic = source.cluster().topics().pairAnswers();
    this.split = source.split();
    this.decoder = source.pairs();
    this.withdrawn = new WithdrawnPairs(source);
    this.consumer = source.consumer(Map.of());
    try (CommittedLog log = CommittedLog.openForSmallRecords(source.cluster())) {
      this.partitions = log.partitions(source.topic());
      Map<Integer, Long> begins = new HashMap<>();
      log.beginnings(partitions)
          .forEach((partition, begin) -> begins.put(partition.partition(), begin));
      this.pairs = new GatheredPairs(answers, begins);
      Map<TopicPartition, Long> all = answers.isAsked() ? readAnswers(log) : new HashMap<>();
      Map<Integer, Long> indexed = from.isEmpty() ? readIndex(log, source) : from;
      begins.forEach(
          (partition, begin) ->
              all.put(
                  new TopicPartition(source.topic(), partition),
                  Math.max(begin, indexed.getOrDefault(partition, 0L))));
      consumer.assign(all.keySet());
      all.forEach(consumer::seek);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Reads the answers that there are.
   *
   * @return where their reading goes on
   */
  private Map<TopicPartition, Long> readAnswers(CommittedLog log) {
    Map<TopicPartition, Long> ends = new HashMap<>();
    Map<TopicPartition, Stretch> all = log.everything(log.partitions(answerTopic.name()));
    all.forEach((partition, stretch) -> ends.put(partition, stretch.to()));
    readAll(log, all, this::hear);
    return ends;
  }

  private void readAll(
      CommittedLog log,
      Map<TopicPartition, Stretch> all,
      Consumer<ConsumerRecord<byte[], byte[]>> taker) {
    log.readAll(
        all,
        record -> {
          taker.accept(record);
          read++;
        });
  }

  /**
   * Gathers the pairs of the index.
   *
   * @return by partition of the split, the offset up to which the index goes; empty without an
   *     index
   */
  private Map<Integer, Long> readIndex(CommittedLog log, FeedSource source) {
    Topic<IndexedPair> index = source.cluster().topics().index();
    Map<TopicPartition, Stretch> all;
    try {
      all = log.everything(log.partitions(index.name()));
    } catch (UnknownTopicOrPartitionException e) {
      return Map.of();
    }
    Map<Integer, Long> indexed = new HashMap<>();
    boolean areTakedowns = withdrawn.size() > 0;
    IndexReader entries =
        new IndexReader(index, where.isEmpty() && !areTakedowns ? "bytes" : LAST_ASKED);
    readAll(
        log,
        all,
        record -> {
          long key = key(record.key());
          if (record.value() == null) {
            pairs.remove(key);
            return;
          }
          IndexedPair pair =
              entries
                  .read(record.value())
                  .orElseThrow(() -> invalid(record, "is no entry of the index"));
          if (pair.getSplit().equals(split.name())) {
            indexed.merge(pair.getPartition(), pair.getOffset() + 1, Math::max);
            boolean isSpared =
                !areTakedowns
                    || !withdrawn.holds(TakedownKind.keysOf(CommittedLog.key(record), pair));
            pairs.put(
                pair.getPartition(),
                key,
                pair.getOffset(),
                pair.getBytes(),
                isSpared && holds(pair));
          }
        });
    return indexed;
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    if (record.topic().equals(answerTopic.name())) {
      hear(record);
      return;
    }
    int bytes = record.value() == null ? 0 : record.value().length;
    boolean isSpared = bytes > 0 && !withdrawn.contains(record.value());
    pairs.put(
        record.partition(), key(record.key()), record.offset(), bytes, isSpared && matches(record));
  }

  /** Takes in what a model said of a pair. */
  private void hear(ConsumerRecord<byte[], byte[]> record) {
    String[] parts = CommittedLog.key(record).split("/", 2);
    if (parts.length < 2) {
      throw invalid(record, "has no key of a pair's answer");
    }
    PairAnswer said = null;
    if (record.value() != null) {
      said =
          answerTopic
              .decode(record.value())
              .orElseThrow(() -> invalid(record, "is no answer of a pair"));
    }
    pairs.answer(key(parts[0].getBytes(StandardCharsets.UTF_8)), parts[1], said);
  }

  /**
   * Reads what comes within a time; answers how many records that were.
   *
   * @throws InvalidViewException where a record that has to be looked into cannot be read, or a
   *     condition can hold for no answer that was given
   */
  int poll(Duration time) {
    answers.requireKinds();
    ConsumerRecords<byte[], byte[]> records = consumer.poll(time);
    records.forEach(this::take);
    read += records.count();
    return records.count();
  }

  /**
   * Reads to the topic's present end, and what comes meanwhile of partitions that are there first.
   *
   * @throws InvalidViewException as {@link #poll} does
   */
  void readToEnd(CutListener listener) {
    answers.requireKinds();
    Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      poll(POLL);
      listener.read(read);
    }
  }

  /**
   * Reads on until none waits of the pairs that were read until now.
   *
   * @param longest for how long at most
   * @throws InvalidViewException where one still waits after that time, or a record that has to be
   *     looked into cannot be read
   */
  void awaitAnswers(Duration longest, CutListener listener) {
    SortedMap<Integer, Long> ends = readTo(Part.ALL);
    long began = System.nanoTime();
    List<MissingAnswer> missing = pairs.waiting(ends);
    while (!missing.isEmpty()) {
      listener.waiting(missing);
      if (System.nanoTime() - began >= longest.toNanos()) {
        throw new InvalidViewException(
            "pairs still wait for answers, and nothing was cut: " + MissingAnswer.inWords(missing));
      }
      poll(POLL);
      missing = pairs.waiting(ends);
    }
    listener.waiting(missing);
  }

  /** 64 bits are enough to tell a topic's keys apart, and take a fifth of their memory. */
  private long key(byte[] key) {
    return ByteBuffer.wrap(digest.digest(key)).getLong();
  }

  /** Pairs that were gathered since the beginning, or since they were taken as blocks. */
  GatheredPairs pairs() {
    return pairs;
  }

  /**
   * Refuses a view of no pair at all.
   *
   * @param asked all conditions, in words
   * @throws InvalidViewException says which conditions hold for no pair
   */
  void requireAny(String topic, List<String> asked) {
    if (pairs.size(Part.ALL) == 0) {
      String none = unmet.stream().map(one -> "; no pair has " + one).collect(Collectors.joining());
      String why = none.isEmpty() ? "" : none + NOT_THERE + Hint.of("profile");
      throw new InvalidViewException(View.empty(topic, asked).getMessage() + why);
    }
  }

  /** By partition, the offset up to which a part accounts for all records. */
  SortedMap<Integer, Long> readTo(Part part) {
    SortedMap<Integer, Long> offsets = new TreeMap<>();
    partitions.forEach(
        partition -> offsets.put(partition.partition(), consumer.position(partition)));
    offsets.putAll(pairs.ends(part));
    return offsets;
  }

  @Override
  public void close() {
    withdrawn.close();
    consumer.close(CloseOptions.timeout(Duration.ZERO));
  }

  private boolean matches(ConsumerRecord<byte[], byte[]> record) {
    if (where.isEmpty()) {
      return true;
    }
    PreparedPair pair =
        decoder
            .decode(record.value())
            .orElseThrow(
                () -> invalid(record, "cannot be held against the conditions: it holds no pair"));
    return holds(IndexedPairs.entry(pair, split, record));
  }

  private boolean holds(IndexedPair pair) {
    unmet.removeIf(condition -> condition.holdsFor(pair));
    return where.stream().allMatch(condition -> condition.holdsFor(pair));
  }

  private static InvalidViewException invalid(ConsumerRecord<?, ?> record, String why) {
    return new InvalidViewException(
        "%s-%d-%d %s".formatted(record.topic(), record.partition(), record.offset(), why));
  }
}
