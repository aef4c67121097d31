package io.pairstream.tools.archive;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import io.pairstream.tools.archive.ArchiveFile.Writer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;

/**
 * The files of an archive: {@code TOPIC-PARTITION-FIRST-LAST.tar}, so that their names are the
 * index; {@code decisions.tar}, the takedowns and reviews in force; and {@code schemas/ID.avsc},
 * the schemas by which their values are read. A file has its name only once it is whole and on
 * disk.
 */
final class ArchiveFolder {

  private static final Pattern NAME = Pattern.compile("(.+)-(\\d+)-(\\d{20})-(\\d{20})\\.tar");
  private static final String PART = ".part";
  private static final String DECISIONS = "decisions.tar";

  private final Path folder;

  /**
   * @throws IOException where there is no such folder
   */
  ArchiveFolder(Path folder) throws IOException {
    this.folder = folder.toRealPath();
  }

  /**
   * A file.
   *
   * @param first offset from which on it has all that was committed and not withdrawn
   * @param last offset up to which it has, inclusive
   */
  record Stored(Path path, TopicPartition partition, long first, long last, long bytes) {}

  /** The files of these topics, each partition's in order. */
  Map<TopicPartition, List<Stored>> files(List<String> topics) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      Comparator<TopicPartition> order =
          Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition);
      return all.sorted()
          .flatMap(path -> stored(path).stream())
          .filter(file -> topics.contains(file.partition().topic()))
          .collect(groupingBy(Stored::partition, () -> new TreeMap<>(order), toList()));
    }
  }

  private static Optional<Stored> stored(Path path) {
    Matcher name = NAME.matcher(path.getFileName().toString());
    return name.matches()
        ? Optional.of(
            new Stored(
                path,
                new TopicPartition(name.group(1), Integer.parseInt(name.group(2))),
                Long.parseLong(name.group(3)),
                Long.parseLong(name.group(4)),
                path.toFile().length()))
        : Optional.empty();
  }

  /** A file that is begun; what one before it had begun is gone. */
  Writer begin() throws IOException {
    return new Writer(folder.resolve("archive" + PART));
  }

  /** Ends a file that was begun, and gives it its name. */
  void keep(Writer writer, TopicPartition partition, long first, long last) throws IOException {
    keep(writer, "%s-%020d-%020d.tar".formatted(partition, first, last));
  }

  /** Ends a file that was begun, in the place of the decisions that were kept before. */
  void keepDecisions(Writer writer) throws IOException {
    keep(writer, DECISIONS);
  }

  private void keep(Writer writer, String name) throws IOException {
    writer.finish();
    writer.close();
    Utils.atomicMoveWithFallback(folder.resolve("archive" + PART), folder.resolve(name));
  }

  /** The file with the decisions, where one was kept. */
  Optional<Path> decisions() {
    return Optional.of(folder.resolve(DECISIONS)).filter(Files::exists);
  }

  /** The schema of an id, where values of the archive name it and it was to be had. */
  Optional<Schema> schema(int id) throws IOException {
    Path file = schemaFile(id);
    return Files.exists(file)
        ? Optional.of(new Schema.Parser().parse(Files.readString(file)))
        : Optional.empty();
  }

  /**
   * Keeps a schema.
   *
   * @throws IOException where another one has its id here
   */
  void keep(int id, Schema schema) throws IOException {
    Optional<Schema> before = schema(id);
    if (before.isEmpty()) {
      Files.createDirectories(schemaFile(id).getParent());
      Files.writeString(
          folder.resolve("schema" + PART),
          schema.toString(),
          StandardOpenOption.CREATE,
          StandardOpenOption.TRUNCATE_EXISTING,
          StandardOpenOption.WRITE,
          StandardOpenOption.SYNC);
      Utils.atomicMoveWithFallback(folder.resolve("schema" + PART), schemaFile(id));
    } else if (!before.get().equals(schema)) {
      throw new IOException(
          "%s is another schema than the registry's of that id: it is another registry; archive into another folder"
              .formatted(schemaFile(id)));
    }
  }

  private Path schemaFile(int id) {
    return folder.resolve("schemas").resolve(id + ".avsc");
  }
}
