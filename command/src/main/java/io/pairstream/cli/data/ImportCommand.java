package io.pairstream.cli.data;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.cli.command.ClusterCommand;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.cli.command.Resumable;
import io.pairstream.curation.history.DecidedPairs;
import io.pairstream.ingest.files.ImportRun;
import io.pairstream.ingest.files.ImportState;
import io.pairstream.ingest.files.ItemPublisher;
import io.pairstream.ingest.files.SourceOptions;
import io.pairstream.ingest.files.UnusableSourceException;
import io.pairstream.ingest.files.WouldSend;
import io.pairstream.schemas.Hint;
import io.pairstream.service.publish.PublishFailedException;
import io.pairstream.storage.LocalObjects;
import io.pairstream.terminal.Progress;
import io.pairstream.terminal.TerminalText;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code pairstream import}: publishes the pairs of data sets on a disk or in a bucket.
 *
 * <p>Exit status: 0 all published, 1 some lines or files gave no pair, 2 wrong usage, 3 broker or
 * registry did not do their part. A signal ends it with the signal's own, once what was sent is
 * acknowledged and noted.
 */
@Command(name = "import")
public final class ImportCommand extends ClusterCommand.Fit implements Resumable {

  @Mixin private ImportOptions reading;

  @Parameters(arity = "1..*", paramLabel = "PATH")
  private List<String> paths = List.of();

  @Option(names = "--limit", paramLabel = "N")
  private long most = Long.MAX_VALUE;

  @Mixin private ImportStateOptions kept;

  @Option(names = "--dry-run")
  private boolean dryRun;

  @Option(names = "--wait")
  private boolean wait;

  /** Whether the sending has begun, or was given up before; the first to say so decides. */
  private final AtomicBoolean decided = new AtomicBoolean();

  private volatile ImportRun importing;

  @Override
  public Integer call() throws IOException {
    try (EndsWell signals = new EndsWell(this::stop, this::sayLate)) {
      return run(signals);
    }
  }

  private int run(EndsWell signals) throws IOException {
    requireAtLeast(0, "--limit", most);
    SourceOptions read = checked(reading::read);
    if (dryRun) {
      return tryOut(read);
    }
    String inWords =
        "--dataset %s --bootstrap-servers %s %s"
            .formatted(cluster().dataset().name(), cluster().bootstrapServers(), read);
    Path file = kept.file(options().dataDirectory(), inWords, paths);
    Path folder = file.resolveSibling(file.getFileName() + ".objects");
    try (ImportState state = new ImportState(file, inWords, kept.fromStart());
        LocalObjects objects = ImportState.Source.objects(folder, this::say);
        Writer failures = checked(() -> kept.failures(state))) {
      List<ImportState.Source> sources = sources(read, state, objects);
      return run(read, sources, state, failures, objects, signals);
    }
  }

  /** Sources of the import; where they cannot be read, no state of them is left. */
  private List<ImportState.Source> sources(
      SourceOptions read, ImportState state, LocalObjects objects) {
    try {
      return ImportState.Source.of(paths, read.followLinks(), objects, this::say);
    } catch (UnusableSourceException e) {
      if (kept.isUsual() && !state.isBegun()) {
        state.forget();
      }
      throw e;
    }
  }

  private int tryOut(SourceOptions read) throws IOException {
    List<WouldSend> all;
    try (ImportProgress progress = new ImportProgress(err());
        LocalObjects objects = ImportState.Source.objectsForNow(progress::notice)) {
      List<ImportState.Source> sources =
          ImportState.Source.of(paths, read.followLinks(), objects, progress::notice);
      all = WouldSend.of(sources, read, most, progress);
    }
    return answer(
        Map.of("sources", all),
        all.stream().allMatch(one -> one.problems() == 0),
        () -> all.forEach(this::print));
  }

  private int run(
      SourceOptions read,
      List<ImportState.Source> sources,
      ImportState state,
      Writer failures,
      LocalObjects objects,
      EndsWell signals)
      throws IOException {
    boolean wasBegun = state.isBegun();
    Optional<DecidedPairs> judged =
        wait ? Optional.of(new DecidedPairs(access())) : Optional.empty();
    List<ImportRun.Result> outcomes;
    ImportProgress progress = new ImportProgress(err());
    try (progress;
        ItemPublisher publisher = new ItemPublisher(cluster(), access().topics())) {
      importing = new ImportRun(read, publisher::publish, state, progress, failures);
      if (!decided.compareAndSet(false, true)) {
        return ExitStatus.COULD_NOT; // the signal's own status is reported
      }
      outcomes = importing.run(sources, most);
      if (outcomes.stream().anyMatch(ImportCommand::isInterrupted)) {
        ImportProgress.Summary sent = progress.summary(outcomes, null, progress.seconds());
        answer(sent, () -> print(sent));
        say(
            "interrupted: all that was sent is acknowledged; the same command%s goes on behind it"
                .formatted(kept.fromStart() ? " without --from-start" : ""));
        return ExitStatus.COULD_NOT; // the signal's own status is reported
      }
      signals.close();
    } catch (PublishFailedException e) {
      say("run the same command again, and the import goes on where it was");
      throw e;
    }
    double seconds = progress.seconds();
    DecidedPairs.Counts decided = null;
    if (judged.isPresent()) {
      // What ends the wait must not take what was sent with it.
      say("%s; now they are judged", sent(progress.summary(outcomes, null, seconds)));
      decided = await(judged.get());
    }
    if (outcomes.stream().noneMatch(one -> isToGoOn(one, wasBegun))) {
      objects.delete();
      if (kept.isUsual()) {
        state.forget();
      }
    }
    ImportProgress.Summary summary = progress.summary(outcomes, decided, seconds);
    return answer(summary, summary.problemCount() == 0, () -> print(summary));
  }

  private DecidedPairs.Counts await(DecidedPairs decided) {
    try (decided;
        Progress progress = progress()) {
      return WaitingCauses.await(decided, access(), progress);
    }
  }

  /**
   * Whether the same command is to go on with a source: one that broke off, or one of an import
   * that was interrupted before. A limit alone is a sample, and the next begins anew.
   */
  private static boolean isToGoOn(ImportRun.Result result, boolean wasBegun) {
    return result.ending() == ImportRun.Ending.BROKEN
        || isInterrupted(result)
        || (result.ending() == ImportRun.Ending.LIMIT && wasBegun);
  }

  private boolean stop() {
    if (decided.compareAndSet(false, true)) {
      say("interrupted before anything was sent; run the same command again");
      return false;
    }
    importing.stop();
    return true;
  }

  private void sayLate() {
    say("interrupted: not all is acknowledged; the same command sends the rest, and repeats some");
  }

  private static boolean isInterrupted(ImportRun.Result result) {
    return result.ending() == ImportRun.Ending.INTERRUPTED;
  }

  private void print(WouldSend one) {
    print(
        "%s: %,d pair(|s), %,d link(|s), %,d problem(|s); nothing was sent",
        one.path(), one.pairs(), one.links(), one.problems());
    one.columns().forEach((column, entries) -> print("  %s, in %,d entr(y|ies)", column, entries));
  }

  /** Writes what became of an import. */
  private void print(ImportProgress.Summary summary) {
    print(
        "%s in %.1f s (%.0f pairs/s, %.1f MB/s)",
        sent(summary), summary.seconds(), summary.pairsPerSecond(), summary.megabytesPerSecond());
    summary.judged().ifPresent(this::print);
  }

  /** How much was sent, in words. */
  private static String sent(ImportProgress.Summary summary) {
    return TerminalText.format(
        "%,d published%s, %,d problem(|s)",
        summary.published(),
        summary.links() == 0 ? "" : TerminalText.format(", %,d link(|s) to fetch", summary.links()),
        summary.problemCount());
  }

  private void print(DecidedPairs.Counts decided) {
    print("%s", inWords(decided));
    decided
        .mostFrequentReason()
        .ifPresent(most -> print("why: %s", Hint.of("quarantine ls --reason " + most)));
  }

  /** Counts of the pairs by what became of them; copies do not count as quarantined. */
  static String inWords(DecidedPairs.Counts decided) {
    long copies = decided.copies();
    String reasons =
        decided.quarantine().entrySet().stream()
            .filter(one -> !one.getKey().equals(RejectReason.DUPLICATE_PAIR.name()))
            .map(one -> one.getKey() + " " + TerminalText.count(one.getValue()))
            .collect(Collectors.joining(", "));
    return "judged meanwhile: %,d training, %,d validation, %,d test, %,d quarantined%s%s"
        .formatted(
            decided.training(),
            decided.validation(),
            decided.test(),
            decided.quarantined() - copies,
            reasons.isEmpty() ? "" : " (" + reasons + ")",
            copies == 0 ? "" : ", " + TerminalText.count(copies) + " sent twice, counted once");
  }
}
