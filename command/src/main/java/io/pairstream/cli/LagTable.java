package io.pairstream.cli;

import io.pairstream.operations.lag.CatchUp;
import io.pairstream.operations.lag.GroupLag;
import io.pairstream.operations.lag.Headline;
import io.pairstream.operations.lag.Lag;
import io.pairstream.operations.lag.PartitionLag;
import io.pairstream.operations.lag.Verdict;
import io.pairstream.terminal.Table;
import io.pairstream.terminal.Table.Figure;
import io.pairstream.terminal.TerminalText;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.DoubleFunction;

/**
 * Lag as a person reads it, on 80 columns: each group with those of its partitions on which
 * something waits or is wrong, the worst first; and what is to be said of the worst.
 */
final class LagTable {

  private static final int NAME_COLUMNS = 26;
  private static final String INDENT = "  ";

  private final List<GroupLag> groups;

  LagTable(List<GroupLag> groups) {
    this.groups = groups.stream().sorted(Headline.WORST_FIRST).toList();
  }

  /** The worst of all groups that were ever there. */
  Verdict worst() {
    return Headline.of(groups).map(Headline::verdict).orElse(Verdict.UNKNOWN);
  }

  /** What is to be said of the worst; empty where there are no groups. */
  String sentence() {
    return Headline.of(groups).map(headline -> headline.sentence().text()).orElse("");
  }

  List<String> lines() {
    Table table = new Table().row("VERDICT", "LAG", "BYTES", "AGE", "RATE/S", "CATCH-UP", "GROUP");
    for (GroupLag group : groups) {
      add(group, TerminalText.fit(group.group(), NAME_COLUMNS), table);
      List<PartitionLag> partitions =
          group.partitions().stream()
              .filter(partition -> !isQuiet(partition))
              .sorted(Lag.WORST_FIRST)
              .toList();
      partitions.forEach(partition -> add(partition, INDENT + place(partition), table));
      int quiet = group.partitions().size() - partitions.size();
      if (quiet > 0 && !partitions.isEmpty()) {
        table.row("", "", "", "", "", "", INDENT + quiet + " more: nothing waits");
      }
    }
    List<String> lines = new ArrayList<>(table.lines());
    lines.addAll(TerminalText.wrapped(sentence(), Table.COLUMNS));
    return lines;
  }

  private static void add(Lag lag, String name, Table table) {
    boolean waits = lag.lag().orElse(0) > 0;
    table.row(
        lag.verdict().words(),
        new Figure(lag.lag().isPresent() ? Quantity.count(lag.lag().getAsLong()) : "-"),
        new Figure(lag.bytes().isPresent() ? Quantity.bytes(lag.bytes().getAsLong()) : "-"),
        waits ? number(lag.seconds(), Quantity::shortSeconds) : new Figure("-"),
        number(lag.processingPerSecond(), Quantity::rate),
        new Figure(waits ? catchUp(lag.catchUp()) : "-"),
        name);
  }

  private static boolean isQuiet(PartitionLag partition) {
    Verdict verdict = partition.verdict();
    return partition.lag().orElse(0) == 0
        && (verdict == Verdict.OK || verdict == Verdict.IDLE || verdict == Verdict.UNKNOWN);
  }

  /** Topic and partition; where there is no room, the beginning of the topic gives way. */
  private static String place(PartitionLag partition) {
    String place = TerminalText.plain(partition.topic() + "-" + partition.partition());
    int room = NAME_COLUMNS - INDENT.length();
    return place.length() <= room ? place : "…" + place.substring(place.length() - room + 1);
  }

  private static Figure number(OptionalDouble number, DoubleFunction<String> words) {
    return new Figure(number.isPresent() ? words.apply(number.getAsDouble()) : "-");
  }

  /** {@code 4m-6m}, {@code never}, {@code now}, {@code not known}. */
  private static String catchUp(CatchUp catchUp) {
    if (catchUp.from().isPresent()) {
      String shortest = Quantity.shortSeconds(catchUp.from().getAsDouble());
      if (catchUp.to().isEmpty()) {
        return shortest + "-…";
      } else if (catchUp.to().getAsDouble() < 1) {
        return "now";
      }
      String longest = Quantity.shortSeconds(catchUp.to().getAsDouble());
      return shortest.equals(longest) ? longest : shortest + "-" + longest;
    }
    return catchUp.isNever() ? "never" : "not known";
  }
}
