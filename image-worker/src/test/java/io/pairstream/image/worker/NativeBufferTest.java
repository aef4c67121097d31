package io.pairstream.image.worker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NativeBufferTest {

  @Test
  void keepsItsMemoryForSmallerNeeds() {
    try (NativeBuffer buffer = new NativeBuffer()) {
      long first = buffer.reserve(1_000_000).address();

      assertThat(buffer.reserve(10).address()).isEqualTo(first);
      assertThat(buffer.capacity()).isEqualTo(1_000_000);
    }
  }

  @Test
  void givesBackWhatOneGiantNeeded() {
    try (NativeBuffer buffer = new NativeBuffer()) {
      buffer.reserve(75_000_000);

      buffer.reserve(1_000);

      assertThat(buffer.capacity()).isEqualTo(1_000);
    }
  }
}
