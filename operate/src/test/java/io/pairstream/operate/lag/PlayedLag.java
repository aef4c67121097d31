package io.pairstream.operate.lag;

import io.pairstream.curation.sentence.Sentence;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Reports of lag as a watcher would give them. */
public final class PlayedLag {

  public static final Instant AT = Instant.parse("2026-11-20T03:00:00Z");

  private PlayedLag() {}

  public static LagReport report(GroupLag... groups) {
    return report(AT, groups);
  }

  public static LagReport report(Instant at, GroupLag... groups) {
    return new LagReport(at, 10, List.of(groups), Optional.empty(), Optional.empty());
  }

  /** A group that reads two partitions of a topic, 12 and 30 records behind. */
  public static GroupLag group(String name, LagVerdict verdict, String topic) {
    return group(
        name,
        verdict,
        partition(topic, 0, OptionalLong.of(88), verdict),
        partition(topic, 1, OptionalLong.of(70), LagVerdict.OK));
  }

  public static GroupLag group(String name, LagVerdict verdict, PartitionLag... partitions) {
    return new GroupLag(
        name,
        "consumer",
        "Stable",
        2,
        true,
        false,
        Optional.empty(),
        new Lag(
            verdict,
            Sentence.verbatim(verdict.words() + ": " + name + " as played"),
            AT.minusSeconds(360),
            OptionalLong.of(
                Arrays.stream(partitions)
                    .flatMapToLong(each -> each.now().records().stream())
                    .sum()),
            OptionalLong.of(3_100_000),
            OptionalDouble.of(61.5),
            OptionalDouble.of(3.5),
            OptionalDouble.of(4.25),
            new CatchUp(OptionalDouble.of(300), Sentence.verbatim("about 5 min")),
            OptionalDouble.of(86_400),
            0),
        Arrays.stream(partitions)
            .map(each -> new GroupLag.WorstPartition(each.topic(), each.partition()))
            .findFirst(),
        List.of(partitions));
  }

  /** A group without a place, in a state, with so much waiting, counted or not. */
  public static GroupLag group(
      String name,
      LagVerdict verdict,
      String state,
      long lag,
      boolean decides,
      PartitionLag... partitions) {
    return new GroupLag(
        name,
        "consumer",
        state,
        0,
        decides,
        false,
        Optional.empty(),
        new Lag(
            verdict,
            Sentence.verbatim(verdict.words() + ": " + name),
            AT.minusSeconds(360),
            OptionalLong.of(lag),
            OptionalLong.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            CatchUp.UNKNOWN,
            OptionalDouble.empty(),
            0),
        Optional.empty(),
        List.of(partitions));
  }

  /** A partition that holds the offsets 10 to 100. */
  public static PartitionLag partition(
      String topic, int partition, OptionalLong committed, LagVerdict verdict) {
    return partition(topic, partition, committed, verdict, 0);
  }

  /** A partition with offsets behind its lag that wait for a transaction's end. */
  public static PartitionLag partition(
      String topic, int partition, OptionalLong committed, LagVerdict verdict, long held) {
    OptionalLong lag =
        committed.isPresent() ? OptionalLong.of(100 - committed.getAsLong()) : OptionalLong.empty();
    return new PartitionLag(
        topic,
        partition,
        committed,
        10,
        100,
        held,
        held > 0 ? 90 : 0,
        new Lag(
            verdict,
            Sentence.verbatim(verdict.words() + ": " + topic + "-" + partition + " as played"),
            AT.minusSeconds(360),
            lag,
            OptionalLong.of(1_500_000),
            committed.isPresent() ? OptionalDouble.of(61.5) : OptionalDouble.empty(),
            OptionalDouble.of(1.5),
            OptionalDouble.of(2),
            CatchUp.NEVER,
            OptionalDouble.empty(),
            0),
        committed.isPresent() ? "reader-1" : "",
        committed.isPresent() ? Optional.of(head(committed.getAsLong())) : Optional.empty());
  }

  /** Partition 0 of a topic, whose group is at 88. */
  public static PartitionLag endingAt(String topic, long end) {
    PartitionLag of = partition(topic, 0, OptionalLong.of(88), LagVerdict.OK);
    return new PartitionLag(topic, 0, of.committed(), 0, end, 0, 0, of.now(), "", of.head());
  }

  private static HeadRecord head(long offset) {
    OptionalInt none = OptionalInt.empty();
    Sentence what = Sentence.verbatim("a record");
    return new HeadRecord(offset, 80, AT, "key", "", none, none, "", Optional.empty(), what, true);
  }
}
