package io.pairstream.ingest.generate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which prompts have had their answer: a file with a line for each, written once its images are in
 * Kafka, or once it was refused. A run that is killed and started again asks for the rest. One run
 * at a time writes it. Thread-safe.
 */
final class AnsweredPrompts implements AutoCloseable {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Path file;
  private final FileChannel channel;

  private record Line(String asked, List<String> pairs, String refused) {}

  /**
   * Opens the file of a run; makes it where there is none.
   *
   * @throws IllegalArgumentException where it cannot be written, or another run uses it
   */
  AnsweredPrompts(Path file) {
    this.file = file;
    try {
      channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!isOurs()) {
        channel.close();
        throw new IllegalArgumentException(
            file + " is in use by another run; let it end, or name another file");
      }
      // What a kill has cut is taken away.
      channel.truncate(Files.readString(file, StandardCharsets.ISO_8859_1).lastIndexOf('\n') + 1);
      channel.position(channel.size());
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " cannot be written: " + e.getMessage(), e);
    }
  }

  private boolean isOurs() throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // held in this very process
    }
  }

  /**
   * The names of the prompts in a file, which need not exist.
   *
   * @throws IllegalArgumentException where it is another kind of file
   */
  static Set<String> in(Path file) {
    Set<String> names = new HashSet<>();
    try {
      for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
        String name = JSON.readTree(line).path("asked").asText("");
        if (name.isEmpty()) {
          throw new IllegalArgumentException(
              file + " is not what this command notes; name another file with --state");
        }
        names.add(name);
      }
      return names;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          file + " is not what this command notes; name another file with --state", e);
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** Notes that the images of a prompt are in Kafka. */
  void published(String name, List<String> pairs) {
    append(new Line(name, pairs, ""));
  }

  /** Notes that a prompt is refused, and why. */
  void refused(String name, String detail) {
    append(new Line(name, List.of(), detail));
  }

  private synchronized void append(Line line) {
    try {
      ByteBuffer bytes = StandardCharsets.UTF_8.encode(JSON.writeValueAsString(line) + "\n");
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be written: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
