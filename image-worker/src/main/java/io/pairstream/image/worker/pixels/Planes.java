package io.pairstream.image.worker.pixels;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * A picture as JPEG stores it: a plane of brightness and two of colour differences, full range.
 *
 * @param sampling how much smaller the colour planes are
 * @param widthPx width of the picture, which is that of the brightness
 * @param heightPx height of the picture
 * @param mats uint8 [plane height, plane width] each; one for grey, else three: Y, Cb, Cr
 */
record Planes(JpegSampling sampling, int widthPx, int heightPx, List<Mat> mats) {

  /** Alignment of rows in bytes for vector instructions, which may also write beyond a row. */
  private static final int ALIGNMENT = 64;

  /** Bytes that {@link #over} needs. */
  static long bytes(JpegSampling sampling, int widthPx, int heightPx) {
    long bytes = 0;
    for (int plane = 0; plane < sampling.planes(); plane++) {
      bytes += planeBytes(sampling, plane, widthPx, heightPx);
    }
    return bytes;
  }

  /** Planes that lie in {@code memory}, which the caller owns. */
  static Planes over(Pointer memory, JpegSampling sampling, int widthPx, int heightPx) {
    BytePointer bytes = new BytePointer(memory);
    List<Mat> mats = new ArrayList<>();
    long at = 0;
    for (int plane = 0; plane < sampling.planes(); plane++) {
      int columns = sampling.planeWidth(plane, widthPx);
      mats.add(
          new Mat(
              sampling.planeHeight(plane, heightPx),
              columns,
              opencv_core.CV_8UC1,
              bytes.getPointer(at),
              stride(columns)));
      at += planeBytes(sampling, plane, widthPx, heightPx);
    }
    return new Planes(sampling, widthPx, heightPx, List.copyOf(mats));
  }

  /** The one plane of a grey picture: uint8 [height, width]. */
  static Planes grey(Mat picture) {
    return new Planes(JpegSampling.NONE, picture.cols(), picture.rows(), List.of(picture));
  }

  /** Planes of any content in memory that the open {@code PointerScope} frees. */
  static Planes allocate(JpegSampling sampling, int widthPx, int heightPx) {
    long bytes = bytes(sampling, widthPx, heightPx) + ALIGNMENT;
    return over(new BytePointer(bytes), sampling, widthPx, heightPx);
  }

  private static long planeBytes(JpegSampling sampling, int plane, int widthPx, int heightPx) {
    return stride(sampling.planeWidth(plane, widthPx)) * sampling.planeHeight(plane, heightPx);
  }

  private static long stride(int columns) {
    return (columns + ALIGNMENT - 1L) / ALIGNMENT * ALIGNMENT;
  }

  /** The brightness alone: a grey picture. */
  Planes luma() {
    return new Planes(JpegSampling.NONE, widthPx, heightPx, mats.subList(0, 1));
  }

  /** Turns the planes upright. Planes of half a width must not be turned by a quarter. */
  Planes turned(ExifOrientation orientation) {
    boolean swaps = orientation.swapsSides();
    return new Planes(
        sampling,
        swaps ? heightPx : widthPx,
        swaps ? widthPx : heightPx,
        mats.stream().map(mat -> OpenCvPicture.turned(mat, orientation)).toList());
  }

  /** Pads the picture to whole colour samples by repeating its last column and row. */
  Planes ofWholeSamples() {
    int right = sampling.planeWidth(1, widthPx) * sampling.horizontal() - widthPx;
    int bottom = sampling.planeHeight(1, heightPx) * sampling.vertical() - heightPx;
    if (right == 0 && bottom == 0) {
      return this;
    }
    List<Mat> whole = new ArrayList<>(mats);
    whole.set(0, new Mat());
    opencv_core.copyMakeBorder(
        mats.get(0), whole.get(0), 0, bottom, 0, right, opencv_core.BORDER_REPLICATE);
    return new Planes(sampling, widthPx, heightPx, whole);
  }

  /** Where each plane begins, as C wants it. */
  long[] addresses() {
    return mats.stream().mapToLong(mat -> mat.data().address()).toArray();
  }

  /** Bytes from row to row of each plane, as C wants it. */
  int[] strides() {
    return mats.stream().mapToInt(mat -> (int) mat.step()).toArray();
  }
}
