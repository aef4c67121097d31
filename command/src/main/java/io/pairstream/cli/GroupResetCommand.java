package io.pairstream.cli;

import io.pairstream.operations.groups.MoveGroups;
import io.pairstream.operations.groups.ResetPlan;
import io.pairstream.operations.groups.ResetTarget;
import io.pairstream.operations.sentence.Template;
import java.time.Clock;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pairstream group reset}: reads on from another place. */
@Command(name = "reset")
final class GroupResetCommand extends GroupMove {

  private static final Pattern PART = Pattern.compile("([^:]+)(?::(\\d{1,9}))?");

  @Parameters(paramLabel = "GROUP")
  private String group;

  @Option(names = "--to", required = true, paramLabel = "WHERE")
  private String to;

  @Option(names = "--topic", paramLabel = "TOPIC[:PARTITION]")
  private String topic;

  @Override
  ResetPlan plan(MoveGroups groups) {
    ResetTarget target = checked("--to ", () -> ResetTarget.parse(to, Clock.systemUTC()));
    return groups.plan(group, target, Optional.ofNullable(topic).map(this::part));
  }

  private MoveGroups.Part part(String text) {
    Matcher matcher = PART.matcher(text);
    require(matcher.matches(), "--topic must be TOPIC or TOPIC:PARTITION; was '" + text + "'");
    return new MoveGroups.Part(
        matcher.group(1),
        matcher.group(2) == null
            ? OptionalInt.empty()
            : OptionalInt.of(Integer.parseInt(matcher.group(2))));
  }

  @Override
  String actionName() {
    return "group.reset";
  }

  @Override
  String detail() {
    return (topic == null ? Template.RESET_TO.with(to) : Template.RESET_ON.with(to, topic)).text();
  }

  @Override
  String command() {
    return "group reset " + group + " --to " + to + (topic == null ? "" : " --topic " + topic);
  }
}
