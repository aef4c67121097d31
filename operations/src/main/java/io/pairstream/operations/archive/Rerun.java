package io.pairstream.operations.archive;

import io.pairstream.operations.archive.ArchiveFile.Reader;
import io.pairstream.operations.archive.ArchiveFolder.Stored;
import io.pairstream.operations.archive.ArchivedRecord.About;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.cluster.CommittedLog.Stretch;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.service.http.TokenBucket;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;

/**
 * Sends the raw log of a data set into another one, each record once: with the records of each
 * transaction the group {@code INTO-rerun} commits which offsets of the first data set are done
 * with, whether they came from an archive or from its topics. Takedowns and reviews go along.
 * Whoever does the same meanwhile is fenced. Not thread-safe.
 */
public final class Rerun implements AutoCloseable {

  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /** In memory, and in one transaction. */
  private static final int MOST_RECORDS = 100;

  private static final long MOST_BYTES = 8L * 1024 * 1024;

  private final ClusterAccess from;
  private final ClusterAccess into;
  private final ConsumerGroupMetadata member;
  private final LongConsumer listener;
  private final TokenBucket rate;
  private final CommittedLog log;
  private final Decisions decisions;
  private final Producer<byte[], byte[]> producer;

  /** Offsets of the first data set that are to be read next. */
  private final Map<TopicPartition, Long> next = new HashMap<>();

  private final List<ProducerRecord<byte[], byte[]>> pending = new ArrayList<>();
  private long pendingBytes;
  private long sent;
  private long withdrawn;
  private long tooLarge;
  private long missing;

  /**
   * What was done.
   *
   * @param sent records that are in the other data set now
   * @param withdrawn records that were not sent, as they are withdrawn
   * @param tooLarge records that were not sent, as they are larger than a raw record may be
   * @param missing offsets that are neither where was read from nor done with before
   */
  public record Report(long sent, long withdrawn, long tooLarge, long missing) {}

  /**
   * Goes on where the last one ended.
   *
   * @param into has its topics
   * @param perSecond most records a second, above 0; may be infinite
   * @param listener hears how many records are sent
   * @throws IllegalArgumentException where the other data set has raw records of another origin
   */
  public Rerun(ClusterAccess from, ClusterAccess into, double perSecond, LongConsumer listener) {
    from.requireRegistry();
    this.from = from;
    this.into = into;
    String group = into.dataset().rerunGroup();
    this.listener = listener;
    this.rate = new TokenBucket(perSecond, Math.max(1, perSecond), System.nanoTime());
    this.log = CommittedLog.open(from);
    this.decisions = new Decisions(from);
    // First: from now on nobody else commits, and what was open is not.
    this.producer =
        into.transactions(
            group,
            TIMEOUT,
            Map.of(
                ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                RecordSizes.MAX_RECORD,
                ProducerConfig.BUFFER_MEMORY_CONFIG,
                4 * MOST_BYTES));
    try (Admin admin = into.admin();
        var standIn = into.consumer(Map.of(ConsumerConfig.GROUP_ID_CONFIG, group));
        CommittedLog ofInto = CommittedLog.open(into)) {
      member = standIn.groupMetadata();
      next.putAll(ClusterAccess.committedAndSettled(admin, group, partitions(log, from)));
      boolean isEmpty =
          ofInto.ends(partitions(ofInto, into)).values().stream().allMatch(end -> end == 0);
      if (next.isEmpty() && !isEmpty) {
        throw new IllegalArgumentException(
            "data set %s has raw records, and Kafka's group %s does not know of which offsets; name a new one: --into"
                .formatted(into.dataset().name(), group));
      }
      takeDecisions();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private static List<TopicPartition> partitions(CommittedLog log, ClusterAccess cluster) {
    return cluster.topics().rawNames().stream()
        .flatMap(topic -> log.partitions(topic).stream())
        .toList();
  }

  /** Sends what the topics hold now and was not sent before. */
  public Report fromTopics() {
    Map<TopicPartition, Stretch> left = new HashMap<>();
    log.everything(partitions(log, from))
        .forEach(
            (partition, all) -> {
              begin(partition, all.from());
              if (next.get(partition) > all.to()) {
                throw new KafkaException(
                    "%s ends before what was sent of it: it was made anew; name a new data set: --into"
                        .formatted(partition));
              }
              left.put(partition, new Stretch(next.get(partition), all.to()));
            });
    log.read(
        left,
        record -> {
          List<String> keys = decisions.takedownKeys(record.value());
          send(ArchivedRecord.of(record, keys), record.value());
          return true;
        });
    left.forEach((partition, stretch) -> end(partition, stretch.to()));
    commit();
    return report();
  }

  /**
   * Sends what an archive holds and was not sent before, in the order in which it came.
   *
   * @throws IOException where there is none of this data set, or a file cannot be read
   */
  public Report fromArchive(Path archive) throws IOException {
    ArchiveFolder folder = new ArchiveFolder(archive);
    List<Stored> files = folder.files(from.topics().rawNames());
    if (files.isEmpty()) {
      throw new IOException(
          "%s holds no archive of data set %s; archive makes one, or name another: --dataset"
              .formatted(archive, from.dataset().name()));
    }
    SchemaIds ids = new SchemaIds(folder, into);
    PriorityQueue<Source> sources =
        new PriorityQueue<>(Comparator.comparing(source -> source.head.about().timestamp()));
    try {
      for (List<Stored> ofOne :
          files.stream().collect(Collectors.groupingBy(Stored::partition)).values()) {
        Source source = new Source(ofOne);
        if (source.advance()) {
          sources.add(source);
        }
      }
      while (!sources.isEmpty()) {
        Source first = sources.remove();
        send(first.head, ids.translate(first.head.value()));
        if (first.advance()) {
          sources.add(first);
        }
      }
    } finally {
      for (Source source : sources) {
        source.close();
      }
    }
    commit();
    return report();
  }

  private Report report() {
    return new Report(sent, withdrawn, tooLarge, missing);
  }

  /** Behind the last record there may be marks of transactions. */
  private void end(TopicPartition partition, long offset) {
    next.merge(partition, offset, Math::max);
  }

  /** Notes that a partition is read from this offset on. */
  private void begin(TopicPartition partition, long first) {
    Long before = next.get(partition);
    if (before != null && before < first) {
      missing += first - before;
    }
    next.put(partition, Math.max(first, before == null ? 0 : before));
  }

  private void send(ArchivedRecord record, byte[] value) {
    About about = record.about();
    if (about.offset() < next.get(about.at())) {
      return;
    }
    Duration wait = rate.untilOpen(System.nanoTime());
    if (!wait.isZero()) {
      Utils.sleep(wait.toMillis() + 1);
    }
    rate.take(1, System.nanoTime());
    if (decisions.isWithdrawn(about.takedownKeys())) {
      withdrawn++;
    } else if (record.size() > RecordSizes.MAX_RAW_RECORD) {
      tooLarge++;
    } else {
      String kind =
          about.topic().equals(from.topics().scraped().name())
              ? TopicCatalogue.SCRAPED
              : TopicCatalogue.CROWDSOURCED;
      add(
          new ProducerRecord<>(
              into.dataset().topic(kind), null, null, about.key(), value, record.headers()));
      sent++;
    }
    next.put(about.at(), about.offset() + 1);
    if (commitIfFull()) {
      takeDecisions();
    }
  }

  private boolean commitIfFull() {
    boolean isFull = pending.size() >= MOST_RECORDS || pendingBytes >= MOST_BYTES;
    if (isFull) {
      commit();
    }
    return isFull;
  }

  private void add(ProducerRecord<byte[], byte[]> record) {
    pending.add(record);
    pendingBytes += record.value() == null ? 0 : record.value().length;
  }

  /** Takes takedowns and reviews along, in the next transaction. */
  private void takeDecisions() {
    for (ConsumerRecord<byte[], byte[]> decided : decisions.readOn()) {
      boolean isReview = decided.topic().equals(from.topics().reviews().name());
      String topic = isReview ? TopicCatalogue.REVIEWS : TopicCatalogue.TAKEDOWNS;
      add(new ProducerRecord<>(into.dataset().topic(topic), decided.key(), decided.value()));
      boolean unused = commitIfFull();
    }
  }

  private void commit() {
    try {
      producer.beginTransaction();
      for (ProducerRecord<byte[], byte[]> record : pending) {
        var unused = producer.send(record);
      }
      // All of them each time: a group forgets those that it has not heard of for long.
      Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
      next.forEach((partition, offset) -> offsets.put(partition, new OffsetAndMetadata(offset)));
      producer.sendOffsetsToTransaction(offsets, member);
      producer.commitTransaction();
    } catch (KafkaException | IllegalStateException e) {
      throw new KafkaException(
          "Kafka did not confirm the last records; the same command goes on", e);
    }
    pending.clear();
    pendingBytes = 0;
    listener.accept(sent);
  }

  /** At once: what is open is aborted with the next start, or by its time-out. */
  @Override
  public void close() {
    producer.close(Duration.ZERO);
    decisions.close();
    log.close();
  }

  /** The files of a partition, one after the other. */
  private final class Source implements AutoCloseable {

    private final Deque<Stored> files;
    private Stored file;
    private Reader reader;
    private ArchivedRecord head;

    Source(List<Stored> files) {
      this.files = new ArrayDeque<>(files);
    }

    /** Whether there is another record, the head then. */
    boolean advance() throws IOException {
      while (true) {
        Optional<ArchivedRecord> read = reader == null ? Optional.empty() : reader.next();
        if (read.isPresent()) {
          head = read.get();
          return true;
        }
        close();
        if (file != null) {
          end(file.partition(), file.last() + 1);
        }
        if (files.isEmpty()) {
          return false;
        }
        file = files.remove();
        begin(file.partition(), file.first());
        if (file.last() >= next.get(file.partition())) {
          reader = new Reader(file.path());
        }
      }
    }

    @Override
    public void close() throws IOException {
      if (reader != null) {
        reader.close();
        reader = null;
      }
    }
  }
}
