package io.pairstream.operate.lag.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operate.lag.CatchUp;
import io.pairstream.operate.lag.GroupLag;
import io.pairstream.operate.lag.LagVerdict;
import io.pairstream.operate.lag.PartitionLag;
import io.pairstream.operate.lag.PlayedLag;
import io.pairstream.operate.lag.judge.PartitionJudge.Role;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SentencesTest {

  /** Plays two partitions, of which the first is the worst, each with its end at 100. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "BEHIND | 20 | 90 | BEHIND: g is behind: 90 records wait on 2 partitions, and when it"
            + " catches up is not known yet; 80 of 90 wait on t-0",
        "BEHIND | 55 | 55 | BEHIND: g is behind: 90 records wait on 2 partitions, and when it"
            + " catches up is not known yet",
        "STALL  | 90 | 20 | STALL: t-0 as played; 80 of 90 wait on t-1",
        "STALL  | 20 | 90 | STALL: t-0 as played",
        "UNKNOWN| 90 | 20 | UNKNOWN: t-0 as played",
        "STARTING| 55 | 55 | STARTING: g is starting: 90 records wait",
        "STARTING| -1 | 55 | STARTING: g is starting: 135 records wait",
      })
  void thePartitionThatHasMostOfWhatWaitsIsNamedOnce(
      LagVerdict verdict, long worstAt, long otherAt, String sentence) {
    OptionalLong place = worstAt < 0 ? OptionalLong.empty() : OptionalLong.of(worstAt);
    PartitionLag worst = PlayedLag.partition("t", 0, place, verdict);
    PartitionLag other = PlayedLag.partition("t", 1, OptionalLong.of(otherAt), LagVerdict.OK);

    List<PartitionLag> both = List.of(worst, other);
    long waiting = 200 - worstAt - otherAt;

    assertThat(
            Sentences.group(
                    "g",
                    Role.COUNTED,
                    both,
                    worst,
                    GroupLag.hot(both, waiting).orElse(null),
                    OptionalLong.of(waiting),
                    OptionalDouble.empty(),
                    CatchUp.UNKNOWN)
                .text())
        .isEqualTo(sentence);
  }
}
