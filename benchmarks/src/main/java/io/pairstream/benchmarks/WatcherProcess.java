package io.pairstream.benchmarks;

import io.pairstream.operate.lag.GroupLag;
import io.pairstream.operate.lag.LagHistory;
import io.pairstream.operate.lag.LagReport;
import io.pairstream.operate.lag.LagVerdict;
import io.pairstream.operate.lag.LagWatcher;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.wire.AvroSafety;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The operators' watcher with its history, in a process of its own until its input ends. */
final class WatcherProcess {

  private WatcherProcess() {}

  /**
   * Prints a line for each change of a verdict: group, tab, sentence where the verdict is an alarm.
   * Arguments: bootstrap servers, folder of the history.
   */
  public static void main(String[] arguments) throws IOException {
    AvroSafety.install();
    ClusterAccess cluster =
        new ClusterAccess(
            new Cluster(arguments[0], "mock://watch", new Dataset("pairs"), Map.of(), Map.of()));
    Map<String, LagVerdict> reported = new HashMap<>();
    try (LagHistory history = new LagHistory(Path.of(arguments[1]));
        LagWatcher watcher =
            new LagWatcher(
                cluster,
                LagWatcher.INTERVAL,
                List.of("group-*"),
                Clock.systemUTC(),
                report -> {
                  history.note(report);
                  print(report, reported);
                })) {
      watcher.start();
      while (System.in.read() >= 0) {
        // Whoever started this holds the other end open, and is gone when it closes.
      }
    }
  }

  private static void print(LagReport report, Map<String, LagVerdict> reported) {
    for (GroupLag group : report.groups()) {
      LagVerdict verdict = group.now().verdict();
      if (reported.put(group.group(), verdict) != verdict) {
        boolean alarm = verdict == LagVerdict.STOP || verdict == LagVerdict.STALL;
        System.out.println(group.group() + "\t" + (alarm ? group.now().sentence().text() : ""));
      }
    }
  }
}
