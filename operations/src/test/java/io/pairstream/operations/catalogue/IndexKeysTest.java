package io.pairstream.operations.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class IndexKeysTest {

  private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");

  @Test
  void namesOfNewerRecordsComeFirst() {
    byte[] name = name(NOON, 7);

    assertThat(Arrays.compareUnsigned(name(NOON.plusMillis(1), 3), name)).isNegative();
    assertThat(Arrays.compareUnsigned(name(NOON, 8), name))
        .as("of the same millisecond")
        .isNegative();
    assertThat(IndexKeys.at(name)).isEqualTo(NOON);
  }

  private static byte[] name(Instant at, long offset) {
    return IndexKeys.name(new Place("pairs.quarantine", 0, offset, at), 1);
  }
}
