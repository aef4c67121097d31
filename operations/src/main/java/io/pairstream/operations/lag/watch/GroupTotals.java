package io.pairstream.operations.lag.watch;

import io.pairstream.operations.lag.CatchUp;
import io.pairstream.operations.lag.PartitionLag;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Function;

/** Sums over a group's partitions; what is known of none is not known of the group. */
record GroupTotals(List<PartitionLag> lags) {

  /** Whether no partition on which something waits has a forecast: then the sum has none. */
  boolean nothingIsJudged() {
    List<PartitionLag> waiting = lags.stream().filter(each -> each.lag().orElse(0) > 0).toList();
    return !waiting.isEmpty()
        && waiting.stream().allMatch(each -> each.catchUp().equals(CatchUp.UNKNOWN));
  }

  OptionalLong sum(Function<PartitionLag, OptionalLong> number) {
    return lags.stream().flatMapToLong(each -> number.apply(each).stream()).reduce(Long::sum);
  }

  OptionalDouble sumOf(Function<PartitionLag, OptionalDouble> number) {
    return lags.stream().flatMapToDouble(each -> number.apply(each).stream()).reduce(Double::sum);
  }
}
