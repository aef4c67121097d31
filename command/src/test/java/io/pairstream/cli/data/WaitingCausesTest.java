package io.pairstream.cli.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class WaitingCausesTest {

  @Test
  void saysEachCauseOnceAfterHalfAMinuteInWhichNothingWasJudged() {
    AtomicLong now = new AtomicLong();
    List<String> causes = new ArrayList<>(List.of("no preprocess reports"));
    List<String> said = new ArrayList<>();
    WaitingCauses waiting = new WaitingCauses(now::get, () -> causes, said::add);

    for (long left = 60; left > 0; left--) {
      now.addAndGet(Duration.ofSeconds(1).toNanos());
      waiting.accept(left);
    }
    assertThat(said).as("each second one is judged").isEmpty();

    for (int second = 0; second < 120; second++) {
      now.addAndGet(Duration.ofSeconds(1).toNanos());
      waiting.accept(1);
      if (second == 60) {
        causes.add("the disk is full");
      }
    }
    assertThat(said).containsExactly("no preprocess reports", "the disk is full");
  }
}
