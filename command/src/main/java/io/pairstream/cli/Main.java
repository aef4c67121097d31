package io.pairstream.cli;

import io.pairstream.schemas.Hint;
import io.pairstream.schemas.wire.AvroSafety;
import io.pairstream.service.ClusterRequirement;
import io.pairstream.service.report.SelfReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ResourceBundle;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code pairstream} command: picks the subcommand and turns its end into an exit status. */
@Command(
    name = "pairstream",
    scope = ScopeType.INHERIT,
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    resourceBundle = Main.GroupedHelp.TEXTS,
    synopsisSubcommandLabel = "COMMAND",
    exitCodeOnInvalidInput = ExitStatus.WRONG_USAGE,
    exitCodeOnExecutionException = ExitStatus.COULD_NOT,
    subcommands = {
      PlatformCommands.DemoCommand.class,
      PlatformCommands.UpCommand.class,
      DrawCommand.class,
      ImportCommand.class,
      ServiceCommands.Ingest.class,
      FetchCommand.class,
      GenerateCommand.class,
      ServiceCommands.Preprocess.class,
      FeedCommand.class,
      ViewCommand.class,
      ExportCommand.class,
      ServiceCommands.Operate.class,
      ServiceCommands.Registry.class,
      DoctorCommand.class,
      LagCommand.class,
      GroupCommand.class,
      ProfileCommand.class,
      WhyCommand.class,
      ExposureCommand.class,
      AuditCommand.class,
      ArchiveCommand.class,
      RerunCommand.class,
      CompareCommand.class,
      QuarantineCommand.class,
      TakedownCommand.class,
      PicturesCommand.class,
      TopicsCommand.class,
      KeysCommand.class,
      RecipeCommand.class
    })
public final class Main {

  private Main() {}

  public static void main(String[] arguments) {
    // What log lines say of the process: logging begins with whatever is used next.
    System.setProperty(
        "pairstream.log.service",
        arguments.length == 0 ? "" : arguments[0].replaceAll("[^a-z]", ""));
    SelfReport.nameProcess();
    AvroSafety.install();
    System.exit(commandLine().execute(arguments));
  }

  /** The version in this program's jar. */
  static final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
      return new String[] {"pairstream " + version()};
    }
  }

  /** 0 where this is no packaged program. */
  static String version() {
    String version = Main.class.getPackage().getImplementationVersion();
    return version == null ? "0" : version;
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setUsageHelpAutoWidth(true)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setHelpFactory(GroupedHelp::new)
        .registerConverter(Duration.class, Quantity::span)
        .registerConverter(Instant.class, Quantity::past)
        .registerConverter(ServiceOptions.Address.class, ServiceOptions.Address::parse)
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
    Hint.use(ClusterOptions.typed(command));
    return new CommandLine.RunLast().execute(parsed);
  }

  private static ClusterRequirement requirement(String name) {
    return ClusterRequirement.named(name)
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "right is one of " + ClusterRequirement.labels() + ", not " + name));
  }

  /** A command's help: its own options before those that it shares, and examples to paste. */
  static final class GroupedHelp extends Help {

    /** Has all texts of the help; picocli looks up those of options and commands. */
    static final String TEXTS = "io.pairstream.cli.help";

    private static final String NEW_LINE = System.lineSeparator();

    private final ResourceBundle texts = ResourceBundle.getBundle(TEXTS);

    GroupedHelp(CommandSpec spec, ColorScheme colours) {
      super(spec, colours);
    }

    @Override
    public String optionList() {
      Map<String, List<OptionSpec>> shared = new LinkedHashMap<>();
      commandSpec()
          .mixins()
          .forEach(
              (name, mixin) -> {
                if (texts.containsKey("group." + name)) {
                  shared
                      .computeIfAbsent(texts.getString("group." + name), title -> new ArrayList<>())
                      .addAll(mixin.options());
                }
              });
      List<OptionSpec> own = new ArrayList<>(commandSpec().options());
      own.removeIf(option -> option.group() != null);
      shared.values().forEach(own::removeAll);
      StringBuilder list = new StringBuilder(optionListExcludingGroups(own));
      list.append(optionListGroupSections());
      shared.forEach(
          (title, options) ->
              list.append(NEW_LINE)
                  .append(title)
                  .append(NEW_LINE)
                  .append(optionListExcludingGroups(options)));
      return list.toString();
    }

    @Override
    public String footer(Object... unused) {
      return NEW_LINE
          + "For example:"
          + NEW_LINE
          + texts
              .getString(commandSpec().qualifiedName(".") + ".example")
              .lines()
              .map(example -> "  " + Hint.called() + " " + example + NEW_LINE)
              .collect(Collectors.joining());
    }
  }
}
