package io.pairstream.feed.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.pairstream.feed.DrawnImage;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.wire.AvroSafety;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {

  private static final int HEIGHT = 16;
  private static final int WIDTH = 32;
  private static final int BYTES = HEIGHT * WIDTH * 3;
  private static final DrawnImage IMAGE = new DrawnImage(HEIGHT, WIDTH, 7);

  static {
    AvroSafety.install();
  }

  @ParameterizedTest
  @ValueSource(strings = {"raw", "png", "jpeg"})
  void decodesToPixelsInTheOrderRedGreenBlue(String encoding) {
    byte[] found = decode(encoding, IMAGE.encoded(encoding));

    byte[] drawn = IMAGE.pixels();
    int most = encoding.equals("jpeg") ? 12 : 0;
    for (int i = 0; i < BYTES; i++) {
      assertThat(found[i] & 0xff).isCloseTo(drawn[i] & 0xff, within(most));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"raw", "png"})
  void decodesGreyImagesToOneChannelBetweenPositionAndLimitAlone(String encoding) throws Exception {
    byte[] grey = {1, 50, 100, (byte) 150, (byte) 200, (byte) 255};
    BufferedImage drawn = new BufferedImage(3, 2, BufferedImage.TYPE_BYTE_GRAY);
    drawn.getRaster().setDataElements(0, 0, 3, 2, grey);
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(drawn, "png", png);
    byte[] file = encoding.equals("raw") ? grey : png.toByteArray();
    ByteBuffer memory = ByteBuffer.allocateDirect(10);

    new ImageDecoder().decode(pair(encoding, file, 2, 3, 1), memory.slice(2, 6));

    assertThat(memory.slice(2, 6)).isEqualTo(ByteBuffer.wrap(grey));
    assertThat(memory.get(1)).isZero();
    assertThat(memory.get(8)).isZero();
  }

  static Stream<Arguments> damaged() {
    byte[] turned = new DrawnImage(WIDTH, HEIGHT, 7).encoded("jpeg");
    return Stream.of(
        Arguments.of("jpeg", turned, "is 16x32, expected 32x16"),
        Arguments.of("raw", Arrays.copyOf(IMAGE.pixels(), BYTES - 1), "has 1535 bytes, expected"),
        Arguments.of("png", new byte[100], "damaged"),
        Arguments.of("jpeg", new byte[0], "damaged"),
        Arguments.of("webp", new byte[1], "'webp'"));
  }

  @ParameterizedTest(name = "{2}")
  @MethodSource("damaged")
  void refusesWhatIsNotWhatThePairSays(String encoding, byte[] file, String message) {
    assertThatThrownBy(() -> decode(encoding, file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource({"jpeg, png", "jpeg, bmp", "jpeg, gif", "png, jpeg", "png, bmp", "png, tiff"})
  void showsNoDecoderAnotherFormat(String encoding, String other) {
    assertThatThrownBy(() -> decode(encoding, IMAGE.encoded(other)))
        .hasMessageStartingWith("the " + encoding + " image is damaged, or is none");
  }

  /** Such a file would be other pixels than the pair says, however well it decodes. */
  @Test
  void refusesOtherChannelsThanThePairSays() {
    assertThatThrownBy(() -> decoded(pair("png", IMAGE.encoded("png"), HEIGHT, WIDTH, 1)))
        .hasMessage("the png image has 3 components of 24 bits in all, expected 1 of 8 bits");
  }

  /** No length, of the file or of a segment, leads a reader astray. */
  @ParameterizedTest
  @ValueSource(strings = {"jpeg", "png"})
  void saysOfAFileThatIsCutOffOrChangedThatItIsDamaged(String encoding) {
    damage(encoding, 5);
  }

  @Tag("full")
  @ParameterizedTest
  @ValueSource(strings = {"jpeg", "png"})
  void saysSoWhereverItIsCutOffOrChanged(String encoding) {
    damage(encoding, 1);
  }

  private static void damage(String encoding, int step) {
    byte[] file = IMAGE.encoded(encoding);
    for (int length = 0; length < Math.min(file.length, 700); length += step) {
      byte[] cut = Arrays.copyOf(file, length);
      assertThatCode(() -> decodeOrRefuse(encoding, cut)).doesNotThrowAnyException();
    }
    for (int at = 0; at < Math.min(file.length, 300); at += step) {
      byte[] flipped = file.clone();
      flipped[at] ^= (byte) 0xFF;
      assertThatCode(() -> decodeOrRefuse(encoding, flipped)).doesNotThrowAnyException();
    }
  }

  private static void decodeOrRefuse(String encoding, byte[] file) {
    try {
      decode(encoding, file);
    } catch (IllegalArgumentException refused) {
      assertThat(refused).hasMessageContaining(encoding);
    }
  }

  private static byte[] decode(String encoding, byte[] file) {
    return decoded(pair(encoding, file, HEIGHT, WIDTH, 3));
  }

  private static byte[] decoded(PreparedPair pair) {
    byte[] pixels = new byte[BYTES];
    new ImageDecoder().decode(pair, ByteBuffer.wrap(pixels));
    return pixels;
  }

  private static PreparedPair pair(
      String encoding, byte[] file, int heightPx, int widthPx, int channels) {
    return PreparedPair.newBuilder()
        .setImage(ByteBuffer.wrap(file))
        .setImageEncoding(encoding)
        .setHeight(heightPx)
        .setWidth(widthPx)
        .setChannels(channels)
        .build();
  }
}
