package io.pairstream.cli.watch;

import io.pairstream.schemas.Hint;
import io.pairstream.terminal.Printer;
import io.pairstream.terminal.Table;
import io.pairstream.terminal.Table.Figure;
import io.pairstream.terminal.TerminalText;
import io.pairstream.tools.groups.ResetPlan;
import io.pairstream.tools.groups.ResetPlan.Move;
import java.io.PrintWriter;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * Writes how a group moves.
 *
 * @param planOnly whether nothing was moved yet
 */
record MovePrinter(PrintWriter out, boolean planOnly) implements Printer {

  /**
   * @param undo command that takes the move back; null where nothing was moved
   * @param command command that makes the move
   */
  void print(ResetPlan plan, String undo, String command) {
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
    } else if (undo != null) {
      print("group %s reads on from there; to go back:", plan.group());
      print("  %s", undo);
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
