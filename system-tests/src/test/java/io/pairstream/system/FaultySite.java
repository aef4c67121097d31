package io.pairstream.system;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Many hosts on loopback, {@code 127.x.y.z}, with the faults of the web: the path says what a
 * request gets.
 */
final class FaultySite implements AutoCloseable {

  private static final byte[] JPEG = {(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xe0};

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, Integer> asked = new ConcurrentHashMap<>();
  private final Map<String, Integer> underWay = new ConcurrentHashMap<>();
  private final Map<String, Integer> mostUnderWay = new ConcurrentHashMap<>();

  FaultySite() throws IOException {
    server = HttpServer.create(new InetSocketAddress("0.0.0.0", 0), 1000);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  String url(String host, String path) {
    return "http://" + host + ":" + server.getAddress().getPort() + path;
  }

  /** Requests for images, each path of a host by itself. */
  Map<String, Integer> asked() {
    return asked;
  }

  /** Most requests that one host had under way at once. */
  int mostAtOnce() {
    return mostUnderWay.values().stream().mapToInt(Integer::intValue).max().orElse(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String host = exchange.getLocalAddress().getAddress().getHostAddress();
    String path = exchange.getRequestURI().getPath();
    int now = underWay.merge(host, 1, Integer::sum);
    mostUnderWay.merge(host, now, Math::max);
    AtomicBoolean over = new AtomicBoolean();
    Runnable atEnd =
        () -> {
          if (over.compareAndSet(false, true)) {
            underWay.merge(host, -1, Integer::sum);
          }
        };
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      int before = path.equals("/robots.txt") ? 0 : asked.merge(host + path, 1, Integer::sum) - 1;
      answer(exchange, host, path, before, atEnd);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      atEnd.run();
    }
  }

  /**
   * @param atEnd runs before what ends the request goes out: the next one may come right behind it
   */
  private static void answer(
      HttpExchange exchange, String host, String path, int before, Runnable atEnd)
      throws IOException, InterruptedException {
    String fault = path.replaceAll(".*/([a-z]*)[0-9]*$", "$1");
    switch (fault) {
      case "missing", "txt" -> status(exchange, 404, atEnd);
      case "flaky" -> {
        if (before == 0) {
          status(exchange, 500, atEnd);
        } else {
          image(exchange, host + path, atEnd);
        }
      }
      case "page" -> body(exchange, "text/html", "<html>".getBytes(StandardCharsets.UTF_8), atEnd);
      case "refused" -> {
        exchange.getResponseHeaders().set("X-Robots-Tag", "noai");
        image(exchange, host + path, atEnd);
      }
      case "cut" -> {
        exchange.sendResponseHeaders(200, 1000);
        exchange.getResponseBody().write(JPEG);
        atEnd.run();
        // Closed long before its length.
      }
      case "slow" -> {
        TimeUnit.MILLISECONDS.sleep(300);
        image(exchange, host + path, atEnd);
      }
      default -> image(exchange, host + path, atEnd);
    }
  }

  private static void image(HttpExchange exchange, String name, Runnable atEnd) throws IOException {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    byte[] image = new byte[2000];
    System.arraycopy(JPEG, 0, image, 0, JPEG.length);
    System.arraycopy(text, 0, image, JPEG.length, text.length);
    body(exchange, "image/jpeg", image, atEnd);
  }

  private static void status(HttpExchange exchange, int status, Runnable atEnd) throws IOException {
    atEnd.run();
    exchange.sendResponseHeaders(status, -1);
  }

  private static void body(HttpExchange exchange, String type, byte[] body, Runnable atEnd)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(200, body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body, 0, body.length - 1);
      atEnd.run();
      out.write(body[body.length - 1]);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
