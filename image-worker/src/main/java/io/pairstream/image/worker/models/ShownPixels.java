package io.pairstream.image.worker.models;

import io.pairstream.cleaning.image.PictureOutput.ChromaSubsampling;
import io.pairstream.image.plan.PictureInput;
import io.pairstream.image.plan.PictureInput.Channels;
import io.pairstream.image.plan.PictureInput.Fit;
import io.pairstream.image.plan.PictureInput.Layout;
import io.pairstream.image.plan.PictureInput.Resampling;
import io.pairstream.image.protocol.ShownPicture;
import io.pairstream.image.worker.pixels.OpenCvPicture;
import io.pairstream.image.worker.pixels.StoredPixels;
import io.pairstream.image.worker.pixels.StoredPixels.UnreadableException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;

/** Makes of a stored picture the numbers that a model is shown. Not thread-safe. */
final class ShownPixels {

  private final PictureInput input;
  private final StoredPixels stored = new StoredPixels();
  private final float[][] numbers = new float[3][256];

  ShownPixels(PictureInput input) {
    this.input = input;
    for (int channel = 0; channel < 3; channel++) {
      for (int level = 0; level < 256; level++) {
        numbers[channel][level] =
            (float)
                ((level * input.scale() - input.mean().get(channel))
                    / input.deviation().get(channel));
      }
    }
  }

  /** Numbers of a picture: 3 * side * side. */
  int count() {
    return 3 * input.sidePx() * input.sidePx();
  }

  /** Dimensions of the tensor of so many pictures, in the card's layout. */
  long[] shape(int pictures) {
    int side = input.sidePx();
    return switch (input.layout()) {
      case NCHW -> new long[] {pictures, 3, side, side};
      case NHWC -> new long[] {pictures, side, side, 3};
    };
  }

  /**
   * Puts the numbers of a picture, in the order of the card's layout. The caller's {@code
   * PointerScope} frees what this needs.
   */
  void put(ShownPicture picture, FloatBuffer to) throws UnreadableException {
    byte[] bgr = cut(stored.bgr(picture));
    int side = input.sidePx();
    // Channel c of the model is |flip - c| of BGR.
    int flip = input.channels() == Channels.RGB ? 2 : 0;
    if (input.layout() == Layout.NHWC) {
      for (int at = 0; at < bgr.length; at++) {
        int channel = at % 3;
        to.put(numbers[channel][bgr[at - channel + Math.abs(flip - channel)] & 0xFF]);
      }
      return;
    }
    for (int channel = 0; channel < 3; channel++) {
      int from = Math.abs(flip - channel);
      for (int pixel = 0; pixel < side * side; pixel++) {
        to.put(numbers[channel][bgr[3 * pixel + from] & 0xFF]);
      }
    }
  }

  /** The part that the model sees: uint8 [side, side, 3], RGB. */
  ShownPicture fitted(Mat bgr) {
    return ShownPicture.raw(swapped(cut(bgr)), input.sidePx(), input.sidePx(), 3);
  }

  /** Pixels of a picture: uint8 [height, width, 3], RGB. */
  static byte[] rgb(Mat bgr) {
    return swapped(OpenCvPicture.bytes(bgr));
  }

  private static byte[] swapped(byte[] pixels) {
    for (int at = 0; at < pixels.length; at += 3) {
      byte first = pixels[at];
      pixels[at] = pixels[at + 2];
      pixels[at + 2] = first;
    }
    return pixels;
  }

  /** The part that the model sees: uint8 [side, side, 3], BGR. */
  private byte[] cut(Mat bgr) {
    int width = bgr.cols();
    int height = bgr.rows();
    int newWidth = input.resizePx();
    int newHeight = input.resizePx();
    if (input.fit() == Fit.CROP && width != height) {
      // As torchvision: the longer side is rounded down.
      if (width > height) {
        newWidth = (int) ((long) newHeight * width / height);
      } else {
        newHeight = (int) ((long) newWidth * height / width);
      }
    } else if (input.fit() == Fit.PAD && width != height) {
      // As albumentations: the shorter side is rounded, half to even.
      if (width > height) {
        newHeight = rounded(height, width);
      } else {
        newWidth = rounded(width, height);
      }
    }
    byte[] scaled = throughJpeg(scaled(bgr, newWidth, newHeight), newWidth, newHeight);
    return centred(scaled, newWidth, newHeight);
  }

  private int rounded(int shorter, int longer) {
    return Math.max(1, (int) Math.rint(shorter * ((double) input.sidePx() / longer)));
  }

  private byte[] scaled(Mat bgr, int newWidth, int newHeight) {
    if (input.resampling() == Resampling.OPENCV_AREA) {
      return OpenCvPicture.bytes(
          OpenCvPicture.resized(bgr, newWidth, newHeight, opencv_imgproc.INTER_AREA));
    }
    return PillowResize.resize(
        OpenCvPicture.bytes(bgr), bgr.cols(), bgr.rows(), newWidth, newHeight, input.resampling());
  }

  private byte[] throughJpeg(byte[] bgr, int width, int height) {
    if (input.jpegQuality() == 0) {
      return bgr;
    }
    Mat pixels = new Mat(height, width, opencv_core.CV_8UC3, new BytePointer(bgr));
    byte[] file = new OpenCvPicture(pixels).jpeg(input.jpegQuality(), ChromaSubsampling.HALVED);
    Mat encoded = new Mat(1, file.length, opencv_core.CV_8UC1, new BytePointer(file));
    return OpenCvPicture.bytes(opencv_imgcodecs.imdecode(encoded, opencv_imgcodecs.IMREAD_COLOR));
  }

  /** The middle, with borders where the picture is smaller. */
  private byte[] centred(byte[] bgr, int width, int height) {
    int side = input.sidePx();
    if (width == side && height == side) {
      return bgr;
    }
    byte[] middle = new byte[3 * side * side];
    Arrays.fill(middle, (byte) input.padLevel());
    int left = Math.max(0, (width - side) / 2);
    int top = Math.max(0, (height - side) / 2);
    // Of an odd number of border pixels the smaller half comes first.
    int toLeft = Math.max(0, (side - width) / 2);
    int toTop = Math.max(0, (side - height) / 2);
    int columns = Math.min(side, width);
    for (int y = 0; y < Math.min(side, height); y++) {
      System.arraycopy(
          bgr,
          3 * ((top + y) * width + left),
          middle,
          3 * ((toTop + y) * side + toLeft),
          3 * columns);
    }
    return middle;
  }
}
