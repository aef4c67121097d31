package io.pairstream.ingest.files;

import io.pairstream.ingest.publish.LinkPublisher;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.SourceKind;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.Registry;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An import in a process of its own, which a test may kill: broker, state, paths. */
final class ImportProcess {

  private ImportProcess() {}

  public static void main(String[] arguments) {
    run(arguments[0], Path.of(arguments[1]), List.of(arguments).subList(2, arguments.length));
  }

  static List<ImportRun.Outcome> run(String broker, Path stateFile, List<String> paths) {
    Registry registry = new Registry("mock://import-process", Map.of());
    PairTopics topics = PairTopics.of(new Dataset("pairs"), new AvroSerdes(registry));
    registry.register(topics.crowdsourced().name() + "-value", RawPair.SCHEMA$);
    registry.register(topics.links().name() + "-value", PairLink.SCHEMA$);
    Map<String, Object> settings = Map.of("bootstrap.servers", broker);
    try (ImportSink sink =
        ImportSink.kafka(
            () -> PairPublisher.open(topics.crowdsourced(), registry, settings, Clock.systemUTC()),
            () -> LinkPublisher.open(topics.links(), registry, settings, Clock.systemUTC()))) {
      return new ImportRun(
              new PairSources(SourceOptions.of(new SourceDefaults(SourceKind.IMPORTED, "", ""))),
              ImportState.in(stateFile, "tested"),
              Optional.empty(),
              new Quiet(),
              System.out::println)
          .run(sink, ImportSource.of(paths), Map.of(), Long.MAX_VALUE);
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
