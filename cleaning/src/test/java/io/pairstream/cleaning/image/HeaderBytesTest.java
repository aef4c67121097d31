package io.pairstream.cleaning.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class HeaderBytesTest {

  @Test
  void findsTheFirstByteFFAmongThoseThatDifferInABit() {
    byte[] nearly = {(byte) 0xFE, 0x7F, 0, 1, (byte) 0x80, (byte) 0xFF};
    Random random = new Random(7);
    for (int length = 0; length < 200; length++) {
      byte[] bytes = new byte[length];
      for (int i = 0; i < length; i++) {
        bytes[i] = nearly[random.nextInt(8) == 0 ? random.nextInt(nearly.length) : i % 5];
      }
      HeaderBytes file = new HeaderBytes(bytes);

      int expected = -1;
      for (int from = length; from >= 0; from--) {
        expected = from < length && file.u8(from) == 0xFF ? from : expected;
        assertThat(file.indexOfFF(from)).as("%d of %d", from, length).isEqualTo(expected);
      }
    }
  }
}
