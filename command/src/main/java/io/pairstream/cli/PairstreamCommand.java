package io.pairstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import io.pairstream.cleaning.CleaningPlan;
import io.pairstream.cleaning.CleaningPlan.StepObserver;
import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import io.pairstream.cleaning.recipe.InvalidRecipeException;
import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.operations.sentence.AnswerJson;
import io.pairstream.terminal.Progress;
import io.pairstream.terminal.Table;
import io.pairstream.terminal.TerminalText;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * What all commands have: where they print, and how they refuse what makes no sense. Lines are for
 * people; what strangers wrote stands in them as plain text.
 */
abstract class PairstreamCommand implements Callable<Integer> {

  private static final JsonMapper JSON =
      AnswerJson.MAPPER
          .rebuild()
          .addModule(
              new SimpleModule()
                  .addSerializer(TopicPartition.class, ToStringSerializer.instance)
                  .addSerializer(Path.class, ToStringSerializer.instance))
          .build();

  @Option(names = "--json")
  private boolean json;

  @Spec private CommandSpec spec;

  final boolean json() {
    return json;
  }

  final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  final PrintWriter err() {
    return spec.commandLine().getErr();
  }

  /** A line on stdout. */
  final void print(String format, Object... values) {
    out().println(TerminalText.plain(TerminalText.format(format, values)));
  }

  /** Lines on stdout. */
  final void print(Table table) {
    table.lines().forEach(out()::println);
  }

  /** What something is called, and what it is; nothing where it is empty. */
  final void field(String name, Object value) {
    if (!value.toString().isEmpty()) {
      print("%-12s %s", name, value);
    }
  }

  /** A line with a count, unless that is 0. */
  final void count(String line, long count) {
    if (count > 0) {
      print(line, count);
    }
  }

  /** A line on stderr. */
  final void say(String format, Object... values) {
    err().println(TerminalText.plain(TerminalText.format(format, values)));
    err().flush();
  }

  final Progress progress() {
    return new Progress(err());
  }

  /** A text of ours in a colour, where a terminal shows it and {@code NO_COLOR} is not set. */
  final String coloured(String colour, String text) {
    return spec.commandLine().getColorScheme().ansi().string("@|" + colour + " " + text + "|@");
  }

  /** A line on stderr that says what went wrong. */
  final void complain(String problem) {
    say("pairstream: %s", problem);
  }

  /** Says that there is no such thing, which is the exit status alone where JSON is asked for. */
  final int unknown(String words) {
    complain(words);
    return ExitStatus.FOUND_WRONG;
  }

  /** Prints an answer: a record as one JSON object where that is asked for, else in words. */
  final void answer(Object answer, Runnable inWords) {
    if (json) {
      out().println(asJson(answer));
    } else {
      inWords.run();
    }
    out().flush();
  }

  static JsonNode asTree(Object answer) {
    return JSON.valueToTree(answer);
  }

  static String asJson(Object answer) {
    try {
      return JSON.writeValueAsString(answer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  final ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  final void require(boolean right, String complaint) {
    if (!right) {
      throw wrong(complaint);
    }
  }

  final void requireAtLeast(long least, String option, Number value) {
    require(
        value == null || value.longValue() >= least,
        option + " must be at least " + least + ", was " + value);
  }

  /**
   * Settings made of options.
   *
   * @param prefix of what is said where they are refused
   */
  final <T> T checked(String prefix, Supplier<T> settings) {
    try {
      return settings.get();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), prefix + e.getMessage(), e);
    }
  }

  final <T> T checked(Supplier<T> settings) {
    return checked("", settings);
  }

  /** A recipe, by the name of one that comes with the product, or a file. */
  final RecipeFile recipe(String nameOrPath) {
    try {
      return RecipeFile.find(nameOrPath);
    } catch (IOException e) {
      throw wrong(e.getMessage());
    }
  }

  /**
   * A recipe's plan, with no worker behind it.
   *
   * @throws InvalidRecipeException with all mistakes
   */
  static CleaningPlan plan(RecipeFile recipe) {
    return new CleaningPlan(
        recipe.reader(),
        (image, target) -> {
          throw new ImageWorkerUnavailableException("checking a recipe decodes nothing");
        },
        StepObserver.NONE);
  }
}
