package io.pairstream.operate.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operate.profile.ProfileReport.Count;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ProfileReportTest {

  private static List<Count> counts(long... counts) {
    return LongStream.of(counts).mapToObj(count -> new Count("v" + count, count)).toList();
  }

  @Test
  void restIsOther() {
    assertThat(ProfileReport.top(counts(4), 10)).endsWith(new Count("other", 6));
    assertThat(ProfileReport.top(counts(4), 0)).containsExactly(new Count("v4", 4));
  }
}
