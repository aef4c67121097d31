package io.pairstream.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.demo.OutputCounter;
import io.pairstream.demo.OutputCounts;
import io.pairstream.drawing.DrawnPair;
import io.pairstream.drawing.DrawnPairs;
import io.pairstream.ingest.files.PairSource;
import io.pairstream.ingest.files.PairSources;
import io.pairstream.ingest.files.SourceDefaults;
import io.pairstream.ingest.files.SourceItem;
import io.pairstream.ingest.files.SourceOptions;
import io.pairstream.ingest.publish.NewPair;
import io.pairstream.platform.PlatformListener;
import io.pairstream.platform.PlatformSettings;
import io.pairstream.platform.WholePlatform;
import io.pairstream.schemas.SourceKind;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.wire.AvroSafety;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Pairs per second through the whole line on this machine, from raw topic to outputs under
 * exactly-once, beside what the cleaning alone does on the same processors; and the processor time
 * of each process.
 *
 * <p>The two alternate, after a round of the line that warms it up and does not count. In each
 * round pairs are published faster than they are cleaned, and nothing counts until all of them lie
 * on the raw topic: the publisher is no part of the line. {@link SteadyState} says what counts.
 */
@Command(name = "whole-line", mixinStandardHelpOptions = true)
public final class WholeLine implements Callable<Integer> {

  private static final long COUNTED_WITHIN_MINUTES = 10;

  @Option(
      names = "--pairs",
      defaultValue = "10000",
      description = "Pairs of each round. Default: ${DEFAULT-VALUE}")
  private long pairs;

  @Option(names = "--rounds", defaultValue = "3", description = "Default: ${DEFAULT-VALUE}")
  private int rounds;

  @Option(
      names = "--from",
      description =
          "Take the pairs of this folder or list, again and again, instead of 500 drawn ones.")
  private Path from;

  @Option(
      names = "--captions",
      defaultValue = "1",
      description = "Captions that each picture comes under. Default: ${DEFAULT-VALUE}")
  private int captions;

  @Option(names = "--seed", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(names = "--recipe", defaultValue = "dalle", description = "Default: ${DEFAULT-VALUE}")
  private String recipe;

  @Option(
      names = "--partitions",
      defaultValue = "4",
      description = "Partitions of each topic. Default: ${DEFAULT-VALUE}")
  private int partitions;

  @Option(
      names = "--threads",
      description =
          "Stream threads, and threads of the cleaning alone. Default: as many as workers")
  private Integer threads;

  @Option(names = "--workers", description = "Image workers. Default: one per processor")
  private Integer workers;

  @Option(names = "--config", description = "Settings of the service; see its own --config.")
  private Path config;

  @Option(
      names = "--jvm-option",
      description = "A further option of the service's virtual machine; may be given again.")
  private List<String> jvmOptions = List.of();

  @Option(names = "--no-alone", description = "Leave out the cleaning alone.")
  private boolean withoutAlone;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  public static void main(String[] arguments) {
    AvroSafety.install();
    System.exit(new CommandLine(new WholeLine()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    RepeatedPairs row = new RepeatedPairs(from == null ? drawn() : read(from), captions);
    Path directory = Files.createTempDirectory("pairstream-benchmark");
    Path stepTimes = directory.resolve("step-times.json");
    int workerCount = workers == null ? Runtime.getRuntime().availableProcessors() : workers;
    int threadCount = threads == null ? workerCount : threads;
    List<String> arguments =
        new ArrayList<>(
            List.of("--step-times", stepTimes.toString(), "--workers", "" + workerCount));
    arguments.addAll(List.of("--threads", "" + threadCount));
    if (config != null) {
      arguments.addAll(List.of("--config", config.toAbsolutePath().toString()));
    }

    ObjectNode result = new JsonMapper().createObjectNode();
    try (WholePlatform platform =
            WholePlatform.withoutPreprocessing(
                PlatformSettings.in(directory),
                new Dataset(Dataset.DEFAULT_NAME),
                partitions,
                PlatformListener.SILENT);
        PublishedLine line = new PublishedLine(platform, row);
        CleaningAlone cleaning = new CleaningAlone(recipe, row.once(), threadCount, workerCount)) {
      platform.startPreprocessing(recipe, arguments, jvmOptions);
      SteadyState unused = line.run(pairs);
      List<SteadyState> whole = new ArrayList<>();
      List<SteadyState> alone = new ArrayList<>();
      for (int round = 0; round < rounds; round++) {
        whole.add(line.run(pairs));
        if (!withoutAlone) {
          alone.add(cleaning.run(pairs));
        }
      }
      describe(row, threadCount, workerCount, result);
      figures("whole_line", whole, result);
      if (!withoutAlone) {
        figures("cleaning_alone", alone, result);
        shares(whole, alone, result);
      }
      result.set("disk_bytes_per_pair", tree(line.bytesPerPair()));
      result.set("doors", outputs(platform, line.published()));
      platform.stopPreprocessing();
      result.put("state_bytes_per_pair", size(directory.resolve("state")) / line.published());
      result.set("steps", new JsonMapper().readTree(stepTimes.toFile()));
    } finally {
      delete(directory);
    }
    System.out.println(json ? result.toString() : inWords(result));
    return 0;
  }

  private void describe(RepeatedPairs row, int threadCount, int workerCount, ObjectNode result) {
    long bytes = row.once().stream().mapToLong(NewPair::imageBytes).sum();
    result
        .put("recipe", recipe)
        .put("corpus", from == null ? "drawn" : from.getFileName().toString())
        .put("corpus_pairs", row.once().size())
        .put("mean_image_kb", Math.round(bytes / 1e2 / row.once().size()) / 10.0)
        .put("captions_per_picture", captions)
        .put("pairs_per_round", pairs)
        .put("rounds", rounds)
        .put("partitions", partitions)
        .put("threads", threadCount)
        .put("workers", workerCount)
        .put("measured_from", SteadyState.FROM)
        .put("measured_until", SteadyState.UNTIL)
        .put("processors", Runtime.getRuntime().availableProcessors())
        .put("processor", processorName())
        .put("java", System.getProperty("java.vm.version"));
  }

  /** Median and range of the rounds, and where the processor time goes: the medians. */
  private static void figures(String name, List<SteadyState> measured, ObjectNode result) {
    result.put(name + "_pairs_per_second", median(measured, SteadyState::pairsPerSecond));
    ObjectNode spread = result.putObject(name + "_spread");
    spread.put(
        "least", Math.round(values(measured, SteadyState::pairsPerSecond).get(0) * 10) / 10.);
    spread.put(
        "most",
        Math.round(values(measured, SteadyState::pairsPerSecond).get(measured.size() - 1) * 10)
            / 10.);
    result.set(name + "_cpu_ms_per_pair", tree(medians(measured, SteadyState::processes)));
    result.set(name + "_thread_cpu_ms_per_pair", tree(medians(measured, SteadyState::threads)));
  }

  /** The whole line's share of the cleaning alone: of its speed, and of its processor time. */
  private static void shares(List<SteadyState> whole, List<SteadyState> alone, ObjectNode result) {
    result.put(
        "whole_line_share",
        ratio(
            median(whole, SteadyState::pairsPerSecond),
            median(alone, SteadyState::pairsPerSecond)));
    result.put(
        "whole_line_share_of_processor_time",
        ratio(
            median(alone, SteadyState::processorMilliseconds),
            median(whole, SteadyState::processorMilliseconds)));
  }

  private static double ratio(double part, double whole) {
    return Math.round(part / whole * 1e3) / 1e3;
  }

  private static List<Double> values(List<SteadyState> of, ToDoubleFunction<SteadyState> figure) {
    return of.stream().map(figure::applyAsDouble).sorted().toList();
  }

  private static double median(List<SteadyState> of, ToDoubleFunction<SteadyState> figure) {
    List<Double> sorted = values(of, figure);
    double lower = sorted.get((sorted.size() - 1) / 2);
    double upper = sorted.get(sorted.size() / 2);
    return Math.round((lower + upper) / 2 * 1e3) / 1e3;
  }

  private static SortedMap<String, Double> medians(
      List<SteadyState> of, Function<SteadyState, SortedMap<String, Double>> figures) {
    SortedMap<String, Double> medians = new TreeMap<>();
    of.stream()
        .flatMap(state -> figures.apply(state).keySet().stream())
        .forEach(
            name ->
                medians.put(
                    name, median(of, state -> figures.apply(state).getOrDefault(name, 0.0))));
    return medians;
  }

  /** Reads every output once, and says how many went where. */
  private static JsonNode outputs(WholePlatform platform, long total) throws InterruptedException {
    Map<String, String> kafka = Map.of("bootstrap.servers", platform.cluster().bootstrapServers());
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(COUNTED_WITHIN_MINUTES);
    try (OutputCounter counter = OutputCounter.start(platform.cluster().dataset(), kafka)) {
      while (counter.counts().total() < total) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException(
              counter.counts().total() + " outputs for " + total + " pairs");
        }
        TimeUnit.MILLISECONDS.sleep(100);
      }
      OutputCounts counts = counter.counts();
      return new JsonMapper()
          .createObjectNode()
          .put("training", counts.training())
          .put("validation", counts.validation())
          .put("test", counts.test())
          .put(
              "quarantine",
              counts.total() - counts.training() - counts.validation() - counts.test());
    }
  }

  private static JsonNode tree(Map<String, Double> figures) {
    return new JsonMapper().valueToTree(figures);
  }

  /** 500 drawn pairs worth training on and not, without those that no publisher would send. */
  private List<NewPair> drawn() {
    DrawnPairs source = new DrawnPairs(seed);
    List<NewPair> drawn = new ArrayList<>();
    for (long index = 0; drawn.size() < 500; index++) {
      if (source.at(index).content() instanceof DrawnPair.Content.Submitted submitted) {
        drawn.add(submitted.pair());
      }
    }
    return drawn;
  }

  private static List<NewPair> read(Path path) {
    List<NewPair> pairs = new ArrayList<>();
    SourceDefaults defaults = new SourceDefaults(SourceKind.IMPORTED, "", "");
    try (PairSource source = new PairSources(SourceOptions.of(defaults)).open(path)) {
      while (source.hasNext()) {
        if (source.next() instanceof SourceItem.Pair pair) {
          pairs.add(pair.pair());
        }
      }
    }
    return pairs;
  }

  private static String processorName() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("");
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }

  private static String inWords(JsonNode result) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%d processors (%s), recipe %s, %d pairs of %.1f KB again and again, %d rounds of %d%n",
            result.get("processors").asInt(),
            result.get("processor").asText(),
            result.get("recipe").asText(),
            result.get("corpus_pairs").asInt(),
            result.get("mean_image_kb").asDouble(),
            result.get("rounds").asInt(),
            result.get("pairs_per_round").asLong()));
    paragraph("whole_line", "the whole line", result, text);
    if (result.has("whole_line_share")) {
      paragraph("cleaning_alone", "the cleaning alone", result, text);
      text.append(
          String.format(
              Locale.ROOT,
              "%nthe whole line is %.0f %% as fast; by processor time it would be %.0f %%%n",
              100 * result.get("whole_line_share").asDouble(),
              100 * result.get("whole_line_share_of_processor_time").asDouble()));
    }
    return text.toString();
  }

  private static void paragraph(String name, String inWords, JsonNode result, StringBuilder text) {
    text.append(
        String.format(
            Locale.ROOT,
            "%n%s: %.1f pairs per second (%.1f to %.1f)%n",
            inWords,
            result.get(name + "_pairs_per_second").asDouble(),
            result.get(name + "_spread").get("least").asDouble(),
            result.get(name + "_spread").get("most").asDouble()));
    rows("process", result.get(name + "_cpu_ms_per_pair"), text);
    rows("threads of its Java process", result.get(name + "_thread_cpu_ms_per_pair"), text);
  }

  private static void rows(String heading, JsonNode figures, StringBuilder text) {
    text.append(String.format("  %-30s %s%n", heading, "processor ms per pair"));
    figures
        .properties()
        .forEach(
            entry ->
                text.append(
                    String.format(
                        Locale.ROOT,
                        "    %-28s %8.3f%n",
                        entry.getKey(),
                        entry.getValue().asDouble())));
  }

  private static long size(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
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
