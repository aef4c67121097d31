package io.pairstream.cli;

import io.pairstream.cleaning.image.ImageWorkerUnavailableException;
import io.pairstream.cleaning.recipe.InvalidRecipeException;
import io.pairstream.platform.PlatformException;
import io.pairstream.preprocess.run.StartException;
import io.pairstream.schemas.wire.AvroSafety;
import io.pairstream.schemas.wire.IncompatibleSchemaException;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import java.io.IOException;
import org.apache.kafka.common.KafkaException;
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
    subcommands = {UpCommand.class, PreprocessCommand.class, RecipeCommand.class})
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
        .setExecutionExceptionHandler(
            (exception, command, parsed) -> {
              if (isForThePerson(exception)) {
                command.getErr().println("pairstream: " + exception.getMessage());
              } else {
                exception.printStackTrace(command.getErr());
              }
              return exception instanceof InvalidRecipeException
                  ? ExitStatus.FOUND_WRONG
                  : ExitStatus.COULD_NOT;
            });
  }

  /** Whether the message says all that a person can use; anything else is a fault of ours. */
  private static boolean isForThePerson(Exception exception) {
    return exception instanceof PlatformException
        || exception instanceof InvalidRecipeException
        || exception instanceof StartException
        || exception instanceof ImageWorkerUnavailableException
        || exception instanceof RegistryUnavailableException
        || exception instanceof MissingSchemaException
        || exception instanceof IncompatibleSchemaException
        || exception instanceof IOException
        || exception instanceof KafkaException;
  }
}
