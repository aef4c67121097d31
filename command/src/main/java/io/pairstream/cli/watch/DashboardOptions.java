package io.pairstream.cli.watch;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.cli.command.ClusterOptions;
import io.pairstream.cli.command.PairstreamCommand;
import io.pairstream.curation.sentence.AnswerJson;
import io.pairstream.schemas.wire.RootCause;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLException;
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
   * The answer of the dashboard, which knows at once what takes long to read from Kafka. Empty
   * where none was named and the one of this machine is starting, or gone, or wants a key: Kafka
   * answers everybody.
   *
   * @param path begins with a slash
   * @throws IOException where the one that was named does not answer, or refuses to; the message
   *     says so
   */
  Optional<JsonNode> ask(ClusterOptions cluster, String path)
      throws IOException, InterruptedException {
    Optional<String> address = address(cluster);
    try {
      return address.isEmpty() ? Optional.empty() : Optional.of(get(address.get(), path));
    } catch (IOException e) {
      if (isNamed()) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private JsonNode get(String address, String path) throws IOException, InterruptedException {
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
    } catch (SSLException e) {
      throw new IOException(
          ("no dashboard answers at %s: %s; the certificate must name that host, and be of an"
                  + " authority that Java trusts, or that PAIRSTREAM_JAVA_OPTS names with"
                  + " -Djavax.net.ssl.trustStore")
              .formatted(address, RootCause.message(e)),
          e);
    } catch (IOException e) {
      throw new IOException("no dashboard answers at " + address, e);
    }
    if (answer.statusCode() == 200) {
      return json;
    }
    boolean isRefused = answer.statusCode() == 401 || answer.statusCode() == 403;
    throw new IOException(
        answer.statusCode() == 404
            ? address + " is no dashboard, or one of another version"
            : "the dashboard at %s says: %s%s"
                .formatted(
                    address,
                    json.path("detail").asText("status " + answer.statusCode()),
                    isRefused ? "; --api-key-file names a key with scope view" : ""));
  }
}
