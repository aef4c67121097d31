package io.pairstream.demo;

import io.pairstream.ingest.files.BulkImport;
import io.pairstream.ingest.files.ImportListener;
import io.pairstream.ingest.files.PairSource;
import io.pairstream.ingest.files.SourceItem;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.service.Cluster;
import java.util.function.Consumer;

/** Pairs out of files. */
public final class FileSupply implements PairSupply {

  private final PairSource source;
  private final long limit;
  private final Consumer<SourceItem.Problem> problems;

  /**
   * @param source closed after it is published
   * @param limit at most so many pairs
   * @param problems told of each line or file that gives no pair
   */
  public FileSupply(PairSource source, long limit, Consumer<SourceItem.Problem> problems) {
    this.source = source;
    this.limit = limit;
    this.problems = problems;
  }

  @Override
  public void publish(PairPublisher publisher, Cluster cluster, Runnable published) {
    try (source) {
      var unused =
          new BulkImport(
                  publisher,
                  new ImportListener() {
                    @Override
                    public void problem(SourceItem.Problem problem) {
                      problems.accept(problem);
                    }

                    @Override
                    public void published(int imageBytes) {
                      published.run();
                    }
                  })
              .run(source, limit);
    }
  }
}
