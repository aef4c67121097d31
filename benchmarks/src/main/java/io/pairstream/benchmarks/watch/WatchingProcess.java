package io.pairstream.benchmarks.watch;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.lag.GroupLag;
import io.pairstream.operations.lag.LagReport;
import io.pairstream.operations.lag.Verdict;
import io.pairstream.operations.lag.history.LagHistory;
import io.pairstream.operations.lag.watch.LagSettings;
import io.pairstream.operations.lag.watch.LagWatcher;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.wire.AvroSafety;
import io.pairstream.service.Cluster;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;

/**
 * The process that watches, until its standard input ends. Arguments: bootstrap servers, folder of
 * the history. For each look it prints a line of JSON: how long the look took, and the groups whose
 * verdict is another than before.
 */
final class WatchingProcess {

  private WatchingProcess() {}

  public static void main(String[] arguments) throws IOException {
    AvroSafety.install();
    ClusterAccess cluster =
        new ClusterAccess(
            new Cluster(arguments[0], "mock://watch", new Dataset("pairs"), Map.of(), Map.of()));
    Map<String, Verdict> told = new HashMap<>();
    LagSettings settings = LagSettings.every(LagSettings.DEFAULT_INTERVAL);
    try (LagHistory history = new LagHistory(Path.of(arguments[1]), settings.interval());
        LagWatcher watcher =
            new LagWatcher(
                cluster,
                settings,
                Clock.systemUTC(),
                report -> {
                  history.note(report);
                  tell(report, told);
                })) {
      watcher.start();
      while (System.in.read() >= 0) {
        // Whoever started this holds the other end open, and is gone when it closes.
      }
    }
  }

  private static void tell(LagReport report, Map<String, Verdict> told) {
    ObjectNode line = JsonNodeFactory.instance.objectNode();
    line.put("took_ms", Math.round(report.tookSeconds() * 1e3));
    ObjectNode changed = line.putObject("changed");
    for (GroupLag group : report.groups()) {
      if (told.put(group.group(), group.verdict()) != group.verdict()) {
        changed
            .putObject(group.group())
            .put("verdict", group.verdict().name())
            .put("sentence", group.sentence().text());
      }
    }
    System.out.println(line);
  }
}
