package io.pairstream.service.openai;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import io.pairstream.schemas.LinkHost;
import io.pairstream.schemas.LinkHost.InvalidUrlException;
import io.pairstream.schemas.Threads;
import io.pairstream.service.http.RetryAfter;
import io.pairstream.service.openai.Reply.Failed;
import io.pairstream.service.openai.Reply.Later;
import io.pairstream.service.openai.Reply.Refused;
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
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * One operation of an API that speaks as OpenAI's does
 * (https://platform.openai.com/docs/api-reference), by any provider. Thread-safe.
 *
 * <p>Nothing that is said of an answer holds the key or the prompt, and no address in an answer is
 * connected to.
 */
public final class OpenAiApi {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final int MAX_DETAIL = 400;
  private static final Pattern MODERATION =
      Pattern.compile(
          "moderation|content.?policy|content.?filter|responsibleaipolicy|safety system",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern UNPAID =
      Pattern.compile("insufficient_quota|billing", Pattern.CASE_INSENSITIVE);

  private final ExecutorService threads = Executors.newCachedThreadPool(Threads.daemons("openai"));
  private final HttpClient client =
      HttpClient.newBuilder()
          // Asked over http to change to HTTP/2, some Python servers lose the request's body.
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(CONNECT_TIMEOUT)
          .build();
  private final JsonMapper json;
  private final URI address;
  private final String key;
  private final Duration timeout;
  private final int mostBytes;

  /** Reads an answer of status 200. */
  public interface Reader<T> {

    /**
     * The answer's content.
     *
     * @param requestId the API's name for the request; empty where it gives none
     * @throws IllegalArgumentException where a value is not what its field says
     */
    Reply<T> read(JsonNode answer, String requestId);
  }

  /** A response; its body has one byte more than the limit if it is longer. */
  private record Response(HttpResponse<?> head, ByteArrayInputStream body) {}

  /**
   * @param baseUrl as clients of OpenAI's take it, {@code https://api.openai.com/v1}; without a
   *     path, {@code /v1} is added
   * @param operation path below it, {@code /images/generations}
   * @param key empty where the API wants none
   * @param timeout for a whole call; positive
   * @param mostBytes most bytes of an answer
   * @throws IllegalArgumentException where that is no address of an API, where the key is none, or
   *     would travel in the open
   */
  public OpenAiApi(String baseUrl, String operation, String key, Duration timeout, int mostBytes) {
    this.address = address(baseUrl, operation);
    this.key = key;
    this.timeout = timeout;
    this.mostBytes = mostBytes;
    this.json =
        JsonMapper.builder(
                JsonFactory.builder()
                    .streamReadConstraints(
                        StreamReadConstraints.builder().maxStringLength(mostBytes).build())
                    .build())
            .build();
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

  private static URI address(String baseUrl, String operation) {
    try {
      LinkHost.of(baseUrl);
      URI base = new URI(baseUrl);
      if (base.getHost() == null || base.getRawFragment() != null) {
        throw new IllegalArgumentException("the base URL is no address of an API");
      }
      String path = base.getRawPath().replaceAll("/+$", "");
      String whole = path.endsWith(operation) ? path : (path.isEmpty() ? "/v1" : path) + operation;
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
   * @param body the request
   * @param prompt a text of the request's that is not repeated
   * @throws ApiStoppedException where nothing is answered before a person changes something
   */
  public <T> Reply<T> ask(String body, String prompt, Reader<T> reader)
      throws InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .header("Content-Type", "application/json")
            .header("Accept", "application/json")
            .POST(BodyPublishers.ofString(body));
    if (!key.isEmpty()) {
      request.header("Authorization", "Bearer " + key);
    }
    Future<Response> call = threads.submit(() -> call(request.build()));
    try {
      Response response = call.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      if (response.body.available() > mostBytes) {
        return new Failed<>("the answer is longer than " + mostBytes + " bytes");
      }
      return response.head.statusCode() == 200
          ? read(response, reader)
          : complaint(response, prompt);
    } catch (TimeoutException e) {
      return new Later<>(
          Duration.ZERO, "no whole answer within " + timeout.toSeconds() + " s", false);
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
      return new Later<>(Duration.ZERO, clean(detail, prompt), isRefused);
    } finally {
      // Ends the exchange where it is still going on.
      call.cancel(true);
    }
  }

  private Response call(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<InputStream> response = client.send(request, BodyHandlers.ofInputStream());
    try (InputStream body = response.body()) {
      return new Response(response, new ByteArrayInputStream(body.readNBytes(mostBytes + 1)));
    }
  }

  private <T> Reply<T> read(Response response, Reader<T> reader) {
    try {
      return reader.read(
          json.readTree(response.body),
          response.head.headers().firstValue("x-request-id").orElse(""));
    } catch (IOException | IllegalArgumentException e) {
      return new Later<>(Duration.ZERO, "the API's answer cannot be read", false);
    }
  }

  /** Result of a response other than 200, as OpenAI, Azure and compatible servers word it. */
  private <T> Reply<T> complaint(Response response, String prompt) {
    int status = response.head.statusCode();
    JsonNode error = error(response.body.readAllBytes());
    String code =
        error.path("inner_error").path("code").asText(error.path("code").asText("")) + " ";
    String message = error.isTextual() ? error.asText() : error.path("message").asText("");
    String said = message.isBlank() ? "" : ": " + clean(message, prompt);
    String detail = "the API answered with status " + status + said;
    if (UNPAID.matcher(code).find() || status == 402) {
      throw new ApiStoppedException("the API wants to be paid first" + said);
    }
    if (status == 451 || (status < 500 && MODERATION.matcher(code + message).find())) {
      return new Refused<>("the API's moderation does not let it pass" + said);
    }
    if (status >= 500) {
      return new Later<>(pause(response), detail, status == 503);
    }
    return switch (status) {
      case 408, 409, 425, 429 -> new Later<>(pause(response), detail, status == 429);
      case 400, 413, 422 -> new Failed<>(detail, true);
      // What such an answer says may repeat the key, in part.
      case 401 -> throw ApiStoppedException.lasting("the API does not accept the key (status 401)");
      case 404 ->
          throw ApiStoppedException.lasting(
              "the API knows no such model, or is not at this address (status 404)" + said);
      case 403 -> throw ApiStoppedException.lasting(detail);
      default -> throw new ApiStoppedException(detail);
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

  private static Duration pause(Response response) {
    String asked = response.head.headers().firstValue("retry-after").orElse("");
    return RetryAfter.read(asked, Instant.now());
  }

  /** The API's text made safe to show: one line, bounded, without prompt and key. */
  private String clean(String text, String prompt) {
    String shown = key.isEmpty() ? text : text.replace(key, "***");
    shown = shown.replaceAll("\\p{Cntrl}+", " ");
    shown = prompt.isEmpty() ? shown : shown.replace(prompt, "(the prompt)");
    return shown.length() <= MAX_DETAIL ? shown : shown.substring(0, MAX_DETAIL) + "…";
  }
}
