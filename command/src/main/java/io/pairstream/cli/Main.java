package io.pairstream.cli;

import io.pairstream.cleaning.image.ImageWorkerUnavailableException;
import io.pairstream.cleaning.recipe.InvalidRecipeException;
import io.pairstream.feed.PositionRefusedException;
import io.pairstream.feed.RefusedSampleException;
import io.pairstream.platform.PlatformException;
import io.pairstream.preprocess.run.StartException;
import io.pairstream.schemas.wire.AvroSafety;
import io.pairstream.schemas.wire.IncompatibleSchemaException;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.service.Cluster;
import java.io.IOException;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The {@code pairstream} command: picks the subcommand and turns its end into an exit status. */
@Command(
    name = "pairstream",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = "Image-text pairs in, training batches out.",
    synopsisSubcommandLabel = "COMMAND",
    exitCodeOnInvalidInput = ExitStatus.WRONG_USAGE,
    exitCodeOnExecutionException = ExitStatus.COULD_NOT,
    subcommands = {
      DemoCommand.class,
      UpCommand.class,
      ImportCommand.class,
      PreprocessCommand.class,
      FeedCommand.class,
      LagCommand.class,
      WhyCommand.class,
      AuditCommand.class,
      QuarantineCommand.class,
      TopicsCommand.class,
      RecipeCommand.class
    })
public final class Main {

  private Main() {}

  public static void main(String[] arguments) {
    AvroSafety.install();
    System.exit(commandLine().execute(arguments));
  }

  /** The version in this program's jar. */
  static final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"pairstream " + (version == null ? "(not packaged)" : version)};
    }
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setParameterExceptionHandler(
            (exception, arguments) -> {
              CommandLine command = exception.getCommandLine();
              command
                  .getErr()
                  .printf(
                      "pairstream: %s%nfor help: %s --help%n",
                      exception.getMessage(), command.getCommandSpec().qualifiedName());
              return ExitStatus.WRONG_USAGE;
            })
        .setExecutionExceptionHandler(
            (exception, command, parsed) -> {
              Optional<String> explanation = explain(exception, command);
              if (explanation.isPresent()) {
                command.getErr().println("pairstream: " + explanation.get());
              } else {
                exception.printStackTrace(command.getErr());
              }
              return exception instanceof InvalidRecipeException
                  ? ExitStatus.FOUND_WRONG
                  : ExitStatus.COULD_NOT;
            });
  }

  /** What a person can use of an exception; empty for a fault of ours. */
  private static Optional<String> explain(Exception exception, CommandLine command) {
    if (exception instanceof TimeoutException) {
      return Optional.of(
          "no Kafka broker answers"
              + clusterOf(command).map(cluster -> " at " + cluster.bootstrapServers()).orElse("")
              + "; start one with: pairstream up, or say where: --bootstrap-servers");
    }
    boolean isForThePerson =
        exception instanceof PlatformException
            || exception instanceof InvalidRecipeException
            || exception instanceof StartException
            || exception instanceof ImageWorkerUnavailableException
            || exception instanceof RegistryUnavailableException
            || exception instanceof MissingSchemaException
            || exception instanceof IncompatibleSchemaException
            || exception instanceof IOException
            || exception instanceof PositionRefusedException
            || exception instanceof RefusedSampleException
            || exception instanceof KafkaException;
    return isForThePerson ? Optional.of(withRoot(exception)) : Optional.empty();
  }

  /** The message, and that of the first cause, which often says more. */
  private static String withRoot(Exception exception) {
    Throwable root = exception;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message = String.valueOf(exception.getMessage());
    return root == exception || root.getMessage() == null || message.contains(root.getMessage())
        ? message
        : message + ": " + root.getMessage();
  }

  private static Optional<Cluster> clusterOf(CommandLine command) {
    return command.getMixins().values().stream()
        .filter(ClusterOptions.class::isInstance)
        .map(options -> ((ClusterOptions) options).cluster())
        .findFirst();
  }
}
