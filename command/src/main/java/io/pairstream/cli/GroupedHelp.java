package io.pairstream.cli;

import io.pairstream.schemas.Hint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ResourceBundle;
import java.util.stream.Collectors;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** A command's help: its own options before those that it shares, and examples to paste. */
final class GroupedHelp extends Help {

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
    for (Map.Entry<String, CommandSpec> mixin : commandSpec().mixins().entrySet()) {
      String group = "group." + mixin.getKey();
      if (texts.containsKey(group)) {
        shared
            .computeIfAbsent(texts.getString(group), title -> new ArrayList<>())
            .addAll(mixin.getValue().options());
      }
    }
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
    return texts
        .getString(commandSpec().qualifiedName(".") + ".example")
        .lines()
        .map(example -> "  " + Hint.called() + " " + example + NEW_LINE)
        .collect(Collectors.joining("", NEW_LINE + "For example:" + NEW_LINE, ""));
  }
}
