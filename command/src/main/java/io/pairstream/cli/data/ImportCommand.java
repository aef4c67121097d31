package io.pairstream.cli.data;

import io.pairstream.cli.command.ClusterCommand;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.ingest.files.ImportRun;
import io.pairstream.ingest.files.ImportState;
import io.pairstream.ingest.files.Notices;
import io.pairstream.ingest.files.PairSource;
import io.pairstream.ingest.files.SourceItem;
import io.pairstream.ingest.files.SourceItem.Problem;
import io.pairstream.ingest.files.SourceOptions;
import io.pairstream.ingest.publish.LinkPublisher;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.operate.instances.InstanceChecks;
import io.pairstream.operate.pairs.DecidedPairs;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.wire.RootCause;
import io.pairstream.service.publish.PublishFailedException;
import io.pairstream.terminal.Progress;
import io.pairstream.terminal.TerminalText;
import java.io.IOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code pairstream import}: publishes the pairs of data sets on disk.
 *
 * <p>Exit status: 0 all published, 1 some lines or files gave no pair, 2 wrong usage, 3 broker or
 * registry did not do their part. A signal ends it with the signal's own, once what was sent is
 * acknowledged and noted.
 */
@Command(name = "import")
public final class ImportCommand extends ClusterCommand.Fit {

  private static final String WAITS = "%,d raw pair(|s) wait(s|) to be judged";

  @Mixin private ImportOptions reading;

  @Parameters(arity = "1..*", paramLabel = "PATH")
  private List<String> paths = List.of();

  @Option(names = "--limit", paramLabel = "N")
  private Long limit;

  @Option(names = "--resume", paramLabel = "FILE")
  private Path resume;

  @Option(names = "--from-start")
  private boolean fromStart;

  @Option(names = "--failed", paramLabel = "FILE")
  private Path failed;

  @Option(names = "--dry-run")
  private boolean dryRun;

  @Option(names = "--wait")
  private boolean wait;

  @Override
  public Integer call() throws IOException {
    requireAtLeast(0, "--limit", limit);
    SourceOptions read = checked(reading::read);
    if (dryRun) {
      return tryOut(read);
    }
    String inWords =
        "--dataset %s --bootstrap-servers %s %s"
            .formatted(cluster().dataset().name(), cluster().bootstrapServers(), read);
    List<ImportState.Source> sources =
        ImportState.Source.of(paths, read.followLinks(), notice -> say("%s", notice));
    try (ImportState state = new ImportState(stateFile(inWords), inWords, fromStart);
        Writer failures = failures(state)) {
      return run(read, sources, state, failures);
    }
  }

  /** Reads as an import does, and sends nothing. */
  private int tryOut(SourceOptions read) {
    List<ImportPrinter.WouldSend> all = new ArrayList<>();
    long left = limit == null ? Long.MAX_VALUE : limit;
    try (ImportProgress progress = new ImportProgress(err())) {
      Notices notices = new Notices(progress::notice);
      for (ImportState.Source source :
          ImportState.Source.of(paths, read.followLinks(), progress::notice)) {
        long pairs = 0;
        long links = 0;
        long problems = 0;
        try (PairSource items = PairSource.open(source.path(), read, notices)) {
          while (pairs + links < left && items.hasNext()) {
            SourceItem item = items.next();
            if (item instanceof Problem problem) {
              problems += problem.rows();
              progress.problem(problem);
            } else if (item instanceof SourceItem.Link) {
              links++;
            } else {
              pairs++;
            }
          }
          left -= pairs + links;
          all.add(
              new ImportPrinter.WouldSend(
                  source.path().toString(), pairs, links, problems, items.uses()));
        }
      }
    }
    return answer(
        Map.of("sources", all),
        all.stream().allMatch(one -> one.problems() == 0),
        () -> all.forEach(new ImportPrinter(out())::print));
  }

  /** The usual one is named after what is imported, and how, so that the same command finds it. */
  private Path stateFile(String inWords) {
    if (resume != null) {
      return resume;
    }
    Path here = Path.of("").toAbsolutePath();
    String what = inWords + "\n" + paths.stream().map(here::resolve).toList();
    String key = PairIdentity.imageDigest(ByteBuffer.wrap(what.getBytes(StandardCharsets.UTF_8)));
    return options().dataDirectory().resolve("imports").resolve(key.substring(0, 16) + ".jsonl");
  }

  /** An import that is resumed writes behind what is there. */
  private Writer failures(ImportState state) {
    try {
      return failed == null
          ? Writer.nullWriter()
          : Files.newBufferedWriter(
              failed,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              state.isBegun() ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING);
    } catch (IOException e) {
      throw wrong("--failed: " + failed + " cannot be written: " + RootCause.message(e));
    }
  }

  @SuppressWarnings("try") // signals are waited for while it is open
  private int run(
      SourceOptions read, List<ImportState.Source> sources, ImportState state, Writer failures) {
    boolean wasBegun = state.isBegun();
    Optional<DecidedPairs> judged =
        wait ? Optional.of(new DecidedPairs(access())) : Optional.empty();
    List<ImportRun.Result> outcomes;
    ImportProgress progress = new ImportProgress(err());
    try (progress;
        PairPublisher pairs = pairPublisher();
        Links links = new Links()) {
      ImportRun importing =
          new ImportRun(read, item -> publish(item, pairs, links), state, progress, failures);
      try (EndsWell unused = new EndsWell(importing::stop, this::sayLate)) {
        outcomes = importing.run(sources, limit == null ? Long.MAX_VALUE : limit);
        if (outcomes.stream().anyMatch(ImportCommand::isInterrupted)) {
          ImportProgress.Summary sent =
              progress.summary(outcomes, Optional.empty(), progress.seconds());
          answer(sent, () -> new ImportPrinter(out()).print(sent));
          say(
              "interrupted: all that was sent is acknowledged; the same command%s goes on behind it"
                  .formatted(fromStart ? " without --from-start" : ""));
          return ExitStatus.COULD_NOT; // the signal's own is told
        }
      }
    } catch (PublishFailedException e) {
      say("run the same command again, and the import goes on where it was");
      throw e;
    }
    double seconds = progress.seconds();
    if (resume == null && outcomes.stream().noneMatch(one -> isToGoOn(one, wasBegun))) {
      state.forget();
    }
    ImportProgress.Summary summary = progress.summary(outcomes, judged.map(this::await), seconds);
    return answer(
        summary, summary.problemCount() == 0, () -> new ImportPrinter(out()).print(summary));
  }

  private DecidedPairs.Counts await(DecidedPairs decided) {
    try (decided;
        Progress progress = progress()) {
      WaitingCauses causes =
          new WaitingCauses(
              System::nanoTime,
              () -> InstanceChecks.whyPairsWait(access(), Clock.systemUTC()),
              progress::line);
      return decided.await(
          first -> progress.line(TerminalText.format(WAITS, first)),
          left -> {
            progress.show(WAITS, left);
            causes.accept(left);
          });
    }
  }

  private CompletableFuture<?> publish(SourceItem item, PairPublisher pairs, Links links) {
    return item instanceof SourceItem.Pair pair
        ? pairs.publish(pair.pair())
        : links.publisher().publish(((SourceItem.Link) item).link());
  }

  /** The publisher of links, which is opened with the first one: many imports have none. */
  private final class Links implements AutoCloseable {

    private LinkPublisher publisher;

    synchronized LinkPublisher publisher() {
      publisher = publisher == null ? linkPublisher() : publisher;
      return publisher;
    }

    @Override
    public synchronized void close() {
      if (publisher != null) {
        publisher.close();
      }
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

  private void sayLate() {
    say("interrupted: not all is acknowledged; the same command sends the rest, and repeats some");
  }

  private static boolean isInterrupted(ImportRun.Result result) {
    return result.ending() == ImportRun.Ending.INTERRUPTED;
  }
}
