package io.pairstream.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.cli.Ended;
import io.pairstream.cli.OnCluster;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.curation.actions.Actor;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeysCommandTest extends OnCluster {

  private static ClusterAccess shared;

  KeysCommandTest() {
    super(shared);
  }

  @BeforeAll
  static void make() {
    shared = sharedDataset(2);
  }

  @Test
  void newKeyIsPrintedAloneAndNeverAgain() {
    Ended created = run("keys create", "--producer", "museum").done();
    Ended text = run("keys ls");
    Ended json = run("keys ls", "--json");

    String key = created.out().strip();
    String secret = key.substring(21);
    assertThat(created.out()).matches("psk_[0-9a-f]{16}_[0-9a-f]{64}\\R");
    assertThat(created.err()).contains(key.substring(4, 20)).doesNotContain(secret);
    assertThat(text.out()).contains(key.substring(4, 20), "museum", "LIVE", "publish,read");
    assertThat(text.out() + json.out()).doesNotContain(secret);
  }

  @Test
  void keyIsWhatWasAskedFor() {
    Ended created =
        run(
            "keys create --json --producer museum --scope publish --expires-in 90d"
                + " --records-per-second 2.5 --bytes-per-second 1e6");

    JsonNode key = created.json();
    assertThat(key.path("key").asText()).contains(key.path("key_id").asText());
    assertThat(key.path("producer").asText()).isEqualTo("museum");
    assertThat(key.path("scopes")).extracting(JsonNode::asText).containsExactly("publish");
    assertThat(key.path("records_per_second").asDouble()).isEqualTo(2.5);
    assertThat(key.path("bytes_per_second").asDouble()).isEqualTo(1e6);
    assertThat(Instant.parse(key.path("expires_at").asText()))
        .isBetween(
            Instant.now().plus(Duration.ofDays(90)).minusSeconds(60),
            Instant.now().plus(Duration.ofDays(90)));
    assertThat(key.path("revoked_at").isNull()).isTrue();
    assertThat(run("keys ls").out()).contains("2.5 records/s  1,000,000.0 bytes/s");
  }

  @Test
  void listShowsTheOldestFirst() {
    String first = run("keys create", "--json", "--producer", "a").json().path("key_id").asText();
    String other = run("keys create", "--json", "--producer", "b").json().path("key_id").asText();
    String second = run("keys create", "--json", "--producer", "a").json().path("key_id").asText();

    Ended all = run("keys ls", "--json");

    assertThat(all.jsonLines())
        .extracting(key -> key.path("key_id").asText())
        .containsSubsequence(first, other, second);
  }

  @Test
  void revokedKeyStaysRevoked() {
    String id = run("keys create", "--json", "--producer", "a").json().path("key_id").asText();

    Ended revoked = run("keys revoke", id, "--json").done();
    run("keys revoke", id).done();

    assertThat(revoked.json().path("state").asText()).isEqualTo("REVOKED");
    assertThat(run("keys ls", "--json").jsonLines())
        .filteredOn(key -> key.path("key_id").asText().equals(id))
        .extracting(key -> key.path("revoked_at"))
        .containsExactly(revoked.json().path("revoked_at"));
  }

  @Test
  void whatIsDoneToKeysIsOnTheAuditTrailWithWhoDidIt() {
    String id = run("keys create", "--json", "--producer", "a").json().path("key_id").asText();
    run("keys revoke", id).status();
    String user = Actor.atTheCommandLine().name();

    assertThat(TestCluster.committedValues(cluster, cluster.topics().actions()))
        .filteredOn(action -> action.getSubject().equals(id))
        .extracting(
            action -> action.getName() + " " + action.getSubject() + " " + action.getActor())
        .containsExactlyInAnyOrder(
            "keys.create " + id + " " + user, "keys.revoke " + id + " " + user);
  }

  @Test
  void unknownKeyIsFoundWrong() {
    String id = "0123456789abcdef";
    Ended text = run("keys revoke", id);
    Ended json = run("keys revoke", id, "--json").ended(ExitStatus.FOUND_WRONG);

    text.failedInALine(ExitStatus.FOUND_WRONG, "there is no key " + id, "keys ls");
    assertThat(json.out()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "'', the value is empty",
    "anonymous, callers without a key",
    "x --scope write, 'publish, read'",
    "x --expires-in soon, such as 60s",
    "x --expires-in 0s, in the future",
    "x --records-per-second -1, at least 0",
    "x --bytes-per-second NaN, at least 0"
  })
  void impossibleKeyIsWrongUsage(String producerAndOptions, String words) {
    List<String> arguments = new ArrayList<>(List.of("--producer"));
    arguments.addAll(List.of(producerAndOptions.split(" ", -1)));

    Ended ended =
        run("keys create", arguments.toArray(String[]::new)).ended(ExitStatus.WRONG_USAGE);

    assertThat(ended.err()).startsWith("pairstream: ").contains(words).doesNotContain("\tat ");
    assertThat(ended.out()).isEmpty();
  }

  @Test
  void wholeKeyInTheCommandLineIsNotRepeated() {
    String key = run("keys create", "--producer", "a").out().strip();

    Ended ended = run("keys revoke", key).ended(ExitStatus.WRONG_USAGE);

    assertThat(ended.err()).contains("16 hex digits").doesNotContain(key.substring(21));
  }
}
