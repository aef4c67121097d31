package io.pairstream.image.worker.pixels;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.image.Geometry.Resampling;
import io.pairstream.cleaning.image.ImageType;
import java.util.OptionalInt;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;

/**
 * Decodes JPEG, PNG and WebP by OpenCV. What shines through a picture is white.
 *
 * <p>Rejects: {@code IMAGE_DAMAGED}.
 */
record OpenCvDecoder(PlaneScaler scaler) {

  Outcome<DecodedPicture> decode(byte[] file) {
    Mat decoded;
    try {
      Mat encoded = new Mat(1, file.length, opencv_core.CV_8UC1, new BytePointer(file));
      decoded = opencv_imgcodecs.imdecode(encoded, flags(file));
    } catch (RuntimeException e) {
      String message = String.valueOf(e.getMessage());
      if (message.contains("Insufficient memory") || message.contains("bad_alloc")) {
        // A process whose memory is in pieces cannot say whether the image is to blame.
        throw new IllegalStateException("the decoder ran out of memory", e);
      }
      return damaged("the decoder refuses the image: " + withoutLocation(message));
    }
    if (decoded.empty()) {
      return damaged("the decoder cannot read the image");
    }
    if (decoded.depth() != opencv_core.CV_8U && decoded.depth() != opencv_core.CV_16U) {
      return damaged("the decoder makes of the image what no picture is made of");
    }
    return Outcome.kept(new Decoded(onWhite(decoded, file), scaler));
  }

  /**
   * OpenCV's flags for decoding: JPEG has no alpha; the other formats keep theirs only unconverted.
   */
  private static int flags(byte[] file) {
    return ImageType.of(file).filter(type -> type == ImageType.JPEG).isPresent()
        ? opencv_imgcodecs.IMREAD_COLOR | opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION
        : opencv_imgcodecs.IMREAD_UNCHANGED;
  }

  /**
   * Puts the picture on white.
   *
   * @param whole 8 or 16 bits of grey, BGR or BGRA
   * @return uint8 [height, width, 1 or 3], grey or BGR
   */
  private static Mat onWhite(Mat whole, byte[] file) {
    if (whole.channels() == 1) {
      OptionalInt clear = PngFile.clearGrey(file);
      if (clear.isPresent()) {
        Mat mask = new Mat();
        opencv_core.compare(
            whole, new Mat(new double[] {clear.getAsInt()}), mask, opencv_core.CMP_EQ);
        whole.setTo(new Mat(new double[] {65_535}), mask); // saturates to 255 in 8 bits
      }
    }
    Mat decoded = inEightBits(whole);
    if (decoded.channels() <= 3) {
      return decoded;
    }
    Mat colour = OpenCvPicture.converted(decoded, opencv_imgproc.COLOR_BGRA2BGR);
    Mat alpha = new Mat();
    opencv_core.extractChannel(decoded, alpha, 3);
    Mat alphas = OpenCvPicture.converted(alpha, opencv_imgproc.COLOR_GRAY2BGR);
    // In place: at 50 megapixels each further copy would take 150 MB.
    opencv_core.multiply(colour, alphas, colour, 1.0 / 255, -1);
    opencv_core.bitwise_not(alphas, alphas);
    opencv_core.add(colour, alphas, colour);
    return colour;
  }

  /** Rounds 16 bits to the nearest of 8 bits; the largest value stays the largest. */
  private static Mat inEightBits(Mat whole) {
    if (whole.depth() == opencv_core.CV_8U) {
      return whole;
    }
    Mat levels = new Mat();
    whole.convertTo(levels, opencv_core.CV_8U, 1.0 / 257, 0);
    return levels;
  }

  /** Removes the name of a source file from the beginning of OpenCV's message. */
  private static String withoutLocation(String message) {
    int at = message.indexOf("error: ");
    return at < 0 ? message : message.substring(at + "error: ".length());
  }

  static Outcome<DecodedPicture> damaged(String detail) {
    return Outcome.rejected(RejectReason.IMAGE_DAMAGED, detail);
  }

  /**
   * An image decoded into one Mat.
   *
   * @param pixels uint8 [height, width, 3] in BGR, [height, width] in grey, [height, width, 4] in
   *     inks
   */
  record Decoded(Mat pixels, PlaneScaler scaler) implements DecodedPicture {

    @Override
    public int widthPx() {
      return pixels.cols();
    }

    @Override
    public int heightPx() {
      return pixels.rows();
    }

    @Override
    public SmallPicture scaled(Rect region, int widthPx, int heightPx, Resampling resampling) {
      Mat part = new Mat(pixels, region);
      return new OpenCvPicture(scaler.scaled(part, widthPx, heightPx, resampling));
    }

    @Override
    public SmallPicture squeezed(int sidePx) {
      return new OpenCvPicture(scaler.scaled(pixels, sidePx, sidePx, Resampling.AREA));
    }
  }
}
