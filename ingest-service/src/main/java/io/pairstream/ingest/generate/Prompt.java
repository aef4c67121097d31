package io.pairstream.ingest.generate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/**
 * What a model is asked to draw.
 *
 * @param where where it stands: {@code prompts.txt:12}
 * @param text the prompt; not blank
 * @param caption the caption of what comes; empty where it is the prompt
 * @param language hint for the caption, a BCP 47 tag; empty where unknown
 * @param parameters what the request says otherwise than for the other prompts, by the API's names:
 *     {@code n}, {@code size}, {@code seed}
 * @param annotations whatever else is known, by name
 */
public record Prompt(
    String where,
    String text,
    String caption,
    String language,
    Map<String, JsonNode> parameters,
    Map<String, String> annotations) {

  /** A prompt of which no more is known. */
  static Prompt of(String where, String text) {
    return new Prompt(where, text, "", "", Map.of(), Map.of());
  }

  /**
   * The prompt as a line that {@link PromptFile} reads, with why it gave no image.
   *
   * @param parameters those of the prompt, or others in their place
   */
  String refused(Map<String, JsonNode> parameters, Answer.Refused refusal) {
    ObjectNode line = JsonMapper.builder().build().createObjectNode();
    line.put(PromptFile.PROMPT, text);
    if (!caption.isEmpty()) {
      line.put(PromptFile.CAPTION, caption);
    }
    if (!language.isEmpty()) {
      line.put(PromptFile.LANGUAGE, language);
    }
    line.setAll(parameters);
    annotations.forEach(line::put);
    return line.put(PromptFile.REFUSED_REASON, refusal.reason().name())
        .put(PromptFile.REFUSED_DETAIL, refusal.detail())
        .toString();
  }
}
