package io.pairstream.cli.models;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.pairstream.cli.command.PairstreamCommand;
import io.pairstream.cli.models.ShownFiles.Shown;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.image.card.ApiCard;
import io.pairstream.image.card.ModelCard;
import io.pairstream.image.model.AnswerModel;
import io.pairstream.image.model.ModelAnswer;
import io.pairstream.image.model.ModelAnswer.Answered;
import io.pairstream.image.model.ModelAnswer.Failed;
import io.pairstream.terminal.Progress;
import io.pairstream.terminal.Table;
import io.pairstream.terminal.Table.Figure;
import io.pairstream.tools.recipe.ContactSheet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code pairstream models try}: a model's answers on files of one's own.
 *
 * <p>Exit status: 0 all answered, 1 a question has no answer or the card is refused, 2 wrong usage,
 * 3 no process can work.
 */
@Command(name = "try")
final class ModelsTryCommand extends PairstreamCommand {

  private static final int MOST_ON_A_SHEET = 500;

  /** Most characters of a text in a table or on a sheet; JSON has them all. */
  private static final int MOST_SHOWN = 100;

  @Parameters(index = "0", paramLabel = "CARD")
  private Path file;

  @Parameters(index = "1..*", arity = "1..*", paramLabel = "PATH")
  private List<Path> paths = List.of();

  @Option(names = "--sheet", paramLabel = "FILE")
  private Path sheet;

  @Option(names = "--threads", paramLabel = "N", defaultValue = "1")
  private int threads;

  @Mixin private final ModelProcessOptions process = new ModelProcessOptions();

  private record Tried(String card, String digest, List<ShownAnswer> answers) {}

  /**
   * Answers about a file.
   *
   * @param failure why it says nothing; null where it answers
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  private record ShownAnswer(
      String path,
      Map<String, Double> numbers,
      Map<String, String> labels,
      Map<String, float[]> vectors,
      Map<String, String> texts,
      String failure,
      String detail) {

    static ShownAnswer of(String path, ModelAnswer answer) {
      if (answer instanceof Answered said) {
        return new ShownAnswer(
            path,
            new TreeMap<>(said.numbers()),
            new TreeMap<>(said.labels()),
            new TreeMap<>(said.vectors()),
            new TreeMap<>(said.texts()),
            null,
            null);
      }
      Failed failed = (Failed) answer;
      return new ShownAnswer(
          path,
          Map.of(),
          Map.of(),
          Map.of(),
          Map.of(),
          failed.reason().name().toLowerCase(Locale.ROOT).replace('_', '-'),
          failed.detail());
    }

    /** Each answer, as a person reads it, by its name. */
    Map<String, String> inWords() {
      Map<String, String> words = new TreeMap<>(labels);
      texts.forEach((name, text) -> words.put(name, beginning(text.replace('\n', ' '))));
      numbers.forEach((name, value) -> words.put(name, figure(value)));
      vectors.forEach(
          (name, vector) ->
              words.put(name, "%d numbers: %s …".formatted(vector.length, figure(vector[0]))));
      return words;
    }

    private static String beginning(String text) {
      return text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + "…";
    }

    private static String figure(double value) {
      return String.format(Locale.ROOT, "%.4g", value);
    }
  }

  @Override
  public Integer call() throws IOException {
    require(threads >= 1 && threads <= 64, "--threads must be 1 to 64, was " + threads);
    require(
        sheet == null || Files.isWritable(sheet.toAbsolutePath().getParent()),
        "--sheet: nothing can be written there: " + sheet);
    ModelCard card = ModelsCommand.card(file);
    require(sheet == null || card.seesPicture(), "--sheet: the model of this card sees no picture");
    ShownFiles shown = new ShownFiles(card);
    List<ShownAnswer> answers = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    try (AnswerModel model = process.model(card, threads, this::say);
        Progress progress = progress()) {
      if (card instanceof ApiCard api) {
        say("%s %s", card.name(), api.call().sends());
      }
      List<Shown> waiting = new ArrayList<>();
      for (Path path : shown.find(paths)) {
        waiting.addAll(shown.read(path, problems::add));
        if (waiting.size() >= card.batch()) {
          answers.addAll(ask(model, waiting));
          progress.show("%,d file(|s) asked", answers.size());
        }
      }
      answers.addAll(ask(model, waiting));
    }
    problems.forEach(this::complain);
    if (sheet != null) {
      writeSheet(card, answers);
    }
    boolean good = problems.isEmpty() && answers.stream().allMatch(said -> said.failure() == null);
    return answer(new Tried(card.name(), card.digest(), answers), good, () -> print(card, answers));
  }

  private static List<ShownAnswer> ask(AnswerModel model, List<Shown> waiting) {
    List<ModelAnswer> answers = model.ask(waiting.stream().map(Shown::question).toList());
    List<ShownAnswer> said = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      said.add(ShownAnswer.of(waiting.get(i).where(), answers.get(i)));
    }
    waiting.clear();
    return said;
  }

  private void print(ModelCard card, List<ShownAnswer> answers) {
    List<String> names = card.outputs().stream().map(output -> output.name()).sorted().toList();
    Table table = new Table();
    List<Object> head = new ArrayList<>(names.stream().map(Figure::new).toList());
    head.add("");
    table.row(head.toArray());
    for (ShownAnswer said : answers) {
      List<Object> row = new ArrayList<>();
      Map<String, String> words = said.inWords();
      names.forEach(name -> row.add(new Figure(words.getOrDefault(name, "-"))));
      row.add(
          said.failure() == null
              ? said.path()
              : said.path() + " (" + said.failure() + ": " + said.detail() + ")");
      table.row(row.toArray());
    }
    print(table);
  }

  private void writeSheet(ModelCard card, List<ShownAnswer> answers) throws IOException {
    try (ImageWorkerPool workers = new ImageWorkerPool(process.settings(1))) {
      ContactSheet page = new ContactSheet(workers, MOST_ON_A_SHEET);
      for (ShownAnswer said : answers) {
        List<String> facts = new ArrayList<>();
        said.inWords().forEach((name, words) -> facts.add(name + " " + words));
        if (said.failure() == null) {
          facts.add(said.path());
          page.add("Answers", Files.readAllBytes(Path.of(said.path())), facts);
        } else {
          // Whatever ended a process is not decoded here.
          page.add("No answer", new byte[0], List.of(said.path(), said.failure(), said.detail()));
        }
      }
      Files.writeString(sheet, page.html("Answers of " + card.name()));
    }
  }
}
