package io.pairstream.system;

import io.pairstream.answers.ScoreService;
import io.pairstream.answers.ScoreSettings;
import io.pairstream.answers.ScoreSettings.Run;
import io.pairstream.image.card.CardFacts;
import io.pairstream.image.card.CascadeCard;
import io.pairstream.image.card.ModelCard;
import io.pairstream.image.model.AnswerModel;
import io.pairstream.image.model.ModelAnswer;
import io.pairstream.image.model.ModelQuestion;
import io.pairstream.image.plan.CascadeDetection;
import io.pairstream.schemas.Sha256;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.service.Cluster;
import io.pairstream.service.report.SelfReport;
import io.pairstream.testing.TestDataset;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Asks a model about all that is published, in a process of its own, which a test kills. Arguments:
 * broker, data set, state folder, file that gets a line for each picture that the model is asked
 * about, how many digests a question takes, and data sets whose answers are taken over.
 */
final class AskingProcess {

  /** Most questions at a time. */
  static final int BATCH = 8;

  private static final String REGISTRY = "asking.registry";

  private AskingProcess() {}

  public static void main(String[] arguments) {
    Dataset dataset = new Dataset(arguments[1]);
    Map<String, String> settled = new HashMap<>(TestDataset.SETTINGS);
    // As short as brokers allow: for so long the next process waits for the partitions.
    settled.put("session.timeout.ms", "6000");
    Cluster cluster = cluster(arguments[0], dataset, settled);
    ScoreSettings settings =
        new ScoreSettings(
            cluster,
            List.of(TopicCatalogue.TRAINING),
            Stream.of(arguments).skip(5).map(Dataset::new).toList(),
            BATCH,
            Duration.ofMillis(100),
            Duration.ofSeconds(5),
            Run.UNTIL_END,
            Set.of(),
            Path.of(arguments[2]));
    ScoreService service =
        new ScoreService(
            settings,
            List.of(new WritingModel(Path.of(arguments[3]), Integer.parseInt(arguments[4]))),
            Clock.systemUTC(),
            new SelfReport("score", Clock.systemUTC()));
    Optional<Throwable> fault = service.awaitEnd();
    fault.ifPresent(Throwable::printStackTrace);
    service.close();
    System.exit(fault.isEmpty() ? 0 : 1);
  }

  /** The topics of the data set. */
  static final String[] TOPICS = {
    TopicCatalogue.TRAINING,
    TopicCatalogue.ANSWERS,
    TopicCatalogue.PAIR_ANSWERS,
    TopicCatalogue.RECIPES,
    TopicCatalogue.TAKEDOWNS,
    TopicCatalogue.INSTANCES
  };

  /** The data set on a broker, with the registry that the process was given, or its own. */
  private static Cluster cluster(String broker, Dataset dataset, Map<String, String> settings) {
    String registry = System.getProperty(REGISTRY);
    if (registry != null) {
      return new Cluster(broker, registry, dataset, settings, Map.of());
    }
    Cluster cluster = new Cluster(broker, "mock://" + dataset.name(), dataset, settings, Map.of());
    registerSchemas(cluster);
    return cluster;
  }

  /**
   * A process that has yet to be started.
   *
   * @param registry address of one that the data set's schemas are in; empty for one in memory
   */
  static ProcessBuilder builder(Path log, String registry, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    if (!registry.isEmpty()) {
      command.add("-D" + REGISTRY + "=" + registry);
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(AskingProcess.class.getName());
    command.addAll(arguments);
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
  }

  /** A registry in this process gives the schemas the ids that the test's gave them. */
  private static void registerSchemas(Cluster cluster) {
    var registry = cluster.registry();
    List<String> names = Stream.of(TOPICS).map(cluster.dataset()::topic).toList();
    new TopicCatalogue(cluster.dataset(), 1)
        .topics().stream()
            .filter(spec -> names.contains(spec.name()))
            .forEach(
                spec ->
                    spec.valueSchema()
                        .ifPresent(schema -> registry.register(spec.name() + "-value", schema)));
  }

  /** Writes down what it is asked, before it works on it; digests make a question last. */
  private record WritingModel(Path file, int digests) implements AnswerModel {

    @Override
    public long answered() {
      return 0;
    }

    @Override
    public ModelCard card() {
      return new CascadeCard(
          new CardFacts(
              "size",
              List.of(),
              "CC0-1.0",
              "made by a test",
              "1".repeat(64),
              List.of(),
              BATCH,
              Duration.ofSeconds(1),
              "",
              false),
          new CascadeDetection(224));
    }

    @Override
    public List<ModelAnswer> ask(List<ModelQuestion> batch) {
      return batch.stream().map(this::answer).toList();
    }

    private ModelAnswer answer(ModelQuestion question) {
      byte[] digest = Sha256.of(question.picture().bytes().bytes());
      try {
        Files.writeString(
            file,
            HexFormat.of().formatHex(digest) + "\n",
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      for (int i = 0; i < digests; i++) {
        digest = Sha256.of(question.picture().bytes().bytes());
      }
      return new ModelAnswer.Answered(
          Map.of("size", (double) question.picture().bytes().size()), Map.of(), Map.of(), Map.of());
    }

    @Override
    public void close() {}
  }
}
