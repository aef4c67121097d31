package io.pairstream.ingest.generate;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.ingest.generate.WebCalls.CallFailedException;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * An images API that speaks as OpenAI's {@code POST /v1/images/generations} does
 * (https://platform.openai.com/docs/api-reference/images/create), whoever runs it. Thread-safe.
 *
 * <p>Images are taken from its answers alone: no address in them is ever connected to.
 */
final class ImagesApi {

  /**
   * Room in an answer for each image, in bytes: three times the largest image, so that one that is
   * too large is told from an answer without an end.
   */
  private static final int ANSWER_BYTES_PER_IMAGE = 24 * 1024 * 1024;

  private static final int ANSWER_BYTES_BESIDE_IMAGES = 1024 * 1024;
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
  private final ApiSettings settings;
  private final ImageRequest asked;
  private final WebCalls calls;

  ImagesApi(ApiSettings settings, ImageRequest asked) {
    this.settings = settings;
    this.asked = asked;
    this.calls = new WebCalls(settings.timeout());
  }

  /** Asks once. */
  Answer ask(Prompt prompt) throws InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(settings.address())
            .header("Content-Type", "application/json")
            .header("Accept", "application/json")
            .POST(BodyPublishers.ofString(asked.body(prompt)));
    if (!settings.key().isEmpty()) {
      request.header("Authorization", settings.key().authorization());
    }
    int images = asked.images(prompt);
    try {
      HttpResponse<byte[]> response =
          calls.call(request.build(), ANSWER_BYTES_BESIDE_IMAGES + images * ANSWER_BYTES_PER_IMAGE);
      return response.statusCode() == 200
          ? images(response, images)
          : ApiComplaint.of(response, text -> clean(text, prompt))
              .answer(parameter -> asked.setsForAll(parameter, prompt));
    } catch (CallFailedException e) {
      return e.isTooLong()
          ? new Answer.Refused(RefusalReason.IMAGE_TOO_LARGE, e.getMessage())
          : new Answer.Trouble(clean(e.getMessage(), prompt));
    }
  }

  private Answer images(HttpResponse<byte[]> response, int wanted) {
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
    String mediaType = MEDIA_TYPES.getOrDefault(body.path("output_format").asText(""), "");
    List<Answer.Image> images = new ArrayList<>();
    List<Answer.Refused> missing = new ArrayList<>();
    for (int i = 0; i < Math.max(wanted, data.size()); i++) {
      Answer item = image(data.path(i), mediaType);
      if (item instanceof Answer.Image image) {
        images.add(image);
      } else if (item instanceof Answer.Refused refused) {
        missing.add(refused);
      } else {
        return item;
      }
    }
    return images.isEmpty()
        ? missing.get(0)
        : new Answer.Images(images, missing, requestId(response.headers()));
  }

  private static Answer image(JsonNode item, String mediaType) {
    String base64 = item.path("b64_json").asText("");
    if (!base64.isEmpty()) {
      try {
        return new Answer.Image(
            ByteBuffer.wrap(Base64.getDecoder().decode(base64)),
            mediaType,
            item.path("revised_prompt").asText(""));
      } catch (IllegalArgumentException e) {
        return malformed("its 'b64_json' is not base64");
      }
    }
    return item.path("url").asText("").isEmpty()
        ? new Answer.Refused(
            RefusalReason.IMAGE_MISSING,
            "the API answered without the image, as some do where their moderation blocks it")
        : new Answer.Hopeless(
            "the API answers with addresses of images, which are not fetched; ask for"
                + " --parameter response_format=b64_json");
  }

  private static Answer malformed(String why) {
    return new Answer.Trouble("the API's answer cannot be understood: " + why);
  }

  private static String requestId(HttpHeaders headers) {
    return REQUEST_IDS.stream()
        .flatMap(name -> headers.firstValue(name).stream())
        .findFirst()
        .map(ApiComplaint::clipped)
        .orElse("");
  }

  /** A text of the API's that may be shown: on one line, not long, without prompt and key. */
  private String clean(String text, Prompt prompt) {
    String oneLine = settings.key().scrubbed(text).replaceAll("\\p{Cntrl}+", " ");
    return ApiComplaint.clipped(oneLine.replace(prompt.text(), "(the prompt)"));
  }
}
