package io.pairstream.image.worker.pixels;

import io.pairstream.cleaning.image.PictureOutput.ChromaSubsampling;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * A picture of the output's size. Its pixels are native memory that the caller's {@code
 * PointerScope} frees. Callers must not change a Mat that it returns.
 */
interface SmallPicture {

  int widthPx();

  int heightPx();

  /** The picture as its photographer saw it. */
  SmallPicture turned(ExifOrientation orientation);

  /** uint8 [height, width], full range: the brightness that JPEG calls Y. */
  Mat luma();

  /** uint8 [height, width, 3], BGR; made when first asked for. */
  Mat bgr();

  /**
   * A picture of the same size with other colours.
   *
   * @param bgr uint8 [height, width, 3]
   */
  SmallPicture recoloured(Mat bgr);

  /**
   * The colours of evenly spread pixels, for measuring; what else of the picture is not there yet
   * is not made for it.
   *
   * @param step distance between them, across and down, in pixels; more than 0
   * @return uint8 [height / step, width / step, 3], rounded, BGR
   */
  byte[] sampledBgr(double step);

  /** The picture as a baseline JPEG of three channels, without any metadata. */
  byte[] jpeg(int quality, ChromaSubsampling chroma);
}
