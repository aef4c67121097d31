package io.pairstream.cli.cluster;

import io.pairstream.cli.command.PairstreamCommand;
import io.pairstream.cli.command.Quantity;
import io.pairstream.terminal.Table;
import io.pairstream.terminal.Table.Figure;
import io.pairstream.terminal.TerminalText;
import io.pairstream.tools.size.ClusterSize;
import io.pairstream.tools.size.ClusterSize.Row;
import io.pairstream.tools.size.Workload;
import java.util.Locale;
import java.util.Optional;
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

  /** Prices, in whatever currency they were given; each is there if its price is. */
  private record Cost(
      Optional<Double> coresPerMillionPairs,
      Optional<Double> networkPerMillionPairs,
      Optional<Double> storagePerMonth) {}

  private record Sized(Workload workload, ClusterSize size, Cost cost) {}

  @Override
  public Integer call() {
    Workload workload =
        checked(
            () ->
                new Workload(
                    pairsPerSecond, pairs, pictureBytes, samplesPerSecond, copies, rawDays, cores));
    ClusterSize size = ClusterSize.of(workload);
    Cost cost =
        new Cost(
            cost("--core-hour", coreHour, size.coreHoursPerMillion()),
            cost("--gb-moved", gbMoved, size.movedPerMillion() / 1e9),
            cost("--gb-month", gbMonth, size.storedBytes() / 1e9));
    return answer(new Sized(workload, size, cost), () -> show(size, cost));
  }

  private Optional<Double> cost(String option, Double price, double amount) {
    require(
        price == null || (price >= 0 && Double.isFinite(price)),
        option + " must be a price of at least 0, was " + price);
    return Optional.ofNullable(price).map(each -> each * amount);
  }

  private void show(ClusterSize size, Cost cost) {
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
    price("cores for a million pairs", cost.coresPerMillionPairs());
    price("network for a million pairs", cost.networkPerMillionPairs());
    price("brokers' disks a month", cost.storagePerMonth());
  }

  private void price(String what, Optional<Double> amount) {
    amount.ifPresent(each -> print("%s: %,.2f", what, each));
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
