package io.pairstream.tools.archive;

import io.pairstream.schemas.Answer;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.service.cluster.CommittedLog.Stretch;
import io.pairstream.service.cluster.Transactions;
import io.pairstream.tools.archive.ArchiveFile.Reader;
import io.pairstream.tools.archive.ArchiveFolder.Stored;
import io.pairstream.tools.archive.ArchivedRecord.About;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Sends the raw log of a data set into another one, each record once: with the records of each
 * transaction the group {@code INTO-rerun} commits which offsets of the first data set are done
 * with, whether they came from an archive or from its topics. Takedowns and reviews go along.
 * Another rerun at the same time is fenced. Not thread-safe.
 */
public final class Rerun implements AutoCloseable {

  private static final int RECORDS_IN_A_TRANSACTION = 100;

  private final ClusterAccess from;
  private final ClusterAccess into;
  private final ConsumerGroupMetadata member;
  private final LongConsumer listener;
  private final CommittedLog log;
  private final Decisions decisions;
  private final Transactions transactions;

  /** Offsets of the first data set that are to be read next. */
  private final Map<TopicPartition, Long> next = new HashMap<>();

  private long sent;
  private long withdrawn;
  private long tooLarge;
  private long missing;

  /**
   * Result of a rerun.
   *
   * @param sent records that are in the other data set now
   * @param withdrawn records that were not sent, as they are withdrawn
   * @param tooLarge records that were not sent, as they are larger than a raw record may be
   * @param missing offsets that are neither where was read from nor done with before
   */
  public record RerunReport(long sent, long withdrawn, long tooLarge, long missing) {}

  /**
   * Goes on where the last one ended.
   *
   * @param into has its topics
   * @param listener hears how many records are sent
   * @throws IllegalArgumentException where the other data set has raw records of another origin
   */
  public Rerun(ClusterAccess from, ClusterAccess into, LongConsumer listener) {
    from.requireRegistry();
    this.from = from;
    this.into = into;
    String group = into.dataset().rerunGroup();
    this.listener = listener;
    this.log = CommittedLog.open(from);
    this.decisions = new Decisions(from);
    // First: from now on no other process commits, and what was open is not.
    this.transactions = Transactions.open(into, group);
    try (Admin admin = into.admin();
        var standIn = into.consumer(Map.of(ConsumerConfig.GROUP_ID_CONFIG, group));
        CommittedLog ofInto = CommittedLog.open(into)) {
      member = standIn.groupMetadata();
      List<TopicPartition> partitions = log.partitions(RawArchive.topics(from.topics()));
      next.putAll(ClusterAccess.committedAndSettled(admin, group, partitions));
      boolean isEmpty =
          ofInto.ends(ofInto.partitions(into.topics().receivedNames())).values().stream()
              .allMatch(end -> end == 0);
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

  /** Sends what the topics hold now and was not sent before. */
  public RerunReport fromTopics() {
    Map<TopicPartition, Stretch> left = new HashMap<>();
    log.everything(log.partitions(from.topics().receivedNames()))
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
    log.readAll(
        left,
        record -> {
          List<String> keys = decisions.takedownKeys(record.value());
          send(ArchivedRecord.of(record, keys), record.value());
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
  public RerunReport fromArchive(Path archive) throws IOException {
    ArchiveFolder folder = new ArchiveFolder(archive);
    Map<TopicPartition, List<Stored>> files = folder.files(RawArchive.topics(from.topics()));
    if (files.isEmpty()) {
      throw new IOException(
          "%s holds no archive of data set %s; archive makes one, or name another: --dataset"
              .formatted(archive, from.dataset().name()));
    }
    SchemaIds ids = new SchemaIds(folder, into);
    if (decisions.areNone()) {
      takeDecisions(folder, ids);
    }
    PriorityQueue<Source> sources =
        new PriorityQueue<>(Comparator.comparing(source -> source.head.about().timestamp()));
    try {
      for (List<Stored> ofOne : files.values()) {
        Source source = new Source(ofOne);
        if (source.advance()) {
          sources.add(source);
        }
      }
      while (!sources.isEmpty()) {
        Source first = sources.remove();
        send(first.head, unsent(first.head, ids.translate(first.head.value())));
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

  /** An answer whose text is sent again: generated captions are in no archive. */
  private byte[] unsent(ArchivedRecord record, byte[] value) {
    Topic<Answer> answers = into.topics().answers();
    if (!record.about().topic().equals(from.topics().answers().name())) {
      return value;
    }
    return answers
        .decode(value)
        .filter(Answer::getSent)
        .map(answer -> Answer.newBuilder(answer).setSent(false).build())
        .map(answer -> answers.value().serializer().serialize(answers.name(), answer))
        .orElse(value);
  }

  private RerunReport report() {
    return new RerunReport(sent, withdrawn, tooLarge, missing);
  }

  /** Behind the last record there may be marks of transactions. */
  private void end(TopicPartition partition, long offset) {
    next.merge(partition, offset, Math::max);
  }

  private void begin(TopicPartition partition, long first) {
    long before = next.getOrDefault(partition, first);
    missing += Math.max(0, first - before);
    next.put(partition, Math.max(first, before));
  }

  private void send(ArchivedRecord record, byte[] value) {
    About about = record.about();
    if (about.offset() < next.get(about.at())) {
      return;
    }
    if (decisions.isWithdrawn(about.takedownKeys())) {
      withdrawn++;
    } else if (record.size() > RecordSizes.MAX_RAW_RECORD) {
      tooLarge++;
    } else {
      transactions.add(
          new ProducerRecord<>(
              there(about.topic()), null, null, about.key(), value, record.headers()));
      sent++;
    }
    next.put(about.at(), about.offset() + 1);
    if (isFull()) {
      commit();
      takeDecisions();
    }
  }

  private boolean isFull() {
    return transactions.isFull() || transactions.size() >= RECORDS_IN_A_TRANSACTION;
  }

  private String there(String topic) {
    return into.dataset().name() + topic.substring(from.dataset().name().length());
  }

  private void takeDecisions() {
    for (ConsumerRecord<byte[], byte[]> decided : decisions.readOn()) {
      if (decided.value() != null) {
        sendDecision(decided.topic(), decided.key(), decided.value());
      }
    }
  }

  /** Takes those of an archive: of a data set whose topics were lost, nothing else is left. */
  private void takeDecisions(ArchiveFolder archive, SchemaIds ids) throws IOException {
    Optional<Path> kept = archive.decisions();
    if (kept.isEmpty()) {
      return;
    }
    try (Reader reader = new Reader(kept.get())) {
      for (var decided = reader.next(); decided.isPresent(); decided = reader.next()) {
        About about = decided.get().about();
        byte[] value = ids.translate(decided.get().value());
        decisions.note(about.topic(), decided.get().keyText(), value);
        sendDecision(about.topic(), about.key(), value);
      }
    }
  }

  private void sendDecision(String topic, byte[] key, byte[] value) {
    transactions.add(new ProducerRecord<>(there(topic), key, value));
    if (isFull()) {
      commit();
    }
  }

  private void commit() {
    // All of them each time: a group forgets those that it has not heard of for long.
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    next.forEach((partition, offset) -> offsets.put(partition, new OffsetAndMetadata(offset)));
    transactions.commit(offsets, member);
    listener.accept(sent);
  }

  /** At once: what is open is aborted with the next start, or by its time-out. */
  @Override
  public void close() {
    transactions.close();
    decisions.close();
    log.close();
  }

  /** The files of a partition, one after the other, but those that are done with. */
  private final class Source implements AutoCloseable {

    private final Deque<Stored> files;
    private Reader reader;
    private ArchivedRecord head;

    Source(List<Stored> files) {
      this.files = new ArrayDeque<>(files);
      this.files.removeIf(file -> file.last() < next.getOrDefault(file.partition(), 0L));
    }

    /** Whether there is another record, the head then. */
    boolean advance() throws IOException {
      for (; !files.isEmpty(); files.remove()) {
        Stored file = files.element();
        if (reader == null) {
          begin(file.partition(), file.first());
          reader = new Reader(file.path());
        }
        Optional<ArchivedRecord> read = reader.next();
        if (read.isPresent()) {
          head = read.get();
          return true;
        }
        close();
        end(file.partition(), file.last() + 1);
      }
      return false;
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
