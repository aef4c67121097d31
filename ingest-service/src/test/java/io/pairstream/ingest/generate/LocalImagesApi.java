package io.pairstream.ingest.generate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * An images API on loopback that speaks as OpenAI's does. What it answers to a prompt can be
 * scripted, an answer after the other; after the last, and to every other prompt, it draws. What it
 * draws is never the same twice. Thread-safe.
 */
final class LocalImagesApi implements AutoCloseable {

  /** Answers one request, in its own way. */
  interface Reply {
    void to(HttpExchange exchange, JsonNode request) throws IOException;
  }

  private final JsonMapper json = JsonMapper.builder().build();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;
  private final Map<String, Queue<Reply>> scripts = new HashMap<>();
  private final List<JsonNode> requests = new ArrayList<>();
  private final List<String> authorizations = new ArrayList<>();
  private int drawn;

  LocalImagesApi() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/v1/images/generations", this::generate);
    server.setExecutor(threads);
    server.start();
  }

  String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Sets the replies to the next requests for a prompt. */
  synchronized void script(String prompt, Reply... replies) {
    scripts.computeIfAbsent(prompt, none -> new ArrayDeque<>()).addAll(List.of(replies));
  }

  /** Bodies of all requests, in the order of their arrival. */
  synchronized List<JsonNode> requests() {
    return List.copyOf(requests);
  }

  /** How often a prompt was asked for. */
  synchronized long asked(String prompt) {
    return requests.stream()
        .filter(request -> request.get("prompt").asText().equals(prompt))
        .count();
  }

  /** The header {@code Authorization} of each request; empty where it has none. */
  synchronized List<String> authorizations() {
    return List.copyOf(authorizations);
  }

  /** Draws, and answers in base64. */
  Reply drawing() {
    return (exchange, request) -> {
      ObjectNode body = json.createObjectNode().put("created", 1).put("output_format", "png");
      ArrayNode data = body.putArray("data");
      for (int i = 0; i < request.path("n").asInt(1); i++) {
        data.addObject()
            .put("b64_json", Base64.getEncoder().encodeToString(draw(request)))
            .put("revised_prompt", "A detailed " + request.get("prompt").asText());
      }
      exchange.getResponseHeaders().add("x-request-id", "req-" + drawnSoFar());
      send(exchange, 200, body.toString());
    };
  }

  /** Answers with a body as it is. */
  static Reply saying(int status, String body, String... headers) {
    return (exchange, request) -> {
      for (int i = 0; i < headers.length; i += 2) {
        exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
      }
      send(exchange, status, body);
    };
  }

  /** Answers with an error as OpenAI words it. */
  static Reply error(int status, String code, String parameter, String message, String... headers) {
    ObjectNode body = JsonMapper.builder().build().createObjectNode();
    body.putObject("error").put("code", code).put("param", parameter).put("message", message);
    return saying(status, body.toString(), headers);
  }

  /** Promises more bytes than it sends, and ends the connection. */
  static Reply cut() {
    return (exchange, request) -> {
      exchange.sendResponseHeaders(200, 1000);
      exchange.getResponseBody().write("{\"data\": [".getBytes(StandardCharsets.UTF_8));
      exchange.getResponseBody().flush();
      throw new IOException("cut");
    };
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  static void send(HttpExchange exchange, int status, String body) throws IOException {
    send(exchange, status, body.getBytes(StandardCharsets.UTF_8));
  }

  static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  private synchronized byte[] draw(JsonNode request) {
    drawn++;
    return ("image " + drawn + " of " + request.get("prompt").asText())
        .getBytes(StandardCharsets.UTF_8);
  }

  private synchronized int drawnSoFar() {
    return drawn;
  }

  private void generate(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (exchange.getRequestHeaders().containsKey("Upgrade")) {
        // As some servers in Python do, which then lose the body.
        send(exchange, 400, "{\"error\": \"no body\"}");
        return;
      }
      JsonNode request = json.readTree(exchange.getRequestBody().readAllBytes());
      Reply reply;
      synchronized (this) {
        requests.add(request);
        authorizations.add(authorization(exchange));
        Queue<Reply> script =
            scripts.getOrDefault(request.get("prompt").asText(), new ArrayDeque<>());
        reply = script.isEmpty() ? drawing() : script.remove();
      }
      reply.to(exchange, request);
    }
  }

  private static String authorization(HttpExchange exchange) {
    String value = exchange.getRequestHeaders().getFirst("Authorization");
    return value == null ? "" : value;
  }
}
