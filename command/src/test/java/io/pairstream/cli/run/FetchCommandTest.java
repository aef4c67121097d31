package io.pairstream.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.cli.Ended;
import io.pairstream.cli.OnCluster;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.PlayedFetcher;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FetchCommandTest extends OnCluster {

  private static ClusterAccess shared;

  FetchCommandTest() {
    super(shared);
  }

  @BeforeAll
  static void make() {
    shared = sharedDataset(2);
  }

  @Test
  void fetchWantsToKnowWhomHostsMayAsk() {
    Ended ended = Ended.after("fetch");

    ended.failed(ExitStatus.WRONG_USAGE, "--user-agent-contact", "--allow-address");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--user-agent-contact|me|a contact is a web address",
        "--allow-address|example.org|a network is written like",
        "--concurrency|0|at least 1 connection",
        "--attempts|0|at least once",
        "--first-pause|PT0S|must be positive",
        "--timeout|PT1S|which is less than"
      })
  void fetchRefusesAnImpossibleSetting(String option, String value, String says) {
    List<String> arguments = new ArrayList<>(List.of(option, value));
    if (!option.equals("--user-agent-contact")) {
      arguments.addAll(List.of("--user-agent-contact", "me@example.org"));
    }

    Ended ended = Ended.after("fetch", arguments.toArray(String[]::new));

    ended.failed(ExitStatus.WRONG_USAGE, says);
  }

  @Test
  void auditCountsLinks() {
    try (PlayedFetcher fetcher = new PlayedFetcher(cluster)) {
      fetcher.reject(fetcher.send("a.test", "gone"), "FETCH_GONE");
      fetcher.reject(fetcher.send("b.test", "slow"), "FETCH_TIMEOUT");
    }

    Ended text = run("audit");
    JsonNode json = run("audit", "--json").json();

    assertThat(text.status()).isEqualTo(ExitStatus.DONE);
    assertThat(text.out()).contains("links        2").contains("audit: 0 differences");
    assertThat(json.path("links").path("inputs").asInt()).isEqualTo(2);
    assertThat(json.path("links").path("quarantined").asInt()).isEqualTo(2);
    assertThat(json.path("inputs").asInt()).isZero();
  }
}
