package io.pairstream.cli;

import io.pairstream.operations.groups.Move;
import io.pairstream.operations.groups.MoveGroups;
import io.pairstream.operations.groups.ResetPlan;
import io.pairstream.operations.lag.GroupMember;
import io.pairstream.terminal.TerminalText;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** A command that moves a consumer group, or only says how it would. */
abstract class GroupMove extends ClusterCommand {

  private static final String ROW = "%-34s %12s %12s  %s";

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
    answer(Moved.of(plan, planOnly, actionId, undo), () -> print(plan, undo));
    return ExitStatus.DONE;
  }

  private void print(ResetPlan plan, Optional<String> undo) {
    print(ROW, "PARTITION", "NOW AT", planOnly ? "THEN AT" : "SET TO", "RECORDS");
    plan.moves().forEach(this::print);
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

  private void print(Move move) {
    String records =
        move.again() > 0
            ? TerminalText.count(move.again()) + " again"
            : move.skipped() > 0 ? TerminalText.count(move.skipped()) + " skipped" : "-";
    print(
        ROW,
        TerminalText.fit(move.partition().toString(), 34),
        offset(move.from()),
        offset(move.to()),
        records);
    if (move.outOfReach().isPresent()) {
      print(
          "  the log holds %d to %d, not %d",
          move.logStart(), move.end(), move.outOfReach().getAsLong());
    }
  }

  private static String inWords(GroupMember member) {
    return member.clientId() + " at " + member.host().replaceFirst("^/", "");
  }

  private static String offset(OptionalLong offset) {
    return offset.isPresent() ? String.valueOf(offset.getAsLong()) : "never";
  }

  private static String about(OptionalLong bytes) {
    return bytes.isPresent() ? ", about " + Quantity.bytes(bytes.getAsLong()) : "";
  }

  /** A move as JSON. */
  private record Moved(
      String group,
      String type,
      boolean plan,
      boolean changes,
      long again,
      long skipped,
      OptionalLong againBytes,
      OptionalLong skippedBytes,
      Optional<Instant> since,
      Optional<String> actionId,
      Optional<String> undo,
      List<Member> members,
      List<String> notes,
      List<MovedPartition> partitions) {

    static Moved of(
        ResetPlan plan, boolean planOnly, Optional<String> actionId, Optional<String> undo) {
      return new Moved(
          plan.group(),
          plan.type().toString().toLowerCase(Locale.ROOT),
          planOnly,
          plan.changes(),
          plan.again(),
          plan.skipped(),
          plan.againBytes(),
          plan.skippedBytes(),
          plan.since(),
          actionId,
          undo,
          plan.members().stream().map(one -> new Member(one.clientId(), one.host())).toList(),
          plan.notes(),
          plan.moves().stream().map(MovedPartition::of).toList());
    }
  }

  private record Member(String clientId, String host) {}

  private record MovedPartition(
      String topic,
      int partition,
      OptionalLong oldOffset,
      OptionalLong newOffset,
      OptionalLong askedOffset,
      long logStart,
      long end,
      long again,
      long skipped,
      OptionalLong bytes,
      Optional<Instant> since) {

    static MovedPartition of(Move move) {
      return new MovedPartition(
          move.partition().topic(),
          move.partition().partition(),
          move.from(),
          move.to(),
          move.outOfReach(),
          move.logStart(),
          move.end(),
          move.again(),
          move.skipped(),
          move.bytes(),
          move.since());
    }
  }
}
