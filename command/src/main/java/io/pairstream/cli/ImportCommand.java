package io.pairstream.cli;

import io.pairstream.ingest.files.BulkImport;
import io.pairstream.ingest.files.FailedEntries;
import io.pairstream.ingest.files.ImportLock;
import io.pairstream.ingest.files.ImportRun;
import io.pairstream.ingest.files.ImportSink;
import io.pairstream.ingest.files.ImportSource;
import io.pairstream.ingest.files.ImportState;
import io.pairstream.ingest.files.PairSources;
import io.pairstream.ingest.files.SourceOptions;
import io.pairstream.ingest.files.UnusableSourceException;
import io.pairstream.ingest.publish.LinkPublisher;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.service.Cluster;
import io.pairstream.service.publish.BrokerUnavailableException;
import io.pairstream.service.publish.MissingTopicException;
import io.pairstream.service.publish.PublishFailedException;
import io.pairstream.service.requirements.ClusterCheck;
import io.pairstream.terminal.Terminal;
import io.pairstream.terminal.TerminalText;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code pairstream import}: publishes the pairs of data sets on disk.
 *
 * <p>Exit status: 0 all published, 1 some lines or files gave no pair, 2 wrong usage, 3 broker or
 * registry did not do their part.
 */
@Command(name = "import")
final class ImportCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private ClusterOptions options;

  @Mixin private RequirementOptions requirements;

  @Mixin private ImportOptions reading;

  @Parameters(arity = "0..*", paramLabel = "PATH")
  private List<String> paths = List.of();

  @Option(names = "--limit", paramLabel = "N")
  private Long limit;

  @Option(names = "--dry-run")
  private boolean dryRun;

  @Option(names = "--resume", paramLabel = "FILE")
  private Path resume;

  @Option(names = "--from-start")
  private boolean fromStart;

  @Option(names = "--failed", paramLabel = "FILE")
  private Path failed;

  @Option(names = "--again", paramLabel = "FILE")
  private Path again;

  @Option(names = "--wait")
  private boolean wait;

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      defaultValue = TopicCatalogue.CROWDSOURCED,
      completionCandidates = RawTopics.class)
  private String topic;

  @Override
  public Integer call() {
    checkOptions();
    SourceOptions sourceOptions = reading.read();
    Cluster cluster = requirements.of(options.cluster());
    try {
      Map<String, SortedSet<Long>> only = again == null ? Map.of() : FailedEntries.read(again);
      List<ImportSource> sources =
          ImportSource.of(again == null ? paths : List.copyOf(only.keySet()));
      String inWords = inWords(cluster);
      try (ImportLock lock = ImportLock.of(stateFile(inWords))) {
        ImportState state = state(lock.file(), inWords);
        if (failed == null) {
          return run(
              new PairSources(sourceOptions), cluster, sources, only, state, Optional.empty());
        }
        try (FailedEntries file = FailedEntries.to(failed, state.isBegun())) {
          return run(
              new PairSources(sourceOptions), cluster, sources, only, state, Optional.of(file));
        }
      }
    } catch (ImportLock.HeldException e) {
      return failed(e.getMessage(), ExitStatus.COULD_NOT);
    } catch (UnusableSourceException e) {
      return failed(e.getMessage(), ExitStatus.WRONG_USAGE);
    } catch (IOException e) {
      return failed("--failed: " + failed + " cannot be written: " + e, ExitStatus.WRONG_USAGE);
    } catch (BrokerUnavailableException
        | MissingTopicException
        | MissingSchemaException
        | RegistryUnavailableException
        | PublishFailedException
        | UncheckedIOException e) {
      return failed(e.getMessage(), ExitStatus.COULD_NOT);
    }
  }

  private int run(
      PairSources opener,
      Cluster cluster,
      List<ImportSource> sources,
      Map<String, SortedSet<Long>> only,
      ImportState state,
      Optional<FailedEntries> failures) {
    PrintWriter err = spec.commandLine().getErr();
    boolean wasBegun = state.isBegun();
    long most = limit == null ? Long.MAX_VALUE : limit;
    Optional<JudgedPairs> judged =
        wait && !dryRun
            ? Optional.of(new JudgedPairs(new ClusterAccess(cluster), err, Terminal.isStderr()))
            : Optional.empty();
    List<ImportRun.Outcome> outcomes;
    ImportSummary summary;
    try (ImportSink sink = dryRun ? ImportSink.nowhere() : kafka(cluster);
        ImportProgress progress =
            new ImportProgress(err, Terminal.isStderr(), limit == null ? -1 : limit)) {
      outcomes =
          new ImportRun(
                  opener,
                  state,
                  failures,
                  progress,
                  notice -> progress.notice(TerminalText.plain(notice)))
              .run(sink, sources, only, most);
      summary =
          new ImportSummary(
              outcomes, progress.problems(), progress.seconds(), dryRun, Optional.empty());
    } catch (PublishFailedException e) {
      err.println("run the same command again, and the import goes on where it was");
      throw e;
    }
    if (resume == null && outcomes.stream().noneMatch(one -> isToGoOn(one, wasBegun))) {
      state.forget();
    }
    if (judged.isPresent()) {
      summary = summary.with(judged.get().await());
    }
    spec.commandLine()
        .getOut()
        .println(options.json() ? summary.json() : summary.text(options::hint));
    return summary.problems() == 0 ? ExitStatus.DONE : ExitStatus.FOUND_WRONG;
  }

  private void checkOptions() {
    if (paths.isEmpty() == (again == null)) {
      throw wrong("name what to import: one PATH or more, or --again FILE");
    }
    if (limit != null && limit < 0) {
      throw wrong("--limit must be at least 0, was " + limit);
    }
    if (!RawTopics.ALL.contains(topic)) {
      throw wrong("--topic must be one of " + RawTopics.ALL + ", was '" + topic + "'");
    }
    if (again != null && failed != null && again.equals(failed)) {
      throw wrong("--again and --failed must be two files");
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  /**
   * Whether the same command is to go on with a source: one that broke off, or one of an import
   * that was interrupted before. A limit alone is a sample, and the next begins anew.
   */
  private static boolean isToGoOn(ImportRun.Outcome outcome, boolean wasBegun) {
    BulkImport.Ending ending = outcome.result().ending();
    return ending == BulkImport.Ending.BROKEN || (ending == BulkImport.Ending.LIMIT && wasBegun);
  }

  private String inWords(Cluster cluster) {
    return "--topic "
        + topic
        + " --dataset "
        + cluster.dataset().name()
        + " --bootstrap-servers "
        + cluster.bootstrapServers()
        + " "
        + reading.inWords();
  }

  /** Where the state is kept, where it is. */
  private Optional<Path> stateFile(String inWords) {
    if (dryRun || again != null) {
      return Optional.empty();
    }
    return Optional.of(resume == null ? usualState(inWords) : resume);
  }

  private ImportState state(Optional<Path> file, String inWords) {
    if (file.isEmpty()) {
      return ImportState.none();
    }
    if (fromStart) {
      try {
        Files.deleteIfExists(file.get());
      } catch (IOException e) {
        throw new UncheckedIOException(file.get() + " cannot be removed: " + e, e);
      }
    }
    return ImportState.in(file.get(), inWords);
  }

  /** Named after what is imported, and how, so that the same command finds it. */
  private Path usualState(String inWords) {
    List<String> absolute =
        paths.stream().map(path -> Path.of("").toAbsolutePath().resolve(path).toString()).toList();
    String key =
        PairIdentity.imageDigest(
            ByteBuffer.wrap((inWords + "\n" + absolute).getBytes(StandardCharsets.UTF_8)));
    return options.dataDirectory().resolve("imports").resolve(key.substring(0, 16) + ".json");
  }

  private ImportSink kafka(Cluster cluster) {
    Registry registry = cluster.registry();
    PairTopics topics = PairTopics.of(cluster.dataset(), new AvroSerdes(registry));
    Topic<String, RawPair> raw =
        topic.equals(TopicCatalogue.SCRAPED) ? topics.scraped() : topics.crowdsourced();
    Map<String, Object> settings = cluster.clientSettings(Map.of());
    return ImportSink.kafka(
        () ->
            checked(
                PairPublisher.openWithNotes(
                    raw, topics.uploads(), registry, settings, Clock.systemUTC()),
                PairPublisher::close,
                ClusterCheck.of(cluster).onTopics(List.of(raw.name(), topics.uploads().name()))),
        () ->
            checked(
                LinkPublisher.open(topics.links(), registry, settings, Clock.systemUTC()),
                LinkPublisher::close,
                ClusterCheck.of(cluster).onTopics(List.of(topics.links().name()))));
  }

  /** Nothing is acknowledged by a cluster that cannot keep what that promises. */
  private static <T> T checked(T publisher, Consumer<T> close, ClusterCheck check) {
    try {
      check.requireQuietly();
      return publisher;
    } catch (RuntimeException e) {
      close.accept(publisher);
      throw e;
    }
  }

  private int failed(String problem, int status) {
    spec.commandLine().getErr().println(TerminalText.plain("pairstream: " + problem));
    return status;
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
