package io.pairstream.cli.watch;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.cli.command.ClusterCommand;
import io.pairstream.curation.actions.Actor;
import io.pairstream.curation.sentence.Sentence;
import io.pairstream.curation.sentence.Template;
import io.pairstream.schemas.Hint;
import io.pairstream.tools.groups.MoveGroups;
import io.pairstream.tools.groups.ResetPlan;
import io.pairstream.tools.groups.ResetTarget;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Function;
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
      return answer(
          new Moved(planOnly, actionId, undo, plan),
          () -> new MovePrinter(out(), planOnly).print(plan, undo.orElse(null), command));
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
          groups -> groups.plan(group, target, topic),
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
