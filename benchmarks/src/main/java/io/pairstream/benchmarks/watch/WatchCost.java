package io.pairstream.benchmarks.watch;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.benchmarks.compare.Machine;
import io.pairstream.benchmarks.compare.Spread;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.platform.LocalPlatform;
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
import java.util.Optional;
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
 * each takes, what it says of the groups, and how long it takes to say that one stands still.
 */
@Command(name = "watch", mixinStandardHelpOptions = true)
public final class WatchCost implements Callable<Integer> {

  private static final String OURS = "pairstream";
  private static final String BURROW = "burrow";

  /** How often Burrow is asked in the measured time: as often as ours looks by itself. */
  private static final Duration LOOK = Duration.ofSeconds(10);

  /** Not in step with looks and commits, so that groups stop at any time between two of them. */
  private static final Duration STOP_EVERY = Duration.ofMillis(3_300);

  /** A watcher that has not said so by then does not say so. */
  private static final Duration TIMEOUT = Duration.ofMinutes(5);

  @Option(names = "--groups", defaultValue = "100", description = "Default: ${DEFAULT-VALUE}")
  private int groups;

  @Option(
      names = "--topics",
      defaultValue = "1",
      description = "How many topics the groups are spread over. Default: ${DEFAULT-VALUE}")
  private int topics;

  @Option(
      names = "--partitions",
      defaultValue = "100",
      description = "Of each topic. Default: ${DEFAULT-VALUE}")
  private int partitions;

  @Option(
      names = "--stand",
      defaultValue = "10",
      description = "So many groups stood still before. Default: ${DEFAULT-VALUE}")
  private int standing;

  @Option(
      names = "--stop",
      defaultValue = "10",
      description =
          "So many groups stop when all is measured, to see who notices when. "
              + "Default: ${DEFAULT-VALUE}")
  private int stopping;

  @Option(
      names = "--commit-seconds",
      defaultValue = "5",
      description = "From one commit of a group to the next. Default: ${DEFAULT-VALUE}")
  private int commitSeconds;

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

  @Option(
      names = "--jvm",
      paramLabel = "NAME=OPTIONS",
      description =
          "One more watcher of ours, with these options of Java. Without any, there is one with "
              + "those of the platform's dashboard.")
  private Map<String, String> jvms = new LinkedHashMap<>();

  private final ObjectNode result = new JsonMapper().createObjectNode();

  public static void main(String[] arguments) {
    AvroSafety.install();
    System.exit(new CommandLine(new WatchCost()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (standing + stopping > groups) {
      throw new IllegalArgumentException("no more groups can stand and stop than there are");
    }
    double loadBefore = Machine.load();
    Path directory = Files.createTempDirectory("watch");
    List<Watcher> watchers = new CopyOnWriteArrayList<>();
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> watchers.forEach(w -> w.process().destroyForcibly())));
    try (LocalPlatform platform =
        LocalPlatform.start(PlatformSettings.in(directory.resolve("platform")))) {
      ClusterAccess cluster =
          new ClusterAccess(
              new Cluster(
                  platform.bootstrapServers(),
                  platform.schemaRegistryUrl(),
                  new Dataset("pairs"),
                  Map.of(),
                  platform.registrySettings()));
      try (ReadingGroups reading =
          new ReadingGroups(
              cluster, groups, topics, partitions, standing, Duration.ofSeconds(commitSeconds))) {
        result.put("groups", groups).put("partitions", topics * partitions);
        result.put("commit_seconds", commitSeconds);
        reading.start();
        start(watchers, platform.bootstrapServers(), directory);
        measure(watchers);
        detect(watchers, reading);
        watchers.forEach(watcher -> watcher.addTo(result.withObjectProperty(watcher.name())));
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
    result.set("machine", Machine.describe(loadBefore));
    System.out.println(result.toPrettyString());
    return 0;
  }

  private void start(List<Watcher> watchers, String bootstrapServers, Path directory)
      throws IOException, InterruptedException {
    Map<String, String> ours =
        jvms.isEmpty()
            ? Map.of(OURS, "-Xms32m -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1")
            : jvms;
    for (Map.Entry<String, String> each : ours.entrySet()) {
      watchers.add(
          new OurWatcher(
              each.getKey(),
              bootstrapServers,
              List.of(each.getValue().split(" ")),
              directory.resolve("history-" + each.getKey())));
    }
    if (burrow == null) {
      result.put(BURROW, "not there: neither --burrow nor BURROW names it");
    } else {
      watchers.add(new Burrow(burrow, bootstrapServers, directory.resolve(BURROW)));
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
      put(figures, "percent_of_a_core", Spread.of(shares.get(i)));
      figures.put("resident_megabytes", before.get(i).residentBytes() / 1_000_000);
      figures.put("most_resident_megabytes", before.get(i).mostResidentBytes() / 1_000_000);
      figures.set("says", verdicts(watchers.get(i)));
      if (i > 0) {
        put(
            figures,
            "percent_of_a_core_over_" + watchers.get(0).name(),
            Spread.paired(shares.get(i), shares.get(0), (theirs, ours) -> theirs / ours));
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

  /** How many groups get each verdict: those that stood before, and those that read. */
  private ObjectNode verdicts(Watcher watcher) {
    ObjectNode all = new JsonMapper().createObjectNode();
    Map<String, Integer> stood = new TreeMap<>();
    Map<String, Integer> read = new TreeMap<>();
    for (int group = 0; group < groups; group++) {
      (group < standing ? stood : read)
          .merge(verdict(watcher, ReadingGroups.group(group)), 1, Integer::sum);
    }
    all.putPOJO("of_those_that_stood", stood);
    all.putPOJO("of_those_that_read", read);
    return all;
  }

  private static String verdict(Watcher watcher, String group) {
    return watcher.says(group).map(Watcher.Said::verdict).orElse("nothing");
  }

  /** Some groups stop, one after another; how long after its last commit who says so. */
  private void detect(List<Watcher> watchers, ReadingGroups reading) throws InterruptedException {
    List<Map<Integer, Double>> delays = new ArrayList<>();
    Map<Watcher, String> words = new LinkedHashMap<>();
    watchers.forEach(watcher -> delays.add(new TreeMap<>()));
    List<Integer> stopped = new ArrayList<>();
    long begun = System.nanoTime();
    long said = 0;
    while (said < (long) stopping * watchers.size()
        && System.nanoTime() - begun < TIMEOUT.toNanos()) {
      if (stopped.size() < stopping
          && System.nanoTime() - begun >= STOP_EVERY.toNanos() * stopped.size()) {
        int next = standing + stopped.size() * (groups - standing) / stopping;
        reading.stop(next);
        stopped.add(next);
      }
      for (int i = 0; i < watchers.size(); i++) {
        for (int group : stopped) {
          if (delays.get(i).containsKey(group)) {
            continue;
          }
          Optional<Watcher.Said> alarm =
              watchers.get(i).says(ReadingGroups.group(group)).filter(Watcher.Said::alarm);
          if (alarm.isPresent()) {
            said++;
            words.putIfAbsent(watchers.get(i), alarm.get().words());
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
        put(
            figures,
            "seconds_from_the_last_commit",
            Spread.of(List.copyOf(delays.get(i).values())));
        figures.put("in_its_words", words.get(watchers.get(i)));
      }
    }
  }

  private static void put(ObjectNode figures, String name, Spread spread) {
    ArrayNode numbers = figures.putArray(name);
    for (double number : new double[] {spread.median(), spread.min(), spread.max()}) {
      numbers.add(Math.round(number * 100) / 100.0);
    }
  }
}
