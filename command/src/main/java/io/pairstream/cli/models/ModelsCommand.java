package io.pairstream.cli.models;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.cli.command.Faults;
import io.pairstream.cli.command.NewCommand;
import io.pairstream.cli.command.PairstreamCommand;
import io.pairstream.image.card.ApiCard;
import io.pairstream.image.card.InvalidCardException;
import io.pairstream.image.card.ModelCard;
import io.pairstream.image.model.AnswerModel;
import io.pairstream.image.plan.ModelOutput;
import io.pairstream.terminal.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code pairstream models}: what models are, and whether they do what their cards say. */
@Command(
    name = "models",
    subcommands = {
      ModelsCommand.Check.class,
      ModelsTryCommand.class,
      ModelsGetCommand.class,
      ModelsCommand.New.class
    })
public final class ModelsCommand {

  /** {@code pairstream models check}: all mistakes of a card, or how its model answers. */
  @Command(name = "check")
  static final class Check extends PairstreamCommand {

    @Parameters(paramLabel = "CARD")
    private Path file;

    @Mixin private final ModelProcessOptions process = new ModelProcessOptions();

    /** A card as JSON; one that is refused has problems and nothing else. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Checked(
        String name,
        String digest,
        String sha256,
        String licence,
        String source,
        String sees,
        List<String> answers,
        String sends,
        String problems) {}

    @Override
    public Integer call() throws IOException {
      try {
        ModelCard card = card(file);
        try (AnswerModel model = process.model(card, 1, this::say)) {
          model.rehearse();
        }
        List<String> answers = card.outputs().stream().map(Check::inWords).toList();
        return answer(
            new Checked(
                card.name(),
                card.digest(),
                card.facts().sha256(),
                card.facts().licence(),
                card.facts().source(),
                sees(card),
                answers,
                card instanceof ApiCard api ? api.call().sends() : null,
                null),
            () -> print(card, answers));
      } catch (InvalidCardException e) {
        answer(
            new Checked(null, null, null, null, null, null, null, null, e.getMessage()),
            () -> Faults.explain(e, err()));
        return ExitStatus.FOUND_WRONG;
      }
    }

    private static String inWords(ModelOutput output) {
      return output.name() + ": " + output.as().name().toLowerCase(Locale.ROOT);
    }

    private void print(ModelCard card, List<String> answers) {
      if (card instanceof ApiCard api) {
        print("%s can be read; its API is asked by models try", card.name());
        print("  it %s", api.call().sends());
      } else {
        print("%s is good: its model does what it says", card.name());
      }
      print(
          new Table()
              .row("  digest", card.digest())
              .row("  licence", card.facts().licence())
              .row("  source", card.facts().source())
              .row("  sees", sees(card))
              .row("  answers", String.join(", ", answers)));
    }
  }

  /** {@code pairstream models new}: a model in Python with its card, to go on from. */
  @Command(name = "new")
  static final class New extends NewCommand {
    New() {
      super("brightness", "brightness.yaml", "models check");
    }
  }

  /**
   * Reads a card that was named on the command line.
   *
   * @throws InvalidCardException with everything that is wrong with it
   */
  static ModelCard card(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException("there is no card " + file);
    }
    return ModelCard.read(file);
  }

  static String sees(ModelCard card) {
    return Stream.of(
            card.seesPicture()
                ? card.rendition().isEmpty() ? "picture" : "picture " + card.rendition()
                : "",
            card.seesCaption() ? "caption" : "")
        .filter(part -> !part.isEmpty())
        .collect(Collectors.joining(" and "));
  }
}
