package io.pairstream.ingest.generate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.pairstream.schemas.Sha256;
import io.pairstream.service.http.Json;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Parameters of a run's requests and fields of its pairs.
 *
 * @param model the model, as the API names it
 * @param parameters by the API's names: {@code n}, {@code size}, {@code seed}, {@code
 *     response_format}, {@code quality}…; the API chooses the others
 * @param requestsPerMinute most requests that begin within a minute; 1 to 100,000
 * @param concurrency most requests under way at once; 1 to 256
 * @param language hint for captions that have none of their own
 * @param contributor who contributed the pairs
 * @param licence licence of the images
 */
public record GenerationPlan(
    String model,
    Map<String, JsonNode> parameters,
    int requestsPerMinute,
    int concurrency,
    String language,
    String contributor,
    String licence) {

  /**
   * Parameters that a user cannot set: the run sets them, and partial answers are not supported.
   */
  private static final Set<String> TAKEN = Set.of("model", "prompt", "stream", "partial_images");

  /** Most images that one request asks for: OpenAI's limit. */
  static final int MAX_N = 10;

  /**
   * @throws IllegalArgumentException where a number is out of range, the model has no name, or a
   *     parameter is not the caller's
   */
  public GenerationPlan {
    parameters = Collections.unmodifiableMap(new TreeMap<>(parameters));
    if (model.isBlank()) {
      throw new IllegalArgumentException("the model has no name");
    }
    parameters.forEach(
        (name, value) -> {
          if (TAKEN.contains(name)) {
            throw new IllegalArgumentException("'" + name + "' cannot be set as a parameter");
          }
          if (name.equals("n")) {
            check("n", value.asInt(), MAX_N);
          }
        });
    check("requests per minute", requestsPerMinute, 100_000);
    check("requests at once", concurrency, 256);
  }

  private static void check(String what, int number, int most) {
    if (number < 1 || number > most) {
      throw new IllegalArgumentException(what + " must be 1 to " + most + ", was " + number);
    }
  }

  /** A parameter as a person writes it: JSON where it is JSON, else a string. */
  public static JsonNode value(String written) {
    try {
      JsonNode parsed = Json.MAPPER.readTree(written);
      return parsed.isValueNode() && !parsed.isNull() ? parsed : TextNode.valueOf(written);
    } catch (JsonProcessingException e) {
      return TextNode.valueOf(written);
    }
  }

  /** Images that are asked for with each prompt; at least 1. */
  int images() {
    return parameters.containsKey("n") ? parameters.get("n").asInt() : 1;
  }

  /** A request's body. */
  String body(PromptFile.Prompt prompt) {
    ObjectNode body =
        Json.MAPPER.createObjectNode().put("model", model).put("prompt", prompt.text());
    body.setAll(parameters);
    return body.toString();
  }

  /** The parameters as a JSON object, in the order of their names. */
  String parametersInOrder() {
    return Json.MAPPER.valueToTree(parameters).toString();
  }

  /**
   * Identity of a request: 32 hex digits over model, prompt, parameters, caption and the images'
   * topic.
   */
  String digest(PromptFile.Prompt prompt, String topic) {
    String asked =
        String.join("\u0000", model, prompt.text(), parametersInOrder(), prompt.caption());
    return sha256(topic + "\u0000" + sha256(asked).substring(0, 32)).substring(0, 32);
  }

  /** Lower-case hex SHA-256 of the text in UTF-8. */
  static String sha256(String text) {
    return HexFormat.of().formatHex(Sha256.of(text));
  }
}
