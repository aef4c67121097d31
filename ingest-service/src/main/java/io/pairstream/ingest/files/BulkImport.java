package io.pairstream.ingest.files;

import io.pairstream.ingest.publish.NewPair;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.ingest.publish.PairTooLargeException;
import java.util.concurrent.atomic.AtomicLong;

/** Publishes the pairs of a source, as fast as the broker takes them. */
public final class BulkImport {

  private final PairPublisher publisher;
  private final ImportListener listener;

  public BulkImport(PairPublisher publisher, ImportListener listener) {
    this.publisher = publisher;
    this.listener = listener;
  }

  /**
   * Publishes up to {@code limit} pairs and returns once all of them are acknowledged.
   *
   * @param limit largest number of pairs to publish; at least 0
   * @throws io.pairstream.ingest.publish.PublishFailedException where the broker did not take a
   *     pair; those that the listener has heard of are in Kafka
   */
  public Result run(PairSource source, long limit) {
    AtomicLong published = new AtomicLong();
    AtomicLong bytes = new AtomicLong();
    AtomicLong failed = new AtomicLong();
    long sent = 0;
    long problems = 0;
    while (sent < limit && failed.get() == 0 && source.hasNext()) {
      SourceItem item = source.next();
      if (item instanceof SourceItem.Problem problem) {
        problems++;
        listener.problem(problem);
        continue;
      }
      if (!(item instanceof SourceItem.Pair captioned)) {
        continue;
      }
      NewPair pair = captioned.pair();
      int imageBytes = pair.imageBytes();
      try {
        var unused =
            publisher
                .publish(pair)
                .whenComplete(
                    (acknowledged, error) -> {
                      if (error == null) {
                        published.incrementAndGet();
                        bytes.addAndGet(imageBytes);
                        listener.published(imageBytes);
                      } else {
                        failed.incrementAndGet();
                      }
                    });
        sent++;
      } catch (PairTooLargeException e) {
        problems++;
        listener.problem(new SourceItem.Problem(item.entry(), item.where(), e.getMessage()));
      }
    }
    publisher.flush();
    return new Result(published.get(), problems, bytes.get());
  }

  /**
   * What an import came to.
   *
   * @param published pairs that are in Kafka
   * @param problems lines and files that gave no pair
   * @param imageBytes bytes of the published images
   */
  public record Result(long published, long problems, long imageBytes) {}
}
