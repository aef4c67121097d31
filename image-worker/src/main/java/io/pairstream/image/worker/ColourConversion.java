package io.pairstream.image.worker;

import org.bytedeco.opencv.opencv_core.Mat;

/** How the numbers of a picture become sRGB. Immutable. */
interface ColourConversion {

  /** Nothing is to be done: the numbers are sRGB, or nothing else is known of them. */
  ColourConversion NONE = bgr -> bgr;

  /**
   * The picture in sRGB.
   *
   * @param bgr uint8 [height, width, 3], BGR; stays as it is
   */
  Mat apply(Mat bgr);
}
