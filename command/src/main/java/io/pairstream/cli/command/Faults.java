package io.pairstream.cli.command;

import io.pairstream.cleaning.recipe.InvalidRecipeException;
import io.pairstream.image.card.InvalidCardException;
import io.pairstream.ingest.files.UnusableSourceException;
import io.pairstream.platform.PlatformException;
import io.pairstream.schemas.Hint;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.schemas.wire.RootCause;
import io.pairstream.service.Cluster;
import io.pairstream.service.requirements.Machine;
import io.pairstream.service.requirements.WeakClusterException;
import io.pairstream.terminal.TerminalText;
import io.pairstream.tools.topics.TopicMismatchException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says what went wrong with a command, and as which exit status it ends. */
public final class Faults {

  /** How the library lists the names of constants, which are typed in lower case. */
  private static final Pattern CHOICE =
      Pattern.compile("expected one of \\[(.*)] \\(case-insensitive\\) but was (.*)$");

  /** Names of commands by what other programs call them. */
  private static final Map<String, List<String>> CALLED_HERE =
      Map.of(
          "status", List.of("why", "lag"),
          "list", List.of("ls"),
          "delete", List.of("revoke", "drop", "lift"));

  private Faults() {}

  public static int ofUsage(ParameterException exception, CommandLine command) {
    // pairstream alone, or pairstream keys: asks what there is.
    if (exception.getClass() == ParameterException.class
        && !(command.getCommandSpec().userObject() instanceof Callable)) {
      command.usage(command.getErr());
    } else {
      say(command, wrongUsage(exception));
      if (exception instanceof MissingParameterException) {
        command.getErr().println(command.getHelp().footer().strip());
      }
      command.getErr().printf("for help: %s --help%n", command.getCommandSpec().qualifiedName());
    }
    return ExitStatus.WRONG_USAGE;
  }

  public static int ofWork(Exception exception, CommandLine command) {
    if (exception instanceof InvalidRecipeException
        || exception instanceof InvalidCardException
        || exception instanceof WeakClusterException) {
      explain(exception, command.getErr());
    } else {
      String words = inWords(exception, command);
      if (words == null) {
        exception.printStackTrace(command.getErr());
      } else if (exception instanceof PlatformException) {
        explain(exception, command.getErr());
      } else {
        say(command, words);
      }
    }
    if (exception instanceof UnusableSourceException) {
      return ExitStatus.WRONG_USAGE;
    }
    return exception instanceof InvalidRecipeException
            || exception instanceof InvalidCardException
            || exception instanceof TopicMismatchException
        ? ExitStatus.FOUND_WRONG
        : ExitStatus.COULD_NOT;
  }

  private static void say(CommandLine command, String words) {
    command.getErr().println("pairstream: " + TerminalText.plain(words));
  }

  /** Says all that is wrong with a recipe, or that a cluster cannot keep, a line each. */
  public static void explain(Exception exception, PrintWriter err) {
    exception
        .getMessage()
        .lines()
        .map(TerminalText::plain)
        .forEach(line -> err.println(line.startsWith(" ") ? line : "pairstream: " + line));
  }

  private static String wrongUsage(ParameterException exception) {
    if (exception instanceof UnmatchedArgumentException unmatched
        && !unmatched.getUnmatched().isEmpty()) {
      String typed = unmatched.getUnmatched().get(0);
      String meant = String.join(" or ", meant(typed, unmatched));
      String kind = unmatched.isUnknownOption() ? "option " : "command or argument ";
      String hint = meant.isEmpty() ? "" : "; did you mean " + meant + "?";
      return "there is no " + kind + typed + hint;
    }
    // The library names Java's types, which mean nothing to users.
    String message =
        CHOICE.matcher(String.valueOf(exception.getMessage())).replaceFirst(Faults::choices);
    return message
        .replaceFirst(" is not an? (short|int|long)$", " is no whole number, or too large a one")
        .replaceFirst(" is not a (float|double)$", " is no number")
        .replaceFirst("cannot convert ('.*') to URI \\(java.*\\)$", "$1 is no address");
  }

  /**
   * The words that may be typed; a word of two parts is listed by the library in both its forms.
   */
  private static String choices(MatchResult found) {
    String words =
        Stream.of(found.group(1).split(", ", -1))
            .map(word -> word.toLowerCase(Locale.ROOT).replace('_', '-'))
            .distinct()
            .collect(Collectors.joining(", "));
    return Matcher.quoteReplacement("right is one of " + words + ", not " + found.group(2));
  }

  /**
   * The nearest name, by the library, which finds little in swapped letters; else what begins alike
   * and lacks one letter at most.
   */
  private static List<String> meant(String typed, UnmatchedArgumentException unmatched) {
    CommandSpec command = unmatched.getCommandLine().getCommandSpec();
    List<String> called = new ArrayList<>(CALLED_HERE.getOrDefault(typed, List.of()));
    called.retainAll(command.subcommands().keySet());
    if (!called.isEmpty()) {
      return called;
    }
    boolean isOption = unmatched.isUnknownOption();
    String begin = typed.substring(0, Math.min(typed.length(), isOption ? 3 : 1));
    Optional<String> nearest =
        unmatched.getSuggestions().stream().filter(name -> name.startsWith(begin)).findFirst();
    if (nearest.isPresent()) {
      return List.of(nearest.get());
    }
    return (isOption ? command.optionsMap() : command.subcommands())
        .keySet().stream()
            .filter(name -> name.startsWith(begin) && name.length() == typed.length())
            .filter(name -> typed.chars().filter(letter -> name.indexOf(letter) < 0).count() < 2)
            .toList();
  }

  /** Words for the person at the terminal; null for a fault of ours. */
  private static String inWords(Exception exception, CommandLine command) {
    Optional<Cluster> cluster = clusterOf(command);
    String kafka = "Kafka" + cluster.map(found -> " at " + found.bootstrapServers()).orElse("");
    String message = exception.getMessage();
    if (RootCause.of(exception) instanceof AuthorizationException) {
      return withRoot(exception);
    } else if (exception instanceof TimeoutException
        || exception instanceof DisconnectException
        || RootCause.of(exception) instanceof TimeoutException) {
      return kafka
          + " does not answer in time"
          + (message == null ? "" : " (" + message + ")")
          + remedy(command, "--bootstrap-servers");
    } else if (exception instanceof RegistryUnavailableException) {
      return message + remedy(command, "--schema-registry");
    } else if (exception instanceof UnknownTopicOrPartitionException) {
      String dataset = cluster.map(found -> found.dataset().name() + " ").orElse("");
      return "data set %shas not all its topics on %s; make them with: %s, or name another: --dataset"
          .formatted(dataset, kafka, Hint.of("topics create"));
    } else if (exception instanceof AuthenticationException) {
      return "%s refuses us: %s; credentials go into the file of --config, as kafka.*"
          .formatted(kafka, message);
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
    String root = RootCause.message(exception);
    String message = exception.getMessage();
    return message == null || root.startsWith(message)
        ? root
        : message.contains(root) ? message : message + ": " + root;
  }

  /** Advice where a broker does not answer: why one of this machine cannot, and what to do. */
  private static String remedy(CommandLine command, String addressOption) {
    return fullDisk(command)
        + options(command).map(found -> "; " + found.remedy(addressOption)).orElse("")
        + (command.getCommandSpec().userObject() instanceof Resumable begun
            ? "; " + begun.soFar() + "; run the same command again, and it goes on"
            : "");
  }

  /** Says that the disk is full, and brokers of this machine cannot work; empty where it is not. */
  private static String fullDisk(CommandLine command) {
    return options(command)
        .map(ClusterOptions::dataDirectory)
        .filter(Files::isDirectory)
        .flatMap(data -> Machine.of(data).disk().get())
        .map(full -> "; " + full)
        .orElse("");
  }

  private static Optional<ClusterOptions> options(CommandLine command) {
    return command.getMixins().values().stream()
        .filter(ClusterOptions.class::isInstance)
        .map(ClusterOptions.class::cast)
        .findFirst();
  }

  private static Optional<Cluster> clusterOf(CommandLine command) {
    try {
      return options(command).map(ClusterOptions::cluster);
    } catch (PlatformException e) {
      return Optional.empty(); // no platform runs there, which is what is said
    }
  }
}
