package io.pairstream.cli;

import io.pairstream.cleaning.image.ImageWorkerUnavailableException;
import io.pairstream.cleaning.recipe.InvalidRecipeException;
import io.pairstream.feed.PositionRefusedException;
import io.pairstream.feed.RefusedSampleException;
import io.pairstream.logs.LogSettings;
import io.pairstream.platform.PlatformException;
import io.pairstream.preprocess.run.StartException;
import io.pairstream.schemas.wire.AvroSafety;
import io.pairstream.schemas.wire.IncompatibleSchemaException;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.schemas.wire.RootCause;
import io.pairstream.service.Cluster;
import io.pairstream.service.report.InstanceName;
import io.pairstream.service.requirements.WeakClusterException;
import io.pairstream.service.table.ViewStorageException;
import io.pairstream.terminal.TerminalText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.time.Duration;
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
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code pairstream} command: picks the subcommand and turns its end into an exit status. */
@Command(
    name = "pairstream",
    scope = ScopeType.INHERIT,
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    resourceBundle = GroupedHelp.TEXTS,
    synopsisSubcommandLabel = "COMMAND",
    exitCodeOnInvalidInput = ExitStatus.WRONG_USAGE,
    exitCodeOnExecutionException = ExitStatus.COULD_NOT,
    subcommands = {
      DemoCommand.class,
      UpCommand.class,
      DrawCommand.class,
      ImportCommand.class,
      IngestCommand.class,
      FetchCommand.class,
      GenerateCommand.class,
      PreprocessCommand.class,
      FeedCommand.class,
      ViewCommand.class,
      ExportCommand.class,
      OperateCommand.class,
      RegistryCommand.class,
      DoctorCommand.class,
      LagCommand.class,
      GroupCommand.class,
      ProfileCommand.class,
      WhyCommand.class,
      AuditCommand.class,
      QuarantineCommand.class,
      TakedownCommand.class,
      TopicsCommand.class,
      KeysCommand.class,
      RecipeCommand.class
    })
public final class Main {

  private Main() {}

  public static void main(String[] arguments) {
    System.setProperty(InstanceName.PROPERTY, InstanceName.fresh());
    LogSettings.settle(arguments);
    AvroSafety.install();
    System.exit(commandLine().execute(arguments));
  }

  /**
   * Describes and checks an option of every command. {@link LogSettings} has read it before,
   * because logging begins before options are read.
   */
  @Option(
      names = LogSettings.OPTION,
      paramLabel = "FORMAT",
      scope = ScopeType.INHERIT,
      converter = LogFormatReader.class)
  void logFormat(LogSettings.Format format) {}

  /** Reads the option. */
  static final class LogFormatReader implements ITypeConverter<LogSettings.Format> {

    @Override
    public LogSettings.Format convert(String text) {
      return LogSettings.Format.named(text)
          .orElseThrow(() -> new TypeConversionException("right is text or json, not " + text));
    }
  }

  /** The version in this program's jar. */
  static final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"pairstream " + (version == null ? "(not packaged)" : version)};
    }
  }

  /** What a person types to call this program: {@code ./pairstream}, or its name on the path. */
  static String asCalled() {
    return System.getProperty("pairstream.called", "pairstream");
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setUsageHelpAutoWidth(true)
        .setHelpFactory(GroupedHelp::new)
        .registerConverter(Duration.class, new TimeSpan())
        .setParameterExceptionHandler(
            (exception, arguments) -> {
              CommandLine command = exception.getCommandLine();
              if (isWithoutSubcommand(exception)) {
                command.usage(command.getErr());
                return ExitStatus.WRONG_USAGE;
              }
              command
                  .getErr()
                  .printf(
                      "pairstream: %s%nfor help: %s --help%n",
                      TerminalText.plain(wrongUsage(exception)),
                      command.getCommandSpec().qualifiedName());
              return ExitStatus.WRONG_USAGE;
            })
        .setExecutionExceptionHandler(
            (exception, command, parsed) -> {
              if (exception instanceof InvalidRecipeException recipe) {
                explain(recipe, command.getErr());
                return ExitStatus.FOUND_WRONG;
              }
              if (exception instanceof WeakClusterException weak) {
                explain(weak, command.getErr());
                return ExitStatus.COULD_NOT;
              }
              Optional<String> explanation = explain(exception, command);
              if (explanation.isPresent()) {
                command.getErr().println("pairstream: " + TerminalText.plain(explanation.get()));
              } else {
                exception.printStackTrace(command.getErr());
              }
              return ExitStatus.COULD_NOT;
            });
  }

  /** {@code pairstream} alone, or {@code pairstream keys}: asks what there is. */
  private static boolean isWithoutSubcommand(ParameterException exception) {
    Object command = exception.getCommandLine().getCommandSpec().userObject();
    return exception.getClass() == ParameterException.class
        && !(command instanceof Runnable)
        && !(command instanceof Callable);
  }

  private static String wrongUsage(ParameterException exception) {
    if (exception instanceof UnmatchedArgumentException unmatched
        && !unmatched.getUnmatched().isEmpty()) {
      List<String> meant = unmatched.getSuggestions();
      String typed = unmatched.getUnmatched().get(0);
      String option = typed.replaceFirst("=.*", "");
      Optional<CommandLine> taker =
          exception.getCommandLine().getSubcommands().values().stream()
              .filter(command -> command.getCommandSpec().findOption(option) != null)
              .findFirst();
      if (taker.isPresent()) {
        return option
            + " goes behind a command: "
            + taker.get().getCommandSpec().qualifiedName()
            + ' '
            + option;
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

  /** Says all that is wrong with a recipe, a line each. */
  static void explain(InvalidRecipeException recipe, PrintWriter err) {
    printLines(recipe, err);
  }

  /** Says all that a cluster cannot keep, a line each. */
  static void explain(WeakClusterException weak, PrintWriter err) {
    printLines(weak, err);
  }

  private static void printLines(Exception exception, PrintWriter err) {
    exception
        .getMessage()
        .lines()
        .map(TerminalText::plain)
        .forEach(line -> err.println(line.startsWith(" ") ? line : "pairstream: " + line));
  }

  /** What a person can use of an exception; empty for a fault of ours. */
  private static Optional<String> explain(Exception exception, CommandLine command) {
    Optional<Cluster> cluster = clusterOf(command);
    String brokers = cluster.map(found -> " at " + found.bootstrapServers()).orElse("");
    if (exception instanceof TimeoutException || exception instanceof DisconnectException) {
      return Optional.of(
          "Kafka"
              + brokers
              + " does not answer in time"
              + (exception.getMessage() == null ? "" : " (" + exception.getMessage() + ")")
              + "; start one with: pairstream up, say where it is: --bootstrap-servers, or see what"
              + " is wrong with it: pairstream doctor");
    } else if (exception instanceof RegistryUnavailableException) {
      return Optional.of(
          exception.getMessage()
              + "; start one with: pairstream up, or say where: --schema-registry");
    } else if (exception instanceof UnknownTopicOrPartitionException) {
      return Optional.of(
          "data set "
              + cluster.map(found -> found.dataset().name() + " ").orElse("")
              + "has not all its topics on Kafka"
              + brokers
              + "; make them with: pairstream topics create, or name another: --dataset");
    } else if (exception instanceof AuthenticationException
        || exception instanceof AuthorizationException) {
      return Optional.of(
          "Kafka"
              + brokers
              + " refuses us: "
              + exception.getMessage()
              + "; credentials go into the file of --config, as kafka.*");
    } else if (exception instanceof FileSystemException file && file.getReason() == null) {
      // Its message is the file's name alone.
      return Optional.of(file.getClass().getSimpleName() + ": " + file.getMessage());
    }
    boolean isForThePerson =
        exception instanceof PlatformException
            || exception instanceof StartException
            || exception instanceof ImageWorkerUnavailableException
            || exception instanceof MissingSchemaException
            || exception instanceof IncompatibleSchemaException
            || exception instanceof IOException
            || exception instanceof PositionRefusedException
            || exception instanceof RefusedSampleException
            || exception instanceof ViewStorageException
            || exception instanceof KafkaException;
    return isForThePerson ? Optional.of(withRoot(exception)) : Optional.empty();
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
