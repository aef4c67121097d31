package io.pairstream.ingest.generate;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The prompts that gave no image, each with the reason: a file of prompts as {@link PromptFile}
 * reads them. There is no file before the first. Thread-safe.
 */
final class RefusedPrompts implements AutoCloseable {

  static final String REASON = "refused_reason";
  static final String DETAIL = "refused_detail";

  private final JsonMapper json = JsonMapper.builder().build();
  private final Path file;
  private Optional<AppendedLines> lines = Optional.empty();

  RefusedPrompts(Path file) {
    this.file = file;
  }

  /** Adds a prompt. */
  void add(Prompt prompt, RefusalReason reason, String detail) {
    append(line(prompt), reason, detail);
  }

  /** Adds a prompt of which one image is missing. */
  void addMissingImage(Prompt prompt, RefusalReason reason, String detail) {
    append(line(prompt).put(ImageRequest.N, 1), reason, detail);
  }

  @Override
  public synchronized void close() {
    lines.ifPresent(AppendedLines::close);
  }

  private ObjectNode line(Prompt prompt) {
    ObjectNode line = json.createObjectNode();
    line.put(PromptFile.PROMPT, prompt.text());
    if (!prompt.caption().isEmpty()) {
      line.put(PromptFile.CAPTION, prompt.caption());
    }
    if (!prompt.language().isEmpty()) {
      line.put(PromptFile.LANGUAGE, prompt.language());
    }
    line.setAll(prompt.parameters());
    prompt.annotations().forEach(line::put);
    return line;
  }

  private synchronized void append(ObjectNode line, RefusalReason reason, String detail) {
    if (lines.isEmpty()) {
      lines = Optional.of(new AppendedLines(file));
    }
    lines.get().append(line.put(REASON, reason.name()).put(DETAIL, detail).toString());
  }
}
