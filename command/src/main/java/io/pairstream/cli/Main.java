package io.pairstream.cli;

import io.pairstream.platform.PlatformException;
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
    subcommands = {UpCommand.class})
public final class Main {

  private Main() {}

  public static void main(String[] arguments) {
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
              if (exception instanceof PlatformException) {
                command.getErr().println("pairstream: " + exception.getMessage());
              } else {
                exception.printStackTrace(command.getErr());
              }
              return ExitStatus.COULD_NOT;
            });
  }
}
