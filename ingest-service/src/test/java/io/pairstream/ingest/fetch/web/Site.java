package io.pairstream.ingest.fetch.web;

import io.pairstream.schemas.Threads;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A web site that answers byte for byte what a test tells it to, and counts who comes. What it has
 * no answer for is 404.
 */
final class Site implements AutoCloseable {

  /** Response to a request; the connection is closed after it unless the response keeps it open. */
  @FunctionalInterface
  interface Answer {
    /** Sends it, and says whether another request may follow on the connection. */
    boolean send(OutputStream out) throws IOException;
  }

  private final ServerSocket socket;
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger busy = new AtomicInteger();
  private final AtomicInteger mostBusy = new AtomicInteger();
  private final List<String> requests = new CopyOnWriteArrayList<>();

  Site(ServerSocket socket) {
    this.socket = socket;
    Threads.daemon("site", this::accept).start();
  }

  /** A site on a free port of 127.0.0.1. */
  static Site open() {
    return on("127.0.0.1");
  }

  static Site on(String address) {
    try {
      ServerSocket socket = new ServerSocket();
      socket.bind(new InetSocketAddress(InetAddress.getByName(address), 0), 200);
      return new Site(socket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return socket.getLocalPort();
  }

  /** The address of a path on this site. */
  String url(String path) {
    return "http://127.0.0.1:" + port() + path;
  }

  void answer(String path, Answer answer) {
    answers.put(path, answer);
  }

  /** Answers with these headers, each with its line's end, and this body with its length. */
  void answer(String path, String status, String headers, byte[] body) {
    answer(path, whole(status, headers, body));
  }

  static Answer whole(String status, String headers, byte[] body) {
    return out -> {
      String head =
          "HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n".formatted(status, headers, body.length);
      out.write(head.getBytes(StandardCharsets.ISO_8859_1));
      out.write(body);
      out.flush();
      return true;
    };
  }

  /** The first lines of all requests, in order. */
  List<String> requestLines() {
    return requests.stream().map(request -> request.substring(0, request.indexOf('\r'))).toList();
  }

  /** All requests with their headers, in order. */
  List<String> requests() {
    return List.copyOf(requests);
  }

  int connections() {
    return connections.get();
  }

  /** Most requests that were answered at the same time. */
  int mostBusy() {
    return mostBusy.get();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = socket.accept();
        connections.incrementAndGet();
        open.add(client);
        Threads.daemon("site-connection", () -> serve(client)).start();
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void serve(Socket client) {
    try (client) {
      InputStream in = new BufferedInputStream(client.getInputStream());
      OutputStream out = client.getOutputStream();
      boolean again = true;
      while (again) {
        String head = head(in);
        if (head.isEmpty()) {
          return;
        }
        requests.add(head);
        mostBusy.accumulateAndGet(busy.incrementAndGet(), Math::max);
        try {
          String path = head.substring(head.indexOf(' ') + 1, head.indexOf(" HTTP/"));
          again =
              answers
                  .getOrDefault(
                      path,
                      whole("404 Not Found", "", "nothing here".getBytes(StandardCharsets.UTF_8)))
                  .send(out);
        } finally {
          busy.decrementAndGet();
        }
      }
    } catch (IOException e) {
      // The other side has left.
    } finally {
      open.remove(client);
    }
  }

  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int b = in.read();
      if (b < 0) {
        return "";
      }
      head.write(b);
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() {
    try {
      socket.close();
      for (Socket each : open) {
        each.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
