package io.pairstream.cli;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.operations.groups.Move;
import io.pairstream.operations.groups.MoveGroups;
import io.pairstream.operations.groups.ResetPlan;
import io.pairstream.operations.lag.GroupMember;
import io.pairstream.terminal.Table;
import io.pairstream.terminal.Table.Figure;
import io.pairstream.terminal.TerminalText;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** A command that moves a consumer group, or only says how it would. */
abstract class GroupMove extends ClusterCommand {

  @Option(names = {"--plan", "--dry-run"})
  private boolean planOnly;

  abstract ResetPlan plan(MoveGroups groups);

  /** What it is called in the audit trail. */
  abstract String actionName();

  /** It in a sentence, for that record. */
  abstract String detail();

  /** The command that does it. */
  abstract String command();

  @Override
  public final Integer call() {
    MoveGroups groups = new MoveGroups(access(), Clock.systemUTC());
    ResetPlan plan = plan(groups);
    Optional<String> actionId =
        planOnly || !plan.changes()
            ? Optional.empty()
            : Optional.of(
                groups
                    .move(plan, actionName(), System.getProperty("user.name"), detail())
                    .actionId());
    Optional<String> undo = actionId.map(id -> options().hint("group undo " + id));
    answer(new Moved(planOnly, actionId, undo, plan), () -> print(plan, undo));
    return ExitStatus.DONE;
  }

  private void print(ResetPlan plan, Optional<String> undo) {
    Table table =
        new Table().row("PARTITION", "NOW AT", planOnly ? "THEN AT" : "SET TO", "RECORDS");
    plan.moves().forEach(move -> add(move, table));
    print(table);
    if (plan.again() > 0) {
      print(
          "%,d records %s read again%s",
          plan.again(), planOnly ? "would be" : "are", about(plan.againBytes()));
    }
    if (plan.skipped() > 0) {
      print(
          "%,d records %s never be read%s",
          plan.skipped(), planOnly ? "would" : "will", about(plan.skippedBytes()));
    }
    plan.since()
        .ifPresent(time -> print("the first is of %s", time.truncatedTo(ChronoUnit.SECONDS)));
    plan.notes().forEach(note -> print("note: %s", note));
    if (!plan.changes()) {
      print("group %s is there already; nothing changes", plan.group());
    } else if (undo.isPresent()) {
      print("group %s reads on from there; to go back:", plan.group());
      print("  %s", undo.get());
    } else {
      print("nothing is changed yet; to do it:");
      print("  %s", options().hint(command()));
      if (!plan.members().isEmpty()) {
        print(
            "which needs the group to be empty; in it now: %s",
            plan.members().stream().map(GroupMove::inWords).collect(Collectors.joining(", ")));
      }
    }
  }

  private static void add(Move move, Table table) {
    String records =
        move.again() > 0
            ? TerminalText.count(move.again()) + " again"
            : move.skipped() > 0 ? TerminalText.count(move.skipped()) + " skipped" : "-";
    String reach =
        move.outOfReach().isPresent()
            ? "; the log holds %d to %d, not %d"
                .formatted(move.logStart(), move.end(), move.outOfReach().getAsLong())
            : "";
    table.row(move.partition(), offset(move.from()), offset(move.to()), records + reach);
  }

  private static String inWords(GroupMember member) {
    return member.clientId() + " at " + member.host().replaceFirst("^/", "");
  }

  private static Figure offset(OptionalLong offset) {
    return new Figure(offset.isPresent() ? String.valueOf(offset.getAsLong()) : "never");
  }

  private static String about(OptionalLong bytes) {
    return bytes.isPresent() ? ", about " + Quantity.bytes(bytes.getAsLong()) : "";
  }

  /** A move as JSON. */
  private record Moved(
      @JsonProperty("plan") boolean isPlan,
      Optional<String> actionId,
      Optional<String> undo,
      @JsonUnwrapped ResetPlan moved) {}
}
