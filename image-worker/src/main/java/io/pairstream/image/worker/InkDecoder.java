package io.pairstream.image.worker;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.image.Geometry.Resampling;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * Decodes the four inks of a CMYK or YCCK JPEG as they are, for a profile that says what they look
 * like in print. OpenCV mixes them to RGB by a rule of thumb before anybody sees them.
 *
 * <p>By the decoder that comes with Java, in its heap: hence the limit. That the file is whole, the
 * caller has found out with the other decoder.
 *
 * <p>Rejects: {@code IMAGE_COLOUR_PROFILE_UNSUPPORTED}, {@code IMAGE_DAMAGED}.
 */
final class InkDecoder {

  /** Four bytes each: half of the worker's heap. */
  private static final long MAX_PIXELS = 12_000_000;

  private InkDecoder() {}

  static Outcome<DecodedPicture> decode(
      byte[] file, int widthPx, int heightPx, ColourConversion conversion) {
    long pixels = (long) widthPx * heightPx;
    if (pixels > MAX_PIXELS) {
      return Outcome.rejected(
          RejectReason.IMAGE_COLOUR_PROFILE_UNSUPPORTED,
          "the image has a colour profile for four inks and too many pixels to follow it",
          pixels + " pixels",
          MAX_PIXELS + " pixels");
    }
    ImageReader reader = ImageIO.getImageReadersByFormatName("jpeg").next();
    try (MemoryCacheImageInputStream in =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      reader.setInput(in, true, true);
      Raster raster = reader.readRaster(0, null);
      if (raster.getNumBands() != 4) {
        return damaged("the image has " + raster.getNumBands() + " colours, not four");
      }
      byte[] inks = ((DataBufferByte) raster.getDataBuffer()).getData();
      for (int i = 0; i < inks.length; i++) {
        inks[i] = (byte) ~inks[i]; // Adobe's files have 0 for the full ink, profiles 255
      }
      return Outcome.kept(
          new OpenCvDecoded(
              Pixels.mat(inks, raster.getHeight(), raster.getWidth(), 4),
              InkDecoder::scaled,
              conversion));
    } catch (IOException | RuntimeException e) {
      return damaged("the second decoder refuses the image: " + e.getMessage());
    } finally {
      reader.dispose();
    }
  }

  private static Outcome<DecodedPicture> damaged(String detail) {
    return Outcome.rejected(RejectReason.IMAGE_DAMAGED, detail);
  }

  /** Inks are scaled as ink, by area whatever the plan says. */
  private static Mat scaled(Mat inks, int widthPx, int heightPx, Resampling resampling) {
    boolean enlarges = widthPx > inks.cols() || heightPx > inks.rows();
    Mat small = new Mat();
    opencv_imgproc.resize(
        inks,
        small,
        new Size(widthPx, heightPx),
        0,
        0,
        enlarges ? opencv_imgproc.INTER_CUBIC : opencv_imgproc.INTER_AREA);
    return small;
  }
}
