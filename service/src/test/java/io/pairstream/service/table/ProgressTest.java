package io.pairstream.service.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class ProgressTest {

  private static final TopicPartition FIRST = new TopicPartition("topic", 0);
  private static final TopicPartition SECOND = new TopicPartition("topic", 1);

  @Test
  void noCallerWaitsForEver() {
    Progress progress = new Progress("the table", Duration.ofMillis(1), Clock.systemUTC());

    CompletableFuture<Void> reached = progress.reachedAll(Map.of(FIRST, 6L));

    assertThatThrownBy(reached::join).hasCauseInstanceOf(TimeoutException.class);
    assertThat(progress.waiting()).isZero();
  }

  @Test
  void aWaitingCallerIsAnsweredAndForgotten() {
    Progress progress = new Progress("the table", Duration.ofMinutes(1), Clock.systemUTC());
    CompletableFuture<Void> reached = progress.reachedAll(Map.of(FIRST, 6L));
    CompletableFuture<Void> all = progress.reachedAll(Map.of(FIRST, 6L, SECOND, 1L));

    progress.moveTo(Map.of(FIRST, 6L));

    assertThat(reached).isCompleted();
    assertThat(all).isNotDone();
    assertThat(progress.waiting()).isEqualTo(1);
    progress.moveTo(Map.of(SECOND, 1L));
    assertThat(all).isCompleted();
    assertThat(progress.waiting()).isZero();
  }
}
