package io.pairstream.chaos.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.chaos.load.LedgerEntry.Fate;
import io.pairstream.schemas.topics.Dataset;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What was sent, and what was acknowledged: a file of JSON lines, the first of which names the data
 * set. Each line is handed to the operating system at once, so that it is there however the harness
 * ends. Thread-safe.
 */
public final class SentLedger implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();

  private final Path file;
  private final Dataset dataset;
  private final Optional<BufferedWriter> writer;

  private SentLedger(Path file, Dataset dataset, Optional<BufferedWriter> writer) {
    this.file = file;
    this.dataset = dataset;
    this.writer = writer;
  }

  /** Begins a new ledger; a file of that name must not be there yet. */
  public static SentLedger create(Path file, Dataset dataset, long seed) throws IOException {
    SentLedger ledger =
        new SentLedger(
            file,
            dataset,
            Optional.of(Files.newBufferedWriter(file, StandardOpenOption.CREATE_NEW)));
    ledger.write(JSON.createObjectNode().put("dataset", dataset.name()).put("seed", seed));
    return ledger;
  }

  /**
   * Opens a ledger for reading.
   *
   * @throws IllegalArgumentException where the file is no ledger, in a sentence
   */
  public static SentLedger open(Path file) {
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      String first = Optional.ofNullable(lines.readLine()).orElse("");
      JsonNode head = JSON.readTree(first);
      if (head == null || !head.path("dataset").isTextual()) {
        throw new IllegalArgumentException(file + " is no ledger: its first line names no dataset");
      }
      return new SentLedger(file, new Dataset(head.get("dataset").asText()), Optional.empty());
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " cannot be read: " + e, e);
    }
  }

  public Path file() {
    return file;
  }

  public Dataset dataset() {
    return dataset;
  }

  public void add(LedgerEntry entry) {
    ObjectNode line =
        JSON.createObjectNode()
            .put("fate", entry.fate().name())
            .put("number", entry.number())
            .put("kind", entry.kind().name())
            .put("topic", entry.topic())
            .put("partition", entry.partition())
            .put("offset", entry.offset())
            .put("value", entry.valueDigest())
            .put("pair", entry.pairId())
            .put("image", entry.imageDigest());
    if (!entry.words().isEmpty()) {
      line.put("words", entry.words());
    }
    write(line.put("at", entry.at().toString()));
  }

  /**
   * Reads every entry from the first on, those that are added meanwhile as far as they come.
   *
   * @throws IllegalArgumentException for a line that is no entry, which it names
   */
  public void read(Consumer<LedgerEntry> each) {
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      long number = 1;
      String line = lines.readLine();
      while ((line = lines.readLine()) != null) {
        number++;
        each.accept(entry(line, number));
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " cannot be read: " + e, e);
    }
  }

  private LedgerEntry entry(String line, long number) {
    try {
      JsonNode entry = JSON.readTree(line);
      return new LedgerEntry(
          Fate.valueOf(entry.required("fate").asText()),
          whole(entry, "number", Long.MAX_VALUE),
          SentKind.valueOf(entry.required("kind").asText()),
          entry.required("topic").asText(),
          (int) whole(entry, "partition", Integer.MAX_VALUE),
          whole(entry, "offset", Long.MAX_VALUE),
          entry.required("value").asText(),
          entry.required("pair").asText(),
          entry.required("image").asText(),
          Instant.parse(entry.required("at").asText()),
          entry.path("words").asText(""));
    } catch (IOException | IllegalArgumentException | DateTimeException e) {
      throw new IllegalArgumentException(file + ", line " + number + ": " + e.getMessage(), e);
    }
  }

  private static long whole(JsonNode entry, String name, long most) {
    JsonNode number = entry.required(name);
    if (!number.isIntegralNumber()
        || !number.canConvertToLong()
        || number.asLong() < -1
        || number.asLong() > most) {
      throw new IllegalArgumentException(name + " is a whole number from -1 on, not " + number);
    }
    return number.asLong();
  }

  private synchronized void write(ObjectNode line) {
    BufferedWriter open =
        writer.orElseThrow(() -> new IllegalStateException(file + " is open for reading only"));
    try {
      open.write(line.toString());
      open.write('\n');
      open.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be written", e);
    }
  }

  @Override
  public synchronized void close() {
    try {
      if (writer.isPresent()) {
        writer.get().close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be written", e);
    }
  }
}
