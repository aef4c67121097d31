package io.pairstream.image.worker.pixels;

import java.awt.color.ColorSpace;
import java.awt.color.ICC_ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.ColorConvertOp;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * How the numbers of a picture become sRGB: along an ICC profile, by the Little CMS that comes with
 * Java.
 */
public final class ColourConversion {

  /** Levels up to which a conversion counts as none: profiles that mean sRGB differ by rounding. */
  private static final int SAME_LEVELS = 2;

  /** Bytes of a picture in Java's heap at a time. */
  private static final int STRIPE_BYTES = 1 << 20;

  static final ICC_Profile SRGB = srgb();

  /** Nothing is to be done: the numbers are sRGB, or nothing else is known of them. */
  static final ColourConversion NONE = new ColourConversion(0, null, null);

  private final int channels;
  private final ColorConvertOp toSrgb;

  /** Gives the same as Little CMS, but for a level up or down; null where nothing else does. */
  private final MatrixShaper quick;

  private ColourConversion(int channels, ColorConvertOp toSrgb, MatrixShaper quick) {
    this.channels = channels;
    this.toSrgb = toSrgb;
    this.quick = quick;
  }

  /**
   * The conversion that a profile describes, {@link #NONE} where it means sRGB; nothing where
   * Little CMS cannot use the profile, or it is for other colours.
   *
   * @param components of the picture: 1 for grey, 3 for RGB, 4 for CMYK
   */
  public static Optional<ColourConversion> of(byte[] icc, int components) {
    try {
      ICC_Profile source = ICC_Profile.getInstance(asInput(icc));
      int channels =
          switch (source.getColorSpaceType()) {
            case ColorSpace.TYPE_GRAY -> 1;
            case ColorSpace.TYPE_RGB -> 3;
            case ColorSpace.TYPE_CMYK -> 4;
            default -> 0;
          };
      // An RGB profile fits a grey picture, too: its three numbers are equal.
      if (channels != components && !(channels == 3 && components == 1)) {
        return Optional.empty();
      }
      ColorConvertOp toSrgb = new ColorConvertOp(new ICC_Profile[] {source, SRGB}, null);
      ColourConversion conversion = new ColourConversion(channels, toSrgb, null);
      return Optional.of(conversion.isIdentity() ? NONE : conversion.quick(source));
    } catch (RuntimeException e) {
      return Optional.empty(); // a dozen kinds, for a dozen ways of being no profile
    }
  }

  /**
   * Marks the profile as a scanner's: Java converts a printer's profile to the colours of its
   * paper, a scanner's to those meant.
   */
  private static byte[] asInput(byte[] icc) {
    String kind = new String(icc, 12, 4, StandardCharsets.ISO_8859_1);
    if (!kind.matches("scnr|mntr|prtr|spac")) {
      throw new IllegalArgumentException("not a profile of a picture: " + kind);
    }
    byte[] input = icc.clone();
    System.arraycopy("scnr".getBytes(StandardCharsets.US_ASCII), 0, input, 12, 4);
    return input;
  }

  /**
   * Java's own sRGB, declared as version 4: towards such a profile Little CMS brings the darkest
   * ink to black, as other programs do; towards one of version 2 it leaves it grey.
   */
  private static ICC_Profile srgb() {
    byte[] profile =
        ((ICC_ColorSpace) ColorSpace.getInstance(ColorSpace.CS_sRGB)).getProfile().getData();
    profile[8] = 4;
    return ICC_Profile.getInstance(profile);
  }

  /**
   * Whether the conversion changes next to nothing, tried on all greys and on colours of nine
   * levels per channel.
   */
  private boolean isIdentity() {
    byte[] levels = channels == 1 ? greys(1) : nineLevels();
    byte[] converted = convert(levels);
    return channels <= 3
        && IntStream.range(0, converted.length)
            .allMatch(i -> isNear(converted[i], levels[i * channels / 3], SAME_LEVELS));
  }

  private byte[] nineLevels() {
    byte[] levels = new byte[channels * 9 * 9 * 9];
    for (int i = 0; i < levels.length; i++) {
      int ninth = i / channels / (int) Math.pow(9, i % channels) % 9;
      levels[i] = (byte) (ninth * 255 / 8);
    }
    return levels;
  }

  private static boolean isNear(byte level, byte other, int levels) {
    return Math.abs((level & 0xFF) - (other & 0xFF)) <= levels;
  }

  /**
   * This conversion by tables, where they agree with Little CMS on all greys and on nine levels
   * each.
   */
  private ColourConversion quick(ICC_Profile source) {
    return MatrixShaper.of(source)
        .filter(tables -> channels == 3 && agrees(tables, greys(3)) && agrees(tables, nineLevels()))
        .map(tables -> new ColourConversion(channels, toSrgb, tables))
        .orElse(this);
  }

  private boolean agrees(MatrixShaper tables, byte[] bgr) {
    byte[] wanted = convert(bgr);
    byte[] converted = tables.apply(bgr);
    return IntStream.range(0, bgr.length).allMatch(i -> isNear(converted[i], wanted[i], 1));
  }

  /** Whether it takes the four inks of a CMYK picture, rather than BGR. */
  boolean ofInks() {
    return channels == 4;
  }

  /**
   * The picture in sRGB.
   *
   * @param pixels uint8 [height, width, 3], BGR, or [height, width, 4], inks; stays as it is
   */
  Mat apply(Mat pixels) {
    if (channels == 1) {
      Mat table = new Mat(1, 256, opencv_core.CV_8UC3);
      table.data().put(convert(greys(1)));
      Mat converted = new Mat();
      opencv_core.LUT(pixels, table, converted);
      return converted;
    }
    Mat converted = new Mat(pixels.rows(), pixels.cols(), opencv_core.CV_8UC3);
    int rows = Math.max(1, STRIPE_BYTES / (channels * pixels.cols()));
    for (int row = 0; row < pixels.rows(); row += rows) {
      Mat stripe = pixels.rowRange(row, Math.min(row + rows, pixels.rows())).clone();
      converted.ptr(row).put(convert(OpenCvPicture.bytes(stripe)));
    }
    return converted;
  }

  /** All grey levels in so many equal channels. */
  private static byte[] greys(int channels) {
    byte[] greys = new byte[channels * 256];
    for (int i = 0; i < greys.length; i++) {
      greys[i] = (byte) (i / channels);
    }
    return greys;
  }

  private byte[] convert(byte[] pixels) {
    if (quick != null) {
      return quick.apply(pixels);
    }
    int count = pixels.length / channels;
    int[] bands = channels == 3 ? new int[] {2, 1, 0} : IntStream.range(0, channels).toArray();
    WritableRaster source =
        Raster.createInterleavedRaster(
            new DataBufferByte(pixels, pixels.length),
            count,
            1,
            pixels.length,
            channels,
            bands,
            null);
    WritableRaster target =
        Raster.createInterleavedRaster(
            DataBuffer.TYPE_BYTE, count, 1, 3 * count, 3, new int[] {2, 1, 0}, null);
    toSrgb.filter(source, target);
    return ((DataBufferByte) target.getDataBuffer()).getData();
  }
}
