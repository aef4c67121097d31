package io.pairstream.ingest.files;

import io.pairstream.ingest.publish.LinkPublisher;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.SourceKind;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.testing.TestDataset;
import java.io.Writer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An import in a process of its own, which a test kills: broker, data set, state, most pairs,
 * paths. It never ends by itself: behind the most pairs it stands still.
 */
final class ImportProcess {

  private ImportProcess() {}

  public static void main(String[] arguments) {
    Dataset dataset = new Dataset(arguments[1]);
    TestDataset cluster = TestDataset.of(arguments[0], "mock://" + dataset.name(), dataset);
    cluster.registry().register(cluster.topics().crowdsourced().name() + "-value", RawPair.SCHEMA$);
    cluster.registry().register(cluster.topics().links().name() + "-value", PairLink.SCHEMA$);
    run(
        cluster,
        Path.of(arguments[2]),
        Integer.parseInt(arguments[3]),
        List.of(arguments).subList(4, arguments.length));
  }

  /** Imports to the end. */
  static List<ImportRun.Result> run(TestDataset cluster, Path stateFile, List<String> paths) {
    return run(cluster, stateFile, Integer.MAX_VALUE, paths);
  }

  /** Takes so many pairs and no more; what it has taken goes its way. */
  private static List<ImportRun.Result> run(
      TestDataset cluster, Path stateFile, int most, List<String> paths) {
    PairTopics topics = cluster.topics();
    Registry registry = cluster.registry();
    Map<String, Object> settings = cluster.clientSettings();
    AtomicInteger taken = new AtomicInteger();
    try (PairPublisher pairs =
            PairPublisher.open(topics.crowdsourced(), registry, settings, Clock.systemUTC());
        LinkPublisher links =
            LinkPublisher.open(topics.links(), registry, settings, Clock.systemUTC());
        ImportState state = new ImportState(stateFile, "tested", false)) {
      return new ImportRun(
              SourceOptions.of(SourceKind.IMPORTED),
              item -> {
                if (taken.getAndIncrement() == most) {
                  standStill();
                }
                return item instanceof SourceItem.Pair pair
                    ? pairs.publish(pair.pair())
                    : links.publish(((SourceItem.Link) item).link());
              },
              state,
              new Quiet(),
              Writer.nullWriter())
          .run(ImportState.Source.of(paths, false), Long.MAX_VALUE);
    }
  }

  private static void standStill() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class Quiet implements ImportRun.Listener {

    @Override
    public void problem(SourceItem.Problem problem) {
      System.out.println(problem.where() + "! " + problem.message());
    }

    @Override
    public void notice(String sentence) {
      System.out.println(sentence);
    }

    @Override
    public void published(int imageBytes) {}

    @Override
    public void read(double share) {}
  }
}
