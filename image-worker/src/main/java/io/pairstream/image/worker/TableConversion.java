package io.pairstream.image.worker;

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
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Conversion of a space that is given by tables, as printers' and scanners' are, by the Little CMS
 * that comes with Java. Its classes and its library are loaded with the first such profile.
 */
final class TableConversion implements ColourConversion {

  private final int channels;
  private final ColorConvertOp toSrgb;

  private TableConversion(int channels, ColorConvertOp toSrgb) {
    this.channels = channels;
    this.toSrgb = toSrgb;
  }

  /**
   * The conversion that a profile describes; nothing where Little CMS cannot use the profile.
   *
   * @param channels how many colours a pixel has; 3 in the order BGR, or 4 of ink
   */
  static Optional<TableConversion> of(byte[] icc, int channels) {
    try {
      ICC_Profile source = ICC_Profile.getInstance(asInput(icc));
      if (source.getNumComponents() != channels) {
        return Optional.empty();
      }
      TableConversion conversion =
          new TableConversion(
              channels, new ColorConvertOp(new ICC_Profile[] {source, srgb()}, null));
      conversion.convert(new byte[channels]); // builds the transform, or fails
      return Optional.of(conversion);
    } catch (RuntimeException e) {
      return Optional.empty(); // a dozen kinds, for a dozen ways of being no profile
    }
  }

  /** Java follows a printer's profile to the colours of its paper, a scanner's to those meant. */
  private static byte[] asInput(byte[] icc) {
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

  @Override
  public Mat apply(Mat pixels) {
    return Pixels.changed(pixels, this::convert);
  }

  private byte[] convert(byte[] pixels) {
    int count = pixels.length / channels;
    int[] bands = channels == 3 ? new int[] {2, 1, 0} : new int[] {0, 1, 2, 3};
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
