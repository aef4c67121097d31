package io.pairstream.preprocess.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.junit.jupiter.api.Test;

class CrashGuardTest {

  private final CrashGuard<String, String> guard = new CrashGuard<>(CrashGuardTest::step);

  @Test
  void rejectsTheRecordOnWhichAStepCrashes() {
    assertThat(guard.apply("crash: a\nb").rejectedOnly())
        .extracting(Rejection::reason, Rejection::detail)
        .containsExactly(
            tuple(
                RejectReason.STEP_CRASHED,
                "a step of ours failed: java.lang.IllegalStateException: crash: a b"));
  }

  @Test
  void rejectsTheRecordWhoseTextIsTooDeepForAStep() {
    assertThat(guard.apply("deep").rejectedOnly())
        .extracting(Rejection::reason)
        .containsExactly(RejectReason.STEP_CRASHED);
  }

  @Test
  void rejectsTwentyCrashesWithinAMinuteAndStopsAtTheNext() {
    for (int crash = 1; crash <= 20; crash++) {
      assertThat(guard.apply("crash").rejectedOnly())
          .as("crash %d", crash)
          .extracting(Rejection::reason)
          .containsExactly(RejectReason.STEP_CRASHED);
    }

    assertThatThrownBy(() -> guard.apply("crash"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("more than 20 records crashed a step within a minute")
        .hasRootCauseMessage("crash");
  }

  @Test
  void blamesNoRecordForAMissingWorker() {
    for (int time = 0; time < 30; time++) {
      assertThatThrownBy(() -> guard.apply("no worker")).isInstanceOf(TaskMigratedException.class);
    }

    assertThat(guard.apply("crash").rejectedOnly()).hasSize(1);
  }

  private static Outcome<String> step(String word) {
    if (word.startsWith("crash")) {
      throw new IllegalStateException(word);
    }
    return switch (word) {
      case "no worker" -> throw new ImageWorkerUnavailableException(word);
      case "deep" -> throw new StackOverflowError();
      default -> Outcome.kept(word);
    };
  }
}
