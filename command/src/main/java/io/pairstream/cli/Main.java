package io.pairstream.cli;

import io.pairstream.cli.archive.ArchiveCommand;
import io.pairstream.cli.archive.AuditCommand;
import io.pairstream.cli.archive.CompareCommand;
import io.pairstream.cli.archive.RerunCommand;
import io.pairstream.cli.cluster.AclsCommand;
import io.pairstream.cli.cluster.DoctorCommand;
import io.pairstream.cli.cluster.KeysCommand;
import io.pairstream.cli.cluster.TopicsCommand;
import io.pairstream.cli.command.ClusterOptions;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.cli.command.Faults;
import io.pairstream.cli.command.Quantity;
import io.pairstream.cli.command.Version;
import io.pairstream.cli.data.DrawCommand;
import io.pairstream.cli.data.ImportCommand;
import io.pairstream.cli.models.ModelsCommand;
import io.pairstream.cli.models.ScoreCommand;
import io.pairstream.cli.recipe.ProfileCommand;
import io.pairstream.cli.recipe.RecipeCommand;
import io.pairstream.cli.review.QuarantineCommand;
import io.pairstream.cli.review.TakedownCommand;
import io.pairstream.cli.run.Address;
import io.pairstream.cli.run.DemoCommand;
import io.pairstream.cli.run.FetchCommand;
import io.pairstream.cli.run.IngestCommand;
import io.pairstream.cli.run.OperateCommand;
import io.pairstream.cli.run.PreprocessCommand;
import io.pairstream.cli.run.RegistryCommand;
import io.pairstream.cli.run.UpCommand;
import io.pairstream.cli.training.ExportCommand;
import io.pairstream.cli.training.ExposureCommand;
import io.pairstream.cli.training.FeedCommand;
import io.pairstream.cli.training.ViewCommand;
import io.pairstream.cli.watch.LagCommand;
import io.pairstream.cli.watch.WhyCommand;
import io.pairstream.logs.Logs;
import io.pairstream.schemas.Hint;
import io.pairstream.schemas.wire.AvroSafety;
import io.pairstream.service.ClusterRequirement;
import io.pairstream.service.report.SelfReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code pairstream} command: picks the subcommand and turns its end into an exit status. */
@Command(
    name = "pairstream",
    scope = ScopeType.INHERIT,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    resourceBundle = GroupedHelp.TEXTS,
    synopsisSubcommandLabel = "COMMAND",
    exitCodeOnInvalidInput = ExitStatus.WRONG_USAGE,
    exitCodeOnExecutionException = ExitStatus.COULD_NOT)
public final class Main {

  private static final List<Class<?>> COMMANDS =
      List.of(
          DemoCommand.class,
          UpCommand.class,
          DrawCommand.class,
          ImportCommand.class,
          IngestCommand.class,
          FetchCommand.class,
          PreprocessCommand.class,
          ScoreCommand.class,
          FeedCommand.class,
          ViewCommand.class,
          ExportCommand.class,
          OperateCommand.class,
          RegistryCommand.class,
          DoctorCommand.class,
          LagCommand.class,
          ProfileCommand.class,
          WhyCommand.class,
          ExposureCommand.class,
          AuditCommand.class,
          ArchiveCommand.class,
          RerunCommand.class,
          CompareCommand.class,
          QuarantineCommand.class,
          TakedownCommand.class,
          TopicsCommand.class,
          AclsCommand.class,
          KeysCommand.class,
          RecipeCommand.class,
          ModelsCommand.class);

  private Main() {}

  public static void main(String[] arguments) {
    requireNames(arguments);
    Logs.install(arguments.length == 0 ? "" : arguments[0].replaceAll("[^a-z]", ""));
    SelfReport.nameProcess();
    AvroSafety.install();
    System.exit(commandLine(arguments.length == 0 ? "" : arguments[0]).execute(arguments));
  }

  /** Ends where Java could not decode an argument or the current folder by the locale. */
  private static void requireNames(String... arguments) {
    String characters = System.getProperty("sun.jnu.encoding");
    if (!characters.equals("UTF-8")
        && (System.getProperty("user.dir") + String.join("", arguments)).contains("\uFFFD")) {
      System.err.printf(
          "pairstream: an argument or the current folder has characters beyond the locale's, %s;"
              + " set LC_ALL=C.UTF-8%n",
          characters);
      System.exit(ExitStatus.COULD_NOT);
    }
  }

  /**
   * The command line, as the program runs it.
   *
   * @param first the first argument: where it names a command, the others are left out, because to
   *     make all takes a fifth of a second
   */
  public static CommandLine commandLine(String first) {
    CommandLine line = new CommandLine(new Main());
    List<Class<?>> named =
        COMMANDS.stream()
            .filter(each -> each.getAnnotation(Command.class).name().equals(first))
            .toList();
    (named.isEmpty() ? COMMANDS : named).forEach(line::addSubcommand);
    return line.setUsageHelpAutoWidth(true)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setHelpFactory(GroupedHelp::new)
        .registerConverter(Duration.class, Quantity::span)
        .registerConverter(Instant.class, Quantity::past)
        .registerConverter(Address.class, Address::parse)
        .registerConverter(ClusterRequirement.class, Main::requirement)
        .setExecutionStrategy(Main::execute)
        .setParameterExceptionHandler(
            (exception, arguments) -> Faults.ofUsage(exception, exception.getCommandLine()))
        .setExecutionExceptionHandler(
            (exception, command, parsed) -> Faults.ofWork(exception, command));
  }

  /** Runs the command, or prints its help; help is for what there is. */
  private static int execute(ParseResult parsed) {
    CommandLine command = parsed.asCommandLineList().get(parsed.asCommandLineList().size() - 1);
    List<String> unmatched = command.getUnmatchedArguments();
    if (!unmatched.isEmpty()) {
      throw new UnmatchedArgumentException(command, unmatched);
    }
    parsed.asCommandLineList().forEach(Main::refuseEmpty);
    Hint.use(ClusterOptions.typed(command));
    Hint.runs(parsed.hasSubcommand() ? parsed.subcommand().commandSpec().name() : "");
    return new CommandLine.RunLast().execute(parsed);
  }

  /** An empty value is mostly that of a shell's variable which is not set. */
  private static void refuseEmpty(CommandLine command) {
    for (ArgSpec given : command.getParseResult().matchedArgs()) {
      if (given.originalStringValues().contains("")) {
        String it = given instanceof OptionSpec option ? option.longestName() : given.paramLabel();
        throw new ParameterException(
            command, it + ": the value is empty; give one, or leave " + it + " out");
      }
    }
  }

  private static ClusterRequirement requirement(String name) {
    return ClusterRequirement.named(name)
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "right is one of " + ClusterRequirement.labels() + ", not " + name));
  }
}
