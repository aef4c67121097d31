package io.pairstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cli.command.ExitStatus;
import io.pairstream.drawing.DrawnPairs;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.PlayedPipeline;
import io.pairstream.service.cluster.TestCluster;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Base of tests of commands on a data set of their own, whose topology they play. */
@Timeout(900)
public abstract class OnCluster {

  @RegisterExtension protected static final TestCluster KAFKA = new TestCluster();

  protected final ClusterAccess cluster;
  protected final PlayedPipeline pipeline;

  @TempDir protected Path folder;

  protected OnCluster(int partitions) {
    this(KAFKA.datasetOfAllTopics(partitions));
  }

  /**
   * @param shared by all cases of a class, each of which has pairs of its own
   */
  protected OnCluster(ClusterAccess shared) {
    cluster = shared;
    pipeline = new PlayedPipeline(cluster);
  }

  @AfterEach
  protected void closePipeline() {
    pipeline.close();
  }

  /** A data set for all cases of a class. */
  protected static ClusterAccess sharedDataset(int partitions) {
    return KAFKA.datasetOfAllTopics(partitions);
  }

  /** The data set of that name on the same cluster. */
  protected final ClusterAccess dataset(String name) {
    String bootstrapServers = KAFKA.bootstrapServers();
    String registry = cluster.registry().addresses();
    return new ClusterAccess(
        new Cluster(bootstrapServers, registry, new Dataset(name), Map.of(), Map.of()));
  }

  /** Sends drawn pairs, one to each raw topic in turn. */
  protected final void draw(DrawnPairs drawn, int pairs) {
    for (int i = 0; i < pairs; i++) {
      RawPair pair = drawn.at(i).pair();
      TestCluster.put(
          cluster,
          i % 2 == 0 ? cluster.topics().crowdsourced() : cluster.topics().scraped(),
          PairIdentity.imageDigest(pair.getImage()),
          pair);
    }
  }

  /** The last receipt of each pair. */
  protected static Map<String, Receipt> receipts(ClusterAccess of) {
    Map<String, Receipt> receipts = new HashMap<>();
    TestCluster.committedValues(of, of.topics().receipts())
        .forEach(receipt -> receipts.put(receipt.getPairId(), receipt));
    return receipts;
  }

  /** Has the topology itself clean raw pairs: those of the data set, or of an archive of it. */
  protected final Ended rerun(String from, String into, String recipe) {
    String state = folder.resolve("state").toString();
    return done(
        run(
            "rerun --decode-deadline 25s",
            "--from",
            from,
            "--into",
            into,
            "--recipe",
            recipe,
            "--state-dir",
            state));
  }

  protected static Ended done(Ended ended) {
    assertThat(ended.status()).as(ended.err()).isEqualTo(ExitStatus.DONE);
    return ended;
  }

  /** Runs a command, on the data set where the arguments name no other. */
  protected final Ended run(String command, String... arguments) {
    return Ended.on(cluster, command, arguments);
  }
}
