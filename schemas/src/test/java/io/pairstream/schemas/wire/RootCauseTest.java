package io.pairstream.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;

class RootCauseTest {

  @Test
  void saysWhatTheInnermostCauseSays() {
    IOException innermost = new IOException("the disk is full");
    Exception outermost =
        new IllegalStateException("it failed", new UncheckedIOException(innermost));

    assertThat(RootCause.of(outermost)).isSameAs(innermost);
    assertThat(RootCause.message(outermost)).isEqualTo("the disk is full");
  }

  @Test
  void isTheExceptionItselfWhereNothingIsBelow() {
    IOException alone = new IOException("the disk is full");

    assertThat(RootCause.of(alone)).isSameAs(alone);
  }

  @Test
  void namesItsClassWhereItSaysNothing() {
    assertThat(RootCause.message(new UncheckedIOException(new EOFException())))
        .isEqualTo("EOFException");
  }
}
