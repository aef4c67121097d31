package io.pairstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.drawing.DrawnPairs;
import io.pairstream.operations.archive.RawArchive;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.cluster.TestCluster;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.service.Cluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A raw log that is run once more, by the topology itself. */
@Timeout(900)
class RerunCommandTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private static final int PAIRS = 12;

  private final ClusterAccess live = KAFKA.dataset(2);

  @TempDir Path folder;

  /** The data set of that name on the same cluster. */
  private ClusterAccess dataset(String name) {
    return new ClusterAccess(
        new Cluster(
            KAFKA.bootstrapServers(),
            live.registry().addresses(),
            new Dataset(name),
            Map.of(),
            Map.of()));
  }

  private Ended run(String command, String... arguments) {
    Ended ended = Ended.on(live, command, arguments);
    assertThat(ended.status()).as(ended.err()).isEqualTo(ExitStatus.DONE);
    return ended;
  }

  private Ended rerun(String from, String into, String recipe) {
    return run(
        "rerun --decode-deadline 25s",
        "--from",
        from,
        "--into",
        into,
        "--recipe",
        recipe,
        "--state-dir",
        folder.resolve("state").toString());
  }

  /** Standing and reason of each pair. */
  private static Map<String, String> receipts(ClusterAccess cluster) {
    Map<String, String> receipts = new TreeMap<>();
    for (Receipt receipt : TestCluster.committedValues(cluster, cluster.topics().receipts())) {
      receipts.put(receipt.getPairId(), receipt.getStanding() + receipt.getReason());
    }
    return receipts;
  }

  @Test
  void givesTheSameReceiptsByTheSameRecipeAfterTheRawLogIsGone() throws IOException {
    DrawnPairs drawn = new DrawnPairs(31, 0.4);
    for (int i = 0; i < PAIRS; i++) {
      RawPair pair = drawn.at(i).pair();
      TestCluster.put(
          live,
          i % 2 == 0 ? live.topics().crowdsourced() : live.topics().scraped(),
          PairIdentity.imageDigest(pair.getImage()),
          pair);
    }
    Path archive = folder.resolve("archive");
    String name = live.dataset().name();

    rerun("raw", name + "-live", "demo");
    Ended archived = run("archive", archive.toString());
    try (CommittedLog log = CommittedLog.open(live)) {
      for (String topic : live.topics().rawNames()) {
        log.ends(log.partitions(topic))
            .forEach((partition, end) -> TestCluster.deleteBefore(live, partition, end));
      }
    }
    Ended again = rerun(archive.toString(), name + "-again", "demo");
    Ended more = rerun("raw", name + "-again", "demo");

    Map<String, String> expected = receipts(dataset(name + "-live"));
    assertThat(expected).hasSize(PAIRS).containsValues("TRAINING").hasSizeGreaterThan(1);
    assertThat(receipts(dataset(name + "-again"))).isEqualTo(expected);
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
    String own = live.dataset().name();
    for (String wrong :
        new String[] {
          "--from raw --into " + own,
          "--from raw --into A",
          "--from raw --into b --rate 0",
          "--from raw --into b --recipe no-such-recipe"
        }) {
      Ended ended = Ended.on(live, "rerun " + wrong);

      assertThat(ended.status()).as(wrong).isEqualTo(ExitStatus.WRONG_USAGE);
    }
    Ended none = Ended.on(live, "rerun --into " + own + "-b --from", folder.toString());
    assertThat(none.status()).isEqualTo(ExitStatus.COULD_NOT);
    assertThat(none.onlyErrorLine()).contains("holds no archive of data set " + own);
  }

  @Test
  void anArchiveInUseIsSaidInOneLine() throws IOException {
    try (RawArchive first = new RawArchive(live, folder)) {
      Ended ended = Ended.on(live, "archive", folder.toString());

      assertThat(ended.status()).isEqualTo(ExitStatus.COULD_NOT);
      assertThat(ended.onlyErrorLine()).contains(folder.toString());
      assertThat(first.run(false).records()).isZero();
    }
  }
}
