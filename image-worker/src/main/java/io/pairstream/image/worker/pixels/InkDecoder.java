package io.pairstream.image.worker.pixels;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.image.ProbedImage;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Decodes the four inks of a CMYK or YCCK JPEG as they are, for a profile that says what they look
 * like in print. OpenCV mixes them to RGB by a rule of thumb before this code sees them.
 *
 * <p>By the decoder that comes with Java, in its heap: hence the limit. That the file is whole, the
 * caller has found out with the other decoder.
 *
 * <p>Rejects: {@code IMAGE_DAMAGED}.
 */
public final class InkDecoder {

  /** Most pixels, of four bytes each: half of the worker's heap. */
  private static final long MAX_PIXELS = 12_000_000;

  private InkDecoder() {}

  /**
   * The conversion; {@link ColourConversion#NONE} where it is for inks and the picture has too many
   * pixels.
   */
  static ColourConversion bearable(ColourConversion conversion, ProbedImage image) {
    boolean tooLarge = (long) image.widthPx() * image.heightPx() > MAX_PIXELS;
    return conversion.ofInks() && tooLarge ? ColourConversion.NONE : conversion;
  }

  /** Decodes a file that another decoder has found whole. */
  public static Outcome<DecodedPicture> decode(byte[] file, PlaneScaler scaler) {
    ImageReader reader = ImageIO.getImageReadersByFormatName("jpeg").next();
    try (MemoryCacheImageInputStream in =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      reader.setInput(in, true, true);
      Raster raster = reader.readRaster(0, null);
      if (raster.getNumBands() != 4) {
        return OpenCvDecoder.damaged(
            "the image has " + raster.getNumBands() + " colours, not four");
      }
      Mat inks = new Mat(raster.getHeight(), raster.getWidth(), opencv_core.CV_8UC4);
      inks.data().put(((DataBufferByte) raster.getDataBuffer()).getData());
      opencv_core.bitwise_not(inks, inks); // Adobe's files have 0 for the full ink, profiles 255
      return Outcome.kept(new OpenCvDecoder.Decoded(inks, scaler));
    } catch (IOException | RuntimeException e) {
      return OpenCvDecoder.damaged("the second decoder refuses the image: " + e.getMessage());
    } finally {
      reader.dispose();
    }
  }
}
