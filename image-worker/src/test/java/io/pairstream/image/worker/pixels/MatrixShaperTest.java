package io.pairstream.image.worker.pixels;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.color.ICC_Profile;
import java.awt.image.ColorConvertOp;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tables of profiles against Little CMS. */
class MatrixShaperTest {

  private static final int PIXELS = 5_000;

  @ParameterizedTest
  @ValueSource(
      strings = {"adobe-rgb", "display-p3", "prophoto", "lightness", "swapped", "nearly-srgb"})
  void agreesWithLittleCms(String name) throws IOException {
    byte[] icc = profile(name);
    byte[] colours = colours();

    byte[] converted = MatrixShaper.of(ICC_Profile.getInstance(icc)).orElseThrow().apply(colours);

    assertNear(converted, byLittleCms(icc, colours));
  }

  @Test
  void agreesAlongProfilesOfOurOwn() {
    for (RgbLights lights : new RgbLights[] {RgbLights.P3, RgbLights.BT2020}) {
      for (RgbLights.Curve curve :
          new RgbLights.Curve[] {RgbLights.Curve.BT709, RgbLights.Curve.power(1.8)}) {
        byte[] icc = lights.profile(curve);

        byte[] converted =
            MatrixShaper.of(ICC_Profile.getInstance(icc)).orElseThrow().apply(colours());

        assertNear(converted, byLittleCms(icc, colours()));
      }
    }
  }

  /** Little CMS prefers such a table to the lights beside it, and has the last word. */
  @Test
  void leavesAProfileWithATableToLittleCms() throws IOException {
    ICC_Profile both = ICC_Profile.getInstance(profile("lut"));
    ICC_Profile lights = ICC_Profile.getInstance(profile("adobe-rgb"));
    for (String tag : List.of("rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC")) {
      int signature = ByteBuffer.wrap(tag.getBytes(StandardCharsets.US_ASCII)).getInt();
      both.setData(signature, lights.getData(signature));
    }
    byte[] icc = both.getData();
    byte[] colours = colours();
    Mat pixels = new Mat(1, PIXELS, opencv_core.CV_8UC3);
    pixels.data().put(colours);

    byte[] converted = new byte[colours.length];
    ColourConversion.of(icc, 3).orElseThrow().apply(pixels).data().get(converted);

    assertNear(converted, byLittleCms(icc, colours));
  }

  @Test
  void bearsAnyBytesInAProfilesTags() throws IOException {
    byte[] icc = profile("adobe-rgb");
    int tags = 128 + 4 + 12 * ByteBuffer.wrap(icc).getInt(128);
    for (int at = tags; at < icc.length; at++) {
      byte[] hostile = icc.clone();
      for (int value : new int[] {0, 1, 0x7F, 0xFF}) {
        hostile[at] = (byte) value;

        Optional<MatrixShaper> tables = MatrixShaper.of(ICC_Profile.getInstance(hostile));

        tables.ifPresent(kept -> assertThat(kept.apply(colours())).hasSize(3 * PIXELS));
      }
    }
  }

  /** The profile of one of the files. */
  private static byte[] profile(String name) throws IOException {
    String file =
        "/io/pairstream/image/formats/icc-" + name + (name.endsWith("srgb") ? ".jpg" : "-jpg.jpg");
    try (InputStream in = MatrixShaperTest.class.getResourceAsStream(file)) {
      return ColourReader.FileColours.of(in.readAllBytes()).icc;
    }
  }

  /** All greys, then any colours. */
  private static byte[] colours() {
    byte[] bgr = new byte[3 * PIXELS];
    new Random(5).nextBytes(bgr);
    for (int i = 0; i < 3 * 256; i++) {
      bgr[i] = (byte) (i / 3);
    }
    return bgr;
  }

  private static byte[] byLittleCms(byte[] icc, byte[] bgr) {
    ByteBuffer input = ByteBuffer.wrap(icc.clone());
    input.put(12, "scnr".getBytes(StandardCharsets.US_ASCII));
    ICC_Profile[] way = {ICC_Profile.getInstance(input.array()), ColourConversion.SRGB};
    int[] order = {2, 1, 0};
    WritableRaster from =
        Raster.createInterleavedRaster(
            new DataBufferByte(bgr, bgr.length), PIXELS, 1, bgr.length, 3, order, null);
    WritableRaster to =
        Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, PIXELS, 1, bgr.length, 3, order, null);
    new ColorConvertOp(way, null).filter(from, to);
    return ((DataBufferByte) to.getDataBuffer()).getData();
  }

  /** At most a level apart, and equal but for three of a hundred. */
  private static void assertNear(byte[] converted, byte[] wanted) {
    int furthest = 0;
    int different = 0;
    for (int i = 0; i < wanted.length; i++) {
      int levels = Math.abs((converted[i] & 0xFF) - (wanted[i] & 0xFF));
      furthest = Math.max(furthest, levels);
      different += levels;
    }
    assertThat(furthest).isLessThanOrEqualTo(1);
    assertThat(different).isLessThan(wanted.length * 3 / 100);
  }
}
