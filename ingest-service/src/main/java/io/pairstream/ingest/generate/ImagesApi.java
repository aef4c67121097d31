package io.pairstream.ingest.generate;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import io.pairstream.ingest.fetch.web.RetryAfter;
import io.pairstream.schemas.LinkHost;
import io.pairstream.schemas.LinkHost.InvalidUrlException;
import io.pairstream.schemas.Threads;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * An images API that speaks as OpenAI's {@code POST /v1/images/generations} does
 * (https://platform.openai.com/docs/api-reference/images/create), by any provider. Thread-safe.
 *
 * <p>Images are taken from its answers alone: no address in them is ever connected to. Nothing that
 * is said of an answer holds the key or the prompt.
 */
public final class ImagesApi {

  private static final String GENERATIONS = "/images/generations";
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  /**
   * Bytes read per image: three times the largest, so that too large an image is reported as such.
   */
  private static final int BYTES_PER_IMAGE = 24 * 1024 * 1024;

  private static final int BYTES_BESIDE_IMAGES = 1024 * 1024;
  private static final int MAX_DETAIL = 400;
  private static final Pattern MODERATION =
      Pattern.compile(
          "moderation|content.?policy|content.?filter|responsibleaipolicy|safety system",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern UNPAID =
      Pattern.compile("insufficient_quota|billing", Pattern.CASE_INSENSITIVE);

  private final ExecutorService threads = Executors.newCachedThreadPool(Threads.daemons("images"));
  private final HttpClient client =
      HttpClient.newBuilder()
          // Asked over http to change to HTTP/2, some Python servers lose the request's body.
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(CONNECT_TIMEOUT)
          .build();
  private final JsonMapper json =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxStringLength(BYTES_PER_IMAGE).build())
                  .build())
          .build();
  private final URI address;
  private final String key;
  private final Duration timeout;

  /** Result of a request. */
  sealed interface Answer {}

  /**
   * Images came.
   *
   * @param images one at least, perhaps fewer than were asked for
   * @param requestId the API's name for the request; empty where it gives none
   */
  record Images(List<Image> images, String requestId) implements Answer {}

  /** The API does not draw this prompt, and will not when it is asked again. */
  record Refused(String detail) implements Answer {}

  /** The API cannot draw this prompt as it is, or has no image for it. */
  record Failed(String detail) implements Answer {}

  /** The request may succeed after the pause, which is zero where the API names none. */
  record Later(Duration pause, String detail) implements Answer {}

  /**
   * One image.
   *
   * @param mediaType empty where it is unknown
   * @param revisedPrompt what the API says it drew in the prompt's place; empty where it does not
   */
  record Image(ByteBuffer bytes, String mediaType, String revisedPrompt) {}

  /** A response; its body has one byte more than the limit if it is longer. */
  private record Reply(HttpResponse<?> head, ByteArrayInputStream body) {}

  /**
   * @param baseUrl as clients of OpenAI's take it, {@code https://api.openai.com/v1}; without a
   *     path, {@code /v1} is added
   * @param key empty where the API wants none
   * @param timeout for a whole call; positive
   * @throws IllegalArgumentException where that is no address of an API, where the key is none, or
   *     would travel in the open
   */
  public ImagesApi(String baseUrl, String key, Duration timeout) {
    this.address = address(baseUrl);
    this.key = key;
    this.timeout = timeout;
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("the time-out must be more than 0 s");
    }
    if (!key.matches("[\\x21-\\x7e]{0,4096}")) {
      throw new IllegalArgumentException("an API key is one word of printable ASCII");
    }
    if (!key.isEmpty() && !address.getScheme().equalsIgnoreCase("https") && !isHere(address)) {
      throw new IllegalArgumentException(
          "the key is not sent over http to " + address.getHost() + "; use https");
    }
  }

  private static URI address(String baseUrl) {
    try {
      LinkHost.of(baseUrl);
      URI base = new URI(baseUrl);
      if (base.getHost() == null || base.getRawFragment() != null) {
        throw new IllegalArgumentException("the base URL is no address of an API");
      }
      String path = base.getRawPath().replaceAll("/+$", "");
      String whole =
          path.endsWith(GENERATIONS) ? path : (path.isEmpty() ? "/v1" : path) + GENERATIONS;
      String query = base.getRawQuery() == null ? "" : "?" + base.getRawQuery();
      return new URI(base.getScheme() + "://" + base.getRawAuthority() + whole + query);
    } catch (InvalidUrlException e) {
      throw new IllegalArgumentException(
          "the base URL is no address of an API: " + e.getMessage(), e);
    } catch (URISyntaxException e) {
      // Its message repeats the address, which may hold a secret.
      throw new IllegalArgumentException("the base URL is no address of an API", e);
    }
  }

  /** Whether the address is on this machine, decided from its text without a lookup. */
  private static boolean isHere(URI address) {
    return address.getHost().matches("(?i)localhost|\\[::1]|127(\\.[0-9]{1,3}){3}");
  }

  /**
   * Asks once.
   *
   * @param body the request, for so many images
   * @throws Generation.StoppedException where no prompt is drawn before a person changes something
   */
  Answer ask(PromptFile.Prompt prompt, String body, int images) throws InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .header("Content-Type", "application/json")
            .header("Accept", "application/json")
            .POST(BodyPublishers.ofString(body));
    if (!key.isEmpty()) {
      request.header("Authorization", "Bearer " + key);
    }
    int most = BYTES_BESIDE_IMAGES + images * BYTES_PER_IMAGE;
    Future<Reply> call = threads.submit(() -> call(request.build(), most));
    try {
      Reply reply = call.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      if (reply.body.available() > most) {
        return new Failed("the answer is longer than " + most + " bytes");
      }
      return reply.head.statusCode() == 200 ? images(reply) : complaint(reply, prompt);
    } catch (TimeoutException e) {
      return new Later(Duration.ZERO, "no whole answer within " + timeout.toSeconds() + " s");
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof IOException)) {
        throw new IllegalStateException(e.getCause());
      }
      boolean isRefused = e.getCause() instanceof ConnectException; // whose own message is empty
      String detail =
          "the connection to %s failed: %s"
              .formatted(
                  address.getRawAuthority(),
                  isRefused ? "refused, or there is no such host" : e.getCause());
      return new Later(Duration.ZERO, clean(detail, prompt));
    } finally {
      // Ends the exchange where it is still going on.
      call.cancel(true);
    }
  }

  private Reply call(HttpRequest request, int most) throws IOException, InterruptedException {
    HttpResponse<InputStream> response = client.send(request, BodyHandlers.ofInputStream());
    try (InputStream body = response.body()) {
      return new Reply(response, new ByteArrayInputStream(body.readNBytes(most + 1)));
    }
  }

  private Answer images(Reply reply) {
    List<Image> images = new ArrayList<>();
    try {
      JsonNode body = json.readTree(reply.body);
      String format = body.path("output_format").asText("");
      for (JsonNode item : body.path("data")) {
        String base64 = item.path("b64_json").asText("");
        if (!base64.isEmpty()) {
          images.add(
              new Image(
                  ByteBuffer.wrap(Base64.getDecoder().decode(base64)),
                  format.isEmpty() ? "" : "image/" + format,
                  item.path("revised_prompt").asText("")));
        } else if (!item.path("url").asText("").isEmpty()) {
          throw new Generation.StoppedException(
              "the API answers with addresses of images, which are not fetched; ask for"
                  + " --parameter response_format=b64_json");
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      return new Later(Duration.ZERO, "the API's answer is not JSON with images in base64");
    }
    return images.isEmpty()
        ? new Failed("the API answered without an image, as some do where moderation blocks it")
        : new Images(images, reply.head.headers().firstValue("x-request-id").orElse(""));
  }

  /** Result of a response other than 200, as OpenAI, Azure and compatible servers word it. */
  private Answer complaint(Reply reply, PromptFile.Prompt prompt) {
    int status = reply.head.statusCode();
    JsonNode error = error(reply.body.readAllBytes());
    String code =
        error.path("inner_error").path("code").asText(error.path("code").asText("")) + " ";
    String message = error.isTextual() ? error.asText() : error.path("message").asText("");
    String said = message.isBlank() ? "" : ": " + clean(message, prompt);
    String detail = "the API answered with status " + status + said;
    if (UNPAID.matcher(code).find() || status == 402) {
      throw new Generation.StoppedException("the API wants to be paid first" + said);
    }
    if (status == 451 || (status < 500 && MODERATION.matcher(code + message).find())) {
      return new Refused("the API's moderation does not let it pass" + said);
    }
    if (status >= 500) {
      return new Later(pause(reply), detail);
    }
    return switch (status) {
      case 408, 409, 425, 429 -> new Later(pause(reply), detail);
      case 400, 413, 422 -> new Failed(detail);
      // What such an answer says may repeat the key, in part.
      case 401 ->
          throw new Generation.StoppedException("the API does not accept the key (status 401)");
      case 404 ->
          throw new Generation.StoppedException(
              "the API knows no such model, or is not at this address (status 404)" + said);
      default -> throw new Generation.StoppedException(detail);
    };
  }

  private JsonNode error(byte[] body) {
    try {
      JsonNode parsed = json.readTree(body);
      return parsed.has("error") ? parsed.path("error") : parsed;
    } catch (IOException e) {
      String text = new String(body, StandardCharsets.UTF_8);
      return TextNode.valueOf(text.startsWith("<") ? "" : text);
    }
  }

  private static Duration pause(Reply reply) {
    String asked = reply.head.headers().firstValue("retry-after").orElse("");
    return RetryAfter.read(asked, Instant.now());
  }

  /** The API's text made safe to show: one line, bounded, without prompt and key. */
  private String clean(String text, PromptFile.Prompt prompt) {
    String shown = key.isEmpty() ? text : text.replace(key, "***");
    shown = shown.replaceAll("\\p{Cntrl}+", " ").replace(prompt.text(), "(the prompt)");
    return shown.length() <= MAX_DETAIL ? shown : shown.substring(0, MAX_DETAIL) + "…";
  }
}
