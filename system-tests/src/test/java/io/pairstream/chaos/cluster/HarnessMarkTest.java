package io.pairstream.chaos.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A mark tells a process from all others, and is trusted only where it can be looked up. */
class HarnessMarkTest {

  private final HarnessMark ours = HarnessMark.ofThisProcess();

  @Test
  void isReadAsItWasWritten() {
    assertThat(HarnessMark.parse(ours.toString())).contains(ours);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "57", "1.2", "1.2.x", "1.2.3.4", "1.2.9999999999999999999"})
  void anythingElseIsNone(String text) {
    assertThat(HarnessMark.parse(text)).isEmpty();
  }

  @Test
  void aProcessThatRunsIsNotDead() {
    assertThat(ours.isDead()).isFalse();
  }

  @Test
  void anEarlierProcessOfThatIdIsDead() {
    assumeTrue(ours.namespace() != 0, "the system tells no namespaces");

    assertThat(new HarnessMark(ours.namespace(), ours.pid(), ours.started() - 1).isDead()).isTrue();
  }

  @Test
  void anIdThatNoProcessHasIsDead() {
    assumeTrue(ours.namespace() != 0, "the system tells no namespaces");

    assertThat(new HarnessMark(ours.namespace(), 999_999_999L, 1).isDead()).isTrue();
  }

  @Test
  void anotherNamespacesIsNeverDead() {
    assertThat(new HarnessMark(ours.namespace() + 1, 999_999_999L, 1).isDead()).isFalse();
    assertThat(new HarnessMark(0, 999_999_999L, 1).isDead()).isFalse();
  }
}
