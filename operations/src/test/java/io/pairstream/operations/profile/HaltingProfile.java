package io.pairstream.operations.profile;

import io.pairstream.operations.catalogue.Catalogue;
import io.pairstream.operations.catalogue.CatalogueFold;
import io.pairstream.operations.catalogue.Place;
import io.pairstream.operations.catalogue.Sent;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.topics.CreateTopics;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.service.Cluster;
import io.pairstream.service.table.Table;
import io.pairstream.testing.LongTimeouts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A profile in a process of its own, which ends between two records as {@code kill -9} does. */
final class HaltingProfile implements CatalogueFold {

  private static final int HALTED = 99;

  private final CatalogueFold fold;
  private int left;

  private HaltingProfile(CatalogueFold fold, int records) {
    this.fold = fold;
    this.left = records;
  }

  /** Runs one, and returns once it has ended after so many records. */
  static void run(ClusterAccess cluster, Path folder, int partitions, int records)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx256m",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    System.getProperty("java.class.path"),
                    HaltingProfile.class.getName(),
                    cluster.clientSettings().get("bootstrap.servers").toString(),
                    cluster.dataset().name(),
                    folder.toString(),
                    String.valueOf(partitions),
                    String.valueOf(records)))
            .inheritIO()
            .start();
    try {
      if (!process.waitFor(5, TimeUnit.MINUTES)) {
        throw new IllegalStateException("the process does not end");
      }
    } finally {
      process.destroyForcibly();
    }
    if (process.exitValue() != HALTED) {
      throw new IllegalStateException(
          "the process saw fewer than " + records + " records: " + process.exitValue());
    }
  }

  public static void main(String[] arguments) {
    Dataset dataset = new Dataset(arguments[1]);
    ClusterAccess cluster =
        new ClusterAccess(
            new Cluster(
                arguments[0], "mock://" + dataset.name(), dataset, LongTimeouts.TIMEOUT, Map.of()));
    // The registry lives in the process; made in the same order, it has the same ids.
    new CreateTopics(cluster, CreateTopics.BROKER_DEFAULT)
        .create(new TopicCatalogue(dataset, Integer.parseInt(arguments[3])));
    ProfileFold fold = new ProfileFold(cluster.topics());
    try (Catalogue catalogue =
        Catalogue.open(
            cluster,
            List.of(new HaltingProfile(fold, Integer.parseInt(arguments[4]))),
            Path.of(arguments[2]),
            Clock.systemUTC())) {
      catalogue.caughtUp().join();
    }
  }

  @Override
  public String part() {
    return fold.part();
  }

  @Override
  public int version() {
    return fold.version();
  }

  @Override
  public void prepared(PreparedPair pair, Place place, Table table) {
    fold.prepared(pair, place, table);
    count();
  }

  @Override
  public void quarantined(
      String key, QuarantinedPair pair, Optional<Sent> sent, Place place, Table table) {
    fold.quarantined(key, pair, sent, place, table);
    count();
  }

  @Override
  public void receipt(String key, Receipt receipt, Place place, Table table) {
    fold.receipt(key, receipt, place, table);
    count();
  }

  @Override
  public void removed(String key, Place place, Table table) {
    fold.removed(key, place, table);
    count();
  }

  private void count() {
    left--;
    if (left == 0) {
      Runtime.getRuntime().halt(HALTED);
    }
  }
}
