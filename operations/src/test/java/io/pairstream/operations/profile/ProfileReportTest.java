package io.pairstream.operations.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ProfileReportTest {

  private static List<Count> counts(long... counts) {
    return LongStream.of(counts).mapToObj(count -> new Count("v" + count, count)).toList();
  }

  /** 0.9 and 0.1: −(0.9 ln 0.9 + 0.1 ln 0.1) / ln 2. */
  @Test
  void evennessIsPielousJ() {
    assertThat(ProfileReport.evenness(counts(90, 10))).isCloseTo(0.468996, within(1e-6));
    assertThat(ProfileReport.evenness(counts(7, 7, 7))).isCloseTo(1, within(1e-12));
    assertThat(ProfileReport.evenness(counts(7))).isZero();
    assertThat(ProfileReport.evenness(counts())).isZero();
  }

  @Test
  void restIsOther() {
    assertThat(ProfileReport.top(counts(4), 10)).endsWith(new Count("other", 6));
    assertThat(ProfileReport.top(counts(4), 0)).containsExactly(new Count("v4", 4));
  }
}
