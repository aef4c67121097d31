package io.pairstream.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.benchmarks.Pass;
import io.pairstream.benchmarks.compare.Corpus.FileSet;
import io.pairstream.benchmarks.compare.Report.Measured;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {

  @Test
  void saysEachDecidingFigureAsAMedianOverTheRounds() {
    ObjectNode report =
        new Report(
                List.of(
                    contender("pairstream", round(500, 100), round(510, 100)),
                    contender("pairstream-workers", round(495, 100), round(504.9, 100)),
                    contender("img2dataset", round(250, 80), round(255, 80)),
                    contender("torchvision", round(400, 90), round(408, 90)),
                    contender("torchvision_whole", round(380, 90), round(380, 90)),
                    contender("floor", jpegOnly(625), jpegOnly(637.5))))
            .json();

    assertThat(report.get("vs_img2dataset").asDouble()).isEqualTo(2.0);
    assertThat(report.get("vs_torchvision").asDouble()).isEqualTo(1.25);
    assertThat(report.get("share_of_floor").asDouble()).isEqualTo(0.8);
    assertThat(report.get("worker_cost").asDouble()).isEqualTo(0.01);
    assertThat(report.at("/spread_over_rounds/vs_img2dataset/min").asDouble()).isEqualTo(2.0);
    assertThat(report.at("/large/vs_img2dataset").isNull()).isTrue();
  }

  @Test
  void mixedCountsThePicturesAndTheTimeOfBothSets() {
    // 100 JPEGs at 500 and 100 others at 100 per second: 200 in 1.2 s; 100 at 400, 100 at 80: 1.5
    // s.
    ObjectNode report =
        new Report(
                List.of(
                    contender("pairstream", round(500, 100)),
                    contender("torchvision", round(400, 80))))
            .json();

    assertThat(report.at("/contenders/pairstream/images_per_cpu_second/mixed/median").asDouble())
        .isCloseTo(200 / 1.2, within(0.001));
    assertThat(report.get("vs_torchvision_mixed").asDouble()).isEqualTo(1.25);
  }

  @Test
  void comparesWithTheFasterWayOfAPeer() {
    ObjectNode report =
        new Report(
                List.of(
                    contender("pairstream", round(500, 100)),
                    contender("torchvision", round(250, 90)),
                    contender("torchvision_whole", round(400, 90))))
            .json();

    assertThat(report.get("vs_torchvision").asDouble()).isEqualTo(1.25);
  }

  @Test
  void aSetThatAContenderCannotDoAtAllHasNoFigure() {
    Map<FileSet, Pass> round =
        Map.of(FileSet.JPEG, at(600), FileSet.OTHER, new Pass(0, 100, 0.01, 0.01));

    ObjectNode report = new Report(List.of(contender("floor", round))).json();

    assertThat(report.at("/contenders/floor/images_per_cpu_second/jpeg").isObject()).isTrue();
    assertThat(report.at("/contenders/floor/images_per_cpu_second/mixed").isMissingNode()).isTrue();
  }

  private static Measured contender(String name, Map<FileSet, Pass> round) {
    return contender(name, round, round);
  }

  private static Measured contender(
      String name, Map<FileSet, Pass> first, Map<FileSet, Pass> second) {
    List<Map<FileSet, Pass>> rounds = List.of(first, second);
    return new Measured(name, "1.0", "calls", rounds, rounds);
  }

  /** A hundred files of each set, at so many per second. */
  private static Map<FileSet, Pass> round(double jpeg, double other) {
    return Map.of(FileSet.JPEG, at(jpeg), FileSet.OTHER, at(other));
  }

  private static Map<FileSet, Pass> jpegOnly(double jpeg) {
    return Map.of(FileSet.JPEG, at(jpeg));
  }

  private static Pass at(double perSecond) {
    return new Pass(100, 0, 100 / perSecond, 100 / perSecond);
  }
}
