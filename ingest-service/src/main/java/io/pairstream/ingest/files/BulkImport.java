package io.pairstream.ingest.files;

import io.pairstream.ingest.publish.InvalidLinkException;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.service.publish.PairTooLargeException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/** Publishes the pairs and links of a source, as fast as the broker takes them. */
public final class BulkImport {

  private final ImportSink sink;
  private final ImportListener listener;

  public BulkImport(ImportSink sink, ImportListener listener) {
    this.sink = sink;
    this.listener = listener;
  }

  /**
   * An import of pairs alone: a link is refused as a fault of the caller's.
   *
   * @param publisher stays open
   */
  public BulkImport(PairPublisher publisher, ImportListener listener) {
    this(
        ImportSink.kafka(
            () -> publisher,
            () -> {
              throw new IllegalStateException("links are not imported here");
            }),
        listener);
  }

  /**
   * Publishes up to {@code limit} pairs and links, and returns once all of them are acknowledged.
   *
   * @param limit largest number to publish; at least 0
   * @throws io.pairstream.service.publish.PublishFailedException where the broker did not take one;
   *     those that the listener has heard of are in Kafka
   */
  public Result run(PairSource source, long limit) {
    return run(source, "the source", limit, unused -> {});
  }

  /**
   * The same, telling how far the source is done with.
   *
   * @param name what the source is called where it cannot be read on, which is a problem like
   *     another
   * @param done told of an entry when it and all before it are acknowledged, or were problems;
   *     called by several threads, one at a time
   */
  Result run(PairSource source, String name, long limit, LongConsumer done) {
    Running running = new Running(new EntryWindow(done));
    Ending ending = running.takeAll(source, name, limit);
    sink.flush();
    if (ending == Ending.WHOLE) {
      running.window.end();
    }
    return new Result(
        running.published.get(),
        running.links.get(),
        running.problems,
        running.bytes.get(),
        ending);
  }

  /** Why the import of a source ended. */
  public enum Ending {
    /** It was imported to its end. */
    WHOLE,
    /** It had been imported to its end before. */
    WHOLE_BEFORE,
    /** As many as were wanted are imported. */
    LIMIT,
    /** It could not be read on. */
    BROKEN
  }

  /**
   * What an import came to.
   *
   * @param published pairs that are in Kafka
   * @param links links that are in Kafka, their images still to be fetched
   * @param problems lines and files that gave no pair
   * @param imageBytes bytes of the published images
   */
  public record Result(long published, long links, long problems, long imageBytes, Ending ending) {

    /** Nothing, for a reason. */
    static Result nothing(Ending ending) {
      return new Result(0, 0, ending == Ending.BROKEN ? 1 : 0, 0, ending);
    }
  }

  /** One source under way. */
  private final class Running {

    private final EntryWindow window;
    private final AtomicLong published = new AtomicLong();
    private final AtomicLong links = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private long sent;
    private long problems;

    Running(EntryWindow window) {
      this.window = window;
    }

    Ending takeAll(PairSource source, String name, long limit) {
      while (failed.get() == 0) {
        SourceItem item;
        try {
          if (!source.hasNext()) {
            return Ending.WHOLE;
          }
          item = source.next();
        } catch (UncheckedIOException e) {
          problems++;
          listener.problem(new SourceItem.Problem(0, name, e.getMessage()));
          return Ending.BROKEN;
        }
        if (sent >= limit) {
          // A look ahead tells whether the last entry is done with.
          window.next(item.entry());
          return Ending.LIMIT;
        }
        take(item);
        listener.read(source.share());
      }
      return Ending.BROKEN;
    }

    private void take(SourceItem item) {
      EntryWindow.Entry entry = window.begin(item.entry());
      try {
        if (item instanceof SourceItem.Pair pair) {
          int imageBytes = pair.pair().imageBytes();
          follow(sink.publish(pair.pair()), entry, published, imageBytes);
        } else if (item instanceof SourceItem.Link link) {
          follow(sink.publish(link.link()), entry, links, 0);
        } else {
          problem((SourceItem.Problem) item, entry);
        }
      } catch (PairTooLargeException | InvalidLinkException e) {
        problem(new SourceItem.Problem(item.entry(), item.where(), e.getMessage()), entry);
      }
    }

    private void follow(
        CompletableFuture<?> sending, EntryWindow.Entry entry, AtomicLong count, int imageBytes) {
      sent++;
      var unused =
          sending.whenComplete(
              (acknowledged, error) -> {
                if (error == null) {
                  count.incrementAndGet();
                  bytes.addAndGet(imageBytes);
                  listener.published(imageBytes);
                  entry.done();
                } else {
                  failed.incrementAndGet();
                }
              });
    }

    private void problem(SourceItem.Problem problem, EntryWindow.Entry entry) {
      problems++;
      listener.problem(problem);
      entry.done();
    }
  }
}
