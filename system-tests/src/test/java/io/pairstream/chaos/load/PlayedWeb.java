package io.pairstream.chaos.load;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A server on all of {@code 127.0.0.0/8} that is a site with pictures, each another file, and the
 * API of a model that describes those that it is shown. Thread-safe.
 */
public final class PlayedWeb implements AutoCloseable {

  private static final String PICTURES = "/pictures/";
  private static final long SEED = 11;
  private static final JsonMapper JSON = new JsonMapper();

  private final PicturePool pool = new PicturePool(SEED);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, Integer> asked = new ConcurrentHashMap<>();
  private final AtomicInteger requests = new AtomicInteger();
  private final HttpServer server;

  public PlayedWeb() throws IOException {
    server = HttpServer.create(new InetSocketAddress(0), 1_000);
    server.setExecutor(threads);
    server.createContext("/", exchange -> answer(exchange, 404, new byte[0]));
    server.createContext(PICTURES, this::show);
    server.createContext("/v1/chat/completions", this::describe);
    server.start();
  }

  /** Where it listens, such as {@code http://127.0.0.1:8080}. */
  public String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Address of a picture on a host. */
  public String url(String host, int number) {
    return "http://" + host + ":" + server.getAddress().getPort() + PICTURES + number;
  }

  /** How often it was asked for a picture, or for what is below one and never there. */
  public int requests() {
    return requests.get();
  }

  /** The file that is at that address. */
  byte[] picture(int number) {
    return pool.file(new SplittableRandom(number), "link " + number);
  }

  /** How often the model was shown each picture. */
  public Map<String, Integer> asked() {
    return Map.copyOf(asked);
  }

  private void show(HttpExchange exchange) throws IOException {
    requests.incrementAndGet();
    String path = exchange.getRequestURI().getPath().substring(PICTURES.length());
    if (path.contains("/")) {
      answer(exchange, 404, new byte[0]);
    } else {
      answer(exchange, 200, picture(Integer.parseInt(path)));
    }
  }

  private void describe(HttpExchange exchange) throws IOException {
    String picture =
        JSON.readTree(exchange.getRequestBody().readAllBytes())
            .at("/messages/0/content/1/image_url/url")
            .asText();
    asked.merge(picture, 1, Integer::sum);
    String text = "{\"choices\": [{\"message\": {\"content\": \"Some coloured shapes.\"}}]}";
    answer(exchange, 200, text.getBytes(StandardCharsets.UTF_8));
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    try (exchange) {
      exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
