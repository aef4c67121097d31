package io.pairstream.answers.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.pairstream.answers.api.Reply.Failed;
import io.pairstream.answers.api.Reply.Given;
import io.pairstream.answers.api.Reply.Later;
import io.pairstream.answers.api.Reply.Refused;
import io.pairstream.image.card.ApiCall;
import io.pairstream.image.card.GeneratedText;
import io.pairstream.schemas.LinkHost;
import io.pairstream.schemas.LinkHost.InvalidUrlException;
import io.pairstream.schemas.Threads;
import io.pairstream.service.http.Json;
import io.pairstream.service.http.RetryAfter;
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
 * An API that speaks as OpenAI's {@code POST /v1/chat/completions} does
 * (https://platform.openai.com/docs/api-reference/chat/create), by any provider. Thread-safe.
 *
 * <p>Nothing that is said of an answer holds the key or the prompt, and no address in an answer is
 * connected to.
 */
final class ChatApi {

  private static final String OPERATION = "/chat/completions";

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final int MAX_DETAIL = 400;
  private static final int MAX_REFUSAL = 300;

  /** Most bytes of an answer. */
  private static final int MAX_BYTES = 1024 * 1024;

  /** Most characters of a text that is kept. */
  private static final int MAX_TEXT = 8_000;

  private static final Pattern MODERATION =
      Pattern.compile(
          "moderation|content.?policy|content.?filter|responsibleaipolicy|safety system",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern UNPAID =
      Pattern.compile("insufficient_quota|billing", Pattern.CASE_INSENSITIVE);

  private final ExecutorService threads =
      Executors.newCachedThreadPool(Threads.daemons("chat-api"));
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
                      StreamReadConstraints.builder().maxStringLength(MAX_BYTES).build())
                  .build())
          .build();
  private final ApiCall call;
  private final URI address;
  private final String key;

  /** A response; its body has one byte more than the limit if it is longer. */
  private record Response(HttpResponse<?> head, ByteArrayInputStream body) {}

  /**
   * @param call its base URL without a path gets {@code /v1}
   * @param key empty where the API wants none
   * @throws IllegalArgumentException where that is no address of an API, where the key is none, or
   *     would travel in the open
   */
  ChatApi(ApiCall call, String key) {
    this.call = call;
    this.address = address(call.baseUrl());
    this.key = key;
    if (!key.matches("[\\x21-\\x7e]{0,4096}")) {
      throw new IllegalArgumentException("an API key is one word of printable ASCII");
    }
    if (!key.isEmpty()
        && !address.getScheme().equalsIgnoreCase("https")
        && !LinkHost.isHere(address.getHost())) {
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
      String whole = path.endsWith(OPERATION) ? path : (path.isEmpty() ? "/v1" : path) + OPERATION;
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

  /**
   * Asks once.
   *
   * @param picture a data URL
   * @throws ApiStoppedException where nothing is answered before a person changes something
   */
  Reply ask(String picture) throws InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .header("Content-Type", "application/json")
            .header("Accept", "application/json")
            .POST(BodyPublishers.ofString(body(picture)));
    if (!key.isEmpty()) {
      request.header("Authorization", "Bearer " + key);
    }
    Future<Response> exchange = threads.submit(() -> send(request.build()));
    try {
      Response response = exchange.get(call.timeout().toMillis(), TimeUnit.MILLISECONDS);
      if (response.body.available() > MAX_BYTES) {
        return new Failed("the answer is longer than " + MAX_BYTES + " bytes", false);
      }
      return response.head.statusCode() == 200 ? read(response) : complaint(response);
    } catch (TimeoutException e) {
      return new Later(
          Duration.ZERO, "no whole answer within " + call.timeout().toSeconds() + " s", false);
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
      return new Later(Duration.ZERO, clean(detail), isRefused);
    } finally {
      // Ends the exchange where it is still going on.
      exchange.cancel(true);
    }
  }

  private String body(String picture) {
    ObjectNode body = Json.MAPPER.createObjectNode().put("model", call.model());
    ArrayNode content =
        body.putArray("messages").addObject().put("role", "user").putArray("content");
    content.addObject().put("type", "text").put("text", call.prompt());
    content.addObject().put("type", "image_url").putObject("image_url").put("url", picture);
    if (!call.maxTokensParameter().equals("none")) {
      body.put(call.maxTokensParameter(), call.maxTokens());
    }
    call.temperature().ifPresent(temperature -> body.put("temperature", temperature));
    return body.toString();
  }

  private Response send(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<InputStream> response = client.send(request, BodyHandlers.ofInputStream());
    try (InputStream body = response.body()) {
      return new Response(response, new ByteArrayInputStream(body.readNBytes(MAX_BYTES + 1)));
    }
  }

  private Reply read(Response response) {
    try {
      return text(json.readTree(response.body));
    } catch (IOException e) {
      return new Later(Duration.ZERO, "the API's answer cannot be read", false);
    }
  }

  /** The text of an answer, of whose choices the first counts. */
  private static Reply text(JsonNode answer) {
    JsonNode choice = answer.path("choices").path(0);
    JsonNode message = choice.path("message");
    String refusal = message.path("refusal").asText("");
    String end = choice.path("finish_reason").asText("");
    if (!refusal.isEmpty() || end.equals("content_filter")) {
      return new Refused("the model refuses" + (refusal.isEmpty() ? "" : ": " + quoted(refusal)));
    }
    // A number is no text, however long it would be written out.
    JsonNode content = message.path("content");
    String text = content.isTextual() ? GeneratedText.of(content.textValue()) : "";
    if (text.isEmpty()) {
      return new Failed("the API answered without a text, or with reasoning alone", false);
    }
    if (end.equals("length") || text.length() > MAX_TEXT) {
      return new Failed("the text is cut off, or longer than 8,000 characters", false);
    }
    return new Given(text);
  }

  /** A model's words as a detail: printable ASCII, not too many. */
  private static String quoted(String words) {
    String shown = words.replaceAll("[^\\x20-\\x7e]+", " ");
    return shown.length() <= MAX_REFUSAL ? shown : shown.substring(0, MAX_REFUSAL);
  }

  /** Result of a response other than 200, as OpenAI, Azure and compatible servers word it. */
  private Reply complaint(Response response) {
    int status = response.head.statusCode();
    JsonNode error = error(response.body.readAllBytes());
    String code =
        error.path("inner_error").path("code").asText(error.path("code").asText("")) + " ";
    String message = error.isTextual() ? error.asText() : error.path("message").asText("");
    String said = message.isBlank() ? "" : ": " + clean(message);
    String detail = "the API answered with status " + status + said;
    if (UNPAID.matcher(code).find() || status == 402) {
      throw new ApiStoppedException("the API wants to be paid first" + said);
    }
    if (status == 451 || (status < 500 && MODERATION.matcher(code + message).find())) {
      return new Refused("the API's moderation does not let it pass" + said);
    }
    if (status >= 500) {
      return new Later(pause(response), detail, status == 503);
    }
    return switch (status) {
      case 408, 409, 425, 429 -> new Later(pause(response), detail, status == 429);
      case 400, 413, 422 -> new Failed(detail, true);
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
  private String clean(String text) {
    String shown = key.isEmpty() ? text : text.replace(key, "***");
    shown = shown.replaceAll("\\p{Cntrl}+", " ");
    shown = shown.replace(call.prompt(), "(the prompt)");
    return shown.length() <= MAX_DETAIL ? shown : shown.substring(0, MAX_DETAIL) + "…";
  }
}
