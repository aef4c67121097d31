package io.pairstream.image.card;

import java.time.Duration;
import java.util.OptionalDouble;

/**
 * How an API that speaks as OpenAI's chat completions do is asked about a picture.
 *
 * @param baseUrl as clients of OpenAI's take it, {@code https://api.openai.com/v1}
 * @param model the model, as the API names it
 * @param prompt what is asked of the picture
 * @param keyVariable name of the environment variable that holds the key; empty where the API wants
 *     none
 * @param maxTokensParameter the request's name for {@code maxTokens}; {@code none} where it has
 *     none
 * @param maxTokens most tokens of an answer, with its reasoning; 1 to 131,072
 * @param temperature 0 to 2; empty where the request has none
 * @param requestsPerMinute most requests that begin within a minute; 1 to 100,000
 * @param concurrency most requests under way at once; 1 to 64
 * @param mostCalls most requests of a process; 0 for any number
 * @param timeout for a whole call
 */
public record ApiCall(
    String baseUrl,
    String model,
    String prompt,
    String keyVariable,
    String maxTokensParameter,
    int maxTokens,
    OptionalDouble temperature,
    int requestsPerMinute,
    int concurrency,
    int mostCalls,
    Duration timeout) {

  /** A sentence on what leaves this machine, and to whom. */
  public String sends() {
    return "sends pictures to %s %s"
        .formatted(
            baseUrl.replaceFirst("(?is)^https?://([^/?#]*).*$", "$1"),
            keyVariable.isEmpty() ? "without a key" : "with the key in " + keyVariable);
  }
}
