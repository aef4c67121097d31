package io.pairstream.operations.lag.history;

import io.pairstream.operations.lag.history.Row.Cell;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** What a group's looks within a minute come to. Not thread-safe. */
final class Minute {

  private final long layout;
  private final List<Sum> sums = new ArrayList<>();
  private long lastAtMillis;

  Minute(long layout) {
    this.layout = layout;
  }

  long layout() {
    return layout;
  }

  long lastAtMillis() {
    return lastAtMillis;
  }

  void add(Row row, long atMillis) {
    while (sums.size() < row.cells().size()) {
      sums.add(new Sum());
    }
    for (int i = 0; i < row.cells().size(); i++) {
      sums.get(i).add(row.cells().get(i));
    }
    lastAtMillis = atMillis;
  }

  /** The most that waited, the worst verdict, and the mean of the rates. */
  Row row() {
    return new Row(layout, sums.stream().map(Sum::cell).toList());
  }

  private static final class Sum {

    private Cell worst;
    private double arrivals;
    private int arrivalsKnown;
    private double processing;
    private int processingKnown;

    void add(Cell cell) {
      if (cell.arrivals().isPresent()) {
        arrivals += cell.arrivals().getAsDouble();
        arrivalsKnown++;
      }
      if (cell.processing().isPresent()) {
        processing += cell.processing().getAsDouble();
        processingKnown++;
      }
      worst =
          worst == null
              ? cell
              : new Cell(
                  cell.verdict().isWorseThan(worst.verdict()) ? cell.verdict() : worst.verdict(),
                  max(worst.lag(), cell.lag()),
                  max(worst.bytes(), cell.bytes()),
                  max(worst.seconds(), cell.seconds()),
                  OptionalDouble.empty(),
                  OptionalDouble.empty());
    }

    Cell cell() {
      return new Cell(
          worst.verdict(),
          worst.lag(),
          worst.bytes(),
          worst.seconds(),
          mean(arrivals, arrivalsKnown),
          mean(processing, processingKnown));
    }

    private static OptionalDouble mean(double sum, int count) {
      return count == 0 ? OptionalDouble.empty() : OptionalDouble.of(sum / count);
    }

    private static OptionalLong max(OptionalLong one, OptionalLong other) {
      return one.isEmpty() || (other.isPresent() && other.getAsLong() > one.getAsLong())
          ? other
          : one;
    }

    private static OptionalDouble max(OptionalDouble one, OptionalDouble other) {
      return one.isEmpty() || (other.isPresent() && other.getAsDouble() > one.getAsDouble())
          ? other
          : one;
    }
  }
}
