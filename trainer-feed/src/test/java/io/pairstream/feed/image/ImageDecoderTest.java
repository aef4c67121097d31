package io.pairstream.feed.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.pairstream.feed.DrawnImage;
import io.pairstream.feed.record.ImageShape;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {

  private static final int HEIGHT = 16;
  private static final int WIDTH = 32;
  private static final ImageShape SHAPE = new ImageShape(HEIGHT, WIDTH, 3);
  private static final int BYTES = HEIGHT * WIDTH * 3;

  private final ImageDecoder decoder = new ImageDecoder();
  private final DrawnImage image = new DrawnImage(HEIGHT, WIDTH, 7);

  @ParameterizedTest
  @ValueSource(strings = {"raw", "png"})
  void decodesLosslessImagesToTheirVeryPixels(String encoding) throws Exception {
    assertThat(decode(encoding, image.encoded(encoding))).isEqualTo(image.pixels());
  }

  @Test
  void decodesJpegToAlmostItsPixelsInTheOrderRedGreenBlue() throws Exception {
    byte[] found = decode("jpeg", image.encoded("jpeg"));

    byte[] drawn = image.pixels();
    for (int i = 0; i < BYTES; i++) {
      assertThat(found[i] & 0xff).isCloseTo(drawn[i] & 0xff, within(12));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"raw", "png"})
  void decodesGreyImagesToOneChannel(String encoding) throws Exception {
    byte[] grey = {0, 50, 100, (byte) 150, (byte) 200, (byte) 255};
    BufferedImage drawn = new BufferedImage(3, 2, BufferedImage.TYPE_BYTE_GRAY);
    drawn.getRaster().setDataElements(0, 0, 3, 2, grey);
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(drawn, "png", png);
    byte[] file = encoding.equals("raw") ? grey : png.toByteArray();
    ByteBuffer pixels = ByteBuffer.allocateDirect(6);

    decoder.decode(encoding, file, 0, file.length, new ImageShape(2, 3, 1), pixels);

    assertThat(pixels).isEqualTo(ByteBuffer.wrap(grey));
  }

  @Test
  void writesBetweenPositionAndLimitAlone() throws Exception {
    ByteBuffer memory = ByteBuffer.allocateDirect(BYTES + 20);
    byte[] source = image.encoded("png");

    decoder.decode("png", source, 0, source.length, SHAPE, memory.slice(10, BYTES));

    assertThat(memory.get(9)).isZero();
    assertThat(memory.get(10)).isEqualTo(image.pixels()[0]);
    assertThat(memory.get(10 + BYTES)).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"jpeg", "png"})
  void refusesAnotherSize(String encoding) {
    byte[] turned = new DrawnImage(WIDTH, HEIGHT, 7).encoded(encoding);

    assertThatThrownBy(() -> decode(encoding, turned))
        .isInstanceOf(UndecodableImageException.class)
        .hasMessageContaining("is 16x32, expected 32x16");
  }

  @Test
  void refusesRawPixelsOneByteShort() {
    assertThatThrownBy(() -> decode("raw", Arrays.copyOf(image.pixels(), BYTES - 1)))
        .isInstanceOf(UndecodableImageException.class)
        .hasMessageContaining("has 1535 bytes, expected 1536");
  }

  @ParameterizedTest
  @ValueSource(strings = {"jpeg", "png"})
  void refusesWhatIsNoImage(String encoding) {
    assertThatThrownBy(() -> decode(encoding, new byte[100]))
        .isInstanceOf(UndecodableImageException.class)
        .hasMessageContaining("damaged");
    assertThatThrownBy(() -> decode(encoding, new byte[0]))
        .isInstanceOf(UndecodableImageException.class)
        .hasMessageContaining("empty");
  }

  @Test
  void refusesAnEncodingItDoesNotKnow() {
    assertThatThrownBy(() -> decode("webp", new byte[1]))
        .isInstanceOf(UndecodableImageException.class)
        .hasMessageContaining("'webp'");
  }

  /** Decodes bytes that stand in the middle of others. */
  private byte[] decode(String encoding, byte[] file) throws UndecodableImageException {
    byte[] value = new byte[file.length + 8];
    System.arraycopy(file, 0, value, 5, file.length);
    ByteBuffer pixels = ByteBuffer.allocateDirect(BYTES);
    decoder.decode(encoding, value, 5, file.length, SHAPE, pixels);
    byte[] found = new byte[BYTES];
    pixels.get(found);
    return found;
  }
}
