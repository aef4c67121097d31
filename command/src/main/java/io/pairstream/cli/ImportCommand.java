package io.pairstream.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.demo.DecidedPairs;
import io.pairstream.ingest.files.ImportRun;
import io.pairstream.ingest.files.ImportState;
import io.pairstream.ingest.files.Notices;
import io.pairstream.ingest.files.PairSource;
import io.pairstream.ingest.files.SourceItem;
import io.pairstream.ingest.files.SourceItem.Problem;
import io.pairstream.ingest.files.SourceOptions;
import io.pairstream.ingest.publish.LinkPublisher;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.schemas.Hint;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.wire.RootCause;
import io.pairstream.service.publish.PublishFailedException;
import io.pairstream.terminal.Progress;
import io.pairstream.terminal.TerminalText;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
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
final class ImportCommand extends ClusterCommand.Fit {

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

  /** What an import would send of a file or a folder, as JSON. */
  private record WouldSend(
      String path, long pairs, long links, long problems, Map<String, Long> columns) {}

  /** Reads as an import does, and sends nothing. */
  private int tryOut(SourceOptions read) {
    List<WouldSend> all = new ArrayList<>();
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
          all.add(new WouldSend(source.path().toString(), pairs, links, problems, items.uses()));
        }
      }
    }
    answer(Map.of("sources", all), () -> all.forEach(this::print));
    return all.stream().allMatch(one -> one.problems() == 0)
        ? ExitStatus.DONE
        : ExitStatus.FOUND_WRONG;
  }

  private void print(WouldSend one) {
    print(
        "%s: %,d pair(|s), %,d link(|s), %,d problem(|s); nothing was sent",
        one.path(), one.pairs(), one.links(), one.problems());
    one.columns().forEach((column, entries) -> print("  %s, in %,d entr(y|ies)", column, entries));
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
              progress.summary(outcomes, Optional.empty(), progress.progress.seconds());
          answer(sent, () -> print(sent));
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
    double seconds = progress.progress.seconds();
    if (resume == null && outcomes.stream().noneMatch(one -> isToGoOn(one, wasBegun))) {
      state.forget();
    }
    ImportProgress.Summary summary = progress.summary(outcomes, judged.map(this::await), seconds);
    answer(summary, () -> print(summary));
    return summary.problemCount() == 0 ? ExitStatus.DONE : ExitStatus.FOUND_WRONG;
  }

  private void print(ImportProgress.Summary summary) {
    print(
        "%,d published%s, %,d problem(|s) in %.1f s (%.0f pairs/s, %.1f MB/s)",
        summary.published(),
        summary.links() == 0 ? "" : TerminalText.format(", %,d link(|s) to fetch", summary.links()),
        summary.problemCount(),
        summary.seconds(),
        summary.pairsPerSecond(),
        summary.megabytesPerSecond());
    summary.judged().ifPresent(this::print);
  }

  private void print(DecidedPairs.Counts decided) {
    print("%s", inWords(decided));
    decided
        .mostFrequentReason()
        .ifPresent(most -> print("why: %s", Hint.of("quarantine ls --reason " + most)));
  }

  /** What became of the pairs; of one that came again, no quarantine is spoken of. */
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

  private DecidedPairs.Counts await(DecidedPairs decided) {
    try (decided;
        Progress progress = progress()) {
      return decided.await(progress);
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

  /**
   * Lets work end well where a signal asks this process to end: the process waits for it, but not
   * for a broker that is away.
   */
  private static final class EndsWell implements AutoCloseable {

    private static final long LONGEST_SECONDS = 20;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook;

    /**
     * Waits for signals.
     *
     * @param stop has the work end soon
     * @param late says that it did not
     */
    EndsWell(Runnable stop, Runnable late) {
      hook =
          new Thread(
              () -> {
                stop.run();
                try {
                  if (!ended.await(LONGEST_SECONDS, TimeUnit.SECONDS)) {
                    late.run();
                  }
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              },
              "end-import");
      Runtime.getRuntime().addShutdownHook(hook);
    }

    @Override
    public void close() {
      ended.countDown();
      try {
        boolean unused = Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // This process is ending.
      }
    }
  }

  /**
   * Shows how an import goes on, and the first problems as they come, an image's once. Keeps more
   * of them. Thread-safe.
   */
  static final class ImportProgress implements ImportRun.Listener, AutoCloseable {

    /** Problems that are kept for the summary. */
    static final int KEPT_PROBLEMS = 1000;

    /** Problems that are shown as they come. */
    private static final int SHOWN_PROBLEMS = 20;

    /**
     * What came of an import, as JSON.
     *
     * @param problems the first of them
     * @param judged where that was waited for
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record Summary(
        long published,
        long links,
        List<Problem> problems,
        long problemCount,
        List<ImportRun.Result> sources,
        Optional<DecidedPairs.Counts> judged,
        double seconds,
        double pairsPerSecond,
        double megabytesPerSecond) {}

    private final Progress progress;
    private double share;
    private long published;
    private long bytes;
    private long problems;
    private final List<Problem> kept = new ArrayList<>();

    /** What the problems are about that were shown. */
    private final Set<String> shown = new HashSet<>();

    private long shownRows;

    ImportProgress(PrintWriter err) {
      this.progress = new Progress(err);
    }

    @Override
    public synchronized void problem(Problem problem) {
      problems += problem.rows();
      if (kept.size() < KEPT_PROBLEMS) {
        kept.add(problem);
      }
      if (shown.size() < SHOWN_PROBLEMS && shown.add(problem.message())) {
        shownRows += problem.rows();
        notice(problem.where() + ": " + problem.message());
      }
    }

    @Override
    public synchronized void published(int imageBytes) {
      published++;
      bytes += imageBytes;
      progress.show(
          "%,d published, %,d problem(|s), %.0f pairs/s, %.1f MB/s, %.0f %% read",
          published,
          problems,
          published / progress.seconds(),
          bytes / 1e6 / progress.seconds(),
          share * 100);
    }

    @Override
    public synchronized void read(double share) {
      this.share = share;
    }

    @Override
    public void notice(String text) {
      progress.line(text);
    }

    /** What came of it all. */
    synchronized Summary summary(
        List<ImportRun.Result> results, Optional<DecidedPairs.Counts> judged, double seconds) {
      long links = results.stream().mapToLong(ImportRun.Result::links).sum();
      return new Summary(
          published - links,
          links,
          List.copyOf(kept),
          problems,
          results,
          judged,
          seconds,
          published / seconds,
          bytes / 1e6 / seconds);
    }

    @Override
    public synchronized void close() {
      progress.close();
      long more = problems - shownRows;
      if (more > 0) {
        notice(
            TerminalText.format(
                "and %,d more problem(|s), not shown; --failed FILE writes all of them", more));
      }
    }
  }
}
