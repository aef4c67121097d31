package io.pairstream.storage;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Locale;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server in front of another, which answers some requests wrongly. */
final class FaultyProxy implements AutoCloseable {

  /** Headers that client and server set themselves. */
  private static final Set<String> OWN_HEADERS =
      Set.of("host", "content-length", "connection", "expect", "transfer-encoding");

  private static final Fault NONE = (request, origin) -> send(request, origin.ask(request));

  private final HttpClient client = HttpClient.newHttpClient();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Queue<Fault> faults = new ConcurrentLinkedQueue<>();
  private final URI origin;
  private final HttpServer server;
  private volatile Fault usual = NONE;

  /** An answer to a request, which may ask the server behind for the right one. */
  interface Fault {
    void answer(HttpExchange request, Origin origin) throws IOException;
  }

  /** The server behind. */
  interface Origin {
    HttpResponse<byte[]> ask(HttpExchange request, String... headersLeftOut) throws IOException;
  }

  FaultyProxy(URI origin) throws IOException {
    this.origin = origin;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** Answers the next requests so, one with each. */
  void next(int times, Fault fault) {
    for (int i = 0; i < times; i++) {
      faults.add(fault);
    }
  }

  /** Answers all further requests so. */
  void always(Fault fault) {
    usual = fault;
  }

  void heal() {
    faults.clear();
    usual = NONE;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange request) throws IOException {
    Fault fault = faults.poll();
    try (request) {
      (fault == null ? usual : fault).answer(request, this::ask);
    }
  }

  private HttpResponse<byte[]> ask(HttpExchange request, String... headersLeftOut)
      throws IOException {
    HttpRequest.Builder asked =
        HttpRequest.newBuilder(origin.resolve(request.getRequestURI()))
            .method(
                request.getRequestMethod(),
                BodyPublishers.ofByteArray(request.getRequestBody().readAllBytes()));
    request
        .getRequestHeaders()
        .forEach(
            (name, values) -> {
              String lower = name.toLowerCase(Locale.ROOT);
              if (!OWN_HEADERS.contains(lower) && !Set.of(headersLeftOut).contains(lower)) {
                values.forEach(value -> asked.header(name, value));
              }
            });
    try {
      return client.send(asked.build(), BodyHandlers.ofByteArray());
    } catch (InterruptedException e) {
      throw new InterruptedIOException();
    }
  }

  static void send(HttpExchange request, HttpResponse<byte[]> answer) throws IOException {
    send(request, answer, answer.body().length);
  }

  /** Sends an answer, and breaks off after so many bytes of its body. */
  static void send(HttpExchange request, HttpResponse<byte[]> answer, int bytes)
      throws IOException {
    boolean isHead = request.getRequestMethod().equals("HEAD");
    answer
        .headers()
        .map()
        .forEach(
            (name, values) -> {
              String lower = name.toLowerCase(Locale.ROOT);
              if (!OWN_HEADERS.contains(lower) || (isHead && lower.equals("content-length"))) {
                request.getResponseHeaders().put(name, values);
              }
            });
    long length = answer.body().length;
    request.sendResponseHeaders(answer.statusCode(), isHead || length == 0 ? -1 : length);
    if (bytes > 0) {
      OutputStream body = request.getResponseBody();
      body.write(answer.body(), 0, bytes);
      body.flush();
    }
  }

  /** Refuses a request as S3 does. */
  static Fault refusal(int status, String code) {
    return (request, origin) -> {
      request.getRequestBody().readAllBytes();
      byte[] body =
          "<Error><Code>%s</Code><Message>AKIAOLD asked</Message></Error>"
              .formatted(code)
              .getBytes(UTF_8);
      request.sendResponseHeaders(status, body.length);
      request.getResponseBody().write(body);
    };
  }
}
