package io.pairstream.cli.watch;

import static io.pairstream.operate.lag.PlayedLag.group;
import static io.pairstream.operate.lag.PlayedLag.partition;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operate.lag.GroupLag;
import io.pairstream.operate.lag.LagReport;
import io.pairstream.operate.lag.LagVerdict;
import io.pairstream.operate.lag.PartitionLag;
import io.pairstream.terminal.TerminalText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LagTableTest {

  @Test
  void showsTheWorstFirstAndSaysItInASentence() {
    LagTable table =
        table(
            group("pairs-feed", LagVerdict.OK, "pairs.training"),
            group("pairs-preprocess", LagVerdict.STALL, "pairs.crowdsourced"));

    assertThat(table.lines())
        .containsExactly(
            "VERDICT  LAG   BYTES  AGE  RATE/S  CATCH-UP  GROUP",
            "STALL     42  3.1 MB  62s     4.3        5m  pairs-preprocess",
            "STALL     12  1.5 MB  62s     2.0     never    pairs.crowdsourced-0",
            "OK        30  1.5 MB  62s     2.0     never    pairs.crowdsourced-1",
            "OK        42  3.1 MB  62s     4.3        5m  pairs-feed",
            "OK        30  1.5 MB  62s     2.0     never    pairs.training-1",
            "OK        12  1.5 MB  62s     2.0     never    pairs.training-0",
            "STALL: pairs-preprocess as played");
    assertThat(table.verdict()).isEqualTo(LagVerdict.STALL);
  }

  @Test
  void countsPartitionsOnWhichNothingWaits() {
    PartitionLag[] partitions =
        IntStream.range(0, 12)
            .mapToObj(i -> partition("t", i, OptionalLong.of(i == 3 ? 90 : 100), LagVerdict.OK))
            .toArray(PartitionLag[]::new);

    List<String> lines = table(group("readers", LagVerdict.OK, partitions)).lines();

    assertThat(lines).hasSize(5);
    assertThat(lines.get(2)).endsWith("  t-3");
    assertThat(lines.get(3)).endsWith("  11 more: nothing waits");
  }

  @Test
  void fitsTheColumnsWhateverTheNames() {
    String hostile = "pairs\u001b[2J\u202e-字字字字字字字字字字字字字字字字字字字字字-preprocess";
    String topic = "a-data-set-with-quite-a-long-name-preprocess-by-image-repartition";
    List<GroupLag> groups = new ArrayList<>();
    for (LagVerdict verdict : LagVerdict.values()) {
      groups.add(
          group(
              hostile + verdict,
              verdict,
              partition(topic, 1234, OptionalLong.of(-987_654_321_012L), verdict)));
    }

    List<String> lines = table(groups.toArray(GroupLag[]::new)).lines();

    assertThat(lines).allMatch(line -> TerminalText.columns(line) <= 80);
    assertThat(String.join("", lines)).doesNotContain("\u001b").doesNotContain("\u202e");
    assertThat(lines).anyMatch(line -> line.endsWith("-repartition-1234"));
  }

  @Test
  void saysWhatIsNotKnown() {
    assertThat(table(group("never", LagVerdict.UNKNOWN, "Empty", 5, true)).lines().get(1))
        .isEqualTo("UNKNOWN    5      -    -       -  not known  never");
    assertThat(table(group("new", LagVerdict.STARTING, "Stable", 5, true)).lines().get(1))
        .isEqualTo("STARTING    5      -    -       -  not known  new");
  }

  @Test
  void aGroupThatWasNeverThereComesLastAndIsNamed() {
    LagTable table =
        table(
            group("pairs-feed", LagVerdict.UNKNOWN, GroupLag.ABSENT, 0, true),
            group("pairs-fetch", LagVerdict.OK, "pairs.links"));

    List<String> lines = table.lines();

    assertThat(lines.get(1)).endsWith("pairs-fetch");
    assertThat(lines)
        .last()
        .isEqualTo("All is well: 42 records wait, the oldest for 62 s; pairs-feed has not started");
    assertThat(table.verdict()).isEqualTo(LagVerdict.OK);
  }

  private static LagTable table(GroupLag... groups) {
    return LagTable.of(LagReport.nothingYet(Duration.ZERO), List.of(groups));
  }
}
