package io.pairstream.benchmarks;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.benchmarks.PublishedLine.Round;
import io.pairstream.ingest.files.PairSource;
import io.pairstream.ingest.files.SourceItem;
import io.pairstream.ingest.files.SourceOptions;
import io.pairstream.platform.WholePlatform;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.SourceKind;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.wire.AvroSafety;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import org.apache.kafka.common.utils.Utils;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Pairs per second through the whole line on this machine, from raw topic to outputs under
 * exactly-once, and the processor time of each process.
 *
 * <p>A first round warms the line up and does not count. In each round pairs are published faster
 * than they are cleaned, and nothing counts until all of them lie on the raw topic: the publisher
 * is no part of the line. {@link Round} says what counts.
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

  @Option(names = "--threads", description = "Stream threads. Default: as many as workers")
  private Integer threads;

  @Option(names = "--workers", description = "Image workers. Default: one per processor")
  private Integer workers;

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
    List<Round> whole = new ArrayList<>();
    try (WholePlatform platform =
            WholePlatform.start(
                directory, new Dataset(Dataset.DEFAULT_NAME), partitions, Map.of(), event -> {});
        PublishedLine line = new PublishedLine(platform, row)) {
      platform.startPreprocessing(
          recipe, List.of("--workers", "" + workerCount, "--threads", "" + threadCount), List.of());
      Round unused = line.run(pairs);
      for (int round = 0; round < rounds; round++) {
        whole.add(line.run(pairs));
      }
      platform.stopPreprocessing();
    } finally {
      Utils.delete(directory.toFile());
    }
    ObjectNode result = JSON.createObjectNode();
    long bytes = row.pairs().stream().mapToLong(pair -> pair.getImage().remaining()).sum();
    result
        .put("recipe", recipe)
        .put("corpus", from.getFileName().toString())
        .put("corpus_pairs", row.pairs().size())
        .put("mean_image_kb", Math.round(bytes / 1e2 / row.pairs().size()) / 10.0)
        .put("captions_per_picture", captions)
        .put("pairs_per_round", pairs)
        .put("rounds", rounds)
        .put("partitions", partitions)
        .put("threads", threadCount)
        .put("workers", workerCount);
    figures(whole, result);
    System.out.println(json ? result : result.toPrettyString());
    return 0;
  }

  /** Median and range of the rounds, and where the processor time goes: the medians. */
  private static void figures(List<Round> rounds, ObjectNode result) {
    double[] speed = sorted(rounds, Round::pairsPerSecond);
    result
        .put("whole_line_pairs_per_second", median(speed))
        .putObject("whole_line_spread")
        .put("min", speed[0])
        .put("max", speed[speed.length - 1]);
    ObjectNode time = result.putObject("whole_line_cpu_ms_per_pair");
    TreeSet<String> processes = new TreeSet<>();
    rounds.forEach(each -> processes.addAll(each.millisPerPair().keySet()));
    for (String process : processes) {
      time.put(
          process, median(sorted(rounds, each -> each.millisPerPair().getOrDefault(process, 0.0))));
    }
  }

  private static double[] sorted(List<Round> rounds, ToDoubleFunction<Round> figure) {
    return rounds.stream()
        .mapToDouble(figure)
        .map(value -> Math.round(value * 1e3) / 1e3)
        .sorted()
        .toArray();
  }

  /** Median; of an even number of values, the mean of the middle two. */
  private static double median(double[] sorted) {
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }

  private static List<RawPair> read(Path path) {
    List<RawPair> pairs = new ArrayList<>();
    try (PairSource source = PairSource.open(path, SourceOptions.of(SourceKind.IMPORTED))) {
      while (source.hasNext()) {
        if (source.next() instanceof SourceItem.Pair pair) {
          pairs.add(pair.pair());
        }
      }
    }
    return pairs;
  }
}
