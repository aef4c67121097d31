package io.pairstream.ingest.files;

import io.pairstream.ingest.files.BulkImport.Ending;
import io.pairstream.ingest.files.BulkImport.Result;
import io.pairstream.schemas.Threads;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;

/**
 * Imports sources one after the other, each from where it was left, and keeps how far it has come.
 */
public final class ImportRun {

  /** How long an acknowledgement may be in no file: what it covers is repeated after a crash. */
  private static final Duration BETWEEN_WRITES = Duration.ofMillis(250);

  private final PairSources opener;
  private final ImportState state;
  private final Optional<FailedEntries> failed;
  private final ImportListener listener;
  private final Consumer<String> notices;
  private volatile boolean isWriteFailureTold;

  /**
   * What became of a source.
   *
   * @param name its file's or folder's name
   */
  public record Outcome(String name, BulkImport.Result result) {}

  /**
   * An import that is to be run.
   *
   * @param failed where entries that give no pair are written down
   * @param notices told in sentences for the owner what was decided about a source, and from
   *     another thread, once, that the state cannot be written for now
   */
  public ImportRun(
      PairSources opener,
      ImportState state,
      Optional<FailedEntries> failed,
      ImportListener listener,
      Consumer<String> notices) {
    this.opener = opener;
    this.state = state;
    this.failed = failed;
    this.listener = listener;
    this.notices = notices;
  }

  /**
   * Publishes up to {@code limit} pairs and links.
   *
   * @throws io.pairstream.service.publish.PublishFailedException where the broker did not take one
   * @throws UnusableSourceException where the only source gives nothing
   * @throws UncheckedIOException where the state cannot be written in the end
   */
  public List<Outcome> run(ImportSink sink, List<ImportSource> sources, long limit) {
    ScheduledExecutorService writer =
        Executors.newSingleThreadScheduledExecutor(Threads.daemons("import-state"));
    Threads.repeat(writer, BETWEEN_WRITES, this::writeState);
    try {
      return runAll(sink, sources, limit);
    } finally {
      // An interrupt would fail a write that is under way.
      writer.shutdown();
      state.write();
    }
  }

  /** Writes while the import goes on: what fails now may be written the next time. */
  private void writeState() {
    try {
      state.write();
    } catch (UncheckedIOException e) {
      if (!isWriteFailureTold) {
        isWriteFailureTold = true;
        notices.accept(e.getMessage() + "; the import goes on and tries again");
      }
    }
  }

  private List<Outcome> runAll(ImportSink sink, List<ImportSource> sources, long limit) {
    double allBytes = sources.stream().mapToLong(ImportSource::sizeBytes).sum();
    List<Outcome> outcomes = new ArrayList<>();
    long bytesBefore = 0;
    long left = limit;
    for (ImportSource source : sources) {
      double from = bytesBefore / allBytes;
      double part = source.sizeBytes() / allBytes;
      Outcome outcome =
          run(sink, source, left, sources.size() == 1, share -> listener.read(from + part * share));
      outcomes.add(outcome);
      bytesBefore += source.sizeBytes();
      left -= outcome.result().published() + outcome.result().links();
    }
    return List.copyOf(outcomes);
  }

  private Outcome run(
      ImportSink sink, ImportSource source, long limit, boolean isAlone, DoubleConsumer read) {
    String name = String.valueOf(source.path().getFileName());
    ImportListener noted = noted(source, read);
    if (state.isWhole(source)) {
      read.accept(1);
      return new Outcome(name, Result.nothing(Ending.WHOLE_BEFORE));
    }
    if (limit <= 0) {
      return new Outcome(name, Result.nothing(Ending.LIMIT));
    }
    if (state.hasChanged(source)) {
      notices.accept(name + " has changed since; it is imported from its beginning");
    }
    try (PairSource opened = opener.open(source.path())) {
      opened.notices().forEach(notices);
      long done = state.entry(source);
      if (done > 0) {
        notices.accept(name + ": goes on behind entry " + done);
        opened.skip(done);
      }
      Result result =
          new BulkImport(sink, noted).run(opened, name, limit, entry -> state.done(source, entry));
      if (result.ending() == Ending.WHOLE) {
        state.whole(source);
      }
      return new Outcome(name, result);
    } catch (UnusableSourceException e) {
      if (isAlone) {
        throw e;
      }
      noted.problem(new SourceItem.Problem(0, name, e.getMessage()));
      return new Outcome(name, Result.nothing(Ending.BROKEN));
    }
  }

  /** Writes down what fails before anybody counts it. */
  private ImportListener noted(ImportSource source, DoubleConsumer read) {
    return new ImportListener() {
      @Override
      public void problem(SourceItem.Problem problem) {
        failed.ifPresent(file -> file.add(source, problem));
        listener.problem(problem);
      }

      @Override
      public void published(int imageBytes) {
        listener.published(imageBytes);
      }

      @Override
      public void read(double share) {
        read.accept(share);
      }
    };
  }
}
