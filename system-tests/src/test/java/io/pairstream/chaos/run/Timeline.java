package io.pairstream.chaos.run;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What happened, in memory and as lines of JSON in a file, so that a run that is broken off leaves
 * what it saw. Thread-safe.
 */
final class Timeline implements AutoCloseable {

  private final JsonMapper json = new JsonMapper();
  private final BufferedWriter file;
  private final List<Sample> samples = new ArrayList<>();
  private final List<FaultEvent> events = new ArrayList<>();

  private Timeline(BufferedWriter file) {
    this.file = file;
  }

  static Timeline in(Path file) throws IOException {
    return new Timeline(Files.newBufferedWriter(file));
  }

  synchronized void add(Sample sample) {
    samples.add(sample);
    ObjectNode line =
        json.createObjectNode()
            .put("at", sample.at().toString())
            .put("acknowledged", sample.acknowledged())
            .put("outputs", sample.outputs());
    sample.lag().ifPresent(lag -> line.put("lag", lag));
    ObjectNode resident = line.putObject("resident");
    sample
        .resident()
        .forEach(
            (name, process) ->
                resident.putObject(name).put("pid", process.pid()).put("bytes", process.bytes()));
    write(line);
  }

  synchronized void add(FaultEvent event) {
    events.add(event);
    write(line(event));
  }

  /** An event as the file and the report have it; durations in seconds. */
  static ObjectNode line(FaultEvent event) {
    ObjectNode line =
        new JsonMapper()
            .createObjectNode()
            .put("fault", event.number())
            .put("kind", event.kind())
            .put("words", event.words())
            .put("acknowledged", event.acknowledged())
            .put("began", event.began().toString())
            .put("healed", event.healed().toString());
    put(line, "seconds_to_next_output", event.toNextOutput());
    put(line, "seconds_to_next_output_there", event.toNextOutputThere());
    return line.put("kill", event.isKill()).put("remark", event.remark());
  }

  private static void put(ObjectNode line, String key, Optional<Duration> duration) {
    duration.ifPresent(known -> line.put(key, known.toMillis() / 1e3));
  }

  synchronized List<Sample> samples() {
    return List.copyOf(samples);
  }

  synchronized List<FaultEvent> events() {
    return List.copyOf(events);
  }

  private void write(ObjectNode line) {
    try {
      file.write(line.toString());
      file.newLine();
      file.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public synchronized void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
