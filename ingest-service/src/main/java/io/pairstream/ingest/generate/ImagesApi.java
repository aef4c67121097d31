package io.pairstream.ingest.generate;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.ingest.generate.WebCalls.CallFailedException;
import io.pairstream.schemas.InvalidUrlException;
import io.pairstream.schemas.LinkHost;
import io.pairstream.schemas.topics.RecordSizes;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * An images API that speaks as OpenAI's {@code POST /v1/images/generations} does
 * (https://platform.openai.com/docs/api-reference/images/create), whoever runs it. Thread-safe.
 *
 * <p>Images that it answers by address are fetched from its own scheme, host and port, and over
 * https from the hosts that a person allows by name. No other address is ever connected to, no
 * redirect is followed, and the API's key is sent to none.
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
  private final Waiting waiting;
  private final WebCalls calls;

  ImagesApi(ApiSettings settings, ImageRequest asked, Waiting waiting) {
    this.settings = settings;
    this.asked = asked;
    this.waiting = waiting;
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
    String mediaType = MEDIA_TYPES.getOrDefault(body.path("output_format").asText(""), "");
    List<Answer.Image> images = new ArrayList<>();
    List<Answer.Refused> missing = new ArrayList<>();
    String notNow = "";
    for (int i = 0; i < Math.max(wanted, data.size()); i++) {
      Answer item = image(data.path(i), mediaType);
      if (item instanceof Answer.Image image) {
        images.add(image);
      } else if (item instanceof Answer.Refused refused) {
        missing.add(refused);
      } else {
        notNow = ((Answer.Trouble) item).detail();
        missing.add(new Answer.Refused(RefusalReason.IMAGE_MISSING, notNow));
      }
    }
    if (!images.isEmpty()) {
      return new Answer.Images(images, missing, requestId(response.headers()));
    }
    return notNow.isEmpty() ? missing.get(0) : new Answer.Trouble(notNow);
  }

  private Answer image(JsonNode item, String mediaType) throws InterruptedException {
    String revised = item.path("revised_prompt").asText("");
    String base64 = item.path("b64_json").asText("");
    if (!base64.isEmpty()) {
      try {
        return new Answer.Image(
            ByteBuffer.wrap(Base64.getDecoder().decode(base64)), mediaType, revised);
      } catch (IllegalArgumentException e) {
        return malformed("its 'b64_json' is not base64");
      }
    }
    String url = item.path("url").asText("");
    return url.isEmpty()
        ? new Answer.Refused(
            RefusalReason.IMAGE_MISSING,
            "the API answered without the image, as some do where their moderation blocks it")
        : fetch(url, mediaType, revised);
  }

  private Answer fetch(String url, String mediaType, String revised) throws InterruptedException {
    String host;
    URI address;
    try {
      host = LinkHost.of(url);
      address = new URI(url);
    } catch (InvalidUrlException | URISyntaxException e) {
      return new Answer.Refused(
          RefusalReason.ADDRESS_REFUSED, "the image's address is none that can be fetched");
    }
    if (!isAllowed(address, host)) {
      return new Answer.Refused(
          RefusalReason.ADDRESS_REFUSED,
          "the image is at %s://%s, which nobody allowed; allow the host with --image-host %s (https only), or ask for --response-format b64_json"
              .formatted(address.getScheme(), host, host));
    }
    // The image is paid for: its host is asked more than once before the API is asked again.
    Answer fetched = get(address, host, mediaType, revised);
    for (int attempt = 1;
        attempt < FETCH_ATTEMPTS
            && fetched instanceof Answer.Trouble
            && waiting.pause(BEFORE_FETCHING_AGAIN);
        attempt++) {
      fetched = get(address, host, mediaType, revised);
    }
    return fetched;
  }

  private boolean isAllowed(URI address, String host) {
    URI api = settings.address();
    if (address.getHost() == null || address.getUserInfo() != null) {
      return false;
    }
    boolean own =
        address.getScheme().equalsIgnoreCase(api.getScheme())
            && address.getHost().equalsIgnoreCase(api.getHost())
            && port(address) == port(api);
    return own
        || (address.getScheme().equalsIgnoreCase("https")
            && port(address) == port(URI.create("https://x"))
            && settings.imageHosts().contains(host));
  }

  private static int port(URI address) {
    int usual = address.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    return address.getPort() >= 0 ? address.getPort() : usual;
  }

  private Answer get(URI address, String host, String mediaType, String revised)
      throws InterruptedException {
    String image = "the image at " + host;
    try {
      HttpResponse<byte[]> response =
          calls.call(HttpRequest.newBuilder(address).GET().build(), RecordSizes.MAX_IMAGE);
      if (response.statusCode() != 200) {
        return new Answer.Trouble(image + " is not there: status " + response.statusCode());
      }
      if (response.body().length == 0) {
        return new Answer.Trouble(image + " is empty");
      }
      Optional<String> type = response.headers().firstValue("content-type");
      return new Answer.Image(
          ByteBuffer.wrap(response.body()),
          type.filter(value -> value.toLowerCase(Locale.ROOT).startsWith("image/"))
              .orElse(mediaType),
          revised);
    } catch (CallFailedException e) {
      String detail = image + ": " + e.getMessage();
      return e.isTooLong()
          ? new Answer.Refused(RefusalReason.IMAGE_TOO_LARGE, detail)
          : new Answer.Trouble(detail);
    }
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
