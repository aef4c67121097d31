package io.pairstream.cli.cluster;

import io.pairstream.cli.command.PairstreamCommand;
import io.pairstream.cli.command.Quantity;
import io.pairstream.terminal.Table;
import io.pairstream.terminal.Table.Figure;
import io.pairstream.terminal.TerminalText;
import io.pairstream.tools.size.ClusterSize;
import io.pairstream.tools.size.ClusterSize.Row;
import io.pairstream.tools.size.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pairstream size}: machines, memory and disks for so many pairs. Asks no cluster. */
@Command(name = "size")
public final class SizeCommand extends PairstreamCommand {

  @Option(names = "--pairs-per-second", paramLabel = "N", required = true)
  private double pairsPerSecond;

  @Option(names = "--pairs", paramLabel = "N", required = true)
  private long pairs;

  @Option(names = "--picture-bytes", paramLabel = "BYTES", defaultValue = "162280")
  private long pictureBytes;

  @Option(names = "--samples-per-second", paramLabel = "N", defaultValue = "0")
  private double samplesPerSecond;

  @Option(names = "--copies", paramLabel = "N", defaultValue = "3")
  private int copies;

  @Option(names = "--raw-days", paramLabel = "DAYS", defaultValue = "7")
  private int rawDays;

  @Option(names = "--cores", paramLabel = "N", defaultValue = "16")
  private int cores;

  @Option(names = "--core-hour", paramLabel = "PRICE")
  private Double coreHour;

  @Option(names = "--gb-moved", paramLabel = "PRICE")
  private Double gbMoved;

  @Option(names = "--gb-month", paramLabel = "PRICE")
  private Double gbMonth;

  /** An amount of money, in the currency of its price. */
  private record Cost(String what, double amount) {}

  private record Sized(Workload workload, ClusterSize size, List<Cost> costs) {}

  @Override
  public Integer call() {
    Workload workload =
        checked(
            () ->
                new Workload(
                    pairsPerSecond, pairs, pictureBytes, samplesPerSecond, copies, rawDays, cores));
    ClusterSize size = ClusterSize.of(workload);
    List<Cost> costs = new ArrayList<>();
    cost(costs, "cores, a million pairs", coreHour, size.coreHoursPerMillion());
    cost(costs, "network, a million pairs", gbMoved, size.movedPerMillion() / 1e9);
    cost(costs, "brokers' disks, a month", gbMonth, size.storedBytes() / 1e9);
    return answer(new Sized(workload, size, costs), () -> show(size, costs));
  }

  private void cost(List<Cost> costs, String what, Double price, double amount) {
    require(
        price == null || (price >= 0 && Double.isFinite(price)),
        "a price must be a number of at least 0, was " + price);
    if (price != null) {
      costs.add(new Cost(what, price * amount));
    }
  }

  private void show(ClusterSize size, List<Cost> costs) {
    Table table = new Table();
    for (Row row : size.rows()) {
      table.row(row.service(), row.quantity(), new Figure(amount(row)), row.why());
    }
    table.lines().forEach(out()::println);
    print(
        "a million pairs take %.2f core-hours and move %s; %s on brokers' disks in the end",
        size.coreHoursPerMillion(),
        Quantity.bytes(Math.round(size.movedPerMillion())),
        Quantity.bytes(Math.round(size.storedBytes())));
    costs.forEach(cost -> print("cost of %s: %,.2f", cost.what(), cost.amount()));
  }

  private static String amount(Row row) {
    return switch (row.unit()) {
      case CORES -> String.format(Locale.ROOT, "%,.1f", row.amount());
      case COUNT -> TerminalText.count((long) row.amount());
      case BYTES -> Quantity.bytes(Math.round(row.amount()));
      case BYTES_PER_SECOND -> Quantity.bytes(Math.round(row.amount())) + "/s";
    };
  }
}
