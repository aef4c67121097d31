package io.pairstream.image.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ExifOrientationTest {

  private static final HexFormat HEX = HexFormat.of();

  /** SOI, APP1 with one big-endian entry 0x0112 = 6, SOS. */
  private static final byte[] JPEG =
      HEX.parseHex(
          "ffd8ffe10022457869660000"
              + "4d4d002a000000080001011200030000000100060000"
              + "00000000"
              + "ffda0002");

  @Test
  void looksNoFurtherThanTheFirstScan() {
    byte[] late = Arrays.copyOf(new byte[] {-1, (byte) 0xD8, -1, (byte) 0xDA, 0, 2}, 60);
    System.arraycopy(JPEG, 2, late, 6, JPEG.length - 2);

    assertThat(ExifOrientation.of(late)).isEqualTo(ExifOrientation.NORMAL);
  }

  @Test
  void takesAnyMutationForSomeOrientation() {
    byte[][] seeds = {
      JPEG,
      bytes("\u0089PNG\r\n\u001a\n\0\0\0\u001aeXIf" + tiff() + "\0\0\0\0"),
      bytes("RIFF0\0\0\0WEBPEXIF\u001a\0\0\0" + tiff())
    };
    Random random = new Random(13);
    for (int round = 0; round < 30_000; round++) {
      byte[] file = seeds[random.nextInt(seeds.length)].clone();
      for (int i = random.nextInt(4); i >= 0; i--) {
        file[random.nextInt(file.length)] = (byte) random.nextInt(256);
      }
      byte[] cut = random.nextBoolean() ? file : Arrays.copyOf(file, random.nextInt(file.length));

      assertThat(ExifOrientation.of(cut)).isNotNull();
    }
    assertThat(List.of(seeds))
        .extracting(ExifOrientation::of)
        .containsOnly(ExifOrientation.CLOCKWISE);
  }

  private static String tiff() {
    return new String(JPEG, 12, 26, StandardCharsets.ISO_8859_1);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
