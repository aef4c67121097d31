package io.pairstream.ingest.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RequestPaceTest {

  private final FakeTime time = new FakeTime();

  @Test
  void requestsBeginAtEvenDistances() throws Exception {
    RequestPace pace = new RequestPace(12, time);

    for (int i = 0; i < 4; i++) {
      assertThat(pace.await()).isTrue();
      assertThat(Duration.ofNanos(time.nanoTime())).isEqualTo(Duration.ofSeconds(5L * i));
    }
  }

  @Test
  void timeThatNobodyUsedIsNotSaved() throws Exception {
    RequestPace pace = new RequestPace(60, time);
    assertThat(pace.await()).isTrue();
    assertThat(time.pause(Duration.ofMinutes(5))).isTrue();

    assertThat(pace.await()).isTrue();
    assertThat(pace.await()).isTrue();

    assertThat(Duration.ofNanos(time.nanoTime())).isEqualTo(Duration.ofSeconds(301));
  }

  @Test
  void nobodyBeginsWhileAllPause() throws Exception {
    RequestPace pace = new RequestPace(60, time);
    assertThat(pace.await()).isTrue();

    pace.pause(Duration.ofSeconds(30));
    pace.pause(Duration.ofSeconds(10));

    assertThat(pace.await()).isTrue();
    assertThat(Duration.ofNanos(time.nanoTime())).isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void nobodyWaitsOnceTheRunEnds() throws Exception {
    RequestPace pace = new RequestPace(1, time);
    assertThat(pace.await()).isTrue();
    time.end();

    assertThat(pace.await()).isFalse();
  }
}
