package io.pairstream.operations.lag.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.operations.lag.CatchUp;
import io.pairstream.operations.lag.GroupKind;
import io.pairstream.operations.lag.GroupLag;
import io.pairstream.operations.lag.LagReport;
import io.pairstream.operations.lag.PartitionLag;
import io.pairstream.operations.lag.Verdict;
import io.pairstream.operations.lag.verdict.LearntPace;
import io.pairstream.operations.sentence.Sentence;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LagHistoryTest {

  private static final Duration STEP = Duration.ofSeconds(10);
  private static final Instant START = Instant.parse("2026-11-20T00:00:00Z");

  @TempDir private Path directory;

  private LagHistory open() {
    return new LagHistory(directory.resolve("lag"), STEP);
  }

  private static PartitionLag partition(int number, long lag, Verdict verdict, Instant at) {
    return new PartitionLag(
        "pairs.crowdsourced",
        number,
        OptionalLong.of(5),
        0,
        5 + lag,
        0,
        0,
        OptionalLong.of(lag),
        OptionalLong.of(lag * 1000),
        OptionalDouble.of(lag / 10.0),
        verdict,
        Sentence.verbatim(""),
        at,
        OptionalDouble.of(2.5),
        OptionalDouble.empty(),
        CatchUp.UNKNOWN,
        OptionalDouble.empty(),
        0,
        Optional.empty(),
        Optional.empty());
  }

  private static LagReport report(Instant at, String group, List<PartitionLag> partitions) {
    GroupLag lag =
        new GroupLag(
            group,
            GroupKind.CONSUMER,
            "Stable",
            1,
            true,
            false,
            partitions.stream()
                .map(PartitionLag::verdict)
                .min(Comparator.naturalOrder())
                .orElse(Verdict.UNKNOWN),
            Sentence.verbatim(""),
            at,
            OptionalLong.of(partitions.stream().mapToLong(each -> each.lag().orElse(0)).sum()),
            OptionalLong.empty(),
            OptionalDouble.of(0),
            OptionalDouble.of(2.5),
            OptionalDouble.of(1.5),
            CatchUp.UNKNOWN,
            OptionalDouble.empty(),
            0,
            Optional.empty(),
            partitions);
    return new LagReport(at, true, STEP, Duration.ZERO, List.of(lag), Optional.empty());
  }

  /** A report every 10 seconds, from the start on, with a lag that counts the looks. */
  private static void fill(LagHistory history, int from, int looks) {
    for (int i = from; i < from + looks; i++) {
      Instant at = START.plus(STEP.multipliedBy(i));
      history.note(
          report(
              at,
              "pairs-preprocess",
              List.of(
                  partition(0, i, i % 6 == 3 ? Verdict.STALL : Verdict.OK, at),
                  partition(1, 0, Verdict.IDLE, at))));
    }
  }

  @Test
  void whatIsUsualForAGroupOutlivesARestart() {
    TopicPartition partition = new TopicPartition("a.topic", 7);
    LearntPace pace = new LearntPace(List.of(10f, 20.5f), List.of(3_600f), true);
    try (LagHistory history = open()) {
      assertThat(history.of("readers")).isEmpty();
      history.keep("readers", Map.of(partition, pace));
    }

    try (LagHistory history = open()) {
      assertThat(history.of("readers")).containsOnlyKeys(partition);
      assertThat(history.of("readers").get(partition).gaps()).containsExactly(10f, 20.5f);
      assertThat(history.of("readers").get(partition).absences()).containsExactly(3_600f);
      assertThat(history.of("readers").get(partition).resident()).isTrue();
    }
  }

  @Test
  void keepsEachLookOfAnHour() {
    try (LagHistory history = open()) {
      fill(history, 0, 400);

      List<LagPoint> points =
          history.points("pairs-preprocess", Optional.empty(), Duration.ofMinutes(60));

      assertThat(points).hasSize(361);
      assertThat(points.get(360).at()).isEqualTo(START.plus(STEP.multipliedBy(399)));
      assertThat(points.get(360).lag()).hasValue(399);
      assertThat(points.get(360).arrivalPerSecond().orElseThrow())
          .isCloseTo(2.5, Percentage.withPercentage(0.2));
      assertThat(points.get(360).bytes()).isEmpty();
      assertThat(history.stepOf(Duration.ofMinutes(60))).isEqualTo(STEP);
    }
  }

  @Test
  void keepsThePartitionsApart() {
    try (LagHistory history = open()) {
      fill(history, 0, 20);

      List<LagPoint> first =
          history.points(
              "pairs-preprocess",
              Optional.of(new TopicPartition("pairs.crowdsourced", 0)),
              Duration.ofMinutes(10));
      List<LagPoint> none =
          history.points(
              "pairs-preprocess",
              Optional.of(new TopicPartition("pairs.crowdsourced", 2)),
              Duration.ofMinutes(10));

      assertThat(first).hasSize(20);
      assertThat(first.get(15).lag()).hasValue(15);
      assertThat(first.get(15).verdict()).isEqualTo(Verdict.STALL);
      assertThat(first.get(15).bytes().orElseThrow())
          .isCloseTo(15_000, Percentage.withPercentage(0.2));
      assertThat(first.get(15).processingPerSecond()).isEmpty();
      assertThat(none).isEmpty();
    }
  }

  @Test
  void sumsUpADayByTheMinuteWithTheWorstOfEach() {
    try (LagHistory history = open()) {
      fill(history, 0, 6 * 60 * 26);

      List<LagPoint> points =
          history.points("pairs-preprocess", Optional.empty(), Duration.ofHours(24));

      assertThat(points).hasSizeBetween(1438, 1441);
      assertThat(points).allMatch(point -> point.verdict() == Verdict.STALL);
      LagPoint last = points.get(points.size() - 1);
      assertThat(last.lag().orElseThrow() % 6).as("the most of its minute").isEqualTo(5);
      assertThat(last.processingPerSecond().orElseThrow())
          .isCloseTo(1.5, Percentage.withPercentage(0.2));
      assertThat(history.stepOf(Duration.ofHours(24))).isEqualTo(Duration.ofMinutes(1));
    }
  }

  @Test
  void knowsAllOfItAfterARestart() {
    try (LagHistory history = open()) {
      fill(history, 0, 100);
    }
    try (LagHistory history = open()) {
      assertThat(history.points("pairs-preprocess", Optional.empty(), Duration.ofMinutes(60)))
          .hasSize(100);
      fill(history, 100, 1);

      assertThat(history.points("pairs-preprocess", Optional.empty(), Duration.ofMinutes(60)))
          .hasSize(101);
      assertThat(history.points("pairs-preprocess", Optional.empty(), Duration.ofHours(24)))
          .hasSizeGreaterThanOrEqualTo(17);
    }
  }

  /** The files as a killed process leaves them, and the last write torn. */
  @Test
  void aTornWriteCostsTheLastLooksAlone() throws IOException {
    Path copy = directory.resolve("copy");
    try (LagHistory history = open()) {
      fill(history, 0, 100);
      copy(directory.resolve("lag"), copy);
    }
    List<Path> logs;
    try (var files = Files.list(copy)) {
      logs = files.filter(file -> file.toString().endsWith(".log")).toList();
    }
    assertThat(logs).isNotEmpty();
    for (Path log : logs) {
      byte[] bytes = Files.readAllBytes(log);
      Files.write(log, java.util.Arrays.copyOf(bytes, bytes.length - 20));
    }

    try (LagHistory history = new LagHistory(copy, STEP)) {
      assertThat(history.points("pairs-preprocess", Optional.empty(), Duration.ofMinutes(60)))
          .hasSizeBetween(98, 99);
    }
  }

  @Test
  void beginsAgainWhereTheFilesAreDamaged() throws IOException {
    try (LagHistory history = open()) {
      fill(history, 0, 100);
    }
    try (var files = Files.list(directory.resolve("lag"))) {
      for (Path manifest :
          files.filter(file -> file.getFileName().toString().startsWith("MANIFEST")).toList()) {
        byte[] bytes = Files.readAllBytes(manifest);
        for (int i = 0; i < bytes.length; i++) {
          bytes[i] ^= 0x55;
        }
        Files.write(manifest, bytes);
      }
    }

    try (LagHistory history = open()) {
      assertThat(history.points("pairs-preprocess", Optional.empty(), Duration.ofMinutes(60)))
          .isEmpty();
      fill(history, 0, 3);
      assertThat(history.points("pairs-preprocess", Optional.empty(), Duration.ofMinutes(60)))
          .hasSize(3);
    }
  }

  @Test
  void oneFolderIsForOneProcess() {
    try (LagHistory history = open()) {
      fill(history, 0, 1);

      assertThatThrownBy(this::open)
          .isInstanceOf(LagHistoryException.class)
          .hasMessageContaining("needs one of its own");
    }
  }

  @Test
  void forgetsGroupsThatAreGoneAndWhatIsTooLongAgo() {
    try (LagHistory history = open()) {
      history.note(report(START, "gone", List.of(partition(0, 1, Verdict.OK, START))));
      fill(history, 1, 6 * 60 * 25);

      assertThat(history.points("gone", Optional.empty(), Duration.ofHours(24))).isEmpty();
      assertThat(
              history
                  .points("pairs-preprocess", Optional.empty(), Duration.ofHours(24))
                  .get(0)
                  .at())
          .isAfter(START.plus(Duration.ofMinutes(59)));
    }
  }

  @Test
  void groupsWhoseNamesBeginAlikeAreKeptApart() {
    try (LagHistory history = open()) {
      history.note(report(START, "a", List.of(partition(0, 1, Verdict.OK, START))));
      history.note(
          report(START.plusSeconds(10), "ab", List.of(partition(0, 2, Verdict.OK, START))));

      assertThat(history.points("a", Optional.empty(), Duration.ofMinutes(5))).hasSize(1);
    }
  }

  @Test
  void aHeatMapHasARowForEachPartitionAndACellForEachTime() {
    try (LagHistory history = open()) {
      fill(history, 0, 6 * 60 * 3);

      Heat heat = history.heat("pairs-preprocess", Duration.ofMinutes(60));

      assertThat(heat.times()).hasSizeBetween(119, 121);
      assertThat(heat.rows()).extracting(Heat.Row::partition).containsExactly(0, 1);
      assertThat(heat.rows().get(0).lag()).hasSameSizeAs(heat.times());
      assertThat(heat.rows().get(0).lag().get(60).orElseThrow()).isBetween(890L, 910L);
      assertThat(heat.rows().get(1).verdict().get(60)).contains(Verdict.IDLE);
    }
  }

  @Test
  void aHeatMapSaysWhereNobodyLooked() {
    try (LagHistory history = open()) {
      fill(history, 0, 60);
      fill(history, 240, 60);

      Heat heat = history.heat("pairs-preprocess", Duration.ofMinutes(60));

      List<Boolean> looked = new ArrayList<>();
      heat.rows().get(0).verdict().forEach(verdict -> looked.add(verdict.isPresent()));
      assertThat(looked).contains(true, false);
    }
  }

  @Test
  void aRowIsAsLargeAsItIsSaid() {
    List<PartitionLag> partitions = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      partitions.add(partition(i, 100_000, Verdict.BEHIND, START));
    }
    List<Row.Cell> cells = new ArrayList<>();
    for (PartitionLag lag : partitions) {
      cells.add(
          new Row.Cell(
              lag.verdict(),
              lag.lag(),
              OptionalDouble.of(1e8),
              lag.seconds(),
              lag.arrivalPerSecond(),
              OptionalDouble.of(3)));
    }

    byte[] bytes = new Row(7, cells).bytes();

    assertThat(bytes.length).isLessThanOrEqualTo(100 * 12 + 9);
    assertThat(Row.read(bytes).orElseThrow().cells()).hasSize(100);
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
              throws IOException {
            Files.createDirectories(to.resolve(from.relativize(folder)));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(file, to.resolve(from.relativize(file)));
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
