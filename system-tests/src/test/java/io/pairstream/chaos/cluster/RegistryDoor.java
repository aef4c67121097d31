package io.pairstream.chaos.cluster;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * An HTTP door in front of the registry, through which all of the platform goes. Passes everything
 * until it is told otherwise. Thread-safe.
 */
public final class RegistryDoor implements AutoCloseable {

  /** What a request gets. */
  public enum Mode {
    /** The registry's answer. */
    PASS,
    /** No connection. */
    REFUSE,
    /** No answer, until the mode changes; then the registry's. */
    HANG,
    /** Status 500, of the door's own. */
    FAIL
  }

  private static final List<String> PASSED_HEADERS = List.of("Content-Type", "Accept");

  private final InetSocketAddress address;
  private final URI registry;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "registry-door");
            thread.setDaemon(true);
            return thread;
          });
  private Mode mode = Mode.PASS;
  private HttpServer server;

  /**
   * @param address where the door listens
   * @param registry address of the registry's root
   */
  RegistryDoor(InetSocketAddress address, URI registry) throws IOException {
    this.address = address;
    this.registry = registry;
    open();
  }

  /** Changes what requests get, those too that hang. */
  public synchronized void mode(Mode wanted) {
    boolean wasOpen = mode != Mode.REFUSE;
    mode = wanted;
    notifyAll();
    try {
      if (wanted == Mode.REFUSE && wasOpen) {
        server.stop(0);
      } else if (wanted != Mode.REFUSE && !wasOpen) {
        open();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the registry's door does not open again", e);
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      mode = Mode.REFUSE;
      notifyAll();
      server.stop(0);
    }
    threads.shutdownNow();
  }

  private void open() throws IOException {
    server = HttpServer.create(address, 200);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  private synchronized Mode awaitNoHanging() throws InterruptedException {
    while (mode == Mode.HANG) {
      wait();
    }
    return mode;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      switch (awaitNoHanging()) {
        case PASS -> pass(exchange, body);
        case FAIL ->
            respond(
                exchange,
                500,
                "{\"error_code\":500,\"message\":\"out of order\"}"
                    .getBytes(StandardCharsets.UTF_8));
        default -> {
          // Closing without an answer is what a process that dies does.
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void pass(HttpExchange exchange, byte[] body) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(registry.resolve(exchange.getRequestURI().toString()))
            .timeout(Duration.ofSeconds(30))
            .method(
                exchange.getRequestMethod(),
                body.length == 0
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(body));
    for (String header : PASSED_HEADERS) {
      List<String> values = exchange.getRequestHeaders().get(header);
      if (values != null) {
        values.forEach(value -> request.header(header, value));
      }
    }
    HttpResponse<byte[]> response =
        client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    response
        .headers()
        .firstValue("Content-Type")
        .ifPresent(type -> exchange.getResponseHeaders().set("Content-Type", type));
    respond(exchange, response.statusCode(), response.body());
  }

  private static void respond(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
  }
}
