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
        run("acls ls --dataset museum --client ingest,keys --principal keys=User:CN=anna,O=museum")
            .done();

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
    run("acls ls --client dashboard")
        .failed(ExitStatus.WRONG_USAGE, "no client dashboard; right is one of audit, doctor,");
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
      JsonNode first = apply(guarded, "--client keys,lag");
      assertThat(first.path("added")).isNotEmpty();
      assertThat(first.path("unchanged").asInt()).isZero();

      String other = "--client keys --principal keys=User:pairstream-lag";
      JsonNode second = apply(guarded, other);
      assertThat(second.path("extra")).isNotEmpty();

      JsonNode pruned = apply(guarded, other + " --prune");
      assertThat(pruned.path("extra")).isEqualTo(second.path("extra"));
      assertThat(pruned.path("added")).isEmpty();
      assertThat(apply(guarded, other).path("extra")).isEmpty();
    }
  }

  @Test
  void applySaysThatTheBrokersCheckNoRights() {
    run("acls apply")
        .failed(ExitStatus.COULD_NOT, "the brokers check no rights", "authorizer.class.name");
  }

  private JsonNode apply(ClusterAccess on, String options) throws IOException {
    String command = "acls apply --json " + options + " --config";
    return Ended.on(on, command, login().toString()).done().json();
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
