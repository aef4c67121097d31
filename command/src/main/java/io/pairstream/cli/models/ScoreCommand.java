package io.pairstream.cli.models;

import io.pairstream.answers.ScoreCounts;
import io.pairstream.answers.ScoreService;
import io.pairstream.answers.ScoreSettings;
import io.pairstream.answers.ScoreSettings.Run;
import io.pairstream.cli.command.ClusterCommand;
import io.pairstream.cli.run.StateFolder;
import io.pairstream.cli.run.StatusListen;
import io.pairstream.image.card.ApiCard;
import io.pairstream.image.card.ModelCard;
import io.pairstream.image.card.PythonCard;
import io.pairstream.image.model.AnswerModel;
import io.pairstream.image.protocol.Failure;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.service.report.Reading;
import io.pairstream.service.report.SelfReport;
import io.pairstream.terminal.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pairstream score}: asks models about published pairs, until stopped or at the end. */
@Command(name = "score")
public final class ScoreCommand extends ClusterCommand.Fit {

  private static final List<String> SPLITS =
      List.of(TopicCatalogue.TRAINING, TopicCatalogue.VALIDATION, TopicCatalogue.TEST);

  /** Longest wait of a question for another instance that sees it at the same time. */
  private static final Duration TURN_TIMEOUT = Duration.ofSeconds(5);

  @Mixin private final StateFolder state = new StateFolder("score");

  @Mixin private StatusListen status;

  @Option(names = "--models", paramLabel = "FOLDER", required = true)
  private Path models;

  @Option(names = "--split", paramLabel = "SPLIT")
  private List<String> splits = SPLITS;

  @Option(names = "--answers-of", paramLabel = "NAME")
  private List<String> answersOf = List.of();

  @Option(names = "--batch", paramLabel = "N")
  private Integer batch;

  @Option(names = "--batch-age", paramLabel = "TIME", defaultValue = "1s")
  private Duration batchAge;

  @Option(names = "--threads", paramLabel = "N", defaultValue = "1")
  private int threads;

  @Option(names = "--until-end")
  private boolean untilEnd;

  @Option(names = "--ask-again", paramLabel = "REASON", split = ",")
  private List<String> askAgain = List.of();

  @Mixin private final ModelProcessOptions process = new ModelProcessOptions();

  @Override
  public Integer call() throws Exception {
    SelfReport report = new SelfReport("score", Clock.systemUTC());
    return status.during(() -> run(report), report, err());
  }

  private int run(SelfReport report) throws IOException {
    require(Files.isDirectory(models), "--models: there is no folder " + models);
    require(threads >= 1 && threads <= 64, "--threads must be 1 to 64, was " + threads);
    var unused = checked(() -> settings(batch == null ? ScoreSettings.USUAL_BATCH : batch));
    List<ModelCard> cards = cards();
    ScoreSettings settings = settings(batch == null ? batch(cards) : batch);
    report.add(Reading.ofDisk(settings.folder()));
    ScoreService service = new ScoreService(settings, pools(cards), Clock.systemUTC(), report);
    Runtime.getRuntime().addShutdownHook(new Thread(service::close, "stop-score"));
    Optional<Throwable> fault = showing(progress -> show(progress, service), service::awaitEnd);
    service.close();
    if (fault.isEmpty()) {
      return answer(service.counts(), () -> print(service.counts()));
    }
    return broken(fault.get());
  }

  private static void show(Progress progress, ScoreService service) {
    ScoreCounts counts = service.counts();
    progress.glance(
        "%,d pair(|s), %,d question(|s) asked, %,d failed, %,d waiting%s",
        counts.pairs(),
        counts.asked(),
        counts.failed(),
        counts.waiting(),
        service.obstacle().map(why -> "; " + why).orElse(""));
  }

  private void print(ScoreCounts counts) {
    print(
        "%,d pair(|s): %,d question(|s) asked, %,d of them failed; %,d answer(|s) taken over",
        counts.pairs(), counts.asked(), counts.failed(), counts.copied());
    if (counts.withdrawn() + counts.skipped() > 0) {
      print(
          "%,d withdrawn pair(|s), %,d that cannot be read", counts.withdrawn(), counts.skipped());
    }
  }

  /** Questions at a time: of a card in Python, half of them are two groups of each process. */
  private int batch(List<ModelCard> cards) {
    return cards.stream()
        .filter(PythonCard.class::isInstance)
        .mapToInt(card -> 4 * card.batch() * ((PythonCard) card).run().processes())
        .map(wanted -> Math.min(wanted, ScoreSettings.LARGEST_BATCH))
        .reduce(ScoreSettings.USUAL_BATCH, Math::max);
  }

  private ScoreSettings settings(int questions) {
    splits.forEach(
        split -> require(SPLITS.contains(split), "--split is one of " + SPLITS + ", not " + split));
    return new ScoreSettings(
        cluster(),
        splits,
        answersOf.stream().map(Dataset::new).toList(),
        questions,
        batchAge,
        TURN_TIMEOUT,
        askAgain.isEmpty() ? untilEnd ? Run.UNTIL_END : Run.FOLLOW : Run.AGAIN,
        askAgain.stream().map(this::reason).collect(Collectors.toSet()),
        state.folder(options()));
  }

  private String reason(String typed) {
    List<String> reasons =
        Stream.of(Failure.values())
            .map(reason -> reason.name().toLowerCase(Locale.ROOT).replace('_', '-'))
            .toList();
    require(reasons.contains(typed), "--ask-again is one of %s, not %s".formatted(reasons, typed));
    return typed.toUpperCase(Locale.ROOT).replace('-', '_');
  }

  /** The cards of a folder, by the names of their files. */
  private List<ModelCard> cards() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(models)) {
      files = all.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
    require(!files.isEmpty(), "--models: no file in " + models + " ends with .yaml: no card");
    List<ModelCard> cards = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Path file : files) {
      ModelCard card = ModelCard.read(file);
      require(
          names.add("card " + card.name()),
          "--models: two cards in " + models + " have the name " + card.name());
      card.outputs()
          .forEach(
              output ->
                  require(
                      names.add(output.name()),
                      "--models: two cards in %s give an answer %s; rename one"
                          .formatted(models, output.name())));
      cards.add(card);
    }
    return cards;
  }

  private List<AnswerModel> pools(List<ModelCard> cards) {
    List<AnswerModel> pools = new ArrayList<>();
    try {
      for (ModelCard card : cards) {
        AnswerModel pool = process.model(card, threads, this::say);
        pools.add(pool);
        if (card instanceof ApiCard api) {
          say("%s %s", card.name(), api.call().sends());
        }
        pool.rehearse();
      }
      return pools;
    } catch (RuntimeException e) {
      pools.forEach(AnswerModel::close);
      throw e;
    }
  }
}
