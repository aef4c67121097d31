package io.pairstream.benchmarks;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.ingest.files.PairSource;
import io.pairstream.ingest.files.SourceItem;
import io.pairstream.ingest.files.SourceOptions;
import io.pairstream.ingest.publish.NewPair;
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
import java.util.TreeSet;
import java.util.concurrent.Callable;
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

  private static final JsonMapper JSON = new JsonMapper();

  @Option(
      names = "--pairs",
      defaultValue = "10000",
      description = "Pairs of each round. Default: ${DEFAULT-VALUE}")
  private long pairs;

  @Option(names = "--rounds", defaultValue = "3", description = "Default: ${DEFAULT-VALUE}")
  private int rounds;

  @Option(
      names = "--from",
      required = true,
      description = "Take the pairs of this folder or list, again and again.")
  private Path from;

  @Option(
      names = "--captions",
      defaultValue = "1",
      description = "Captions that each picture comes under. Default: ${DEFAULT-VALUE}")
  private int captions;

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

  @Option(names = "--no-alone", description = "Leave out the cleaning alone.")
  private boolean withoutAlone;

  @Option(names = "--json", description = "Print the figures on one line.")
  private boolean json;

  public static void main(String[] arguments) {
    AvroSafety.install();
    System.exit(new CommandLine(new WholeLine()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    RepeatedPairs row = new RepeatedPairs(read(from), captions);
    Path directory = Files.createTempDirectory("pairstream-benchmark");
    int workerCount = workers == null ? Runtime.getRuntime().availableProcessors() : workers;
    int threadCount = threads == null ? workerCount : threads;
    double loadBefore = Machine.load();
    List<SteadyState> whole = new ArrayList<>();
    List<SteadyState> alone = new ArrayList<>();
    try (WholePlatform platform =
            WholePlatform.start(
                directory, new Dataset(Dataset.DEFAULT_NAME), partitions, event -> {});
        PublishedLine line = new PublishedLine(platform, row);
        CleaningAlone cleaning = new CleaningAlone(recipe, row.once(), threadCount, workerCount)) {
      platform.startPreprocessing(
          recipe, List.of("--workers", "" + workerCount, "--threads", "" + threadCount), List.of());
      SteadyState unused = line.run(pairs);
      for (int round = 0; round < rounds; round++) {
        whole.add(line.run(pairs));
        if (!withoutAlone) {
          alone.add(cleaning.run(pairs));
        }
      }
      platform.stopPreprocessing();
    } finally {
      delete(directory);
    }
    ObjectNode result = JSON.createObjectNode();
    long bytes = row.once().stream().mapToLong(NewPair::imageBytes).sum();
    result
        .put("recipe", recipe)
        .put("corpus", from.getFileName().toString())
        .put("corpus_pairs", row.once().size())
        .put("mean_image_kb", Math.round(bytes / 1e2 / row.once().size()) / 10.0)
        .put("captions_per_picture", captions)
        .put("pairs_per_round", pairs)
        .put("rounds", rounds)
        .put("partitions", partitions)
        .put("threads", threadCount)
        .put("workers", workerCount);
    result.set("machine", JSON.valueToTree(Machine.now(loadBefore)));
    figures("whole_line", whole, result);
    if (!withoutAlone) {
      figures("cleaning_alone", alone, result);
      shares(whole, alone, result);
    }
    System.out.println(json ? result : result.toPrettyString());
    return 0;
  }

  /** Median and range of the rounds, and where the processor time goes: the medians. */
  private static void figures(String name, List<SteadyState> measured, ObjectNode result) {
    Spread speed = spread(measured, SteadyState::pairsPerSecond);
    result.put(name + "_pairs_per_second", speed.median());
    result.set(name + "_spread", JSON.valueToTree(speed));
    ObjectNode time = result.putObject(name + "_cpu_ms_per_pair");
    TreeSet<String> processes = new TreeSet<>();
    measured.forEach(each -> processes.addAll(each.processes().keySet()));
    for (String process : processes) {
      time.put(
          process, spread(measured, each -> each.processes().getOrDefault(process, 0.0)).median());
    }
  }

  /** The whole line's share of the cleaning alone: of its speed, and of its processor time. */
  private static void shares(List<SteadyState> whole, List<SteadyState> alone, ObjectNode result) {
    result.put(
        "whole_line_share",
        spread(whole, SteadyState::pairsPerSecond).median()
            / spread(alone, SteadyState::pairsPerSecond).median());
    result.put(
        "whole_line_share_of_processor_time",
        spread(alone, SteadyState::processorMilliseconds).median()
            / spread(whole, SteadyState::processorMilliseconds).median());
  }

  private static Spread spread(List<SteadyState> of, ToDoubleFunction<SteadyState> figure) {
    return Spread.of(of.stream().map(figure::applyAsDouble).toList());
  }

  private static List<NewPair> read(Path path) {
    List<NewPair> pairs = new ArrayList<>();
    try (PairSource source = PairSource.open(path, SourceOptions.of(SourceKind.IMPORTED))) {
      while (source.hasNext()) {
        if (source.next() instanceof SourceItem.Pair pair) {
          pairs.add(pair.pair());
        }
      }
    }
    return pairs;
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
