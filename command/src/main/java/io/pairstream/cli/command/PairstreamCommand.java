package io.pairstream.cli.command;

import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.cleaning.plan.CleaningPlan.StepObserver;
import io.pairstream.cleaning.recipe.InvalidRecipeException;
import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.curation.sentence.AnswerJson;
import io.pairstream.schemas.Threads;
import io.pairstream.schemas.wire.RootCause;
import io.pairstream.terminal.Progress;
import io.pairstream.terminal.Table;
import io.pairstream.terminal.TerminalText;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.AuthorizationException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * A command: where it prints, and how it refuses what makes no sense. Lines are for people; what
 * strangers wrote stands in them as plain text.
 */
public abstract class PairstreamCommand implements Callable<Integer> {

  private static final Duration SHOWN_EVERY = Duration.ofMillis(500);

  @Option(names = "--json")
  private boolean json;

  @Spec private CommandSpec spec;

  protected final boolean json() {
    return json;
  }

  protected final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  protected final PrintWriter err() {
    return spec.commandLine().getErr();
  }

  /**
   * Writes a line.
   *
   * @param format as for {@link TerminalText#format}
   */
  public final void print(String format, Object... values) {
    out().println(TerminalText.plain(TerminalText.format(format, values)));
  }

  /** Writes the lines of a table. */
  protected final void print(Table table) {
    table.lines().forEach(out()::println);
  }

  /** Writes what something is called, and what it is; nothing where it is empty. */
  protected final void field(String name, Object value) {
    if (!value.toString().isEmpty()) {
      print("%-12s %s", name, value);
    }
  }

  /** Writes a line with a count, unless that is 0. */
  protected final void count(String line, long count) {
    if (count > 0) {
      print(line, count);
    }
  }

  /** A line on stderr. */
  protected final void say(String format, Object... values) {
    err().println(TerminalText.plain(TerminalText.format(format, values)));
    err().flush();
  }

  protected final Progress progress() {
    return new Progress(err());
  }

  /** Does a work, and shows meanwhile how it goes on. */
  protected final <T> T showing(Consumer<Progress> show, Supplier<T> work) {
    ScheduledExecutorService ticks = Threads.scheduler("show");
    try (Progress progress = progress()) {
      Threads.repeat(ticks, SHOWN_EVERY, () -> show.accept(progress));
      return work.get();
    } finally {
      ticks.shutdownNow();
    }
  }

  /** A text of ours in a colour, where a terminal shows it and {@code NO_COLOR} is not set. */
  protected final String coloured(String colour, String text) {
    return spec.commandLine().getColorScheme().ansi().string("@|" + colour + " " + text + "|@");
  }

  /** A line on stderr that says what went wrong. */
  public final void complain(String problem) {
    say("pairstream: %s", problem);
  }

  /** A line on stderr that says why the work has ended; of a right that Kafka refuses, which. */
  protected final void complain(Throwable fault) {
    complain(
        RootCause.of(fault) instanceof AuthorizationException
            ? RootCause.message(fault)
            : String.valueOf(fault.getMessage()));
  }

  /** Says that there is no such thing, which is the exit status alone where JSON is asked for. */
  protected final int unknown(String words) {
    complain(words);
    return ExitStatus.FOUND_WRONG;
  }

  /** As {@link #answer(Object, boolean, Runnable)}, where nothing is wrong. */
  protected final int answer(Object answer, Runnable inWords) {
    return answer(answer, true, inWords);
  }

  /**
   * Prints an answer: a record as one JSON object where that is asked for, else in words.
   *
   * @param isGood whether the work found nothing wrong
   * @return the exit status
   */
  protected final int answer(Object answer, boolean isGood, Runnable inWords) {
    if (json) {
      out().println(AnswerJson.text(answer));
    } else {
      inWords.run();
    }
    out().flush();
    return isGood ? ExitStatus.DONE : ExitStatus.FOUND_WRONG;
  }

  protected final ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  public final void require(boolean right, String complaint) {
    if (!right) {
      throw wrong(complaint);
    }
  }

  protected final void requireAtLeast(long least, String option, Number value) {
    require(
        value == null || value.longValue() >= least,
        option + " must be at least " + least + ", was " + value);
  }

  /**
   * Settings made of options.
   *
   * @param prefix of what is said where they are refused
   */
  protected final <T> T checked(String prefix, Supplier<T> settings) {
    try {
      return settings.get();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), prefix + e.getMessage(), e);
    }
  }

  protected final <T> T checked(Supplier<T> settings) {
    return checked("", settings);
  }

  /** A recipe, by the name of one that comes with the product, or a file. */
  protected final RecipeFile recipe(String nameOrPath) {
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
  protected static CleaningPlan plan(RecipeFile recipe) {
    return new CleaningPlan(
        recipe.reader(),
        (image, target) -> {
          throw new ImageWorkerUnavailableException("checking a recipe decodes nothing");
        },
        StepObserver.NONE);
  }
}
