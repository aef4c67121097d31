package io.pairstream.benchmarks.watch;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.lag.GroupLag;
import io.pairstream.operations.lag.LagReport;
import io.pairstream.operations.lag.Verdict;
import io.pairstream.operations.lag.history.LagHistory;
import io.pairstream.operations.lag.watch.LagSettings;
import io.pairstream.operations.lag.watch.LagWatcher;
import io.pairstream.schemas.Threads;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.wire.AvroSafety;
import io.pairstream.service.Cluster;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The operators' watcher with its history, with the options of Java that the platform gives it. */
final class OurWatcher implements Watcher {

  private static final List<String> JVM_OPTIONS =
      List.of("-Xms32m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private final Process process;
  private final Map<String, String> alarms = new ConcurrentHashMap<>();

  /** Starts it; {@code history} is the folder of its history. */
  OurWatcher(String bootstrapServers, Path history) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(JVM_OPTIONS);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(OurWatcher.class.getName(), bootstrapServers, history.toString()));
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    Threads.daemon("watcher", this::read).start();
  }

  /**
   * The process that watches, until its standard input ends. Arguments: bootstrap servers, folder
   * of the history. Prints a line for each change of a verdict: group, tab, sentence where the
   * verdict is an alarm.
   */
  public static void main(String[] arguments) throws IOException {
    AvroSafety.install();
    ClusterAccess cluster =
        new ClusterAccess(
            new Cluster(arguments[0], "mock://watch", new Dataset("pairs"), Map.of(), Map.of()));
    Map<String, Verdict> reported = new HashMap<>();
    LagSettings settings = LagSettings.every(LagSettings.DEFAULT_INTERVAL);
    try (LagHistory history = new LagHistory(Path.of(arguments[1]), settings.interval());
        LagWatcher watcher =
            new LagWatcher(
                cluster,
                settings,
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

  private static void print(LagReport report, Map<String, Verdict> reported) {
    for (GroupLag group : report.groups()) {
      Verdict verdict = group.verdict();
      if (reported.put(group.group(), verdict) != verdict) {
        boolean alarm = verdict == Verdict.STOP || verdict == Verdict.STALL;
        System.out.println(
            group.group() + "\t" + (alarm ? verdict + ": " + group.sentence().text() : ""));
      }
    }
  }

  private void read() {
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        int tab = line.indexOf('\t');
        alarms.put(line.substring(0, tab), line.substring(tab + 1));
      }
    } catch (IOException e) {
      if (process.isAlive()) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public String name() {
    return "pairstream";
  }

  @Override
  public ProcessHandle process() {
    return process.toHandle();
  }

  @Override
  public String alarm(String group) {
    return alarms.getOrDefault(group, "");
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }
}
