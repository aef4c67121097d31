package io.pairstream.ingest.files;

import io.pairstream.ingest.publish.LinkPublisher;
import io.pairstream.ingest.publish.NewLink;
import io.pairstream.ingest.publish.NewPair;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.SourceKind;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.testing.LongTimeouts;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/**
 * An import in a process of its own, which a test kills: broker, state, most pairs, paths. It never
 * ends by itself: behind the most pairs it stands still.
 */
final class ImportProcess {

  private ImportProcess() {}

  public static void main(String[] arguments) {
    run(
        arguments[0],
        Path.of(arguments[1]),
        Integer.parseInt(arguments[2]),
        List.of(arguments).subList(3, arguments.length));
  }

  /** Imports to the end. */
  static List<ImportRun.Outcome> run(String broker, Path stateFile, List<String> paths) {
    return run(broker, stateFile, Integer.MAX_VALUE, paths);
  }

  private static List<ImportRun.Outcome> run(
      String broker, Path stateFile, int most, List<String> paths) {
    Registry registry = new Registry("mock://import-process", Map.of());
    PairTopics topics = PairTopics.of(new Dataset("pairs"), new AvroSerdes(registry));
    registry.register(topics.crowdsourced().name() + "-value", RawPair.SCHEMA$);
    registry.register(topics.links().name() + "-value", PairLink.SCHEMA$);
    Map<String, String> settings = LongTimeouts.of(broker);
    try (ImportSink sink =
        new StandingStill(
            most,
            ImportSink.kafka(
                () ->
                    PairPublisher.open(
                        topics.crowdsourced(), registry, settings, Clock.systemUTC()),
                () -> LinkPublisher.open(topics.links(), registry, settings, Clock.systemUTC())))) {
      return new ImportRun(
              new PairSources(SourceOptions.of(new SourceDefaults(SourceKind.IMPORTED, "", ""))),
              ImportState.in(stateFile, "tested"),
              Optional.empty(),
              new Quiet(),
              System.out::println)
          .run(sink, ImportSource.of(paths), Map.of(), Long.MAX_VALUE);
    }
  }

  /** Takes so many pairs and no more; what it has taken goes its way. */
  private static final class StandingStill implements ImportSink {

    private final int most;
    private final ImportSink sink;
    private int taken;

    StandingStill(int most, ImportSink sink) {
      this.most = most;
      this.sink = sink;
    }

    @Override
    public CompletableFuture<?> publish(NewPair pair) {
      if (taken == most) {
        try {
          new CountDownLatch(1).await();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
      taken++;
      return sink.publish(pair);
    }

    @Override
    public CompletableFuture<?> publish(NewLink link) {
      return sink.publish(link);
    }

    @Override
    public void flush() {
      sink.flush();
    }

    @Override
    public void close() {
      sink.close();
    }
  }

  private static final class Quiet implements ImportListener {

    @Override
    public void problem(SourceItem.Problem problem) {
      System.out.println(problem.where() + "! " + problem.message());
    }

    @Override
    public void published(int imageBytes) {}
  }
}
