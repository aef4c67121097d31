package io.pairstream.cli;

import io.pairstream.drawing.DrawnPairs;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.PlayedPipeline;
import io.pairstream.service.cluster.TestCluster;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Base of tests of commands on a data set of their own, whose topology they play. */
public abstract class OnCluster {

  @RegisterExtension protected static final TestCluster KAFKA = new TestCluster();

  protected final ClusterAccess cluster;
  @AutoClose protected final PlayedPipeline pipeline;

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

  /** A pair of training with a black picture of 8 x 8 pixels. */
  protected static PreparedPair trainingPair(String id) {
    return PreparedPair.newBuilder()
        .setPairId(id)
        .setImage(ByteBuffer.wrap(new byte[8 * 8 * 3]))
        .setImageEncoding("raw")
        .setHeight(8)
        .setWidth(8)
        .setCaption("caption")
        .setTokenIds(List.of(1, 2, 3))
        .setTokenCount(3)
        .setSplit("TRAINING")
        .build();
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
    String command = "rerun --decode-deadline 25s --from %s --into %s --recipe %s --state-dir %s";
    return run(command.formatted(from, into, recipe, state)).done();
  }

  /** Runs a command, on the data set where the arguments name no other. */
  protected final Ended run(String command, String... arguments) {
    return Ended.on(cluster, command, arguments);
  }
}
