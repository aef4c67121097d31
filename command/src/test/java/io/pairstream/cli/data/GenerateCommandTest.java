package io.pairstream.cli.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.pairstream.cli.Ended;
import io.pairstream.cli.OnCluster;
import io.pairstream.cli.command.ExitStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GenerateCommandTest extends OnCluster {

  GenerateCommandTest() {
    super(1);
  }

  private final List<String> asked = new ArrayList<>();

  private HttpServer api;
  private Path prompts;

  @BeforeEach
  void start() throws Exception {
    prompts = Files.writeString(folder.resolve("prompts.txt"), "an owl\na cat\nforbidden\n");
    api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    api.createContext("/v1/images/generations", this::answer);
    api.start();
  }

  @AfterEach
  void stop() {
    api.stop(0);
  }

  @Test
  void publishesAndSaysWhatWasRefused() throws Exception {
    Ended ended =
        generate("--json", "--requests-per-minute", "100000").ended(ExitStatus.FOUND_WRONG);

    JsonNode json = ended.json();
    assertThat(json.get("published").asInt()).isEqualTo(2);
    assertThat(json.get("refused").asInt()).isEqualTo(1);
    assertThat(ended.err()).contains("prompts.txt:3: the API's moderation");

    Ended again = generate("--requests-per-minute", "100000").done();
    assertThat(again.out()).contains("0 pairs published").contains("3 answered before");
    assertThat(asked).hasSize(3);
  }

  @Test
  void keyThatIsNotAcceptedStopsTheRun() throws Exception {
    Path key = Files.writeString(folder.resolve("key"), "wrong-canary\n");

    Ended ended = generate("--api-key-file", key.toString()).ended(ExitStatus.COULD_NOT);

    assertThat(ended.err())
        .contains("pairstream: the API does not accept the key")
        .contains("0 pairs published before it stopped", "the same command goes on there")
        .doesNotContain("canary");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--parameter n=11 | n must be 1 to 10",
        "--requests-per-minute 0 | requests per minute must be 1 to 100000",
        "--concurrency 0 | requests at once must be 1 to 256",
        "--timeout 0s | time-out must be more than 0",
        "--limit -1 | --limit must be at least 0",
        "--parameter prompt=x | 'prompt' cannot be set as a parameter",
        "--api-key-file /no/such/file | cannot be read",
        "--prompts /no/such.txt | there is no file",
        "--base-url ftp://x | only http and https",
      })
  void wrongUsageIsSaidInOneLine(String arguments, String message) {
    generate(arguments.split(" ", -1)).failed(ExitStatus.WRONG_USAGE, message);
    assertThat(asked).isEmpty();
  }

  private Ended generate(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    Ended.addUnlessThere(all, "--prompts", prompts.toString());
    Ended.addUnlessThere(all, "--base-url", "http://127.0.0.1:" + api.getAddress().getPort());
    Ended.addUnlessThere(all, "--model", "m");
    return Ended.on(cluster, "generate", all.toArray(String[]::new));
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String prompt =
          JsonMapper.builder().build().readTree(exchange.getRequestBody()).get("prompt").asText();
      synchronized (asked) {
        asked.add(prompt);
      }
      if (exchange.getRequestHeaders().containsKey("Authorization")) {
        send(exchange, 401, "{\"error\": {\"message\": \"wrong-canary\"}}");
      } else if (prompt.equals("forbidden")) {
        send(exchange, 400, "{\"error\": {\"code\": \"moderation_blocked\"}}");
      } else {
        String image = Base64.getEncoder().encodeToString(prompt.getBytes(StandardCharsets.UTF_8));
        send(exchange, 200, "{\"data\": [{\"b64_json\": \"" + image + "\"}]}");
      }
    }
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }
}
