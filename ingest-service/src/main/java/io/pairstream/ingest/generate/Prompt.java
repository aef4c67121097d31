package io.pairstream.ingest.generate;

import com.fasterxml.jackson.databind.JsonNode;
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
}
