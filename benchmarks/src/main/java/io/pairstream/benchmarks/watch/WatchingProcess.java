package io.pairstream.benchmarks.watch;

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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The process that watches. Arguments: bootstrap servers, folder of the history, seconds. */
final class WatchingProcess {

  private WatchingProcess() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    AvroSafety.install();
    ClusterAccess cluster =
        new ClusterAccess(
            new Cluster(arguments[0], "mock://watch", new Dataset("pairs"), Map.of(), Map.of()));
    Path directory = Path.of(arguments[1]);
    long seconds = Long.parseLong(arguments[2]);
    LagSettings settings = LagSettings.every(LagSettings.DEFAULT_INTERVAL);
    try (LagHistory history = new LagHistory(directory, settings.interval());
        LagWatcher watcher = new LagWatcher(cluster, settings, Clock.systemUTC(), history::note)) {
      watcher.start();
      TimeUnit.SECONDS.sleep(seconds);
      Duration before = used();
      long began = System.nanoTime();
      TimeUnit.SECONDS.sleep(seconds);
      double share = (used().toNanos() - before.toNanos()) / (double) (System.nanoTime() - began);
      tell(watcher.latest(), share, directory);
    }
  }

  private static void tell(LagReport report, double share, Path directory) throws IOException {
    Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
    long partitions = 0;
    for (GroupLag group : report.groups()) {
      partitions += group.partitions().size();
      verdicts.merge(group.verdict(), 1, Integer::sum);
    }
    long bytes = 0;
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        bytes += Files.size(file);
      }
    }
    System.out.printf(
        Locale.ROOT,
        "groups %d, partitions of groups %d, verdicts %s%n"
            + "processor %.2f %% of a core, resident memory %s, last look %d ms, history %.1f MB%n",
        report.groups().size(),
        partitions,
        verdicts,
        share * 100,
        residentMemory(),
        report.took().toMillis(),
        bytes / 1e6);
  }

  private static Duration used() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
  }

  private static String residentMemory() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return "not known here";
    }
    try (Stream<String> lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .map(line -> line.substring(6).strip())
          .findFirst()
          .orElse("not known here");
    }
  }
}
