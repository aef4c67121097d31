package io.pairstream.ingest.fetch.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FetchSettingsTest {

  private static final long MIB = 1024 * 1024;

  @ParameterizedTest(name = "heap of {0} MiB: {1} MiB of bodies")
  @CsvSource({"32, 16", "64, 16", "65, 16.25", "512, 128", "1024, 256", "8192, 256"})
  void bodiesTakeAQuarterOfTheHeapAndNoMoreThanIsUsual(long heapMib, double bodiesMib) {
    FetchSettings settings = FetchSettings.of(new UserAgent("1.0", "")).inHeap(heapMib * MIB);

    assertThat(settings.bodyBytes()).isEqualTo((long) (bodiesMib * MIB));
  }
}
