package io.pairstream.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.cli.Ended;
import io.pairstream.cli.OnCluster;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.testing.GuardedKafka;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class AclsCommandTest extends OnCluster {

  AclsCommandTest() {
    super(1);
  }

  @Test
  void lsNamesTheRightsOfEachClient() {
    Ended ended =
        run("acls ls --dataset museum --client ingest,keys --principal keys=User:CN=anna,O=museum");

    assertThat(ended.status()).isEqualTo(ExitStatus.DONE);
    assertThat(ended.out().lines())
        .anyMatch(
            line -> line.matches("User:pairstream-ingest +topic +museum\\.uploads +.*Read, Write"))
        .anyMatch(
            line -> line.matches("User:CN=anna,O=museum +topic +museum\\.api-keys +Read, Write"))
        .noneMatch(line -> line.contains("preprocess"));
    assertThat(run("acls ls --dataset museum --client fetch").out())
        .containsPattern("transactional-id +museum-fetch-\\* +Write");
  }

  @Test
  void aClientThatDoesNotExistIsRefusedWithThoseThatDo() {
    Ended ended = run("acls ls --client dashboard");

    assertThat(ended.status()).isEqualTo(ExitStatus.WRONG_USAGE);
    assertThat(ended.err()).contains("no client dashboard; right is one of audit, doctor,");
  }

  @Test
  void applyAddsWhatIsMissingAndNamesOrRemovesTheRest() throws Exception {
    try (GuardedKafka kafka = new GuardedKafka(folder.resolve("guarded"), List.of())) {
      ClusterAccess guarded =
          new ClusterAccess(
              new Cluster(
                  kafka.bootstrapServers(),
                  "mock://guarded",
                  new Dataset("pairs"),
                  Map.of(),
                  Map.of()));
      String config = login().toString();

      JsonNode first = done(apply(guarded, config, "--client", "keys,lag")).json();
      assertThat(first.path("added")).isNotEmpty();
      assertThat(first.path("unchanged").asInt()).isZero();

      Ended second =
          done(
              apply(
                  guarded, config, "--client", "keys", "--principal", "keys=User:pairstream-lag"));
      assertThat(second.json().path("extra")).isNotEmpty();

      Ended pruned =
          done(
              apply(
                  guarded,
                  config,
                  "--prune",
                  "--client",
                  "keys",
                  "--principal",
                  "keys=User:pairstream-lag"));
      assertThat(pruned.json().path("extra")).isEqualTo(second.json().path("extra"));
      assertThat(pruned.json().path("added")).isEmpty();
      Ended last =
          done(
              apply(
                  guarded, config, "--client", "keys", "--principal", "keys=User:pairstream-lag"));
      assertThat(last.json().path("extra")).isEmpty();
    }
  }

  @Test
  void applySaysThatTheBrokersCheckNoRights() {
    Ended ended = run("acls apply");

    assertThat(ended.status()).isEqualTo(ExitStatus.COULD_NOT);
    assertThat(ended.err()).contains("the brokers check no rights", "authorizer.class.name");
  }

  private static Ended apply(ClusterAccess on, String config, String... arguments) {
    return Ended.on(on, "acls apply --json --config " + config, arguments);
  }

  /** A file of settings with which the admin logs in. */
  private Path login() throws IOException {
    return Files.writeString(
        folder.resolve("admin.properties"),
        GuardedKafka.login(GuardedKafka.ADMIN).entrySet().stream()
            .map(setting -> "kafka." + setting.getKey() + "=" + setting.getValue() + "\n")
            .collect(Collectors.joining()));
  }
}
