package io.pairstream.image.worker.pixels;

import io.pairstream.cleaning.image.PixelOperations.PictureColour;
import io.pairstream.cleaning.image.PixelOperations.PixelOperation;
import java.util.List;
import java.util.function.Consumer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.global.opencv_photo;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.MatVector;
import org.bytedeco.opencv.opencv_core.Size;
import org.bytedeco.opencv.opencv_imgproc.CLAHE;

/**
 * Changes pixels as asked, one change after the other.
 *
 * <p>The formulas are OpenCV's. What lies beyond an edge is the picture mirrored at it, without
 * repeating the edge itself (BORDER_REFLECT_101); the median repeats the edge.
 */
final class PixelChanges {

  /**
   * Side of the compared patch, and of the window that is searched, as Buades and others propose.
   */
  private static final int NL_MEANS_PATCH_PX = 7;

  private static final int NL_MEANS_WINDOW_PX = 21;

  private PixelChanges() {}

  /**
   * The changed picture; the given one where nothing is to be changed. The caller's {@code
   * PointerScope} frees what this needs.
   *
   * @param bgr uint8 [height, width, 3], BGR; left as it is
   * @return uint8 [height, width, 3], BGR
   */
  static Mat apply(List<PixelOperation> changes, Mat bgr) {
    Mat picture = bgr;
    for (PixelOperation change : changes) {
      picture = apply(change, picture);
    }
    return picture;
  }

  /**
   * The picture in another colour model, in OpenCV's uint8 encoding: hue in 0 to 179; L* times
   * 2.55, a* and b* plus 128; Cr and Cb plus 128.
   *
   * @return uint8 [height, width] in grey; otherwise [height, width, 3] with the last channel
   *     first, which is where encoders look for what they write last: value, saturation, hue
   */
  static Mat converted(PictureColour colour, SmallPicture picture) {
    return switch (colour) {
      case RGB -> picture.bgr();
      case GREY -> picture.luma();
      case HSV -> reversed(picture.bgr(), opencv_imgproc.COLOR_BGR2HSV);
      case LAB -> reversed(picture.bgr(), opencv_imgproc.COLOR_BGR2Lab);
      case YCRCB -> reversed(picture.bgr(), opencv_imgproc.COLOR_BGR2YCrCb);
    };
  }

  private static Mat reversed(Mat bgr, int conversion) {
    return OpenCvPicture.converted(
        OpenCvPicture.converted(bgr, conversion), opencv_imgproc.COLOR_RGB2BGR);
  }

  private static Mat apply(PixelOperation change, Mat bgr) {
    int size = change.size();
    double strength = change.strength();
    Mat changed = new Mat();
    switch (change.kind()) {
      case GAUSSIAN ->
          opencv_imgproc.GaussianBlur(bgr, changed, new Size(size, size), change.sigmaPx());
      case MEDIAN -> opencv_imgproc.medianBlur(bgr, changed, size);
      case BILATERAL ->
          opencv_imgproc.bilateralFilter(bgr, changed, size, strength, change.sigmaPx());
      case NL_MEANS ->
          opencv_photo.fastNlMeansDenoisingColored(
              bgr,
              changed,
              (float) strength,
              (float) strength,
              NL_MEANS_PATCH_PX,
              NL_MEANS_WINDOW_PX);
      case GAMMA -> opencv_core.LUT(bgr, gammaTable(strength), changed);
      case EQUALISE -> changed = onLuma(bgr, luma -> opencv_imgproc.equalizeHist(luma, luma));
      case CLAHE -> {
        CLAHE clahe = opencv_imgproc.createCLAHE(strength, new Size(size, size));
        changed = onLuma(bgr, luma -> clahe.apply(luma, luma));
      }
      case SHARPEN -> {
        Mat blurred = new Mat();
        opencv_imgproc.GaussianBlur(bgr, blurred, new Size(0, 0), change.sigmaPx());
        opencv_core.addWeighted(bgr, 1 + strength, blurred, -strength, 0, changed);
      }
    }
    return changed;
  }

  private static Mat gammaTable(double gamma) {
    byte[] levels = new byte[256];
    for (int level = 0; level < levels.length; level++) {
      levels[level] = (byte) Math.round(255 * Math.pow(level / 255.0, gamma));
    }
    return new Mat(1, levels.length, opencv_core.CV_8UC1, new BytePointer(levels));
  }

  /**
   * @param change changes the luma in place: uint8 [height, width]
   */
  private static Mat onLuma(Mat bgr, Consumer<Mat> change) {
    Mat separate = OpenCvPicture.converted(bgr, opencv_imgproc.COLOR_BGR2YCrCb);
    MatVector channels = new MatVector();
    opencv_core.split(separate, channels);
    change.accept(channels.get(0));
    opencv_core.merge(channels, separate);
    return OpenCvPicture.converted(separate, opencv_imgproc.COLOR_YCrCb2BGR);
  }
}
