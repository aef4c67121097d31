package io.pairstream.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.ingest.files.BulkImport;
import io.pairstream.ingest.files.PairSource;
import io.pairstream.ingest.files.PairSources;
import io.pairstream.ingest.files.SourceDefaults;
import io.pairstream.ingest.files.SourceItem.Problem;
import io.pairstream.ingest.files.SourceOptions;
import io.pairstream.ingest.files.UnusableSourceException;
import io.pairstream.ingest.publish.BrokerUnavailableException;
import io.pairstream.ingest.publish.MissingTopicException;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.ingest.publish.PublishFailedException;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.SourceKind;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.service.Cluster;
import io.pairstream.terminal.Terminal;
import io.pairstream.terminal.TerminalText;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code pairstream import}: publishes the pairs of a folder or a caption list.
 *
 * <p>Exit status: 0 all published, 1 some lines or files gave no pair, 2 wrong usage, 3 broker or
 * registry did not do their part.
 */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = {
      "Publishes the pairs of a folder or a caption list.",
      "A folder holds images with captions beside them (owl.jpg, owl.txt: a caption per line) or a"
          + " list (captions.jsonl, captions.csv, captions.tsv). A list names an image file and its"
          + " captions on each line."
    })
final class ImportCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private ClusterOptions options;

  @Parameters(paramLabel = "PATH", description = "A folder, or a .jsonl, .csv or .tsv file.")
  private Path path;

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description = "Folder that the names in a list are relative to (the list's own).")
  private Path images;

  @Option(names = "--limit", paramLabel = "N", description = "Publish at most N pairs.")
  private Long limit;

  @Option(
      names = "--contributor",
      paramLabel = "X",
      defaultValue = "",
      description = "Who contributed the pairs that do not say so themselves.")
  private String contributor;

  @Option(
      names = "--licence",
      paramLabel = "X",
      defaultValue = "",
      description = "Licence of the pairs that name none themselves.")
  private String licence;

  @Option(
      names = "--source-kind",
      paramLabel = "KIND",
      defaultValue = "IMPORTED",
      description = "How the pairs were obtained: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
  private SourceKind sourceKind;

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      defaultValue = TopicCatalogue.CROWDSOURCED,
      completionCandidates = RawTopics.class,
      description = "Where to publish: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
  private String topic;

  @Override
  public Integer call() {
    if (limit != null && limit < 0) {
      throw new ParameterException(spec.commandLine(), "--limit must be at least 0, was " + limit);
    }
    if (!RawTopics.ALL.contains(topic)) {
      throw new ParameterException(
          spec.commandLine(), "--topic must be one of " + RawTopics.ALL + ", was '" + topic + "'");
    }
    PrintWriter err = spec.commandLine().getErr();
    SourceDefaults defaults = new SourceDefaults(sourceKind, contributor, licence);
    try (PairSource source = new PairSources(SourceOptions.of(defaults).withImages(Optional.ofNullable(images))).open(path)) {
      source.notices().forEach(notice -> err.println(TerminalText.plain(notice)));
      return publish(source);
    } catch (UnusableSourceException e) {
      return failed(e, ExitStatus.WRONG_USAGE);
    } catch (BrokerUnavailableException
        | MissingTopicException
        | MissingSchemaException
        | RegistryUnavailableException
        | PublishFailedException
        | UncheckedIOException e) {
      return failed(e, ExitStatus.COULD_NOT);
    }
  }

  private int publish(PairSource source) {
    Cluster cluster = options.cluster();
    Registry registry = cluster.registry();
    PairTopics topics = PairTopics.of(cluster.dataset(), new AvroSerdes(registry));
    Topic<String, RawPair> raw =
        topic.equals(TopicCatalogue.SCRAPED) ? topics.scraped() : topics.crowdsourced();
    PrintWriter err = spec.commandLine().getErr();
    try (PairPublisher publisher =
        PairPublisher.open(raw, registry, cluster.clientSettings(Map.of()), Clock.systemUTC())) {
      ImportProgress progress =
          new ImportProgress(err, Terminal.isStderr(), limit == null ? -1 : limit);
      BulkImport.Result result;
      double seconds;
      try (progress) {
        result =
            new BulkImport(publisher, progress).run(source, limit == null ? Long.MAX_VALUE : limit);
        seconds = progress.seconds();
      } catch (PublishFailedException e) {
        err.println(TerminalText.count(progress.published()) + " published before it failed");
        throw e;
      }
      spec.commandLine()
          .getOut()
          .println(
              options.json() ? json(result, progress.problems(), seconds) : text(result, seconds));
      return result.problems() == 0 ? ExitStatus.DONE : ExitStatus.FOUND_WRONG;
    }
  }

  private int failed(RuntimeException problem, int status) {
    spec.commandLine().getErr().println(TerminalText.plain("pairstream: " + problem.getMessage()));
    return status;
  }

  private static String text(BulkImport.Result result, double seconds) {
    return String.format(
        Locale.ROOT,
        "%,d published, %,d problems in %.1f s (%.0f pairs/s, %.1f MB/s)",
        result.published(),
        result.problems(),
        seconds,
        result.published() / seconds,
        result.imageBytes() / 1e6 / seconds);
  }

  /** The result as one JSON object; {@code problems} holds the first thousand. */
  static String json(BulkImport.Result result, List<Problem> problems, double seconds) {
    ObjectNode json = JsonMapper.builder().build().createObjectNode();
    json.put("published", result.published());
    ArrayNode array = json.putArray("problems");
    for (Problem problem : problems) {
      array.addObject().put("where", problem.where()).put("message", problem.message());
    }
    json.put("problem_count", result.problems());
    json.put("seconds", seconds);
    json.put("pairs_per_second", result.published() / seconds);
    return json.toString();
  }

  /** Names of the topics on which raw pairs arrive. */
  static final class RawTopics implements Iterable<String> {

    static final List<String> ALL = List.of(TopicCatalogue.CROWDSOURCED, TopicCatalogue.SCRAPED);

    @Override
    public Iterator<String> iterator() {
      return ALL.iterator();
    }
  }
}
