package io.pairstream.image.worker.pixels;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.image.ExifBlocks;
import io.pairstream.image.Pictures;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PngFileTest {

  /** Width of a picture of noise, which does not compress: large enough to be counted. */
  private static final int WIDTH = 601;

  private static final int HEIGHT = 499;

  /** uint8 [499, 1 + 3 * 601]: rows of a picture in RGB, each with its filter. */
  private final byte[] rows = new byte[HEIGHT * (1 + 3 * WIDTH)];

  PngFileTest() {
    new Random(5).nextBytes(rows);
    for (int at = 0; at < rows.length; at += 1 + 3 * WIDTH) {
      rows[at] = 0;
    }
  }

  @ParameterizedTest(name = "{0} interlaced: {2}")
  @MethodSource("pictures")
  void keepsWhatAnEncoderWrote(String name, BufferedImage image, boolean interlaced) {
    byte[] file = Pictures.png(image, interlaced);

    assertThat(isCounted(file)).isTrue();
    assertThat(PngFile.bearable(file)).isEqualTo(Outcome.kept(file));
  }

  static Stream<Arguments> pictures() {
    return Stream.of(
            Arguments.of("RGB", noise(WIDTH, HEIGHT, BufferedImage.TYPE_3BYTE_BGR)),
            Arguments.of("RGBA", noise(WIDTH, HEIGHT, BufferedImage.TYPE_4BYTE_ABGR)),
            Arguments.of("grey", noise(WIDTH, HEIGHT, BufferedImage.TYPE_BYTE_GRAY)),
            Arguments.of("grey, 16 bits", noise(WIDTH, HEIGHT, BufferedImage.TYPE_USHORT_GRAY)),
            Arguments.of("palette", noise(WIDTH, HEIGHT, BufferedImage.TYPE_BYTE_INDEXED)),
            Arguments.of("one bit", noise(2001, 1203, BufferedImage.TYPE_BYTE_BINARY)))
        .flatMap(
            picture ->
                Stream.of(false, true)
                    .map(each -> Arguments.of(picture.get()[0], picture.get()[1], each)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 16, 10_000})
  void countsToTheLastRowOverAllChunks(int chunks) throws IOException {
    byte[] file = png(deflated(rows), chunks);

    assertThat(isCounted(file)).isTrue();
    assertThat(PngFile.bearable(file)).isEqualTo(Outcome.kept(file));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 16, 10_000})
  void rejectsWhatGoesOnBehindTheLastRow(int chunks) throws IOException {
    int mostBytes = WIDTH * HEIGHT * 3 + 4 * HEIGHT + 16;
    byte[] surplus = Arrays.copyOf(rows, mostBytes + 1);

    assertThat(PngFile.bearable(png(deflated(surplus), chunks)))
        .isEqualTo(
            Outcome.rejected(
                RejectReason.IMAGE_DAMAGED,
                "its pixel data unfolds to more than the 901709 bytes that a picture of its size"
                    + " takes at most",
                Measured.atMost("decoded_bytes", 901_709, 901_709, "bytes")));
  }

  @Test
  void doesNotCountWhatCannotUnfoldToMuch() throws IOException {
    byte[] file = png(deflated(new byte[rows.length + 1]), 1);

    assertThat(isCounted(file)).isFalse();
    assertThat(PngFile.bearable(file)).as("the decoder judges it").isEqualTo(Outcome.kept(file));
  }

  private static boolean isCounted(byte[] file) {
    return file.length * 1032L > PngFile.BEARABLE_BYTES + 8L * file.length;
  }

  private static BufferedImage noise(int width, int height, int type) {
    BufferedImage image = new BufferedImage(width, height, type);
    DataBuffer samples = image.getRaster().getDataBuffer();
    Random random = new Random(3);
    for (int i = 0; i < samples.getSize(); i++) {
      samples.setElem(i, random.nextInt(1 << 16));
    }
    return image;
  }

  private static byte[] deflated(byte[] data) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflating =
        new DeflaterOutputStream(out, new Deflater(Deflater.BEST_SPEED))) {
      deflating.write(data);
    }
    return out.toByteArray();
  }

  /** In so many IDAT chunks as even as can be. */
  private static byte[] png(byte[] pixels, int chunks) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
    byte[] declared = {8, 2, 0, 0, 0};
    byte[] header = ByteBuffer.allocate(13).putInt(WIDTH).putInt(HEIGHT).put(declared).array();
    file.writeBytes(ExifBlocks.pngChunk("IHDR", header));
    for (int i = 0; i < chunks; i++) {
      int from = (int) ((long) pixels.length * i / chunks);
      int to = (int) ((long) pixels.length * (i + 1) / chunks);
      file.writeBytes(ExifBlocks.pngChunk("IDAT", Arrays.copyOfRange(pixels, from, to)));
    }
    file.writeBytes(ExifBlocks.pngChunk("IEND", new byte[0]));
    return file.toByteArray();
  }
}
