package io.pairstream.image.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ComplaintsTest {

  private static final byte[] NO_IMAGE = new byte[0];

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n \n",
        "libpng warning: iCCP: known incorrect sRGB profile\n",
        "libpng warning: gAMA: gamma value does not match sRGB\nlibpng warning: iTXt: bad CRC"
      })
  void takesWordsAboutMetadataForHarmless(String words) {
    assertThat(Complaints.serious(words, NO_IMAGE)).isEmpty();
  }

  @Test
  void quotesTheFirstLineThatCounts() {
    assertThat(
            Complaints.serious(
                "libpng warning: iCCP: too long\nlibpng warning: IDAT: CRC error\nmore", NO_IMAGE))
        .contains("libpng warning: IDAT: CRC error");
  }

  @Test
  void takesEqualBytesBeforeTheEndForPadding() {
    String words = "Corrupt JPEG data: 3 extraneous bytes before marker 0xd9\n";
    byte[] padded = {1, 2, 7, 7, 7, (byte) 0xFF, (byte) 0xD9, 9};
    byte[] pixels = {1, 2, 7, 6, 7, (byte) 0xFF, (byte) 0xD9, 9};

    assertThat(Complaints.serious(words, padded)).isEmpty();
    assertThat(Complaints.serious(words, pixels)).isPresent();
    assertThat(Complaints.serious(words, new byte[] {7, (byte) 0xFF, (byte) 0xD9})).isPresent();
    assertThat(Complaints.serious(words, NO_IMAGE)).isPresent();
  }

  @Test
  void countsBytesBeforeAnyOtherMarker() {
    assertThat(
            Complaints.serious(
                "Corrupt JPEG data: 3 extraneous bytes before marker 0xd4",
                new byte[] {7, 7, 7, (byte) 0xFF, (byte) 0xD9}))
        .isPresent();
  }

  @Test
  void makesForeignTextPresentable() {
    assertThat(Complaints.presentable("a\u0007\u001b[31mb\u202ec\n" + "x".repeat(300)))
        .startsWith("a [31mb c x")
        .hasSize(200);
  }
}
