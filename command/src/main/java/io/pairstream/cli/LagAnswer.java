package io.pairstream.cli;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.operations.lag.GroupLag;
import io.pairstream.operations.lag.LagReport;
import io.pairstream.operations.lag.PartitionLag;
import io.pairstream.operations.lag.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Lag as JSON: the groups without their partitions, and these. */
record LagAnswer(
    Instant at,
    Optional<String> trouble,
    Verdict verdict,
    String sentence,
    long waiting,
    long lost,
    List<GroupLag> groups,
    List<Partition> partitions) {

  /** A group's partition; of a group that never committed all waits that is there. */
  record Partition(
      String group,
      @JsonUnwrapped PartitionLag partition,
      long waiting,
      OptionalDouble oldestSeconds) {

    private static Partition of(String group, PartitionLag partition) {
      long waits = partition.lag().orElse(partition.end() - partition.logStart());
      return new Partition(
          group, partition, waits, waits == 0 ? OptionalDouble.empty() : partition.seconds());
    }
  }

  static LagAnswer of(LagReport report, List<GroupLag> groups, LagTable table) {
    List<Partition> partitions =
        groups.stream()
            .flatMap(
                group ->
                    group.partitions().stream()
                        .map(partition -> Partition.of(group.group(), partition)))
            .toList();
    return new LagAnswer(
        report.at(),
        report.trouble(),
        table.worst(),
        table.sentence(),
        partitions.stream().mapToLong(Partition::waiting).sum(),
        groups.stream().mapToLong(GroupLag::lost).sum(),
        groups.stream().map(GroupLag::withoutPartitions).toList(),
        partitions);
  }
}
