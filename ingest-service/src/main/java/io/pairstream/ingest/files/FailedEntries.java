package io.pairstream.ingest.files;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The entries that gave no pair, a JSON object on each line of a file: {@code source} and {@code
 * entry} find the entry again, {@code where} and {@code problem} are for people. An entry is not
 * counted as done before its line is written. Thread-safe.
 */
public final class FailedEntries implements AutoCloseable {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** A line of the file. */
  private record Failure(String source, Long entry, String where, String problem) {}

  private final BufferedWriter writer;

  private FailedEntries(BufferedWriter writer) {
    this.writer = writer;
  }

  /**
   * Opens the file for writing.
   *
   * @param goesOn whether to write behind what is there, as an import that is resumed does
   * @throws IOException where it cannot be written
   */
  public static FailedEntries to(Path file, boolean goesOn) throws IOException {
    return new FailedEntries(
        Files.newBufferedWriter(
            file,
            StandardCharsets.UTF_8,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            goesOn ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING));
  }

  void add(ImportSource source, SourceItem.Problem problem) {
    synchronized (writer) {
      try {
        writer.write(
            JSON.writeValueAsString(
                new Failure(
                    source.path().toString(),
                    problem.entry(),
                    problem.where(),
                    problem.message())));
        writer.newLine();
        writer.flush();
      } catch (IOException e) {
        throw new UncheckedIOException("the file of what failed cannot be written: " + e, e);
      }
    }
  }

  @Override
  public void close() {
    try {
      writer.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
