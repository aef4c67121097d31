package io.pairstream.image.worker;

import io.pairstream.cleaning.image.PictureOutput.ChromaSubsampling;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * A picture of the output's size. Its pixels are native memory that the caller's {@code
 * PointerScope} frees. Nobody changes a Mat that it hands out.
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
   * The same as {@link #bgr()}, but for colour that may be half as fine: for measuring, where the
   * output itself needs no more.
   */
  Mat roughBgr();

  /** The picture as a baseline JPEG of three channels, without any metadata. */
  byte[] jpeg(int quality, ChromaSubsampling chroma);
}
