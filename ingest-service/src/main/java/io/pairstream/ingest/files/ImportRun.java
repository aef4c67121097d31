package io.pairstream.ingest.files;

import io.pairstream.ingest.publish.InvalidLinkException;
import io.pairstream.schemas.Threads;
import io.pairstream.service.http.Json;
import io.pairstream.service.publish.PairTooLargeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Imports sources one after the other, as fast as the broker takes them and each from where it was
 * left, and keeps how far it has come.
 */
public final class ImportRun {

  /** Interval of writing progress, in nanoseconds: after a crash, at most so much is sent again. */
  private static final long WRITE_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private final SourceOptions options;
  private final Function<SourceItem, CompletableFuture<?>> sink;
  private final ImportState state;
  private final Listener listener;
  private final Notices notices;
  private final Writer failed;
  private volatile boolean stopped;
  private long writtenAt = System.nanoTime() - WRITE_EVERY_NANOS;

  /** Hears how an import continues. Called by the importing thread. */
  public interface Listener {

    /** A line or file gives no pair; the import continues. */
    void problem(SourceItem.Problem problem);

    /** A decision about a source as a whole, in a sentence for its owner. */
    void notice(String sentence);

    /**
     * A pair or a link is in Kafka.
     *
     * @param imageBytes size of its image; 0 for a link
     */
    void published(int imageBytes);

    /**
     * So much is read.
     *
     * @param share from 0 to 1
     */
    void read(double share);
  }

  /** Why the import of a source ended. */
  public enum Ending {
    /** The source was imported to its end. */
    WHOLE,
    /** The source had been imported to its end before. */
    WHOLE_BEFORE,
    /** As many as were wanted are imported. */
    LIMIT,
    /** The import was stopped; the next run continues there. */
    INTERRUPTED,
    /** The source could not be read on. */
    BROKEN
  }

  /**
   * Result of importing a source.
   *
   * @param name its file's or folder's name
   * @param published pairs that are in Kafka
   * @param links links that are in Kafka, their images still to be fetched
   * @param problems rows, lines and files that gave no pair
   * @param imageBytes bytes of the published images
   */
  public record Result(
      String name, long published, long links, long problems, long imageBytes, Ending ending) {}

  /**
   * A line of the file of what failed.
   *
   * @param rows how many rows the entry stands for
   */
  private record Failure(String source, long entry, String where, String problem, long rows) {}

  /**
   * An item that was sent.
   *
   * @param acknowledged already complete for a problem
   */
  private record Sent(SourceItem item, CompletableFuture<?> acknowledged) {}

  /**
   * An import that is to be run.
   *
   * @param sink sends a pair or a link; done once it is acknowledged
   * @param failed where entries that give no pair are written down, a JSON object on each line:
   *     {@code source} and {@code entry} find the entry again, {@code where} and {@code problem}
   *     are for people
   */
  public ImportRun(
      SourceOptions options,
      Function<SourceItem, CompletableFuture<?>> sink,
      ImportState state,
      Listener listener,
      Writer failed) {
    this.options = options;
    this.sink = sink;
    this.state = state;
    this.listener = listener;
    this.notices = new Notices(listener::notice);
    this.failed = failed;
  }

  /**
   * Has the run end soon, behind the entry that it is in, once all that was sent is acknowledged
   * and noted. Any thread may ask for it.
   */
  public void stop() {
    stopped = true;
  }

  /**
   * Publishes up to {@code limit} pairs and links, and returns once all of them are acknowledged.
   *
   * @throws io.pairstream.service.publish.PublishFailedException where the broker did not take one
   * @throws UnusableSourceException where the only source gives nothing
   * @throws UncheckedIOException where the state cannot be written
   */
  public List<Result> run(List<ImportState.Source> sources, long limit) {
    double allBytes = sources.stream().mapToLong(ImportState.Source::sizeBytes).sum();
    List<Result> results = new ArrayList<>();
    long bytesBefore = 0;
    long left = limit;
    try {
      for (ImportState.Source source : sources) {
        Running running =
            new Running(source, left, bytesBefore / allBytes, source.sizeBytes() / allBytes);
        Result result = running.run(sources.size() == 1);
        results.add(result);
        bytesBefore += source.sizeBytes();
        left -= result.published() + result.links();
      }
      return List.copyOf(results);
    } finally {
      state.write();
    }
  }

  private final class Running {

    private final ImportState.Source source;
    private final String name;
    private final long limit;
    private final double shareBefore;
    private final double share;

    /** Items not yet counted, in order; each waits for those before it. */
    private final Deque<Sent> sent = new ArrayDeque<>();

    private long settledEntry;
    private long takenEntry;
    private long taken;
    private long published;
    private long links;
    private long problems;
    private long imageBytes;

    Running(ImportState.Source source, long limit, double shareBefore, double share) {
      this.source = source;
      this.name = source.name();
      this.limit = limit;
      this.shareBefore = shareBefore;
      this.share = share;
    }

    Result run(boolean isAlone) {
      Ending ending;
      try {
        ending = takeAll(isAlone);
      } catch (UnusableSourceException e) {
        if (isAlone) {
          throw e;
        }
        problem(new SourceItem.Problem(0, name, e.getMessage()));
        ending = Ending.BROKEN;
      }
      return new Result(name, published, links, problems, imageBytes, ending);
    }

    private Ending takeAll(boolean isAlone) {
      Optional<ImportState.Progress> before = state.find(source);
      if (before.map(ImportState.Progress::whole).orElse(false)) {
        listener.read(shareBefore + share);
        return Ending.WHOLE_BEFORE;
      }
      long done = before.map(ImportState.Progress::entry).orElse(0L);
      if (limit <= 0) {
        return Ending.LIMIT;
      }
      if (stopped) {
        return Ending.INTERRUPTED;
      }
      if (state.hasChanged(source)) {
        listener.notice(name + " has changed since; it is imported from its beginning");
      }
      try (PairSource items = PairSource.open(source, options, notices)) {
        if (done > 0) {
          listener.notice(name + ": goes on behind entry " + done);
          items.skip(done);
        }
        while (items.hasNext()) {
          SourceItem next = items.next();
          boolean interrupted = stopped && next.entry() > takenEntry;
          if (taken == limit || interrupted) {
            settle(true);
            // A look ahead tells whether the last entry is done with.
            begin(next.entry());
            return interrupted ? Ending.INTERRUPTED : Ending.LIMIT;
          }
          takenEntry = next.entry();
          take(next);
          listener.read(shareBefore + share * items.share());
          settle(false);
        }
      } catch (PairSource.BrokenException e) {
        problem(new SourceItem.Problem(0, name, e.getMessage()));
        settle(true);
        return Ending.BROKEN;
      }
      settle(true);
      if (isAlone && done == 0 && settledEntry == 0) {
        throw PairSource.nothingIn(source);
      }
      state.done(source, settledEntry, true);
      state.write();
      return Ending.WHOLE;
    }

    private void take(SourceItem item) {
      CompletableFuture<?> acknowledged = CompletableFuture.completedFuture(item);
      if (item instanceof SourceItem.Problem problem) {
        problem(problem);
      } else {
        try {
          acknowledged = sink.apply(item);
          taken++;
        } catch (PairTooLargeException | InvalidLinkException e) {
          item = new SourceItem.Problem(item.entry(), item.where(), e.getMessage());
          problem((SourceItem.Problem) item);
        }
      }
      sent.add(new Sent(item, acknowledged));
    }

    /** Records a failure before the listener counts it. */
    private void problem(SourceItem.Problem problem) {
      problems += problem.rows();
      Failure failure =
          new Failure(
              source.address(),
              problem.entry(),
              problem.where(),
              problem.message(),
              problem.rows());
      try {
        failed.write(Json.MAPPER.writeValueAsString(failure) + System.lineSeparator());
        failed.flush();
      } catch (IOException e) {
        throw new UncheckedIOException("the file of what failed cannot be written: " + e, e);
      }
      listener.problem(problem);
    }

    /**
     * Counts the acknowledged items before the first pending one.
     *
     * @param all whether to wait for the pending ones
     */
    private void settle(boolean all) {
      while (!sent.isEmpty() && (all || sent.peek().acknowledged().isDone())) {
        Sent first = sent.remove();
        Threads.join(first.acknowledged());
        begin(first.item().entry());
        if (first.item() instanceof SourceItem.Pair pair) {
          published++;
          imageBytes += pair.pair().getImage().remaining();
          listener.published(pair.pair().getImage().remaining());
        } else if (first.item() instanceof SourceItem.Link) {
          links++;
          listener.published(0);
        }
      }
    }

    /** Marks the previous entry as done: an item of a later one is settled. */
    private void begin(long entry) {
      if (entry > settledEntry && settledEntry > 0) {
        state.done(source, settledEntry, false);
        if (System.nanoTime() - writtenAt >= WRITE_EVERY_NANOS) {
          writtenAt = System.nanoTime();
          state.write();
        }
      }
      settledEntry = entry;
    }
  }
}
