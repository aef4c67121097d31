package io.pairstream.chaos.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** No step keeps another one from being taken. */
class CleanUpTest {

  private final List<String> taken = new ArrayList<>();

  @Test
  void takesAllStepsAndThrowsTheFirstProblem() {
    AssertionError first = new AssertionError("first");
    IllegalStateException second = new IllegalStateException("second");

    Throwable thrown =
        catchThrowable(
            () ->
                CleanUp.take(
                    List.of(
                        () -> fail(first),
                        () -> taken.add("one"),
                        () -> fail(second),
                        () -> fail(first),
                        () -> taken.add("two"))));

    assertThat(thrown).isSameAs(first).hasSuppressedException(second);
    assertThat(taken).containsExactly("one", "two");
  }

  @Test
  void noStepSeesAnInterruptAndTheCallerDoes() {
    Thread.currentThread().interrupt();

    CleanUp.take(
        List.of(
            () -> {
              taken.add("" + Thread.currentThread().isInterrupted());
              Thread.currentThread().interrupt();
            },
            () -> taken.add("" + Thread.currentThread().isInterrupted())));

    assertThat(Thread.interrupted()).isTrue();
    assertThat(taken).containsExactly("false", "false");
  }

  private static void fail(Throwable problem) {
    if (problem instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) problem;
  }
}
