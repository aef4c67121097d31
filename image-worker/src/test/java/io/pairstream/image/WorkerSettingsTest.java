package io.pairstream.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WorkerSettingsTest {

  @Test
  void givesAnImageFiveSecondsUnlessTold() {
    WorkerSettings settings = WorkerSettings.of("jars/*", 2);

    assertThat(settings.deadline()).isEqualTo(Duration.ofSeconds(5));
    assertThat(settings.likelyVerdict()).isEqualTo(Duration.ofSeconds(14));
  }

  @Test
  void refusesWhatCannotWork() {
    WorkerSettings good = WorkerSettings.of("jars/*", 1);

    assertThatThrownBy(() -> WorkerSettings.of("jars/*", 0))
        .hasMessage("workers must be 1 to 256, was 0");
    assertThatThrownBy(() -> good.withDeadline(Duration.ZERO))
        .hasMessageStartingWith("deadline must be more than zero");
    assertThatThrownBy(() -> good.withStartLimit(Duration.ZERO))
        .hasMessageStartingWith("start limit must be more than zero");
  }
}
