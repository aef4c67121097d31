package io.pairstream.cli.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.pairstream.cli.Ended;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.service.http.Authenticator;
import io.pairstream.service.http.PemCertificate;
import io.pairstream.service.http.Quota;
import io.pairstream.service.http.Router;
import io.pairstream.service.http.ServerSettings;
import io.pairstream.service.http.WebServer;
import io.pairstream.testing.TestCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code lag}, and a dashboard that says what a test wants it to say. */
class LagDashboardTest {

  private static final String REPORT =
      """
      {"at": "2026-11-24T12:00:00Z", "interval_seconds": 2, "trouble": null,
       "groups": [{
         "group": "pairs-preprocess", "type": "streams", "state": "Stable", "members": 1,
         "decides": true, "verdict": "%s", "sentence": "stuck for 6 min",
         "since": "2026-11-24T11:54:00Z", "lag": 3, "bytes": null, "seconds": 360.0,
         "arrival_per_second": 1.0, "processing_per_second": 0.0,
         "catch_up": {"seconds": null, "sentence": "never at this rate", "sentence_template": {"template": "NEVER", "arguments": []}}, "retention_seconds": null,
         "lost": 0, "worst_partition": null, "partitions": []}]}
      """;

  private HttpServer dashboard;
  private volatile int status = 200;
  private volatile String answer = "";
  private volatile String key = "";

  @TempDir Path folder;

  @BeforeEach
  void open() throws IOException {
    dashboard = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    dashboard.createContext(
        "/v1/",
        exchange -> {
          key = exchange.getRequestHeaders().getFirst("Authorization");
          byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    dashboard.start();
  }

  @AfterEach
  void close() {
    dashboard.stop(0);
  }

  @ParameterizedTest
  @CsvSource({"STALL, 1", "AT_RISK, 1", "BEHIND, 0", "OK, 0"})
  void itsVerdictIsTheCommands(String verdict, int exitStatus) {
    answer = REPORT.formatted(verdict);

    Ended ended = run("--group", "pairs-preprocess", "--json");

    assertThat(ended.status()).as(ended.err()).isEqualTo(exitStatus);
    assertThat(ended.json().path("verdict").asText()).isEqualTo(verdict);
  }

  @Test
  void figuresThatAreOlderThanAMomentHaveTheirAge() {
    String old = REPORT.formatted("OK");
    answer = old;
    Ended seenBefore = run();
    answer = old.replace("2026-11-24T12:00:00Z", Instant.now().plusSeconds(60).toString());
    Ended seenNow = run();

    assertThat(seenBefore.out()).containsPattern("^seen \\d+[smhd] ago, at 2026-11-24T12:00:00Z\n");
    assertThat(seenNow.out()).startsWith("VERDICT").doesNotContain("seen ");
  }

  @Test
  void getsItsKey() throws IOException {
    answer = REPORT.formatted("OK");
    Path file = Files.writeString(folder.resolve("key"), "secret\n");

    run("--api-key-file", file.toString()).done();
    assertThat(key).isEqualTo("Bearer secret");
  }

  @Test
  void saysWhatIsWrongWithIt() {
    status = 401;
    Ended refused = run();
    status = 200;
    answer = "<html>";
    Ended other = run();
    dashboard.stop(0);
    Ended gone = run();

    refused.failedInALine(ExitStatus.COULD_NOT, "says: status 401; --api-key-file names a key");
    assertThat(other.onlyErrorLine()).contains("no dashboard answers at http://");
    assertThat(gone.onlyErrorLine()).contains("no dashboard answers at http://");
  }

  @Test
  void saysWhyACertificateIsNotTrusted() throws Exception {
    PemCertificate files = new PemCertificate(folder.resolve("tls.crt"), folder.resolve("tls.key"));
    TestCertificate unknown = TestCertificate.make(folder, "EC", "unknown");
    Files.writeString(files.chain(), unknown.chainPem());
    Files.writeString(files.key(), unknown.keyPem());
    try (WebServer encrypted =
        new WebServer(
            ServerSettings.of("127.0.0.1", 0, files),
            new Router(List.of()),
            Authenticator.ANONYMOUS,
            Quota.UNLIMITED,
            false)) {
      encrypted.start();

      Ended.after("lag", "--dashboard", "https://127.0.0.1:" + encrypted.port())
          .failedInALine(
              ExitStatus.COULD_NOT,
              "unable to find valid certification path",
              "-Djavax.net.ssl.trustStore");
    }
  }

  @Test
  void whyIsAnsweredByItsIndexAndSaysSo() {
    answer =
        """
        {"pair_id": "0123", "kind": "PAIR", "status": "TRAINING", "reason": "",
         "decided_at": "2026-11-26T10:00:00.000Z", "remedy": null, "quarantined": null,
         "answers": [
           {"card": "m", "name": "nsfw", "number": 0.5, "text": "", "reason": "", "outside": "TAG"},
           {"card": "m", "name": "size", "number": 0.5, "text": "", "reason": "", "outside": "SHADOW"},
           {"card": "m", "name": "kind", "number": null, "text": "photo", "reason": "", "outside": ""},
           {"card": "n", "name": "", "number": null, "text": "", "reason": "TIMED_OUT", "outside": ""}],
         "receipt": {"copies": 2}, "origin": {"topic": "t", "partition": 1, "offset": 7}}
        """;

    Ended why = after("why", "0123").done();

    assertThat(why.out())
        .contains("status       TRAINING\n", "copies       2\n", "came as      t-1-7\n")
        .contains("answer       nsfw 0.5, of m: outside of the recipe's limits, tag\n")
        .contains("answer       size 0.5, of m\n", "answer       kind photo, of m\n")
        .contains("answer       none of n: TIMED_OUT\n")
        .contains("decided      2026-11-26T10:00:00.000Z\n", "read from    the dashboard at http")
        .doesNotContain("null", "remedy");
    assertThat(why.err()).isEmpty();
  }

  @Test
  void whyTakesTheIndexsWordThatNothingIsKnown() {
    answer = "{\"id\": \"4567\", \"status\": \"UNKNOWN\"}";
    Ended unknown = after("why", "4567");
    status = 404;
    Ended stranger = after("why", "89");

    unknown.failedInALine(
        ExitStatus.FOUND_WRONG, "nothing is known of 4567; an id is whole: 32 hex digits");
    assertThat(stranger.onlyErrorLine()).contains(" is no dashboard");
  }

  @Test
  void hasAnAddress() {
    Ended.after("lag", "--dashboard", "localhost:1")
        .failed(
            ExitStatus.WRONG_USAGE, "--dashboard must be an address such as http://127.0.0.1:8082");
  }

  private Ended run(String... arguments) {
    return after("lag", arguments);
  }

  private Ended after(String command, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(
        List.of("--dashboard", "http://127.0.0.1:" + dashboard.getAddress().getPort() + "/"));
    return Ended.after(command, all.toArray(String[]::new));
  }
}
