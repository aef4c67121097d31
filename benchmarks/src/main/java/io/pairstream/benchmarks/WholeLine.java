package io.pairstream.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.demo.DoorCounter;
import io.pairstream.drawing.DrawnPair;
import io.pairstream.drawing.DrawnPairs;
import io.pairstream.ingest.files.PairSource;
import io.pairstream.ingest.files.PairSources;
import io.pairstream.ingest.files.SourceDefaults;
import io.pairstream.ingest.files.SourceItem;
import io.pairstream.ingest.publish.NewPair;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.platform.PlatformListener;
import io.pairstream.platform.PlatformSettings;
import io.pairstream.platform.WholePlatform;
import io.pairstream.schemas.SourceKind;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.wire.AvroSafety;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.service.Cluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Pairs per second through the whole line on this machine, from the first raw append to the last
 * committed output, and the processor time that each process and each step takes.
 *
 * <p>All pairs are made before the clock starts. A first portion warms up the compilers and is not
 * counted.
 */
@Command(name = "whole-line", mixinStandardHelpOptions = true)
public final class WholeLine implements Callable<Integer> {

  private static final Duration STUCK = Duration.ofMinutes(5);

  @Option(
      names = "--pairs",
      defaultValue = "2000",
      description = "Pairs to count. Default: ${DEFAULT-VALUE}")
  private int pairs;

  @Option(
      names = "--warm-up",
      defaultValue = "1000",
      description = "Drawn pairs before them. Default: ${DEFAULT-VALUE}")
  private int warmUp;

  @Option(names = "--seed", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(
      names = "--from",
      description = "Count the pairs of this folder or list instead of drawn ones.")
  private Path from;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  public static void main(String[] arguments) {
    AvroSafety.install();
    System.exit(new CommandLine(new WholeLine()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<NewPair> warming = drawn(0, warmUp);
    List<NewPair> counted = from == null ? drawn(warmUp, warmUp + pairs) : read(from);
    Path directory = Files.createTempDirectory("pairstream-benchmark");
    Path stepTimes = directory.resolve("step-times.json");
    ObjectNode result = new JsonMapper().createObjectNode();
    try {
      try (WholePlatform platform =
          WholePlatform.start(
              PlatformSettings.in(directory),
              new Dataset(Dataset.DEFAULT_NAME),
              4,
              "demo",
              List.of("--step-times", stepTimes.toString()),
              PlatformListener.SILENT)) {
        measure(platform, warming, counted, result);
      }
      result.set("steps", new JsonMapper().readTree(stepTimes.toFile()));
    } finally {
      delete(directory);
    }
    System.out.println(json ? result.toString() : inWords(result));
    return 0;
  }

  private static void measure(
      WholePlatform platform, List<NewPair> warming, List<NewPair> counted, ObjectNode result)
      throws InterruptedException {
    Cluster cluster = platform.cluster();
    Map<String, String> kafka = Map.of("bootstrap.servers", cluster.bootstrapServers());
    Registry registry = cluster.registry();
    PairTopics topics = PairTopics.of(cluster.dataset(), new AvroSerdes(registry));
    try (DoorCounter doors = DoorCounter.start(cluster.dataset(), kafka);
        PairPublisher publisher =
            PairPublisher.open(topics.crowdsourced(), registry, kafka, Clock.systemUTC())) {
      publish(publisher, warming);
      await(doors, warming.size());

      Map<String, Duration> before = processorTime(platform);
      Instant first = Instant.now();
      publish(publisher, counted);
      await(doors, warming.size() + counted.size());
      Instant last = doors.counts().lastOutputAt().orElseThrow();
      Map<String, Duration> after = processorTime(platform);

      double seconds = Duration.between(first, last).toMillis() / 1e3;
      long bytes = counted.stream().mapToLong(NewPair::imageBytes).sum();
      result
          .put("pairs", counted.size())
          .put("mean_image_kb", Math.round(bytes / 1e2 / counted.size()) / 10.0)
          .put("seconds", seconds)
          .put("pairs_per_second", Math.round(counted.size() / seconds * 10) / 10.0)
          .put("processors", Runtime.getRuntime().availableProcessors());
      ObjectNode cpu = result.putObject("cpu_ms_per_pair");
      after.forEach(
          (process, time) ->
              cpu.put(
                  process,
                  Math.round(
                          time.minus(before.getOrDefault(process, Duration.ZERO)).toMillis()
                              * 100.0
                              / counted.size())
                      / 100.0));
    }
  }

  private static void publish(PairPublisher publisher, List<NewPair> pairs) {
    for (NewPair pair : pairs) {
      var unused = publisher.publish(pair);
    }
    publisher.flush();
  }

  private static void await(DoorCounter doors, long total) throws InterruptedException {
    long deadline = System.nanoTime() + STUCK.toNanos();
    while (doors.counts().total() < total) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            doors.counts().total() + " of " + total + " after " + STUCK.toMinutes() + " min");
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /**
   * Processor time so far: of each process of the platform, of all image workers, and of this one.
   */
  private static Map<String, Duration> processorTime(WholePlatform platform) {
    Map<String, Duration> times = new TreeMap<>();
    platform
        .processes()
        .pids()
        .forEach(
            (name, pid) ->
                ProcessHandle.of(pid)
                    .ifPresent(
                        process -> {
                          times.put(name, cpu(process));
                          process
                              .children()
                              .forEach(
                                  worker ->
                                      times.merge("image workers", cpu(worker), Duration::plus));
                        }));
    times.put("publisher and counter", cpu(ProcessHandle.current()));
    return times;
  }

  private static Duration cpu(ProcessHandle process) {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** Drawn pairs worth training on and not, without those that no publisher of ours would send. */
  private List<NewPair> drawn(int fromIndex, int untilIndex) {
    DrawnPairs source = new DrawnPairs(seed);
    List<NewPair> drawn = new ArrayList<>();
    for (long index = fromIndex; drawn.size() < untilIndex - fromIndex; index++) {
      if (source.at(index).content() instanceof DrawnPair.Content.Submitted submitted) {
        drawn.add(submitted.pair());
      }
    }
    return drawn;
  }

  private static List<NewPair> read(Path path) {
    List<NewPair> pairs = new ArrayList<>();
    SourceDefaults defaults = new SourceDefaults(SourceKind.IMPORTED, "", "");
    try (PairSource source = new PairSources(defaults, Optional.empty()).open(path)) {
      while (source.hasNext()) {
        if (source.next() instanceof SourceItem.Pair pair) {
          pairs.add(pair.pair());
        }
      }
    }
    return pairs;
  }

  private static String inWords(JsonNode result) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%.0f pairs per second (%d pairs of %.1f KB in %.1f s, %d processors)%n%n",
            result.get("pairs_per_second").asDouble(),
            result.get("pairs").asInt(),
            result.get("mean_image_kb").asDouble(),
            result.get("seconds").asDouble(),
            result.get("processors").asInt()));
    text.append(String.format("%-26s %s%n", "process", "processor ms per pair"));
    result
        .get("cpu_ms_per_pair")
        .properties()
        .forEach(
            entry ->
                text.append(
                    String.format(
                        Locale.ROOT,
                        "%-26s %8.2f%n",
                        entry.getKey(),
                        entry.getValue().asDouble())));
    text.append(
        String.format(
            "%n%-26s %8s %12s %10s%n", "step (with warm-up)", "runs", "ms per run", "rejected"));
    result
        .get("steps")
        .properties()
        .forEach(
            entry ->
                text.append(
                    String.format(
                        Locale.ROOT,
                        "%-26s %8d %12.3f %10d%n",
                        entry.getKey(),
                        entry.getValue().get("runs").asLong(),
                        entry.getValue().get("milliseconds").asDouble()
                            / Math.max(1, entry.getValue().get("runs").asLong()),
                        entry.getValue().get("rejections").asLong())));
    return text.toString();
  }

  private static void delete(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
