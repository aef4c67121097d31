package io.pairstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cli.command.ExitStatus;
import io.pairstream.cli.command.Resumable;
import io.pairstream.service.ClusterRequirement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ResourceBundle;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Help of each command. */
class HelpTest {

  /** A record, an object without words of its own, a class, or one of Java's ways to say a time. */
  private static final Pattern OF_JAVA =
      Pattern.compile(
          "\\w\\[\\w+=|\\w@[0-9a-f]{5,}|\\b(java|io\\.pairstream|org\\.apache)\\.|Optional|\\bPT\\d|\\bnull\\b");

  private static final Pattern GIVEN_AGAIN =
      Pattern.compile(
          "(?i)continues where its files end|run (it|the same command|a stopped \\w+) again");

  private static final Pattern WORD = Pattern.compile("'[^']*'|\\S+");

  private static final CommandLine MAIN = Main.commandLine("");

  static Stream<String> commands() {
    return all(MAIN).map(command -> command.getCommandSpec().qualifiedName(" "));
  }

  private static Stream<CommandLine> all(CommandLine command) {
    return Stream.concat(
        Stream.of(command), command.getSubcommands().values().stream().flatMap(HelpTest::all));
  }

  private static CommandLine command(String name) {
    return all(MAIN)
        .filter(command -> command.getCommandSpec().qualifiedName(" ").equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** As the program makes it, which knows the command alone that was typed. */
  @Test
  void aCommandAloneIsWhatItIsAmongAll() {
    Map<String, CommandLine> all = MAIN.getSubcommands();
    all.forEach(
        (name, command) -> {
          Map<String, CommandLine> alone = Main.commandLine(name).getSubcommands();
          assertThat(alone).containsOnlyKeys(name);
          assertThat(alone.get(name).getUsageMessage()).isEqualTo(command.getUsageMessage());
        });
    assertThat(Main.commandLine("--help").getSubcommands()).hasSameSizeAs(all);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void describesTheCommandAndAllItsOptions(String name) {
    CommandLine command = command(name);

    Ended asked = Ended.after(name.replaceFirst("pairstream ?", ""), "--help").done();
    String help = asked.out();

    assertThat(asked.err()).isEmpty();
    assertThat(help).doesNotContainPattern(OF_JAVA);
    assertThat(command.getCommandSpec().usageMessage().header()).isNotEmpty();
    assertThat(command.getCommandSpec().args())
        .allSatisfy(arg -> assertThat(arg.description()).as(arg.toString()).isNotEmpty());
    assertThat(command.getCommandSpec().options())
        .filteredOn(option -> !option.hidden())
        .allSatisfy(option -> assertThat(help).contains(option.longestName()));
    assertThat(command.getCommandSpec().userObject() instanceof Resumable)
        .as("says in a failure's message, too, that it can be given again")
        .isEqualTo(GIVEN_AGAIN.matcher(help.replaceAll("\\s+", " ")).find());
    assertThat(help.lines()).allMatch(line -> line.length() <= 80 || line.startsWith("  pair"));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void listsChoicesInTheWordsThatAreTyped(String name) {
    for (OptionSpec option : command(name).getCommandSpec().options()) {
      Class<?> type = option.auxiliaryTypes()[0];
      if (type.isEnum() && type != ClusterRequirement.class) { // which has labels of its own
        String[] words =
            Stream.of(type.getEnumConstants()).map(HelpTest::typed).toArray(String[]::new);

        assertThat(String.join(" ", option.description())).contains(words);
        Ended.after(name.replaceFirst("pairstream ", ""), option.longestName(), "nonesuch")
            .failed(
                ExitStatus.WRONG_USAGE, "one of " + String.join(", ", words) + ", not 'nonesuch'");
      }
    }
  }

  private static String typed(Object choice) {
    return choice.toString().toLowerCase(Locale.ROOT);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void givesExamplesThatCanBeTyped(String name) {
    String examples =
        ResourceBundle.getBundle(GroupedHelp.TEXTS).getString(name.replace(' ', '.') + ".example");

    assertThat(command(name).getUsageMessage()).contains("For example:\n  pairstream ");
    examples
        .lines()
        .forEach(
            example -> {
              List<String> words = new ArrayList<>();
              WORD.matcher(example)
                  .results()
                  .map(MatchResult::group)
                  .forEach(word -> words.add(word.replace("'", "")));
              assertThat("pairstream " + example).startsWith(name);
              String[] typed = words.toArray(String[]::new);
              assertThat(Main.commandLine(typed[0]).parseArgs(typed).subcommand()).isNotNull();
            });
  }
}
