package io.pairstream.service.requirements;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.service.requirements.Finding.Level;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BrokerClockTest {

  @ParameterizedTest
  @CsvSource({
    "100005,  OK,      agree to within 10 ms",
    "100000,  OK,      agree to within 10 ms",
    "105010,  OK,      5000 ms ahead of this machine's",
    "105011,  WARNING, 5001 ms ahead of this machine's",
    "95000,   OK,      5000 ms behind this machine's",
    "94999,   WARNING, 5001 ms behind this machine's",
  })
  void judgesByWhatTheAnswersTimeCannotExplain(long theirs, Level level, String words) {
    Finding finding = BrokerClock.judge(OptionalLong.of(theirs), 100_000, 100_010);

    assertThat(finding.level()).isEqualTo(level);
    assertThat(finding.found()).contains(words);
  }

  @Test
  void doesNotGuess() {
    assertThat(BrokerClock.judge(OptionalLong.empty(), 1, 2).level()).isEqualTo(Level.NOT_TOLD);
    assertThat(BrokerClock.judge(OptionalLong.of(-1), 1, 2).level()).isEqualTo(Level.NOT_TOLD);
  }
}
