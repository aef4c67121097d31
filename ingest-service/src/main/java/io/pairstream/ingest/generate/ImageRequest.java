package io.pairstream.ingest.generate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.pairstream.schemas.Sha256;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What every request of a run asks for beside its prompt.
 *
 * @param model the model, as the API names it
 * @param parameters by the API's names: {@code n}, {@code size}, {@code seed}, {@code
 *     response_format}, {@code quality}…; what is left out is the API's to choose
 */
public record ImageRequest(String model, Map<String, JsonNode> parameters) {

  public static final String N = "n";
  public static final String SIZE = "size";
  public static final String SEED = "seed";
  public static final String RESPONSE_FORMAT = "response_format";

  /** Most images that one request asks for, as OpenAI has it. */
  public static final int MAX_N = 10;

  private static final String MODEL = "model";
  private static final String PROMPT = "prompt";

  /** What is not the caller's to set: answers in pieces are not understood here. */
  private static final Set<String> TAKEN = Set.of(MODEL, PROMPT, "stream", "partial_images");

  /**
   * @throws IllegalArgumentException for a blank model, an {@code n} outside 1 to {@link #MAX_N},
   *     and parameters that are not the caller's
   */
  public ImageRequest {
    if (model.isBlank()) {
      throw new IllegalArgumentException("the model has no name");
    }
    parameters = Map.copyOf(parameters);
    for (String name : parameters.keySet()) {
      if (TAKEN.contains(name)) {
        throw new IllegalArgumentException("'" + name + "' cannot be set as a parameter");
      }
    }
    JsonNode n = parameters.get(N);
    if (n != null && !isN(n)) {
      throw new IllegalArgumentException("n must be 1 to " + MAX_N + ", was " + n);
    }
  }

  static boolean isN(JsonNode number) {
    return number.isInt() && number.intValue() >= 1 && number.intValue() <= MAX_N;
  }

  /** Images that are asked for with this prompt; at least 1. */
  int images(Prompt prompt) {
    JsonNode n = effective(prompt).get(N);
    return n == null ? 1 : n.intValue();
  }

  /** The request's body. */
  public String body(Prompt prompt) {
    ObjectNode body = JsonMapper.builder().build().createObjectNode();
    body.put(MODEL, model);
    body.put(PROMPT, prompt.text());
    body.setAll(effective(prompt));
    return body.toString();
  }

  /** The parameters as one JSON object with its names in order. */
  String parametersInWords(Prompt prompt) {
    ObjectNode words = JsonMapper.builder().build().createObjectNode();
    words.setAll(effective(prompt));
    return words.toString();
  }

  /**
   * What tells one question from another: 32 hex digits over model, prompt, parameters and caption,
   * the same on every machine.
   */
  String digest(Prompt prompt) {
    return sha256(
            String.join(
                "\u0000", model, prompt.text(), parametersInWords(prompt), prompt.caption()))
        .substring(0, 32);
  }

  /** Lower-case hex SHA-256 of the text in UTF-8. */
  static String sha256(String text) {
    return HexFormat.of().formatHex(Sha256.of(text));
  }

  private Map<String, JsonNode> effective(Prompt prompt) {
    Map<String, JsonNode> effective = new TreeMap<>(parameters);
    effective.putAll(prompt.parameters());
    return effective;
  }

  /** A parameter as a person writes it: JSON where it is JSON, else a string. */
  public static JsonNode value(String written) {
    try {
      JsonNode parsed =
          JsonMapper.builder()
              .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
              .build()
              .readTree(written);
      return parsed.isValueNode() && !parsed.isNull() ? parsed : TextNode.valueOf(written);
    } catch (JsonProcessingException e) {
      return TextNode.valueOf(written);
    }
  }

  /** Whether the run, and not the prompt, set this parameter. */
  boolean setsForAll(String parameter, Prompt prompt) {
    return parameter.equals(MODEL)
        || (parameters.containsKey(parameter) && !prompt.parameters().containsKey(parameter));
  }
}
