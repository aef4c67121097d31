package io.pairstream.cli;

import io.pairstream.cleaning.recipe.InvalidRecipeException;
import io.pairstream.feed.filter.InvalidConditionException;
import io.pairstream.ingest.files.UnusableSourceException;
import io.pairstream.operations.topics.TopicMismatchException;
import io.pairstream.platform.PlatformException;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.schemas.wire.RootCause;
import io.pairstream.service.Cluster;
import io.pairstream.service.keys.InvalidKeyRequestException;
import io.pairstream.service.requirements.WeakClusterException;
import io.pairstream.terminal.TerminalText;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says what went wrong with a command, and as which exit status it ends. */
final class Faults {

  private Faults() {}

  static int ofUsage(ParameterException exception, CommandLine command) {
    if (isWithoutSubcommand(exception, command)) {
      command.usage(command.getErr());
    } else {
      say(command, wrongUsage(exception, command));
      command.getErr().printf("for help: %s --help%n", command.getCommandSpec().qualifiedName());
    }
    return ExitStatus.WRONG_USAGE;
  }

  static int ofWork(Exception exception, CommandLine command) {
    if (exception instanceof InvalidRecipeException recipe) {
      explain(recipe, command.getErr());
      return ExitStatus.FOUND_WRONG;
    } else if (exception instanceof WeakClusterException weak) {
      explain(weak, command.getErr());
      return ExitStatus.COULD_NOT;
    } else if (exception instanceof TopicMismatchException) {
      say(command, exception.getMessage());
      return ExitStatus.FOUND_WRONG;
    } else if (exception instanceof InvalidConditionException) {
      return ofUsage(
          new ParameterException(command, "--where: " + exception.getMessage()), command);
    } else if (exception instanceof InvalidKeyRequestException) {
      return ofUsage(new ParameterException(command, exception.getMessage()), command);
    } else if (exception instanceof UnusableSourceException) {
      say(command, exception.getMessage());
      return ExitStatus.WRONG_USAGE;
    }
    String words = ofTheWorld(exception, command);
    if (words == null) {
      exception.printStackTrace(command.getErr());
    } else {
      say(command, words);
    }
    return ExitStatus.COULD_NOT;
  }

  private static void say(CommandLine command, String words) {
    command.getErr().println("pairstream: " + TerminalText.plain(words));
  }

  /** Says all that is wrong with a recipe, or that a cluster cannot keep, a line each. */
  static void explain(Exception exception, PrintWriter err) {
    exception
        .getMessage()
        .lines()
        .map(TerminalText::plain)
        .forEach(line -> err.println(line.startsWith(" ") ? line : "pairstream: " + line));
  }

  /** {@code pairstream} alone, or {@code pairstream keys}: asks what there is. */
  private static boolean isWithoutSubcommand(ParameterException exception, CommandLine command) {
    return exception.getClass() == ParameterException.class
        && !(command.getCommandSpec().userObject() instanceof Callable);
  }

  private static String wrongUsage(ParameterException exception, CommandLine command) {
    if (exception instanceof UnmatchedArgumentException unmatched
        && !unmatched.getUnmatched().isEmpty()) {
      List<String> meant = unmatched.getSuggestions();
      String typed = unmatched.getUnmatched().get(0);
      String option = typed.replaceFirst("=.*", "");
      Optional<CommandLine> taker =
          command.getSubcommands().values().stream()
              .filter(sub -> sub.getCommandSpec().findOption(option) != null)
              .findFirst();
      if (taker.isPresent()) {
        String name = taker.get().getCommandSpec().qualifiedName();
        return option + " goes behind a command: " + name + ' ' + option;
      }
      return "there is no "
          + (unmatched.isUnknownOption() ? "option " : "command or argument ")
          + typed
          + (meant.isEmpty() ? "" : "; did you mean " + String.join(" or ", meant) + "?");
    }
    // The library names Java's types, of which nobody who types has heard.
    return String.valueOf(exception.getMessage())
        .replaceFirst(" is not an? (short|int|long)$", " is no whole number, or too large a one")
        .replaceFirst(" is not a (float|double)$", " is no number")
        .replaceFirst("cannot convert ('.*') to URI \\(java.*\\)$", "$1 is no address");
  }

  /** What a person can use of an exception; null for a fault of ours. */
  private static String ofTheWorld(Exception exception, CommandLine command) {
    Optional<Cluster> cluster = clusterOf(command);
    String kafka =
        "Kafka" + cluster.map(found -> " at " + found.bootstrapServers()).orElse("") + " ";
    String up = "; start one with: " + Main.asCalled() + " up, ";
    if (exception instanceof TimeoutException || exception instanceof DisconnectException) {
      return kafka
          + "does not answer in time"
          + (exception.getMessage() == null ? "" : " (" + exception.getMessage() + ")")
          + up
          + "say where it is: --bootstrap-servers, or see what is wrong with it: "
          + Main.asCalled()
          + " doctor";
    } else if (exception instanceof RegistryUnavailableException) {
      return exception.getMessage() + up + "or say where: --schema-registry";
    } else if (exception instanceof UnknownTopicOrPartitionException) {
      return ("data set %shas not all its topics on %s; make them with: %s topics create, or name"
              + " another: --dataset")
          .formatted(
              cluster.map(found -> found.dataset().name() + " ").orElse(""),
              kafka.strip(),
              Main.asCalled());
    } else if (exception instanceof AuthenticationException
        || exception instanceof AuthorizationException) {
      return kafka
          + "refuses us: "
          + exception.getMessage()
          + "; credentials go into the file of --config, as kafka.*";
    } else if (exception instanceof FileSystemException file && file.getReason() == null) {
      // Its message is the file's name alone.
      return file.getClass().getSimpleName() + ": " + file.getMessage();
    }
    // Their messages are written for the person at the terminal.
    return exception instanceof IOException
            || exception instanceof UncheckedIOException
            || exception instanceof KafkaException
            || exception.getClass().getName().startsWith("io.pairstream.")
        ? withRoot(exception)
        : null;
  }

  /** The message, and that of the first cause, which often says more. */
  private static String withRoot(Exception exception) {
    Throwable root = RootCause.of(exception);
    String message = String.valueOf(exception.getMessage());
    return root == exception || root.getMessage() == null || message.contains(root.getMessage())
        ? message
        : message + ": " + root.getMessage();
  }

  private static Optional<Cluster> clusterOf(CommandLine command) {
    try {
      return command.getMixins().values().stream()
          .filter(ClusterOptions.class::isInstance)
          .map(options -> ((ClusterOptions) options).cluster())
          .findFirst();
    } catch (PlatformException e) {
      return Optional.empty(); // no platform runs there, which is what is said
    }
  }
}
