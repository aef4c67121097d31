package io.pairstream.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FinishedOffsetsTest {

  @Test
  void whatWasWrittenIsRead() {
    Random random = new Random(7);
    for (int round = 0; round < 200; round++) {
      BitSet above = new BitSet();
      int length = random.nextInt(FinishedOffsets.MOST_ABOVE);
      for (int bit = 1; bit < length; bit++) {
        above.set(bit, random.nextInt(3) == 0);
      }
      FinishedOffsets written = new FinishedOffsets(random.nextLong(1L << 40), above);

      FinishedOffsets read = FinishedOffsets.read(written.low(), written.metadata());

      assertThat(read).isEqualTo(written);
    }
  }

  @Test
  void containsWhatIsBelowTheMarkAndWhatIsMarkedAboveIt() {
    BitSet above = new BitSet();
    above.set(1);
    above.set(4);
    FinishedOffsets finished = new FinishedOffsets(100, above);

    assertThat(LongStream.range(98, 107).filter(finished::contains))
        .containsExactly(98L, 99L, 101L, 104L);
    assertThat(finished.contains(Long.MAX_VALUE)).isFalse();
    assertThat(finished.end()).isEqualTo(105);
    assertThat(FinishedOffsets.below(7).end()).isEqualTo(7);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "by hand", "1:no base 64!", "2:AAAA"})
  void foreignMetadataSaysNothingBeyondTheOffset(String metadata) {
    assertThat(FinishedOffsets.read(5, metadata)).isEqualTo(FinishedOffsets.below(5));
  }
}
