package io.pairstream.benchmarks.links;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Hosts on loopback, {@code 127.2.x.y}, each of which takes its own time for an answer: from 20 to
 * 200 ms, and one of them 2 s. Counts who asks how often at once.
 */
final class ManyHosts implements AutoCloseable {

  static final int SLOW_HOST = 0;

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, Integer> underWay = new ConcurrentHashMap<>();
  private final AtomicLong requests = new AtomicLong();
  private volatile int mostAtOnce;

  ManyHosts() throws IOException {
    server = HttpServer.create(new InetSocketAddress("0.0.0.0", 0), 1000);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  String url(int host, int image) {
    return "http://127.2."
        + host / 100
        + "."
        + (host % 100 + 1)
        + ":"
        + server.getAddress().getPort()
        + "/"
        + image;
  }

  /** Forgets what was counted. */
  void reset() {
    requests.set(0);
    mostAtOnce = 0;
  }

  /** Requests for images. */
  long requests() {
    return requests.get();
  }

  /** Most requests under way at once at one host. */
  int mostAtOnce() {
    return mostAtOnce;
  }

  private void answer(HttpExchange exchange) throws IOException {
    byte[] address = exchange.getLocalAddress().getAddress().getAddress();
    String host = exchange.getLocalAddress().getAddress().getHostAddress();
    String path = exchange.getRequestURI().getPath();
    int number = address[2] * 100 + address[3] - 1;
    try (exchange) {
      if (path.equals("/robots.txt")) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      requests.incrementAndGet();
      int now = underWay.merge(host, 1, Integer::sum);
      synchronized (this) {
        mostAtOnce = Math.max(mostAtOnce, now);
      }
      TimeUnit.MILLISECONDS.sleep(number == SLOW_HOST ? 2000 : 20 + number % 10 * 20);
      byte[] image = new byte[10_000];
      byte[] text = (host + path).getBytes(StandardCharsets.UTF_8);
      image[0] = (byte) 0xff;
      image[1] = (byte) 0xd8;
      image[2] = (byte) 0xff;
      image[3] = (byte) 0xe0;
      System.arraycopy(text, 0, image, 4, text.length);
      // Before the last byte: whoever has it may ask again at once.
      underWay.merge(host, -1, Integer::sum);
      exchange.sendResponseHeaders(200, image.length);
      exchange.getResponseBody().write(image);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
