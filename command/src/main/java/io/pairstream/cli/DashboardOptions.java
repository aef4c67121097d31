package io.pairstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.operations.sentence.AnswerJson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that say which dashboard a command asks, and with which key. */
final class DashboardOptions {

  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  @Option(names = "--dashboard", paramLabel = "URL")
  private URI dashboard;

  @Option(names = "--api-key-file", paramLabel = "FILE")
  private Path keyFile;

  /** Made when it is needed: it has a thread. */
  private HttpClient http;

  /** Whether one was named. */
  boolean isNamed() {
    return dashboard != null;
  }

  /** Refuses an address that is none. */
  void check(PairstreamCommand command) {
    command.require(
        dashboard == null
            || (dashboard.toString().matches("https?://.+") && dashboard.getHost() != null),
        "--dashboard must be an address such as http://127.0.0.1:8082, was " + dashboard);
  }

  /** The one that was named, or else the one of the platform on this machine. */
  Optional<String> address(ClusterOptions cluster) {
    return isNamed()
        ? Optional.of(dashboard.toString().replaceFirst("/+$", ""))
        : cluster.dashboardHere();
  }

  /**
   * What a dashboard answers; empty where it does not know of what it is asked.
   *
   * @param path begins with a slash
   * @throws IOException where it does not answer, or refuses to; the message says so
   */
  Optional<JsonNode> get(String address, String path) throws IOException, InterruptedException {
    http = http == null ? HttpClient.newHttpClient() : http;
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address + path)).timeout(TIMEOUT);
    if (keyFile != null) {
      request.header("Authorization", "Bearer " + Files.readString(keyFile).strip());
    }
    HttpResponse<byte[]> answer;
    JsonNode json;
    try {
      answer = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      json = AnswerJson.MAPPER.readTree(answer.body());
    } catch (IOException e) {
      throw new IOException("no dashboard answers at " + address, e);
    }
    if (answer.statusCode() == 200) {
      return Optional.of(json);
    } else if (answer.statusCode() == 404) {
      return Optional.empty();
    }
    String detail = json.path("detail").asText("status " + answer.statusCode());
    throw new IOException(
        "the dashboard at %s says: %s; --api-key-file names a key with scope view"
            .formatted(address, detail));
  }
}
