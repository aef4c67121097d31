package io.pairstream.image.worker;

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
   * Picture as in {@link #bgr()}, with colour of half the resolution where the output needs no
   * more: for measuring.
   */
  Mat roughBgr();

  /** The picture as a baseline JPEG of three channels, without any metadata. */
  byte[] jpeg(int quality, ChromaSubsampling chroma);
}
