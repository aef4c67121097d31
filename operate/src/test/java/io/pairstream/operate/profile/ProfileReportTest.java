package io.pairstream.operate.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operate.profile.ProfileReport.Count;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProfileReportTest {

  private static List<Count> counts(long... counts) {
    return LongStream.of(counts).mapToObj(count -> new Count("v" + count, count)).toList();
  }

  @Test
  void restIsOther() {
    assertThat(ProfileReport.top(counts(4), 10)).endsWith(new Count("other", 6));
    assertThat(ProfileReport.top(counts(4), 0)).containsExactly(new Count("v4", 4));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0.3|0.3, 0.31|1",
        "0 0.001 1|0, 1.05|21",
        "5.01 5.02 5.99|5, 6|10",
        "-1 0.999|-1, 1|20",
        "-0.123 0.9999|-0.15, 1|23",
        "1 1000000|0, 1050000|21",
        "0.0000001|0, 0.000001|1"
      })
  void binsAreOfOneWidthAndHoldAllNumbers(String numbers, String ends, int bins) {
    double[] all = Arrays.stream(numbers.split(" ")).mapToDouble(Double::parseDouble).toArray();

    Histogram histogram = Histogram.of(all);

    assertThat(histogram.counts()).hasSize(bins);
    assertThat(histogram.counts().stream().mapToLong(count -> count).sum()).isEqualTo(all.length);
    assertThat(histogram.edges()).hasSize(bins + 1).isSorted();
    double[] expected = Arrays.stream(ends.split(", ")).mapToDouble(Double::parseDouble).toArray();
    assertThat(histogram.edges().get(0)).isEqualTo(expected[0]);
    assertThat(histogram.edges().get(bins)).isEqualTo(expected[1]);
  }

  /**
   * Two digits of 5.1 are a tenth wide: a narrower bin would be empty for no reason of the pairs.
   */
  @Test
  void noBinIsNarrowerThanTheDigitsThatCount() {
    double[] even = IntStream.range(0, 100).mapToDouble(i -> 5 + i / 100.0).toArray();

    assertThat(Histogram.of(even).counts()).hasSize(10).containsOnly(10L);
  }
}
