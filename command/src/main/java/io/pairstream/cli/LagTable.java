package io.pairstream.cli;

import io.pairstream.operations.lag.CatchUp;
import io.pairstream.operations.lag.GroupLag;
import io.pairstream.operations.lag.Headline;
import io.pairstream.operations.lag.Lag;
import io.pairstream.operations.lag.PartitionLag;
import io.pairstream.operations.lag.Verdict;
import io.pairstream.terminal.TerminalText;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.DoubleFunction;

/**
 * Lag as a person reads it, on 80 columns: each group with those of its partitions on which
 * something waits or is wrong, the worst first; the total; and what is to be said of the worst.
 */
final class LagTable {

  /** Columns that every terminal has. */
  static final int COLUMNS = 80;

  private static final String ROW = "%-9s %7s %7s %5s %6s %9s  %s";
  private static final int NAME_COLUMNS = COLUMNS - 50;
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

  /**
   * The lines, none longer than {@link #COLUMNS}.
   *
   * @param rows so many at most; partitions that find no room are counted
   */
  List<String> lines(int rows) {
    List<String> table = new ArrayList<>();
    for (GroupLag group : groups) {
      table.add(row(group, TerminalText.fit(group.group(), NAME_COLUMNS)));
      List<PartitionLag> partitions =
          group.partitions().stream()
              .filter(partition -> !isQuiet(partition))
              .sorted(Lag.WORST_FIRST)
              .toList();
      int quiet = group.partitions().size() - partitions.size();
      for (PartitionLag partition : partitions) {
        table.add(row(partition, INDENT + place(partition)));
      }
      if (quiet > 0 && !partitions.isEmpty()) {
        table.add(" ".repeat(50) + INDENT + quiet + " more: nothing waits");
      }
    }
    List<String> below = below();
    int room = Math.max(1, rows - 1 - below.size());
    List<String> lines = new ArrayList<>();
    lines.add(String.format(ROW, "VERDICT", "LAG", "BYTES", "AGE", "RATE/S", "CATCH-UP", "GROUP"));
    if (table.size() > room) {
      lines.addAll(table.subList(0, room - 1));
      lines.add("… " + (table.size() - room + 1) + " more lines; --group shows one group");
    } else {
      lines.addAll(table);
    }
    lines.addAll(below);
    return lines;
  }

  /** The total, and the sentence of the worst, wrapped. */
  private List<String> below() {
    List<String> below = new ArrayList<>();
    long lag = 0;
    long bytes = 0;
    boolean bytesKnown = true;
    double seconds = 0;
    double rate = 0;
    for (GroupLag group : groups) {
      lag += group.lag().orElse(0);
      bytes += group.bytes().orElse(0);
      bytesKnown &= group.bytes().isPresent() || group.lag().orElse(0) == 0;
      seconds = Math.max(seconds, group.seconds().orElse(0));
      rate += group.processingPerSecond().orElse(0);
    }
    if (groups.size() > 1) {
      below.add(
          String.format(
              ROW,
              "TOTAL",
              Quantity.count(lag),
              bytesKnown ? Quantity.bytes(bytes) : "-",
              lag == 0 ? "-" : Quantity.shortSeconds(seconds),
              Quantity.rate(rate),
              "",
              groups.size() + " groups"));
    }
    if (!groups.isEmpty()) {
      below.addAll(TerminalText.wrapped(sentence(), COLUMNS));
    }
    return below;
  }

  private static String row(Lag lag, String name) {
    boolean waits = lag.lag().orElse(0) > 0;
    return String.format(
            ROW,
            letter(lag.verdict()) + " " + lag.verdict().words(),
            lag.lag().isPresent() ? Quantity.count(lag.lag().getAsLong()) : "-",
            lag.bytes().isPresent() ? Quantity.bytes(lag.bytes().getAsLong()) : "-",
            waits ? number(lag.seconds(), Quantity::shortSeconds) : "-",
            number(lag.processingPerSecond(), Quantity::rate),
            waits ? catchUp(lag.catchUp()) : "-",
            name)
        .stripTrailing();
  }

  /** The same letters as on the operators' page. */
  static String letter(Verdict verdict) {
    return switch (verdict) {
      case LOST -> "L";
      case REWIND -> "R";
      case STOP -> "X";
      case STALL -> "S";
      case AT_RISK -> "A";
      case BEHIND -> "B";
      case UNKNOWN -> "?";
      case OK -> "O";
      case IDLE -> "I";
    };
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

  private static String number(OptionalDouble number, DoubleFunction<String> words) {
    return number.isPresent() ? words.apply(number.getAsDouble()) : "-";
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
