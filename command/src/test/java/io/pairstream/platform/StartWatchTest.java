package io.pairstream.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.service.requirements.Machine;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class StartWatchTest {

  private static final String NO_ANSWER = null;
  private static final String DISK = "the disk is full";

  private final AtomicLong clock = new AtomicLong();
  private final AtomicLong processor = new AtomicLong();
  private final AtomicReference<Optional<String>> busy = new AtomicReference<>(Optional.empty());
  private final StartWatch watch =
      new StartWatch(
          "preprocess",
          new Machine(Optional::empty, busy::get),
          clock::get,
          processor::get,
          Duration.ofMinutes(2));

  @Test
  void saysWithinFiveSecondsWhatAProcessWaitsFor() {
    assertThat(watch.note(DISK)).isEmpty();
    pass(Duration.ofSeconds(5));

    assertThat(watch.note(DISK)).contains("preprocess is not ready after 5 s: the disk is full");
  }

  @Test
  void saysAWaitThatLastsAtEverLongerIntervals() {
    watch.note(DISK);
    long said = 0;
    for (int second = 1; second <= 3600; second++) {
      pass(Duration.ofSeconds(1));
      said += watch.note(DISK).isPresent() ? 1 : 0;
    }

    assertThat(said).isEqualTo(10); // after 5, 10, 20 … 2,560 s
  }

  @Test
  void saysWhatIsNewSoonAndNothingThatPasses() {
    watch.note(DISK);
    pass(Duration.ofSeconds(5));
    assertThat(watch.note(DISK)).isPresent();

    pass(Duration.ofSeconds(1));
    assertThat(watch.note("partitions are being shared out")).isEmpty();
    pass(Duration.ofSeconds(1));
    assertThat(watch.note("no broker answers")).isEmpty();
    pass(Duration.ofSeconds(5));
    assertThat(watch.note("no broker answers")).get().asString().contains("broker");
  }

  @Test
  void isPatientWithAVirtualMachineThatSaysNothingYetAndNamesABusyMachine() {
    busy.set(Optional.of("this machine is too busy"));
    watch.note(NO_ANSWER);
    pass(Duration.ofSeconds(19));
    assertThat(watch.note(NO_ANSWER)).isEmpty();
    pass(Duration.ofSeconds(1));

    assertThat(watch.note(NO_ANSWER))
        .contains(
            "preprocess is not ready after 20 s: it does not answer yet; this machine is too busy");
  }

  @Test
  void leavesAloneWhatGetsAHundredthOfAProcessor() {
    for (int minute = 1; minute <= 60; minute++) {
      watch.note(NO_ANSWER);
      pass(Duration.ofMinutes(1));
      processor.addAndGet(Duration.ofMillis(600).toNanos());

      assertThat(watch.standsStill()).as("after %d minutes", minute).isFalse();
    }
  }

  @Test
  void leavesAloneWhatSaysThatItWaits() {
    for (int minute = 1; minute <= 60; minute++) {
      watch.note(DISK);
      pass(Duration.ofMinutes(1));

      assertThat(watch.standsStill()).as("after %d minutes", minute).isFalse();
    }
  }

  @Test
  void standsStillWithoutAnAnswerAndWithoutProcessorTime() {
    pass(Duration.ofSeconds(119));
    assertThat(watch.standsStill()).isFalse();
    pass(Duration.ofSeconds(1));

    assertThat(watch.standsStill()).isTrue();
  }

  private void pass(Duration time) {
    clock.addAndGet(time.toNanos());
  }
}
