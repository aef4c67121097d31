package io.pairstream.ingest.generate;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.ingest.generate.WebCalls.CallFailedException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An images API that speaks as OpenAI's {@code POST /v1/images/generations} does
 * (https://platform.openai.com/docs/api-reference/images/create), whoever runs it. Thread-safe.
 */
final class ImagesApi {

  /**
   * Room in an answer for each image, in bytes: three times the largest image, so that one that is
   * too large is told from an answer without an end.
   */
  private static final int ANSWER_BYTES_PER_IMAGE = 24 * 1024 * 1024;

  private static final int ANSWER_BYTES_BESIDE_IMAGES = 1024 * 1024;
  private static final int FETCH_ATTEMPTS = 3;
  private static final Duration BEFORE_FETCHING_AGAIN = Duration.ofSeconds(1);
  private static final int MAX_DETAIL = 400;

  /** How the moderation of OpenAI, of Azure and of those who speak alike names itself. */
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

  private static final List<String> REQUEST_IDS =
      List.of("x-request-id", "apim-request-id", "request-id");

  private static final Map<String, String> MEDIA_TYPES =
      Map.of("png", "image/png", "jpeg", "image/jpeg", "webp", "image/webp");

  private final JsonMapper json =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxStringLength(ANSWER_BYTES_PER_IMAGE + ANSWER_BYTES_BESIDE_IMAGES)
                          .build())
                  .build())
          .build();
  private final URI address;
  private final ApiKey key;
  private final ImageRequest asked;
  private final WebCalls calls;
  private final ImageHosts hosts;
  private final Waiting waiting;
  private final Clock clock;

  ImagesApi(ApiSettings settings, ImageRequest asked, Waiting waiting, Clock clock) {
    this.address = settings.address();
    this.key = settings.key();
    this.asked = asked;
    this.calls = new WebCalls(settings.timeout());
    this.hosts = new ImageHosts(address, settings.imageHosts(), calls);
    this.waiting = waiting;
    this.clock = clock;
  }

  /** Asks once. */
  Answer ask(Prompt prompt) throws InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .header("Content-Type", "application/json")
            .header("Accept", "application/json")
            .POST(BodyPublishers.ofString(asked.body(prompt)));
    if (!key.isEmpty()) {
      request.header("Authorization", key.authorization());
    }
    int images = asked.images(prompt);
    HttpResponse<byte[]> response;
    try {
      response =
          calls.call(request.build(), ANSWER_BYTES_BESIDE_IMAGES + images * ANSWER_BYTES_PER_IMAGE);
    } catch (CallFailedException e) {
      return e.isTooLong()
          ? new Answer.Refused(RefusalReason.IMAGE_TOO_LARGE, e.getMessage())
          : new Answer.Trouble(Optional.empty(), clean(e.getMessage(), prompt));
    }
    return response.statusCode() == 200
        ? images(response, images)
        : new Complaint(response, prompt).answer();
  }

  private Answer images(HttpResponse<byte[]> response, int wanted) throws InterruptedException {
    JsonNode body;
    try {
      body = json.readTree(response.body());
    } catch (IOException e) {
      return malformed("it is not JSON");
    }
    JsonNode data = body.path("data");
    if (!data.isArray()) {
      return malformed("it has no list 'data'");
    }
    List<Answer.Image> images = new ArrayList<>();
    List<Answer.Refused> missing = new ArrayList<>();
    String notNow = "";
    for (int i = 0; i < Math.max(wanted, data.size()); i++) {
      JsonNode item = data.path(i);
      String revised = item.path("revised_prompt").asText("");
      if (!item.path("b64_json").asText("").isEmpty()) {
        try {
          byte[] bytes = Base64.getDecoder().decode(item.path("b64_json").asText());
          images.add(new Answer.Image(ByteBuffer.wrap(bytes), "", revised));
        } catch (IllegalArgumentException e) {
          return malformed("its 'b64_json' is not base64");
        }
      } else if (!item.path("url").asText("").isEmpty()) {
        Answer fetched = fetch(item.path("url").asText());
        if (fetched instanceof Answer.Image image) {
          images.add(new Answer.Image(image.bytes(), image.mediaType(), revised));
        } else if (fetched instanceof Answer.Refused refused) {
          missing.add(refused);
        } else {
          notNow = ((Answer.Trouble) fetched).detail();
          missing.add(new Answer.Refused(RefusalReason.IMAGE_MISSING, notNow));
        }
      } else {
        missing.add(
            new Answer.Refused(
                RefusalReason.IMAGE_MISSING,
                "the API answered without the image, as some do where their moderation blocks it"));
      }
    }
    if (!images.isEmpty()) {
      String mediaType = MEDIA_TYPES.getOrDefault(body.path("output_format").asText(""), "");
      return new Answer.Images(images, missing, mediaType, requestId(response.headers()));
    }
    return notNow.isEmpty() ? missing.get(0) : new Answer.Trouble(Optional.empty(), notNow);
  }

  /** The image is paid for: its host is asked more than once before the API is asked again. */
  private Answer fetch(String url) throws InterruptedException {
    Answer fetched = hosts.fetch(url);
    for (int attempt = 1;
        attempt < FETCH_ATTEMPTS
            && fetched instanceof Answer.Trouble
            && waiting.pause(BEFORE_FETCHING_AGAIN);
        attempt++) {
      fetched = hosts.fetch(url);
    }
    return fetched;
  }

  private static Answer malformed(String why) {
    return new Answer.Trouble(Optional.empty(), "the API's answer cannot be understood: " + why);
  }

  private static String requestId(HttpHeaders headers) {
    return REQUEST_IDS.stream()
        .flatMap(name -> headers.firstValue(name).stream())
        .findFirst()
        .map(ImagesApi::clipped)
        .orElse("");
  }

  /** A text of the API's that may be shown: on one line, not long, without prompt and key. */
  private String clean(String text, Prompt prompt) {
    String oneLine = key.scrubbed(text).replaceAll("\\p{Cntrl}+", " ");
    return clipped(oneLine.replace(prompt.text(), "(the prompt)"));
  }

  private static String clipped(String text) {
    return text.length() <= MAX_DETAIL ? text : text.substring(0, MAX_DETAIL) + "…";
  }

  /** An answer that is no 200. */
  private final class Complaint {

    private final int status;
    private final HttpHeaders headers;
    private final Prompt prompt;
    private final String code;
    private final String parameter;
    private final String message;

    Complaint(HttpResponse<byte[]> response, Prompt prompt) {
      this.status = response.statusCode();
      this.headers = response.headers();
      this.prompt = prompt;
      JsonNode error = error(response.body());
      String inner = error.path("inner_error").path("code").asText("");
      this.code =
          (inner.isEmpty() ? error.path("code").asText("") : inner).toLowerCase(Locale.ROOT);
      this.parameter = error.path("param").asText("");
      this.message = error.isTextual() ? error.asText() : error.path("message").asText("");
    }

    Answer answer() {
      if (NO_MONEY_CODES.contains(code) || status == 402) {
        return new Answer.Hopeless("the API wants to be paid first" + said());
      }
      if (status == 451 || isOfPolicy()) {
        return new Answer.Refused(
            RefusalReason.CONTENT_POLICY, "the API's moderation does not let it pass" + said());
      }
      if (status == 429) {
        return new Answer.Busy(pauseAskedFor(), "the API has too many requests" + said());
      }
      if (status >= 500 || status == 408 || status == 409 || status == 425) {
        return new Answer.Trouble(
            pauseAskedFor(), "the API answered with status " + status + said());
      }
      return switch (status) {
        // What such an answer says may repeat the key, in part.
        case 401 -> new Answer.Hopeless("the API does not accept the key (status 401)");
        case 403 -> new Answer.Hopeless("the API does not allow this (status 403)" + said());
        case 404 ->
            new Answer.Hopeless(
                "the API knows no such model, or is not at this address (status 404)" + said());
        case 400, 413, 422 -> badRequest();
        default ->
            new Answer.Hopeless(
                status >= 300 && status < 400
                    ? "the API is elsewhere (status " + status + "); give its own address"
                    : "the API answered with status " + status + said());
      };
    }

    private Answer badRequest() {
      if (asked.setsForAll(parameter, prompt)) {
        return new Answer.Hopeless("the API does not take '" + parameter + "' as it is" + said());
      }
      return new Answer.Refused(
          RefusalReason.BAD_PROMPT, "the API cannot draw it (status " + status + ")" + said());
    }

    private boolean isOfPolicy() {
      String words = message.toLowerCase(Locale.ROOT);
      return (status == 400 || status == 403 || status == 422)
          && (POLICY_CODES.contains(code) || POLICY_WORDS.stream().anyMatch(words::contains));
    }

    private String said() {
      return message.isBlank() ? "" : ": " + clean(message, prompt);
    }

    /** How long to stay away, as {@code Retry-After} says: seconds or a date. */
    private Optional<Duration> pauseAskedFor() {
      return headers
          .firstValue("retry-after")
          .flatMap(
              value -> {
                try {
                  return Optional.of(Duration.ofSeconds(Long.parseLong(value.strip())));
                } catch (NumberFormatException notSeconds) {
                  return date(value);
                }
              })
          .filter(pause -> !pause.isNegative());
    }

    private Optional<Duration> date(String value) {
      try {
        ZonedDateTime until =
            ZonedDateTime.parse(value.strip(), DateTimeFormatter.RFC_1123_DATE_TIME);
        return Optional.of(Duration.between(clock.instant(), until.toInstant()));
      } catch (DateTimeException neither) {
        return Optional.empty();
      }
    }

    private JsonNode error(byte[] body) {
      try {
        JsonNode parsed = json.readTree(body);
        return parsed.has("error") ? parsed.path("error") : parsed;
      } catch (IOException e) {
        String text = new String(body, StandardCharsets.UTF_8);
        return json.getNodeFactory().textNode(text.startsWith("<") ? "" : text);
      }
    }
  }
}
