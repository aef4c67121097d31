package io.pairstream.ingest.generate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.ingest.publish.Published;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which prompts have had their answer: a file with a line for each, written once its images are in
 * Kafka, or once it was refused. A run that is killed and started again asks for the rest.
 *
 * <p>A prompt is known by what is asked and where it goes, and not by its line, so that the list of
 * prompts may grow; the same prompt twice is two prompts. Thread-safe.
 */
final class AnsweredPrompts implements AutoCloseable {

  private static final String ASKED = "asked";

  private final JsonMapper json = JsonMapper.builder().build();
  private final Set<String> answered = new HashSet<>();
  private final Map<String, Integer> seen = new HashMap<>();
  private final ImageRequest request;
  private final String topic;
  private final Optional<AppendedLines> lines;

  private AnsweredPrompts(
      Path file, ImageRequest request, String topic, Optional<AppendedLines> lines) {
    this.request = request;
    this.topic = topic;
    this.lines = lines;
    read(file);
  }

  /**
   * Opens the file of a run; makes it where there is none.
   *
   * @param topic full name of the topic that the images go to
   * @throws UnusablePromptsException where it cannot be used, or another run uses it
   */
  static AnsweredPrompts open(Path file, ImageRequest request, String topic) {
    return new AnsweredPrompts(file, request, topic, Optional.of(new AppendedLines(file)));
  }

  /** Reads the file of a run that may go on meanwhile; nothing can be noted. */
  static AnsweredPrompts look(Path file, ImageRequest request, String topic) {
    return new AnsweredPrompts(file, request, topic, Optional.empty());
  }

  /** A prompt's name in the file; each call with the same prompt is another one. */
  synchronized String name(Prompt prompt) {
    String digest = ImageRequest.sha256(topic + "\u0000" + request.digest(prompt)).substring(0, 32);
    int times = seen.merge(digest, 1, Integer::sum);
    return times == 1 ? digest : digest + "-" + times;
  }

  synchronized boolean contains(String name) {
    return answered.contains(name);
  }

  /** Notes that the images of a prompt are in Kafka. */
  void published(String name, List<Published> pairs) {
    ObjectNode line = json.createObjectNode().put(ASKED, name);
    ArrayNode ids = line.putArray("pairs");
    pairs.forEach(pair -> ids.add(pair.id()));
    note(name, line);
  }

  /** Notes that a prompt is refused. */
  void refused(String name, RefusalReason reason) {
    note(name, json.createObjectNode().put(ASKED, name).put("refused", reason.name()));
  }

  @Override
  public void close() {
    lines.ifPresent(AppendedLines::close);
  }

  private synchronized void note(String name, ObjectNode line) {
    lines.orElseThrow().append(line.toString());
    boolean unused = answered.add(name);
  }

  private void read(Path file) {
    if (!Files.exists(file)) {
      return;
    }
    long number = 0;
    try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      String line;
      while ((line = reader.readLine()) != null) {
        number++;
        JsonNode name = json.readTree(line).path(ASKED);
        if (!name.isTextual()) {
          throw notOurs(file, number);
        }
        boolean unused = answered.add(name.asText());
      }
    } catch (JsonProcessingException e) {
      throw notOurs(file, number);
    } catch (IOException e) {
      throw new UnusablePromptsException(file + " cannot be read: " + e.getMessage());
    }
  }

  private UnusablePromptsException notOurs(Path file, long line) {
    close();
    return new UnusablePromptsException(
        file + ":" + line + " is not what this command notes; name another file with --state");
  }
}
