package io.pairstream.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.image.ImageEncoding;
import io.pairstream.cleaning.image.PreparedImage;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a worker makes of good images, against Java's own decoder. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GoldenPixelsTest {

  private static final int SIDE = 96;

  /** An odd margin, so that a crop that is off by one shows. */
  private static final int LONG_SIDE = 131;

  private final ImageWorkerPool pool = new ImageWorkerPool(settings());

  /** How the worker runs; another class has the same files decoded by OpenCV alone. */
  WorkerSettings settings() {
    return Pictures.compilingTwice(Pictures.settings(1));
  }

  @AfterAll
  void close() {
    pool.close();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("files")
  void agreesWithASecondDecoder(String name, byte[] file) {
    PreparedImage prepared = prepare(file);

    assertThat(prepared.originalWidthPx()).isEqualTo(LONG_SIDE);
    assertThat(prepared.originalHeightPx()).isEqualTo(SIDE);
    assertThat(
            Pictures.difference(
                prepared.picture().encoded().bytes(), Pictures.centre(Pictures.decode(file))))
        .isLessThanOrEqualTo(name.startsWith("JPEG") ? 3.0 : 0.5);
  }

  static Stream<Arguments> files() {
    BufferedImage rgb = Pictures.drawRgb(LONG_SIDE, SIDE);
    BufferedImage grey = Pictures.draw(LONG_SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY, 3);
    BufferedImage palette = Pictures.draw(LONG_SIDE, SIDE, BufferedImage.TYPE_BYTE_INDEXED, 3);
    BufferedImage twoColours = Pictures.draw(LONG_SIDE, SIDE, BufferedImage.TYPE_BYTE_BINARY, 3);
    return Stream.of(
        Arguments.of("JPEG baseline", Pictures.jpeg(rgb, false)),
        Arguments.of("JPEG progressive", Pictures.jpeg(rgb, true)),
        Arguments.of("JPEG grey", Pictures.jpeg(grey, false)),
        Arguments.of("PNG RGB", Pictures.png(rgb, false)),
        Arguments.of("PNG interlaced", Pictures.png(rgb, true)),
        Arguments.of("PNG grey", Pictures.png(grey, false)),
        Arguments.of("PNG palette", Pictures.png(palette, false)),
        Arguments.of("PNG one bit", Pictures.png(twoColours, false)),
        Arguments.of("PNG palette with a clear colour", Pictures.png(clearPalette(), false)),
        Arguments.of("PNG with one clear colour", keyed(rgb, 6)),
        Arguments.of("PNG with one clear grey", keyed(grey, 2)),
        Arguments.of("PNG grey with alpha", greyAlpha()),
        Arguments.of("PNG alpha", Pictures.png(Pictures.drawTranslucent(LONG_SIDE, SIDE), false)));
  }

  /** A rectangle of the one colour that a tRNS chunk of so many bytes, all 9, makes clear. */
  private static byte[] keyed(BufferedImage drawn, int bytes) {
    BufferedImage image = new BufferedImage(LONG_SIDE, SIDE, drawn.getType());
    drawn.copyData(image.getRaster());
    for (int y = 20; y < 50; y++) {
      for (int x = 30; x < 90; x++) {
        for (int band = 0; band < image.getRaster().getNumBands(); band++) {
          image.getRaster().setSample(x, y, band, 9);
        }
      }
    }
    byte[] key = new byte[bytes];
    for (int i = 1; i < bytes; i += 2) {
      key[i] = 9;
    }
    return ExifBlocks.withPngChunk(Pictures.png(image, false), "tRNS", key);
  }

  /** Colour type 4, which no image type of Java has of its own. */
  private static byte[] greyAlpha() {
    int[] offsets = {0, 1};
    WritableRaster raster =
        Raster.createInterleavedRaster(
            DataBuffer.TYPE_BYTE, LONG_SIDE, SIDE, 2 * LONG_SIDE, 2, offsets, null);
    ColorModel grey =
        new ComponentColorModel(
            ColorSpace.getInstance(ColorSpace.CS_GRAY),
            true,
            false,
            Transparency.TRANSLUCENT,
            DataBuffer.TYPE_BYTE);
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < LONG_SIDE; x++) {
        raster.setSample(x, y, 0, (2 * x + y) % 256);
        raster.setSample(x, y, 1, 255 - x);
      }
    }
    return Pictures.png(new BufferedImage(grey, raster, false, null), false);
  }

  /** Four colours, of which the first is fully and the second half transparent. */
  private static BufferedImage clearPalette() {
    byte[] reds = {0, (byte) 200, 90, 10};
    byte[] greens = {0, 30, (byte) 180, 20};
    byte[] blues = {0, 60, 70, (byte) 250};
    byte[] alphas = {0, (byte) 128, (byte) 255, (byte) 255};
    BufferedImage image =
        new BufferedImage(
            LONG_SIDE,
            SIDE,
            BufferedImage.TYPE_BYTE_INDEXED,
            new IndexColorModel(2, 4, reds, greens, blues, alphas));
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < LONG_SIDE; x++) {
        image.getRaster().setSample(x, y, 0, (x / 7 + y / 5) % 4);
      }
    }
    return image;
  }

  @Test
  void keepsEveryPixelOfALosslessWebp() {
    BufferedImage drawn = Pictures.drawRgb(LONG_SIDE, SIDE);

    assertThat(prepare(Pictures.webp(drawn, 101)).picture().encoded().bytes())
        .isEqualTo(Pictures.centre(drawn));
  }

  @Test
  void comesCloseWithALossyWebp() {
    BufferedImage drawn = Pictures.drawRgb(LONG_SIDE, SIDE);

    assertThat(
            Pictures.difference(
                prepare(Pictures.webp(drawn, 95)).picture().encoded().bytes(),
                Pictures.centre(drawn)))
        .isLessThan(5.0);
  }

  @Test
  void laysATransparentWebpOnWhite() {
    BufferedImage drawn = Pictures.drawTranslucent(LONG_SIDE, SIDE);

    assertThat(
            Pictures.difference(
                prepare(Pictures.webp(drawn, 101)).picture().encoded().bytes(),
                Pictures.centre(drawn)))
        .isLessThan(0.6);
  }

  @ParameterizedTest(name = "orientation {0}")
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void turnsAJpegUpright(int orientation) {
    byte[] plain = Pictures.jpeg(Pictures.drawRgb(LONG_SIDE, SIDE), false);

    assertUpright(ExifBlocks.inJpeg(plain, orientation), Pictures.decode(plain), orientation);
  }

  @ParameterizedTest(name = "orientation {0}")
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void turnsAPngUpright(int orientation) {
    byte[] plain = Pictures.png(Pictures.drawRgb(SIDE, LONG_SIDE), false);

    assertUpright(ExifBlocks.inPng(plain, orientation), Pictures.decode(plain), orientation);
  }

  @ParameterizedTest(name = "orientation {0}")
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void turnsAWebpUpright(int orientation) {
    BufferedImage drawn = Pictures.drawRgb(LONG_SIDE, SIDE);
    byte[] file = ExifBlocks.inLosslessWebp(Pictures.webp(drawn, 101), drawn, orientation);

    assertUpright(file, drawn, orientation);
  }

  private void assertUpright(byte[] file, BufferedImage stored, int orientation) {
    BufferedImage upright = upright(stored, orientation);

    PreparedImage prepared = prepare(file);

    assertThat(prepared.originalWidthPx()).isEqualTo(upright.getWidth());
    assertThat(prepared.originalHeightPx()).isEqualTo(upright.getHeight());
    assertThat(Pictures.difference(prepared.picture().encoded().bytes(), Pictures.centre(upright)))
        .isLessThanOrEqualTo(3.0);
  }

  /** The definition of the eight orientations, pixel by pixel. */
  static BufferedImage upright(BufferedImage stored, int orientation) {
    int w = stored.getWidth();
    int h = stored.getHeight();
    boolean swaps = orientation >= 5;
    BufferedImage upright =
        new BufferedImage(swaps ? h : w, swaps ? w : h, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < upright.getHeight(); y++) {
      for (int x = 0; x < upright.getWidth(); x++) {
        int rgb =
            switch (orientation) {
              case 1 -> stored.getRGB(x, y);
              case 2 -> stored.getRGB(w - 1 - x, y);
              case 3 -> stored.getRGB(w - 1 - x, h - 1 - y);
              case 4 -> stored.getRGB(x, h - 1 - y);
              case 5 -> stored.getRGB(y, x);
              case 6 -> stored.getRGB(y, h - 1 - x);
              case 7 -> stored.getRGB(w - 1 - y, h - 1 - x);
              default -> stored.getRGB(w - 1 - y, x);
            };
        upright.setRGB(x, y, rgb);
      }
    }
    return upright;
  }

  @Test
  void shrinksByTheMeanOfTheArea() {
    BufferedImage drawn = Pictures.drawRgb(2 * LONG_SIDE, 2 * SIDE);
    byte[] all = Pictures.centre(drawn);
    byte[] means = new byte[SIDE * SIDE * 3];
    for (int i = 0; i < means.length; i++) {
      int channel = i % 3;
      int x = 2 * (i / 3 % SIDE);
      int y = 2 * (i / 3 / SIDE);
      int sum = 0;
      for (int corner = 0; corner < 4; corner++) {
        int pixel = (y + corner / 2) * 2 * SIDE + x + corner % 2;
        sum += all[3 * pixel + channel] & 0xFF;
      }
      means[i] = (byte) ((sum + 2) / 4);
    }

    assertThat(
            Pictures.difference(
                prepare(Pictures.png(drawn, false)).picture().encoded().bytes(), means))
        .isLessThan(0.5);
  }

  @ParameterizedTest
  @EnumSource(
      value = ImageEncoding.class,
      names = {"JPEG", "PNG"})
  void encodesWhatItWouldHandOutRaw(ImageEncoding encoding) {
    byte[] file = Pictures.jpeg(Pictures.drawRgb(300, 200), false);
    byte[] raw = prepare(file).picture().encoded().bytes();

    PreparedImage prepared =
        Pictures.kept(Pictures.prepare(pool, file, Pictures.square(SIDE, encoding)));

    assertThat(prepared.picture().encoding()).isEqualTo(encoding);
    assertThat(
            Pictures.difference(
                Pictures.centre(Pictures.decode(prepared.picture().encoded().bytes())), raw))
        .isLessThan(encoding == ImageEncoding.PNG ? 0.001 : 3.0);
  }

  private PreparedImage prepare(byte[] file) {
    return Pictures.kept(Pictures.prepare(pool, file, Pictures.raw(SIDE)));
  }
}
