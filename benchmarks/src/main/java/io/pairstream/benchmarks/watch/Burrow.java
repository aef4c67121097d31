package io.pairstream.benchmarks.watch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Burrow, a program of its own that reads what groups commit, with its own defaults. It judges only
 * when it is asked.
 */
final class Burrow implements Watcher {

  private static final Duration TIMEOUT = Duration.ofMinutes(1);

  private final HttpClient http = HttpClient.newHttpClient();
  private final JsonMapper json = new JsonMapper();
  private final URI address;
  private final Process process;

  /**
   * Starts it and waits until it answers.
   *
   * @param program the executable
   * @param directory where it may write
   */
  Burrow(Path program, String bootstrapServers, Path directory)
      throws IOException, InterruptedException {
    Files.createDirectories(directory);
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    address = URI.create("http://127.0.0.1:" + port);
    Files.writeString(
        directory.resolve("burrow.toml"), configuration(bootstrapServers, port, directory));
    process =
        new ProcessBuilder(program.toString(), "--config-dir", directory.toString())
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("output.log").toFile())
            .start();
    long begun = System.nanoTime();
    while (!isReady()) {
      if (!process.isAlive() || System.nanoTime() - begun > TIMEOUT.toNanos()) {
        close();
        throw new IllegalStateException(
            program
                + " does not answer: "
                + Files.readString(directory.resolve("output.log")).strip());
      }
      Thread.sleep(200);
    }
  }

  /** Only what it cannot do without; all else is its default. */
  static String configuration(String bootstrapServers, int port, Path directory) {
    String servers = "[\"" + bootstrapServers.replace(",", "\", \"") + "\"]";
    return String.join(
        "\n",
        "[general]",
        "pidfile=\"" + directory.resolve("burrow.pid") + "\"",
        "[logging]",
        "filename=\"" + directory.resolve("burrow.log") + "\"",
        "level=\"warn\"",
        "[cluster.watched]",
        "class-name=\"kafka\"",
        "servers=" + servers,
        "[consumer.watched]",
        "class-name=\"kafka\"",
        "cluster=\"watched\"",
        "servers=" + servers,
        "[httpserver.default]",
        "address=\"127.0.0.1:" + port + "\"",
        "");
  }

  private boolean isReady() throws InterruptedException {
    try {
      return get("/burrow/admin/ready").statusCode() == 200;
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  private HttpResponse<String> get(String path) throws InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(address.resolve(path)).timeout(TIMEOUT).build();
    try {
      return http.send(request, BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String name() {
    return "burrow";
  }

  @Override
  public ProcessHandle process() {
    return process.toHandle();
  }

  @Override
  public String alarm(String group) {
    try {
      HttpResponse<String> answer = get("/v3/kafka/watched/consumer/" + group + "/status");
      return answer.statusCode() == 200 ? alarm(json.readTree(answer.body())) : "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What an answer means. */
  static String alarm(JsonNode answer) {
    JsonNode status = answer.required("status");
    String verdict = status.required("status").asText();
    return verdict.equals("ERR")
        ? verdict + ", total lag " + status.required("totallag").asLong()
        : "";
  }

  /** As a scraper would ask it: the metrics page judges every group. */
  @Override
  public void look() {
    try {
      HttpResponse<String> unused = get("/metrics");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
