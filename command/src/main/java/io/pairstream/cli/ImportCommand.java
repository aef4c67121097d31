package io.pairstream.cli;

import io.pairstream.demo.DecidedPairs;
import io.pairstream.demo.OutputCounts;
import io.pairstream.ingest.files.BulkImport;
import io.pairstream.ingest.files.FailedEntries;
import io.pairstream.ingest.files.ImportLock;
import io.pairstream.ingest.files.ImportRun;
import io.pairstream.ingest.files.ImportSink;
import io.pairstream.ingest.files.ImportSource;
import io.pairstream.ingest.files.ImportState;
import io.pairstream.ingest.files.PairSources;
import io.pairstream.ingest.files.SourceOptions;
import io.pairstream.ingest.publish.LinkPublisher;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.service.Cluster;
import io.pairstream.service.publish.PublishFailedException;
import io.pairstream.service.requirements.ClusterCheck;
import io.pairstream.terminal.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code pairstream import}: publishes the pairs of data sets on disk.
 *
 * <p>Exit status: 0 all published, 1 some lines or files gave no pair, 2 wrong usage, 3 broker or
 * registry did not do their part.
 */
@Command(name = "import")
final class ImportCommand extends ClusterCommand {

  @Mixin private RequirementOptions requirements;

  @Mixin private ImportOptions reading;

  @Mixin private ImportStateOptions stateOptions;

  @Parameters(arity = "1..*", paramLabel = "PATH")
  private List<String> paths = List.of();

  @Option(names = "--limit", paramLabel = "N")
  private Long limit;

  @Option(names = "--dry-run")
  private boolean dryRun;

  @Option(names = "--failed", paramLabel = "FILE")
  private Path failed;

  @Option(names = "--wait")
  private boolean wait;

  @Override
  public Integer call() throws IOException {
    requireAtLeast(0, "--limit", limit);
    SourceOptions sourceOptions = reading.read();
    Cluster cluster = requirements.of(cluster());
    String inWords =
        "--dataset %s --bootstrap-servers %s %s"
            .formatted(cluster.dataset().name(), cluster.bootstrapServers(), reading.inWords());
    List<ImportSource> sources = ImportSource.of(paths);
    Optional<Path> stateFile =
        dryRun ? Optional.empty() : Optional.of(stateOptions.file(options(), paths, inWords));
    try (ImportLock lock = ImportLock.of(stateFile)) {
      ImportState state = stateOptions.state(lock.file(), inWords);
      try (FailedEntries failures = failures(state)) {
        return run(
            new PairSources(sourceOptions), cluster, sources, state, Optional.ofNullable(failures));
      }
    }
  }

  /** Null where nobody wants to know. */
  private FailedEntries failures(ImportState state) {
    try {
      return failed == null ? null : FailedEntries.to(failed, state.isBegun());
    } catch (IOException e) {
      throw wrong("--failed: " + failed + " cannot be written: " + e);
    }
  }

  private int run(
      PairSources opener,
      Cluster cluster,
      List<ImportSource> sources,
      ImportState state,
      Optional<FailedEntries> failures) {
    boolean wasBegun = state.isBegun();
    Optional<DecidedPairs> judged =
        wait && !dryRun
            ? Optional.of(new DecidedPairs(new ClusterAccess(cluster)))
            : Optional.empty();
    List<ImportRun.Outcome> outcomes;
    ImportSummary summary;
    try (ImportSink sink = dryRun ? ImportSink.nowhere() : kafka(cluster);
        ImportProgress progress = new ImportProgress(err())) {
      outcomes =
          new ImportRun(opener, state, failures, progress, progress::notice)
              .run(sink, sources, limit == null ? Long.MAX_VALUE : limit);
      summary = ImportSummary.of(outcomes, progress.problems(), progress.seconds(), dryRun);
    } catch (PublishFailedException e) {
      say("run the same command again, and the import goes on where it was");
      throw e;
    }
    if (!stateOptions.isKept() && outcomes.stream().noneMatch(one -> isToGoOn(one, wasBegun))) {
      state.forget();
    }
    ImportSummary whole = summary.with(judged.map(this::await));
    answer(whole, () -> print(whole));
    return whole.problemCount() == 0 ? ExitStatus.DONE : ExitStatus.FOUND_WRONG;
  }

  private void print(ImportSummary summary) {
    print(summary.table());
    print("%s", summary.sentence());
    summary.judged().ifPresent(decided -> print("%s", ImportSummary.sentence(decided)));
    summary
        .judged()
        .flatMap(OutputCounts::mostFrequentReason)
        .ifPresent(most -> print("why: %s", options().hint("quarantine ls --reason " + most)));
  }

  private OutputCounts await(DecidedPairs decided) {
    try (decided;
        Progress progress = progress()) {
      return decided.await(progress);
    }
  }

  /**
   * Whether the same command is to go on with a source: one that broke off, or one of an import
   * that was interrupted before. A limit alone is a sample, and the next begins anew.
   */
  private static boolean isToGoOn(ImportRun.Outcome outcome, boolean wasBegun) {
    BulkImport.Ending ending = outcome.result().ending();
    return ending == BulkImport.Ending.BROKEN || (ending == BulkImport.Ending.LIMIT && wasBegun);
  }

  private ImportSink kafka(Cluster cluster) {
    PairTopics topics = PairTopics.of(cluster.dataset(), new AvroSerdes(cluster.registry()));
    return ImportSink.kafka(
        () -> publisher(cluster),
        () ->
            onFitCluster(
                LinkPublisher.open(
                    topics.links(),
                    cluster.registry(),
                    cluster.clientSettings(Map.of()),
                    Clock.systemUTC()),
                LinkPublisher::close,
                ClusterCheck.of(cluster).onTopics(List.of(topics.links().name()))));
  }
}
