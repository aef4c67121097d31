package io.pairstream.cli.watch;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.cli.command.ClusterCommand;
import io.pairstream.operate.actions.Actor;
import io.pairstream.operate.sentence.Sentence;
import io.pairstream.operate.sentence.Template;
import io.pairstream.schemas.Hint;
import io.pairstream.terminal.Table;
import io.pairstream.terminal.Table.Figure;
import io.pairstream.terminal.TerminalText;
import io.pairstream.tools.groups.MoveGroups;
import io.pairstream.tools.groups.ResetPlan;
import io.pairstream.tools.groups.ResetPlan.Move;
import io.pairstream.tools.groups.ResetTarget;
import java.time.Clock;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pairstream group}: where a consumer group reads on. */
@Command(
    name = "group",
    subcommands = {GroupCommand.Reset.class, GroupCommand.Undo.class})
public final class GroupCommand {

  /** A command that moves a group, or only says how it would. */
  abstract static class Moving extends ClusterCommand {

    @Option(names = "--plan")
    private boolean planOnly;

    /** A move as JSON. */
    private record Moved(
        @JsonProperty("plan") boolean isPlan,
        Optional<String> actionId,
        Optional<String> undo,
        @JsonUnwrapped ResetPlan moved) {}

    /**
     * Plans a move, and makes it unless that is all.
     *
     * @param name what it is called in the audit trail
     * @param detail it in a sentence, for that record
     * @param command what does it
     */
    final int move(
        Function<MoveGroups, ResetPlan> planned, String name, Sentence detail, String command) {
      MoveGroups groups = new MoveGroups(access(), Clock.systemUTC());
      ResetPlan plan = planned.apply(groups);
      Optional<String> actionId = Optional.empty();
      if (!planOnly && plan.changes()) {
        String user = Actor.atTheCommandLine().name();
        actionId = Optional.of(groups.move(plan, name, user, detail));
      }
      Optional<String> undo = actionId.map(id -> Hint.of("group undo " + id));
      return answer(new Moved(planOnly, actionId, undo, plan), () -> print(plan, undo, command));
    }

    private void print(ResetPlan plan, Optional<String> undo, String command) {
      Table table =
          new Table().row("PARTITION", "NOW AT", planOnly ? "THEN AT" : "SET TO", "RECORDS");
      plan.moves().forEach(move -> add(move, table));
      print(table);
      String again = planOnly ? "would be read again" : "are read again";
      String never = planOnly ? "would never be read" : "will never be read";
      count("%,d record(|s) " + again, plan.again());
      count("%,d record(|s) " + never, plan.skipped());
      plan.notes().forEach(note -> print("note: %s", note));
      if (!plan.changes()) {
        print("group %s is there already; nothing changes", plan.group());
      } else if (undo.isPresent()) {
        print("group %s reads on from there; to go back:", plan.group());
        print("  %s", undo.get());
      } else {
        print("nothing is changed yet; to do it:");
        print("  %s", Hint.of(command));
        if (!plan.members().isEmpty()) {
          print(
              "which needs the group to be empty; in it now: %s",
              plan.members().stream()
                  .map(one -> one.clientId() + " at " + one.host().replaceFirst("^/", ""))
                  .collect(Collectors.joining(", ")));
        }
      }
    }

    private static void add(Move move, Table table) {
      String records = "-";
      if (move.again() > 0) {
        records = TerminalText.count(move.again()) + " again";
      } else if (move.skipped() > 0) {
        records = TerminalText.count(move.skipped()) + " skipped";
      }
      if (move.outOfReach().isPresent()) {
        records +=
            "; the log holds %d to %d, not %d"
                .formatted(move.logStart(), move.end(), move.outOfReach().getAsLong());
      }
      table.row(move.partition(), offset(move.from()), offset(move.to()), records);
    }

    private static Figure offset(OptionalLong offset) {
      return new Figure(offset.isPresent() ? String.valueOf(offset.getAsLong()) : "never");
    }
  }

  /** {@code pairstream group reset}: reads on from another place. */
  @Command(name = "reset")
  static final class Reset extends Moving {

    @Parameters(paramLabel = "GROUP")
    private String group;

    @Option(names = "--to", required = true, paramLabel = "WHERE")
    private String to;

    @Option(names = "--topic", paramLabel = "TOPIC[:PARTITION]")
    private String topic;

    @Override
    public Integer call() {
      ResetTarget target = checked("--to ", () -> ResetTarget.parse(to, Clock.systemUTC()));
      return move(
          groups -> groups.plan(group, target, Optional.ofNullable(topic)),
          "group.reset",
          topic == null ? Template.RESET_TO.with(to) : Template.RESET_ON.with(to, topic),
          "group reset "
              + Hint.quoted(group)
              + " --to "
              + Hint.quoted(to)
              + (topic == null ? "" : " --topic " + Hint.quoted(topic)));
    }
  }

  /** {@code pairstream group undo}: back to where the group was. */
  @Command(name = "undo")
  static final class Undo extends Moving {

    @Parameters(paramLabel = "ACTION_ID")
    private String actionId;

    @Override
    public Integer call() {
      return move(
          groups -> groups.planUndo(actionId),
          "group.undo",
          Template.BACK_TO.with(actionId),
          "group undo " + actionId);
    }
  }
}
