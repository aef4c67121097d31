package io.pairstream.ingest.generate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import io.pairstream.ingest.fetch.web.RetryAfter;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * An images API's answer that is no 200, as OpenAI, Azure and those who speak alike word it.
 *
 * @param code in lower case; empty where it has none
 * @param parameter the parameter that it complains of; empty where it names none
 * @param message what it says, without prompt and key; empty where it says nothing
 * @param pause how long it asks to be left alone; zero where it does not say
 */
record ApiComplaint(int status, String code, String parameter, String message, Duration pause) {

  private static final int MAX_DETAIL = 400;
  private static final Set<String> POLICY_CODES =
      Set.of(
          "content_policy_violation",
          "moderation_blocked",
          "contentfilter",
          "content_filter",
          "responsibleaipolicyviolation");
  private static final List<String> POLICY_WORDS = List.of("safety system", "content policy");
  private static final Set<String> NO_MONEY_CODES =
      Set.of("insufficient_quota", "billing_hard_limit_reached", "billing_not_active");

  /**
   * @param clean takes prompt and key out of a text
   */
  static ApiComplaint of(HttpResponse<byte[]> response, UnaryOperator<String> clean) {
    JsonNode error = error(response.body());
    String inner = error.path("inner_error").path("code").asText("");
    String code = inner.isEmpty() ? error.path("code").asText("") : inner;
    return new ApiComplaint(
        response.statusCode(),
        code.toLowerCase(Locale.ROOT),
        error.path("param").asText(""),
        clean.apply(error.isTextual() ? error.asText() : error.path("message").asText("")),
        RetryAfter.read(response.headers().firstValue("retry-after").orElse(""), Instant.now()));
  }

  private static JsonNode error(byte[] body) {
    try {
      JsonNode parsed = JsonMapper.builder().build().readTree(body);
      return parsed.has("error") ? parsed.path("error") : parsed;
    } catch (IOException e) {
      String text = new String(body, StandardCharsets.UTF_8);
      return TextNode.valueOf(text.startsWith("<") ? "" : text);
    }
  }

  static String clipped(String text) {
    return text.length() <= MAX_DETAIL ? text : text.substring(0, MAX_DETAIL) + "…";
  }

  /**
   * @param isOfTheRun whether a parameter is the same for all prompts
   */
  Answer answer(Predicate<String> isOfTheRun) {
    String said = message.isBlank() ? "" : ": " + message;
    if (NO_MONEY_CODES.contains(code) || status == 402) {
      return new Answer.Hopeless("the API wants to be paid first" + said);
    }
    if (status == 451 || isOfPolicy()) {
      return new Answer.Refused(
          RefusalReason.CONTENT_POLICY, "the API's moderation does not let it pass" + said);
    }
    if (status >= 500) {
      return new Answer.Trouble(pause, "the API answered with status " + status + said);
    }
    return switch (status) {
      case 408, 409, 425 ->
          new Answer.Trouble(pause, "the API answered with status " + status + said);
      case 429 -> new Answer.Busy(pause, "the API has too many requests" + said);
      // What such an answer says may repeat the key, in part.
      case 401 -> new Answer.Hopeless("the API does not accept the key (status 401)");
      case 403 -> new Answer.Hopeless("the API does not allow this (status 403)" + said);
      case 404 ->
          new Answer.Hopeless(
              "the API knows no such model, or is not at this address (status 404)" + said);
      case 400, 413, 422 ->
          isOfTheRun.test(parameter)
              ? new Answer.Hopeless("the API does not take '" + parameter + "' as it is" + said)
              : new Answer.Refused(
                  RefusalReason.BAD_PROMPT,
                  "the API cannot draw it (status " + status + ")" + said);
      default ->
          new Answer.Hopeless(
              status >= 300 && status < 400
                  ? "the API is elsewhere (status " + status + "); give its own address"
                  : "the API answered with status " + status + said);
    };
  }

  private boolean isOfPolicy() {
    String words = message.toLowerCase(Locale.ROOT);
    return (status == 400 || status == 403 || status == 422)
        && (POLICY_CODES.contains(code) || POLICY_WORDS.stream().anyMatch(words::contains));
  }
}
