package io.pairstream.cli.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.pairstream.cli.Ended;
import io.pairstream.cli.OnCluster;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.drawing.DrawnPairs;
import io.pairstream.schemas.Receipt;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.tools.archive.RawArchive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A raw log that is run once more, by the topology itself. */
class RerunCommandTest extends OnCluster {

  private static final int PAIRS = 12;

  RerunCommandTest() {
    super(2);
  }

  @Test
  void givesTheSameReceiptsByTheSameRecipeAfterTheRawLogIsGone() throws IOException {
    draw(new DrawnPairs(31, 0.4), PAIRS);
    Path archive = folder.resolve("archive");
    String name = cluster.dataset().name();

    rerun("raw", name + "-live", "demo");
    Ended archived = run("archive", archive.toString()).done();
    try (CommittedLog log = CommittedLog.open(cluster)) {
      log.ends(log.partitions(cluster.topics().rawNames()))
          .forEach((partition, end) -> TestCluster.deleteBefore(cluster, partition, end));
    }
    Ended again = rerun(archive.toString(), name + "-again", "demo");
    Ended more = rerun("raw", name + "-again", "demo");

    Map<String, Receipt> expected = receipts(dataset(name + "-live"));
    assertThat(expected.values())
        .hasSize(PAIRS)
        .extracting(Receipt::getStatus)
        .contains("TRAINING", "QUARANTINED");
    assertThat(receipts(dataset(name + "-again")).values())
        .extracting(Receipt::getPairId, Receipt::getStatus, Receipt::getReason)
        .containsExactlyInAnyOrderElementsOf(
            expected.values().stream()
                .map(is -> tuple(is.getPairId(), is.getStatus(), is.getReason()))
                .toList());
    assertThat(archived.out()).contains("12 records archived now", "offsets 0 to ");
    assertThat(again.out()).contains("12 records sent into " + name + "-again now");
    assertThat(again.out()).contains("compare " + name + "-again --");
    assertThat(more.out()).contains("0 records sent").doesNotContain("missing");
    Ended same = run("compare", name + "-again", "--dataset", name + "-live");
    assertThat(same.out()).contains("compare: 0 pairs differ");

    Path strict = folder.resolve("strict.yaml");
    Files.writeString(strict, "image:\n  min-side-px: 5000\n");
    rerun(archive.toString(), name + "-strict", strict.toString());
    Ended other = run("compare", name + "-strict", "--dataset", name + "-live");
    Ended json = run("compare", name + "-strict", "--dataset", name + "-live", "--json");

    assertThat(other.out())
        .contains("TRAINING in " + name + "-live, IMAGE_TOO_SMALL in " + name + "-strict");
    assertThat(json.json().path("differing").asInt()).isPositive();
    assertThat(json.json().path("changes").get(0).path("examples").get(0).path("pair_id").asText())
        .isIn(expected.keySet());
  }

  @Test
  void refusesWhatMakesNoSense() {
    String own = cluster.dataset().name();
    for (String wrong :
        new String[] {
          "--from raw --into " + own,
          "--from raw --into A",
          "--from raw --into b --recipe no-such-recipe"
        }) {
      Ended.on(cluster, "rerun " + wrong).ended(ExitStatus.WRONG_USAGE);
    }
    Ended.on(cluster, "rerun --into " + own + "-b --from", folder.toString())
        .failedInALine(ExitStatus.COULD_NOT, "holds no archive of data set " + own);
  }

  @Test
  void aFolderThatIsNamedAsTheTopicsAreIsAFolder() throws IOException {
    Path raw = Files.createDirectory(Path.of("raw"));
    try {
      Ended topics = Ended.on(cluster, "rerun --from raw --into b --recipe no-such-recipe");
      Ended folder =
          Ended.on(cluster, "rerun --from ./raw --into " + cluster.dataset().name() + "-c");

      assertThat(topics.err()).contains("--from raw is the topics", "--from ./raw");
      folder.failedInALine(ExitStatus.COULD_NOT, "./raw holds no archive");
    } finally {
      Files.delete(raw);
    }
  }

  @Test
  void anArchiveInUseIsSaidInOneLine() throws IOException {
    try (RawArchive first = new RawArchive(cluster, folder)) {
      Ended.on(cluster, "archive", folder.toString())
          .failedInALine(ExitStatus.COULD_NOT, folder.toString());
      assertThat(first.run(false).records()).isZero();
    }
  }
}
