package io.pairstream.tools.archive;

import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.schemas.wire.WireFormat;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.service.cluster.CommittedLog.Stretch;
import io.pairstream.service.table.Database;
import io.pairstream.tools.archive.ArchiveFile.Reader;
import io.pairstream.tools.archive.ArchiveFile.Writer;
import io.pairstream.tools.archive.ArchiveFolder.Stored;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Copies the raw log of a data set and what models answered into files, each committed record once,
 * and the takedowns and reviews in force beside it. Where it goes on follows from the files
 * themselves; what a kill leaves behind has no name yet. Not thread-safe.
 */
public final class RawArchive implements AutoCloseable {

  private static final long FILE_BYTES = 256L * 1024 * 1024;

  private final ClusterAccess cluster;
  private final Closeable lock;
  private final ArchiveFolder folder;
  private final long fileBytes;
  private final CommittedLog log;
  private final Decisions decisions;
  private final List<String> topics;
  private final String answers;
  private final Set<Integer> keptSchemas = new HashSet<>();

  /**
   * Result of a run, and the archive's content after it.
   *
   * @param records that were archived now
   * @param withdrawn records that were left out now, as they are withdrawn
   * @param removed withdrawn records that were taken out of earlier files now
   * @param missing offsets, by partition, that had left the log before they were archived
   * @param held what the archive has of each partition
   */
  public record ArchiveReport(
      long records, long withdrawn, long removed, Map<String, Long> missing, List<Held> held) {}

  /** An archived partition: every committed record between two offsets. */
  public record Held(String partition, int files, long first, long last, long bytes) {}

  /**
   * Opens an archive; makes its folder where there is none.
   *
   * @throws io.pairstream.service.table.ViewStorageException where it cannot be written, or another
   *     process has it
   */
  public RawArchive(ClusterAccess cluster, Path folder) throws IOException {
    this(cluster, folder, FILE_BYTES);
  }

  RawArchive(ClusterAccess cluster, Path folder, long fileBytes) throws IOException {
    cluster.requireRegistry();
    this.cluster = cluster;
    this.lock = Database.lock(folder);
    this.folder = new ArchiveFolder(folder);
    this.fileBytes = fileBytes;
    this.topics = topics(cluster.topics());
    this.answers = cluster.topics().answers().name();
    this.log = CommittedLog.open(cluster);
    this.decisions = new Decisions(cluster);
  }

  /** Names of the topics that are archived. */
  static List<String> topics(PairTopics of) {
    return Stream.concat(of.receivedNames().stream(), Stream.of(of.answers().name())).toList();
  }

  /**
   * Archives all that is committed now and not withdrawn.
   *
   * @param remove whether what was withdrawn since goes out of the files, too
   */
  public ArchiveReport run(boolean remove) throws IOException {
    boolean decided = !decisions.readOn().isEmpty();
    long removed = remove && decided ? removeWithdrawn() : 0;
    Map<String, Long> missing = new TreeMap<>();
    var files = folder.files(topics);
    Run run = new Run();
    for (var one : log.everything(log.partitions(topics)).entrySet()) {
      TopicPartition partition = one.getKey();
      Stretch there = one.getValue();
      List<Stored> before = files.getOrDefault(partition, List.of());
      long next = before.isEmpty() ? there.from() : before.get(before.size() - 1).last() + 1;
      if (next > there.to()) {
        throw new IOException(
            "%s ends at offset %d, and the archive has it up to %d: the topic was made anew; archive into another folder"
                .formatted(partition, there.to(), next - 1));
      } else if (next < there.from()) {
        missing.put(partition.toString(), there.from() - next);
      }
      run.archive(partition, new Stretch(Math.max(next, there.from()), there.to()));
    }
    if (decided || folder.decisions().isEmpty()) {
      keepDecisions();
    }
    List<Held> held = folder.files(topics).values().stream().map(RawArchive::held).toList();
    return new ArchiveReport(run.records, run.withdrawn, removed, missing, held);
  }

  private static Held held(List<Stored> files) {
    long bytes = files.stream().mapToLong(Stored::bytes).sum();
    Stored first = files.get(0);
    long last = files.get(files.size() - 1).last();
    return new Held(first.partition().toString(), files.size(), first.first(), last, bytes);
  }

  private void keepDecisions() throws IOException {
    try (Writer writer = folder.begin()) {
      for (ConsumerRecord<byte[], byte[]> decision : decisions.inForce()) {
        keepSchema(decision.value());
        writer.add(ArchivedRecord.of(decision, List.of()));
      }
      folder.keepDecisions(writer);
    }
  }

  private long removeWithdrawn() throws IOException {
    long removed = 0;
    List<Stored> all = folder.files(topics).values().stream().flatMap(List::stream).toList();
    Map<String, Long> erased = erasedAnswers(all);
    for (Stored file : all) {
      if (!holdsWithdrawn(file, erased)) {
        continue;
      }
      try (Reader reader = new Reader(file.path());
          Writer writer = folder.begin()) {
        for (var next = reader.next(); next.isPresent(); next = reader.next()) {
          if (isWithdrawn(next.get(), erased)) {
            removed++;
          } else {
            writer.add(next.get());
          }
        }
        folder.keep(writer, file.partition(), file.first(), file.last());
      }
    }
    return removed;
  }

  /**
   * Offsets at which answers were erased, by their keys: no published pair shows what they are of.
   */
  private Map<String, Long> erasedAnswers(List<Stored> files) throws IOException {
    Map<String, Long> erased = new HashMap<>();
    for (Stored file : files) {
      if (file.partition().topic().equals(answers)) {
        try (Reader reader = new Reader(file.path())) {
          for (var next = reader.next(); next.isPresent(); next = reader.next()) {
            if (next.get().value() == null) {
              erased.put(next.get().keyText(), next.get().about().offset());
            }
          }
        }
      }
    }
    return erased;
  }

  private boolean holdsWithdrawn(Stored file, Map<String, Long> erased) throws IOException {
    try (Reader reader = new Reader(file.path())) {
      for (var next = reader.next(); next.isPresent(); next = reader.next()) {
        if (isWithdrawn(next.get(), erased)) {
          return true;
        }
      }
      return false;
    }
  }

  private boolean isWithdrawn(ArchivedRecord record, Map<String, Long> erased) {
    return record.about().topic().equals(answers)
        ? record.value() != null
            && record.about().offset() < erased.getOrDefault(record.keyText(), -1L)
        : decisions.isWithdrawn(record.about().takedownKeys());
  }

  /** The schema by which a value is read; one that the registry does not give is no loss here. */
  private void keepSchema(byte[] value) throws IOException {
    int id = WireFormat.schemaId(value).orElse(-1);
    if (id < 0 || !keptSchemas.add(id)) {
      return;
    }
    String subject = cluster.topics().crowdsourced().subject();
    try {
      folder.keep(id, cluster.registry().writerSchema(subject, id));
    } catch (MissingSchemaException e) {
      // The topology rejects such a record as of an unknown schema.
    }
  }

  @Override
  public void close() throws IOException {
    decisions.close();
    log.close();
    lock.close();
  }

  private final class Run {

    private long records;
    private long withdrawn;
    private Writer writer;
    private long first;
    private long last;

    void archive(TopicPartition partition, Stretch stretch) throws IOException {
      first = stretch.from();
      try {
        log.readAll(
            Map.of(partition, stretch),
            record -> {
              try {
                add(record);
                if (writer.bytes() >= fileBytes) {
                  end(partition);
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
        // Behind the last record there may be marks of transactions.
        last = stretch.to() - 1;
        end(partition);
      } finally {
        if (writer != null) {
          writer.close();
        }
      }
    }

    private void add(ConsumerRecord<byte[], byte[]> record) throws IOException {
      writer = writer == null ? folder.begin() : writer;
      last = record.offset();
      List<String> keys =
          record.topic().equals(answers) ? List.of() : decisions.takedownKeys(record.value());
      if (decisions.isWithdrawn(keys)) {
        withdrawn++;
      } else {
        keepSchema(record.value());
        writer.add(ArchivedRecord.of(record, keys));
        records++;
      }
    }

    private void end(TopicPartition partition) throws IOException {
      if (writer != null) {
        folder.keep(writer, partition, first, last);
        writer = null;
        first = last + 1;
      }
    }
  }
}
