package io.pairstream.benchmarks;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * All hosts, on all loopback addresses, in one process: does what the address of an image says.
 * Says its port, and ends with its input.
 */
final class LoopbackImageServer {

  private static final byte[] PNG_SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

  private LoopbackImageServer() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    System.setProperty("sun.net.httpserver.maxIdleConnections", "100000");
    System.setProperty("sun.net.httpserver.nodelay", "true");
    ScheduledExecutorService work = Executors.newScheduledThreadPool(4);
    HttpServer server = HttpServer.create(new InetSocketAddress("0.0.0.0", 0), 10_000);
    server.setExecutor(work);
    server.createContext(
        "/",
        exchange -> {
          String[] parts = exchange.getRequestURI().getPath().split("/", -1);
          int wait = parts.length == 6 ? number(parts[1]) : 0;
          var unused = work.schedule(() -> answer(exchange, parts), wait, TimeUnit.MILLISECONDS);
        });
    server.start();
    Driven.serve("\"port\": " + server.getAddress().getPort(), words -> "0 0");
    System.exit(0);
  }

  /** {@code /w<milliseconds>/s<status>/b<bytes>/r<redirected>/<number>.png}. */
  private static void answer(HttpExchange exchange, String[] parts) {
    try (exchange) {
      int status = parts.length == 6 ? number(parts[2]) : 404;
      byte[] body = "no such image".getBytes(StandardCharsets.US_ASCII);
      if (parts.length == 6 && parts[4].equals("r1")) {
        String path = exchange.getRequestURI().getPath();
        String there = path.replaceFirst("/w\\d+", "/w5").replace("/r1/", "/r0/");
        exchange.getResponseHeaders().set("Location", there);
        status = 302;
      } else if (status == 200) {
        exchange.getResponseHeaders().set("Content-Type", "image/png");
        body = Arrays.copyOf(PNG_SIGNATURE, number(parts[3]));
      }
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    } catch (IOException e) {
      // The client has closed the connection.
    }
  }

  private static int number(String part) {
    return Integer.parseInt(part.substring(1));
  }
}
