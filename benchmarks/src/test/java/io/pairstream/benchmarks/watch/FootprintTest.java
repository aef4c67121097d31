package io.pairstream.benchmarks.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class FootprintTest {

  @Test
  void readsMemoryAsTheKernelTellsIt() {
    List<String> status = List.of("Name:\tjava", "VmHWM:\t  271264 kB", "VmRSS:\t  232580 kB");

    assertThat(Footprint.bytes(status, "VmRSS:")).isEqualTo(238_161_920);
    assertThat(Footprint.bytes(status, "VmSwap:")).isZero();
  }

  @Test
  void theShareIsOfOneCore() {
    Footprint before = new Footprint(Duration.ofSeconds(3), 1_000_000_000L, 0, 0);
    Footprint after = new Footprint(Duration.ofSeconds(6), 3_000_000_000L, 0, 0);

    assertThat(after.percentSince(before)).isEqualTo(150);
  }
}
