package io.pairstream.cli.watch;

import io.pairstream.cli.command.Quantity;
import io.pairstream.operate.lag.CatchUp;
import io.pairstream.operate.lag.GroupLag;
import io.pairstream.operate.lag.Headline;
import io.pairstream.operate.lag.Lag;
import io.pairstream.operate.lag.LagReport;
import io.pairstream.operate.lag.LagVerdict;
import io.pairstream.operate.lag.PartitionLag;
import io.pairstream.terminal.Table;
import io.pairstream.terminal.Table.Figure;
import io.pairstream.terminal.TerminalText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.DoubleFunction;
import java.util.function.LongFunction;

/**
 * Lag as a person reads it, on 80 columns: each group with those of its partitions on which
 * something waits or is wrong, the worst first; and what is to be said of the worst.
 *
 * @param at when it was seen
 * @param trouble why nothing newer is known; empty where it is
 * @param verdict the worst of all groups that were ever there
 * @param sentence about the worst group; empty where there are none
 * @param lost records of all groups that were lost
 */
record LagTable(
    Instant at,
    Optional<String> trouble,
    LagVerdict verdict,
    String sentence,
    long lost,
    List<GroupLag> groups) {

  private static final int NAME_COLUMNS = 26;
  private static final String INDENT = "  ";

  /** The table of some groups of a report. */
  static LagTable of(LagReport report, List<GroupLag> chosen) {
    List<GroupLag> groups = chosen.stream().sorted(Headline.OWN_FIRST).toList();
    Optional<Headline> worst = Headline.of(groups);
    return new LagTable(
        report.at(),
        report.trouble(),
        worst.map(Headline::verdict).orElse(LagVerdict.UNKNOWN),
        worst.map(headline -> headline.sentence().text()).orElse(""),
        groups.stream().mapToLong(group -> group.now().lost()).sum(),
        groups);
  }

  List<String> lines() {
    Table table = new Table().row("VERDICT", "LAG", "BYTES", "AGE", "RATE/S", "CATCH-UP", "GROUP");
    for (GroupLag group : groups) {
      add(group.now(), TerminalText.fit(group.group(), NAME_COLUMNS), table);
      List<PartitionLag> partitions =
          group.partitions().stream()
              .filter(
                  each ->
                      each.now().waits() || each.now().verdict().isWorseThan(LagVerdict.UNKNOWN))
              .sorted(Comparator.comparing(PartitionLag::now, Lag.WORST_FIRST))
              .toList();
      partitions.forEach(partition -> add(partition.now(), INDENT + place(partition), table));
      int quiet = group.partitions().size() - partitions.size();
      if (quiet > 0 && !partitions.isEmpty()) {
        table.row("", "", "", "", "", "", INDENT + quiet + " more: nothing waits");
      }
    }
    List<String> lines = new ArrayList<>(table.lines());
    for (GroupLag group : groups) {
      group
          .muted()
          .map(
              mute ->
                  "%s is muted until %s by %s: %s"
                      .formatted(group.group(), mute.until(), mute.by(), mute.why()))
          .ifPresent(line -> lines.addAll(TerminalText.wrapped(line, Table.COLUMNS)));
    }
    lines.addAll(TerminalText.wrapped(sentence, Table.COLUMNS));
    return lines;
  }

  private static void add(Lag lag, String name, Table table) {
    boolean waits = lag.waits();
    table.row(
        lag.verdict().words(),
        number(lag.records(), Quantity::count),
        number(lag.bytes(), Quantity::bytes),
        waits ? number(lag.seconds(), Quantity::shortSeconds) : new Figure("-"),
        number(lag.processingPerSecond(), Quantity::rate),
        new Figure(waits ? catchUp(lag.catchUp()) : "-"),
        name);
  }

  /** Topic and partition; where there is no room, the beginning of the topic gives way. */
  private static String place(PartitionLag partition) {
    String place = TerminalText.plain(partition.topic() + "-" + partition.partition());
    int room = NAME_COLUMNS - INDENT.length();
    return place.length() <= room ? place : "…" + place.substring(place.length() - room + 1);
  }

  private static Figure number(OptionalLong number, LongFunction<String> words) {
    return new Figure(number.isPresent() ? words.apply(number.getAsLong()) : "-");
  }

  private static Figure number(OptionalDouble number, DoubleFunction<String> words) {
    return new Figure(number.isPresent() ? words.apply(number.getAsDouble()) : "-");
  }

  /** {@code 5m}, {@code never}, {@code now}, {@code not known}. */
  private static String catchUp(CatchUp catchUp) {
    if (catchUp.seconds().isEmpty()) {
      return catchUp.isNever() ? "never" : "not known";
    }
    double seconds = catchUp.seconds().getAsDouble();
    return seconds < 1 ? "now" : Quantity.shortSeconds(seconds);
  }
}
