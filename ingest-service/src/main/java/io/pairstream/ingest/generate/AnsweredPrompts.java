package io.pairstream.ingest.generate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.ingest.publish.Published;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
  private final Path file;
  private final ImageRequest request;
  private final String topic;
  private AppendedLines lines;

  private AnsweredPrompts(Path file, ImageRequest request, String topic) {
    this.file = file;
    this.request = request;
    this.topic = topic;
  }

  /**
   * Opens the file of a run; makes it where there is none.
   *
   * @param topic full name of the topic that the images go to
   * @throws UnusablePromptsException where it cannot be used, or another run uses it
   */
  static AnsweredPrompts open(Path file, ImageRequest request, String topic) {
    AnsweredPrompts prompts = new AnsweredPrompts(file, request, topic);
    prompts.lines = new AppendedLines(file);
    try {
      prompts.read();
    } catch (UnusablePromptsException e) {
      prompts.close();
      throw e;
    }
    return prompts;
  }

  /** Reads the file of a run that may go on meanwhile; nothing can be noted. */
  static AnsweredPrompts look(Path file, ImageRequest request, String topic) {
    AnsweredPrompts prompts = new AnsweredPrompts(file, request, topic);
    prompts.read();
    return prompts;
  }

  /** A prompt's name in the file; each call with the same prompt is another one. */
  synchronized String name(Prompt prompt) {
    String digest = ImageRequest.sha256(topic + "\u0000" + request.digest(prompt)).substring(0, 32);
    int times = seen.merge(digest, 1, Integer::sum);
    return times == 1 ? digest : digest + "-" + times;
  }

  boolean contains(String name) {
    return answered.contains(name);
  }

  /** Notes that the images of a prompt are in Kafka. */
  void published(String name, List<Published> pairs) {
    ObjectNode line = json.createObjectNode().put(ASKED, name);
    line.set("pairs", json.valueToTree(pairs.stream().map(Published::id).toList()));
    lines.append(line.toString());
  }

  /** Notes that a prompt is refused. */
  void refused(String name, RefusalReason reason) {
    lines.append(json.createObjectNode().put(ASKED, name).put("refused", reason.name()).toString());
  }

  @Override
  public void close() {
    if (lines != null) {
      lines.close();
    }
  }

  private void read() {
    if (!Files.exists(file)) {
      return;
    }
    try {
      List<String> noted = Files.readAllLines(file);
      for (int i = 0; i < noted.size(); i++) {
        answered.add(name(noted.get(i), i + 1));
      }
    } catch (IOException e) {
      throw new UnusablePromptsException(file + " cannot be read: " + e.getMessage());
    }
  }

  private String name(String line, int number) {
    JsonNode name;
    try {
      name = json.readTree(line).path(ASKED);
    } catch (JsonProcessingException e) {
      name = MissingNode.getInstance();
    }
    if (!name.isTextual()) {
      throw new UnusablePromptsException(
          file + ":" + number + " is not what this command notes; name another file with --state");
    }
    return name.asText();
  }
}
