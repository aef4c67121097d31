package io.pairstream.cli;

import io.pairstream.cli.command.ExitStatus;
import io.pairstream.testing.Golden;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Commands keep their names, options, choices, defaults and exit statuses. */
class OptionsCompatibilityTest {

  @Test
  void commandsKeepTheirOptionsAndExitStatuses() throws IllegalAccessException {
    List<String> entries = new ArrayList<>();
    add(Main.commandLine(""), entries);
    for (Field status : ExitStatus.class.getFields()) {
      entries.add("exit status " + status.getInt(null) + " " + status.getName());
    }

    Golden.of("the command line", "options.txt").compare(entries);
  }

  private static void add(CommandLine command, List<String> entries) {
    CommandSpec spec = command.getCommandSpec();
    String name = spec.qualifiedName(" ");
    entries.add(name);
    for (OptionSpec option : spec.options()) {
      for (String optionName : option.names()) {
        entries.add(name + " " + optionName + taken(option));
      }
    }
    for (PositionalParamSpec parameter : spec.positionalParameters()) {
      entries.add(name + " argument " + parameter.index() + taken(parameter));
    }
    command.getSubcommands().values().forEach(under -> add(under, entries));
  }

  /** How many values are given, which of them are known, and what holds where it is left out. */
  private static String taken(ArgSpec arg) {
    Class<?> type = arg.auxiliaryTypes()[0];
    String values = arg.arity().max() == 0 ? "" : " " + arg.paramLabel() + "{" + arg.arity() + "}";
    String choices =
        type.isEnum()
            ? " of "
                + String.join(
                    ", ",
                    Stream.of(type.getEnumConstants())
                        .map(choice -> choice.toString().toLowerCase(Locale.ROOT))
                        .toList())
            : "";
    String preset = arg.defaultValue() == null ? "" : " = " + arg.defaultValue();
    return values + choices + preset + (arg.required() && arg.group() == null ? " required" : "");
  }
}
