package io.pairstream.operate.profile;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProfiledMeasureTest {

  @ParameterizedTest
  @EnumSource
  void everyBinHoldsItsLowerEdgeAndNotItsUpperOne(ProfiledMeasure measure) {
    double[] edges = measure.edges();

    for (int bin = 0; bin < measure.bins(); bin++) {
      assertThat(edges[bin]).isLessThan(edges[bin + 1]);
      assertThat(measure.bin(edges[bin])).isEqualTo(bin);
      assertThat(measure.bin(Math.nextDown(edges[bin + 1]))).isEqualTo(bin);
    }
    assertThat(measure.bins()).isBetween(10, 20);
  }

  @ParameterizedTest
  @EnumSource
  void firstAndLastBinTakeWhatLiesOutside(ProfiledMeasure measure) {
    assertThat(measure.bin(-1)).isZero();
    assertThat(measure.bin(0)).isZero();
    assertThat(measure.bin(Double.MAX_VALUE)).isEqualTo(measure.bins() - 1);
    assertThat(measure.bin(Double.POSITIVE_INFINITY)).isEqualTo(measure.bins() - 1);
  }
}
