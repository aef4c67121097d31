package io.pairstream.tools.size;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ClusterSizeTest {

  private static final Workload MEASURED = load(1_000, 1_000_000, 162_280, 3, 16);

  private static Workload load(double rate, long pairs, long bytes, int copies, int cores) {
    return new Workload(rate, pairs, bytes, 0, copies, 7, cores);
  }

  private static double amount(Workload load, String service, String quantity) {
    return ClusterSize.of(load).rows().stream()
        .filter(row -> row.service().equals(service) && row.quantity().equals(quantity))
        .findFirst()
        .orElseThrow()
        .amount();
  }

  @Test
  void amountsAreThoseWorkedOutByHand() {
    // 1.70 + 2.88 ms a pair, 1,000 a second, 70 % busy; then two threads' partitions a thread.
    assertThat(amount(MEASURED, "preprocess", "cores")).isCloseTo(6.54, within(0.01));
    assertThat(amount(MEASURED, "preprocess", "instances")).isEqualTo(1);
    assertThat(amount(MEASURED, "preprocess", "threads each")).isEqualTo(7);
    assertThat(amount(MEASURED, "topics", "partitions")).isEqualTo(24);
    assertThat(amount(MEASURED, "brokers", "machines")).isEqualTo(3);
    assertThat(amount(MEASURED, "operate", "disk each")).isEqualTo(1.2e9);
    // All of the million pairs arrive within a week, of a thousand million 604.8 million.
    assertThat(amount(MEASURED, "brokers", "disk, raw pairs")).isCloseTo(486.8e9, within(0.1e9));
    assertThat(amount(load(1_000, 1_000_000_000, 162_280, 3, 16), "brokers", "disk, raw pairs"))
        .isCloseTo(294.4e12, within(0.1e12));
  }

  @Test
  void processorTimesAreThoseOfTheDocs() throws IOException {
    assertThat(Files.readString(Path.of("../docs/performance.md")))
        .contains(
            "Image workers %.2f, preprocessing %.2f, broker %.2f, dashboard %.2f, ingest API %.2f"
                .formatted(
                    ClusterSize.WORKER_MS,
                    ClusterSize.PREPROCESS_MS,
                    ClusterSize.BROKER_MS,
                    ClusterSize.DASHBOARD_MS,
                    ClusterSize.INGEST_MS));
  }

  @Test
  void everyPartGrowsWithWhatItCarries() {
    Workload larger = load(100_000, 1_000_000_000, 324_560, 3, 16);
    assertThat(ClusterSize.of(larger).rows())
        .zipSatisfy(
            ClusterSize.of(MEASURED).rows(),
            (more, less) ->
                assertThat(more.amount()).as(more.toString()).isGreaterThan(less.amount()));
    assertThat(amount(larger, "preprocess", "instances")).isEqualTo(67);
    assertThat(amount(larger, "preprocess", "threads each")).isEqualTo(16);
    assertThat(amount(larger, "topics", "partitions")).isEqualTo(2_148);
  }

  @Test
  void threadsNeverNeedMoreCoresThanAMachineHasNorPartitionsThatAreMissing() {
    for (int cores : new int[] {1, 2, 3, 16, 64}) {
      for (double rate : new double[] {0.01, 1, 150, 1_000, 12_345}) {
        Workload load = load(rate, 1_000, 162_280, 1, cores);
        double threads = amount(load, "preprocess", "threads each");
        double instances = amount(load, "preprocess", "instances");
        assertThat(threads).isBetween(1.0, (double) cores);
        assertThat(threads * instances)
            .isGreaterThanOrEqualTo(amount(load, "preprocess", "cores"))
            .isLessThanOrEqualTo(amount(load, "topics", "partitions") / 2);
      }
    }
  }

  @Test
  void workloadThatMakesNoSenseIsRefusedWithWhatWouldBeRight() {
    assertThatThrownBy(() -> load(0, 1, 162_280, 3, 16))
        .hasMessage("pairs per second must be above 0, at most 1e9, was 0.0");
    assertThatThrownBy(() -> load(Double.NaN, 1, 162_280, 3, 16)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> load(1, 0, 162_280, 3, 16)).hasMessageContaining("was 0");
    assertThatThrownBy(() -> load(1, 1, 12, 3, 16)).hasMessageContaining("was 12");
    assertThatThrownBy(() -> load(1, 1, 162_280, 0, 16)).hasMessageContaining("copies");
    assertThatThrownBy(() -> load(1, 1, 162_280, 3, 0)).hasMessageContaining("cores");
  }
}
