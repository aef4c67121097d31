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
import java.util.HexFormat;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
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
        Arguments.of("jpeg", new byte[0], "empty"),
        Arguments.of("webp", new byte[1], "'webp'"));
  }

  @ParameterizedTest(name = "{2}")
  @MethodSource("damaged")
  void refusesWhatIsNotWhatThePairSays(String encoding, byte[] file, String message) {
    assertThatThrownBy(() -> decode(encoding, file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  /** Files that OpenCV decodes, each in a library of its own, whatever they are called. */
  @ParameterizedTest
  @ValueSource(strings = {"tiff", "bmp", "ppm", "hdr", "webp", "ras", "jp2"})
  void showsNoCodecAFormatThatThePipelineDoesNotWrite(String extension) {
    for (String encoding : new String[] {"jpeg", "png"}) {
      assertThatThrownBy(() -> decode(encoding, written("." + extension)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the " + encoding + " image is damaged, or is none");
    }
  }

  @Test
  void doesNotTakeOneFormatForTheOther() {
    assertThatThrownBy(() -> decode("jpeg", IMAGE.encoded("png")))
        .hasMessage("the jpeg image is damaged, or is none");
    assertThatThrownBy(() -> decode("png", IMAGE.encoded("jpeg")))
        .hasMessage("the png image is damaged, or is none");
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

  /** The image in a format of OpenCV's; where it does not write that, its first bytes. */
  private static byte[] written(String extension) {
    if (extension.equals(".jp2")) {
      return Arrays.copyOf(HexFormat.of().parseHex("0000000c6a5020200d0a870a"), BYTES);
    }
    int type = extension.equals(".hdr") ? opencv_core.CV_32FC3 : opencv_core.CV_8UC3;
    try (Mat picture = new Mat(HEIGHT, WIDTH, type);
        BytePointer file = new BytePointer()) {
      assertThat(opencv_imgcodecs.imencode(extension, picture, file)).isTrue();
      byte[] bytes = new byte[(int) file.limit()];
      file.get(bytes);
      return bytes;
    }
  }

  private static byte[] decode(String encoding, byte[] file) {
    ByteBuffer pixels = ByteBuffer.allocateDirect(BYTES);
    new ImageDecoder().decode(pair(encoding, file, HEIGHT, WIDTH, 3), pixels);
    byte[] found = new byte[BYTES];
    pixels.get(found);
    return found;
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
