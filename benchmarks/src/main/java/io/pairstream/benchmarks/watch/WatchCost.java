package io.pairstream.benchmarks.watch;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.benchmarks.Footprint;
import io.pairstream.benchmarks.Machine;
import io.pairstream.benchmarks.Spread;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.platform.LocalPlatform;
import io.pairstream.platform.PlatformListener;
import io.pairstream.platform.PlatformSettings;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.wire.AvroSafety;
import io.pairstream.service.Cluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Many groups read many partitions of a real broker. Watchers in processes of their own look at
 * them side by side, so that each sees the same broker in the same seconds: ours as the operators'
 * service runs it, and Burrow where it is there. Says how much of a processor and how much memory
 * each takes, and how long it takes to say that one stands still.
 */
@Command(name = "watch", mixinStandardHelpOptions = true)
public final class WatchCost implements Callable<Integer> {

  /** So many groups stood still before, and so many stop when all is measured. */
  private static final int STANDING = 10;

  private static final int STOPPING = 10;
  private static final Duration COMMIT_EVERY = Duration.ofSeconds(5);
  private static final JsonMapper JSON = new JsonMapper();

  /** How often Burrow is asked in the measured time: as often as ours looks by itself. */
  private static final Duration LOOK = Duration.ofSeconds(10);

  /** Not in step with looks and commits, so that groups stop at any time between two of them. */
  private static final Duration STOP_EVERY = Duration.ofMillis(3_300);

  /** A watcher that has not said so by then does not say so. */
  private static final Duration TIMEOUT = Duration.ofMinutes(5);

  @Option(names = "--groups", defaultValue = "100", description = "Default: ${DEFAULT-VALUE}")
  private int groups;

  @Option(names = "--partitions", defaultValue = "100", description = "Default: ${DEFAULT-VALUE}")
  private int partitions;

  @Option(
      names = "--warm-up",
      defaultValue = "120",
      description = "Seconds before the first round. Default: ${DEFAULT-VALUE}")
  private int warmUpSeconds;

  @Option(names = "--rounds", defaultValue = "5", description = "Default: ${DEFAULT-VALUE}")
  private int rounds;

  @Option(
      names = "--seconds",
      defaultValue = "30",
      description = "Of each round. Default: ${DEFAULT-VALUE}")
  private int seconds;

  @Option(
      names = "--burrow",
      defaultValue = "${env:BURROW}",
      description = "Burrow's executable; also the environment variable BURROW.")
  private Path burrow;

  private final ObjectNode result = JSON.createObjectNode();

  public static void main(String[] arguments) {
    AvroSafety.install();
    System.exit(new CommandLine(new WatchCost()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    double loadBefore = Machine.load();
    Path directory = Files.createTempDirectory("watch");
    List<Watcher> watchers = new CopyOnWriteArrayList<>();
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> watchers.forEach(w -> w.process().destroyForcibly())));
    try (LocalPlatform platform =
        LocalPlatform.start(
            PlatformSettings.in(directory.resolve("platform")), PlatformListener.SILENT)) {
      ClusterAccess cluster =
          new ClusterAccess(
              new Cluster(
                  platform.bootstrapServers(),
                  platform.schemaRegistryUrl(),
                  new Dataset("pairs"),
                  Map.of(),
                  platform.registrySettings()));
      try (ReadingGroups reading =
          new ReadingGroups(cluster, groups, partitions, STANDING, COMMIT_EVERY)) {
        result.put("groups", groups).put("partitions", partitions);
        reading.start();
        start(watchers, platform.bootstrapServers(), directory);
        measure(watchers);
        detect(watchers, reading);
        result.put("refused_by_the_broker", reading.failed());
      } finally {
        watchers.forEach(Watcher::close);
      }
    } finally {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
    result.set("machine", JSON.valueToTree(Machine.now(loadBefore)));
    System.out.println(result.toPrettyString());
    return 0;
  }

  private void start(List<Watcher> watchers, String bootstrapServers, Path directory)
      throws IOException, InterruptedException {
    watchers.add(new OurWatcher(bootstrapServers, directory.resolve("history")));
    if (burrow == null) {
      result.put("burrow", "not there: neither --burrow nor BURROW names it");
    } else {
      watchers.add(new Burrow(burrow, bootstrapServers, directory.resolve("burrow")));
    }
  }

  /** Round after round, the same seconds for all. */
  private void measure(List<Watcher> watchers) throws IOException, InterruptedException {
    watch(watchers, Duration.ofSeconds(warmUpSeconds));
    List<List<Double>> shares = new ArrayList<>();
    watchers.forEach(watcher -> shares.add(new ArrayList<>()));
    List<Footprint> before = footprints(watchers);
    for (int round = 0; round < rounds; round++) {
      watch(watchers, Duration.ofSeconds(seconds));
      List<Footprint> after = footprints(watchers);
      for (int i = 0; i < watchers.size(); i++) {
        shares.get(i).add(after.get(i).percentSince(before.get(i)));
      }
      before = after;
    }
    for (int i = 0; i < watchers.size(); i++) {
      ObjectNode figures = result.putObject(watchers.get(i).name());
      figures.set("percent_of_a_core", JSON.valueToTree(Spread.of(shares.get(i))));
      figures.put("resident_megabytes", before.get(i).residentBytes() / 1_000_000);
      figures.put("most_resident_megabytes", before.get(i).mostResidentBytes() / 1_000_000);
      if (i > 0) {
        Spread ratio = Spread.paired(shares.get(i), shares.get(0), (theirs, ours) -> theirs / ours);
        figures.set("percent_of_a_core_over_pairstream", JSON.valueToTree(ratio));
      }
    }
  }

  /** Lets time pass, in which those that must be asked are asked. */
  private static void watch(List<Watcher> watchers, Duration time) throws InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
      watchers.forEach(Watcher::look);
      Thread.sleep(
          Math.min(
              LOOK.toMillis(), Math.max(0, Duration.ofNanos(end - System.nanoTime()).toMillis())));
    }
  }

  private static List<Footprint> footprints(List<Watcher> watchers) throws IOException {
    List<Footprint> footprints = new ArrayList<>();
    for (Watcher watcher : watchers) {
      footprints.add(Footprint.of(watcher.process()));
    }
    return footprints;
  }

  /** Some groups stop, one after another; how long after its last commit who says so. */
  private void detect(List<Watcher> watchers, ReadingGroups reading) throws InterruptedException {
    List<Map<Integer, Double>> delays = new ArrayList<>();
    Map<Watcher, String> words = new LinkedHashMap<>();
    watchers.forEach(watcher -> delays.add(new TreeMap<>()));
    List<Integer> stopped = new ArrayList<>();
    long begun = System.nanoTime();
    long said = 0;
    while (said < (long) STOPPING * watchers.size()
        && System.nanoTime() - begun < TIMEOUT.toNanos()) {
      if (stopped.size() < STOPPING
          && System.nanoTime() - begun >= STOP_EVERY.toNanos() * stopped.size()) {
        int next = STANDING + stopped.size() * (groups - STANDING) / STOPPING;
        reading.stop(next);
        stopped.add(next);
      }
      for (int i = 0; i < watchers.size(); i++) {
        for (int group : stopped) {
          if (delays.get(i).containsKey(group)) {
            continue;
          }
          String alarm = watchers.get(i).alarm(ReadingGroups.group(group));
          if (!alarm.isEmpty()) {
            said++;
            words.putIfAbsent(watchers.get(i), alarm);
            delays.get(i).put(group, (System.nanoTime() - reading.committedAtNanos(group)) / 1e9);
          }
        }
      }
      Thread.sleep(500);
    }
    for (int i = 0; i < watchers.size(); i++) {
      ObjectNode figures = result.withObjectProperty(watchers.get(i).name());
      figures.put("stopped_groups_noticed", delays.get(i).size() + " of " + stopped.size());
      if (!delays.get(i).isEmpty()) {
        Spread delay = Spread.of(List.copyOf(delays.get(i).values()));
        figures.set("seconds_from_the_last_commit", JSON.valueToTree(delay));
        figures.put("in_its_words", words.get(watchers.get(i)));
      }
    }
  }
}
