package io.pairstream.cli;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.lag.LagReport;
import io.pairstream.operations.lag.watch.LagSettings;
import io.pairstream.operations.lag.watch.LagWatcher;
import io.pairstream.operations.sentence.AnswerJson;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;

/** Where the lag command gets its answers from. */
interface LagSource extends AutoCloseable {

  /**
   * How things are now.
   *
   * @throws IOException where nobody says so; the message is for the person
   */
  LagReport look() throws IOException, InterruptedException;

  /** Whether it tells of this data set's own groups, as soon as its topics are there. */
  boolean isOfDataset();

  @Override
  void close();

  /** Looks at Kafka itself. What it has seen since its first look is all that it knows. */
  static LagSource watching(ClusterAccess cluster, Duration interval) {
    LagWatcher watcher =
        new LagWatcher(cluster, LagSettings.every(interval), Clock.systemUTC(), report -> {});
    return new LagSource() {

      @Override
      public LagReport look() {
        return watcher.look();
      }

      @Override
      public boolean isOfDataset() {
        return true;
      }

      @Override
      public void close() {
        watcher.close();
      }
    };
  }

  /** Asks a running operators' service, which has watched for longer. */
  static LagSource asking(DashboardClient dashboard) {
    return new LagSource() {

      @Override
      public LagReport look() throws IOException, InterruptedException {
        return AnswerJson.MAPPER.treeToValue(dashboard.get("/v1/lag"), LagReport.class);
      }

      @Override
      public boolean isOfDataset() {
        return false; // it may be another data set's
      }

      @Override
      public void close() {
        // The client has no connections to give back that its end would not.
      }
    };
  }
}
