package io.pairstream.cli;

import static io.pairstream.operations.metrics.PlayedLag.group;
import static io.pairstream.operations.metrics.PlayedLag.report;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.pairstream.operations.lag.LagReport;
import io.pairstream.operations.lag.Verdict;
import io.pairstream.operations.sentence.AnswerJson;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command, and a dashboard that says what a test wants it to say. */
@Timeout(600)
class LagCommandTest {

  private final AtomicInteger asked = new AtomicInteger();
  private HttpServer dashboard;
  private volatile int status = 200;
  private volatile String answer = "";
  private volatile String key = "";

  @TempDir Path folder;

  @BeforeEach
  void open() throws Exception {
    dashboard = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    dashboard.createContext(
        "/v1/lag",
        exchange -> {
          asked.incrementAndGet();
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
  @CsvSource({
    "LOST, 1",
    "REWIND, 1",
    "STOP, 1",
    "STALL, 1",
    "AT_RISK, 1",
    "BEHIND, 0",
    "UNKNOWN, 0",
    "OK, 0",
    "IDLE, 0"
  })
  void endsByTheWorstVerdict(Verdict verdict, int exitStatus) {
    says(
        report(
            group("pairs-preprocess", verdict, "pairs.crowdsourced"),
            group("pairs-feed", Verdict.IDLE, "pairs.training")));

    Ended text = run();
    Ended json = run("--json");

    assertThat(text.status()).isEqualTo(exitStatus);
    assertThat(json.status()).isEqualTo(exitStatus);
    assertThat(json.json().path("verdict").asText()).isEqualTo(verdict.name());
    assertThat(text.out().lines().skip(1).findFirst().orElseThrow()).contains("pairs-preprocess");
  }

  @Test
  void printsOneObjectWithWhatWaitsOnEachPartition() {
    says(report(group("pairs-preprocess", Verdict.BEHIND, "pairs.crowdsourced")));

    JsonNode json = run("--json").json();

    assertThat(json.path("waiting").asLong()).isEqualTo(42);
    assertThat(json.path("lost").asLong()).isZero();
    assertThat(json.path("sentence").asText()).isEqualTo("BEHIND: pairs-preprocess as played");
    assertThat(json.path("groups").path(0).path("lag").asLong()).isEqualTo(42);
    assertThat(json.path("groups").path(0).path("partitions")).isEmpty();
    JsonNode partition = json.path("partitions").path(0);
    assertThat(partition.path("group").asText()).isEqualTo("pairs-preprocess");
    assertThat(partition.path("topic").asText()).isEqualTo("pairs.crowdsourced");
    assertThat(partition.path("partition").asInt()).isZero();
    assertThat(partition.path("committed").asLong()).isEqualTo(88);
    assertThat(partition.path("log_start").asLong()).isEqualTo(10);
    assertThat(partition.path("end").asLong()).isEqualTo(100);
    assertThat(partition.path("waiting").asLong()).isEqualTo(12);
    assertThat(partition.path("lost").asLong()).isZero();
    assertThat(partition.path("oldest_seconds").asDouble()).isEqualTo(61.5);
  }

  @Test
  void leavesOutGroupsThatReadOtherTopics() {
    says(
        report(
            group("trainer-of-ours", Verdict.OK, "pairs.training"),
            group("somebody-elses", Verdict.LOST, "pairs-2.training"),
            group("another", Verdict.LOST, "payments")));

    Ended ours = run("--json");
    Ended one = run("--json", "--group", "another");
    Ended all = run("--json", "--all-groups");

    assertThat(ours.status()).isEqualTo(ExitStatus.DONE);
    assertThat(ours.json().path("groups").findValuesAsText("group"))
        .containsExactly("trainer-of-ours");
    assertThat(one.status()).isEqualTo(ExitStatus.FOUND_WRONG);
    assertThat(one.json().path("groups").findValuesAsText("group")).containsExactly("another");
    assertThat(all.json().path("groups")).hasSize(3);
  }

  @Test
  void printsABlockForEachLookWhereNobodyWatchesATerminal() {
    says(report(group("pairs-preprocess", Verdict.OK, "pairs.crowdsourced")));

    Ended text = run("--watch", "--times", "2", "--interval", "500ms");
    Ended json = run("--json", "--watch", "--times", "3", "--interval", "500ms");

    assertThat(text.out().lines().filter(line -> line.startsWith("VERDICT"))).hasSize(2);
    assertThat(text.out()).doesNotContain("\u001b");
    assertThat(json.jsonLines()).hasSize(3);
  }

  @Test
  void saysThatWhatItShowsIsOld() {
    says(
        report(group("pairs-preprocess", Verdict.OK, "pairs.crowdsourced"))
            .withTrouble("Kafka is away"));

    assertThat(run().out()).startsWith("old: Kafka is away\n");
    assertThat(run("--json").json().path("trouble").asText()).isEqualTo("Kafka is away");
  }

  @Test
  void showsTheDashboardItsKey() throws IOException {
    says(report(group("pairs-preprocess", Verdict.OK, "pairs.crowdsourced")));
    Path file = Files.writeString(folder.resolve("key"), "secret\n");

    Ended keyed = run("--api-key-file", file.toString());
    Ended missing = run("--api-key-file", folder.resolve("none").toString());

    assertThat(keyed.status()).isEqualTo(ExitStatus.DONE);
    assertThat(key).isEqualTo("Bearer secret");
    assertThat(missing.status()).isEqualTo(ExitStatus.COULD_NOT);
    assertThat(missing.onlyErrorLine()).contains("none");
  }

  @Test
  void saysWhatIsWrongWithADashboard() {
    status = 401;
    Ended refused = run();
    status = 200;
    answer = "<html>";
    Ended other = run();
    dashboard.stop(0);
    Ended gone = run();

    assertThat(refused.status()).isEqualTo(ExitStatus.COULD_NOT);
    assertThat(refused.onlyErrorLine()).contains("asks for a key; --api-key-file names one");
    assertThat(other.onlyErrorLine()).contains("is no dashboard");
    assertThat(gone.onlyErrorLine()).contains("no dashboard answers at http://");
  }

  @ParameterizedTest
  @CsvSource({
    "--samples=0, '--samples must be at least 1, was 0'",
    "--interval=10ms, '--interval must be at least 500ms, was 10ms'",
    "--interval=fast, 'right is a number with ms, s, m, h or d'",
    "--times=2, '--times goes with --watch'",
    "--group=nobody, '--group: there is no group nobody on this cluster'",
    "--dashboard=localhost:1, '--dashboard must be an address such as http://127.0.0.1:8082'"
  })
  void refusesAnImpossibleOption(String option, String complaint) {
    says(report());

    Ended ended = option.startsWith("--dashboard") ? Ended.after("lag", option) : run(option);

    assertThat(ended.status()).isEqualTo(ExitStatus.WRONG_USAGE);
    assertThat(ended.err()).contains(complaint);
  }

  private void says(LagReport report) {
    answer = AnswerJson.MAPPER.valueToTree(report).toString();
  }

  private Ended run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(
        List.of("--dashboard", "http://127.0.0.1:" + dashboard.getAddress().getPort() + "/"));
    return Ended.after("lag", all.toArray(String[]::new));
  }
}
