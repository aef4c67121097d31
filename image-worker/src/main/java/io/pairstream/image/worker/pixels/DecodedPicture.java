package io.pairstream.image.worker.pixels;

import io.pairstream.cleaning.image.Geometry.Resampling;
import org.bytedeco.opencv.opencv_core.Rect;

/** A decoded image as it is stored, before anything is cut, scaled or turned. */
interface DecodedPicture {

  int widthPx();

  int heightPx();

  /**
   * A part of it, scaled; still in stored orientation.
   *
   * @param region the part, in stored coordinates
   * @param widthPx width of the result; at least 1
   * @param heightPx height of the result; at least 1
   */
  SmallPicture scaled(Rect region, int widthPx, int heightPx, Resampling resampling);

  /**
   * The whole picture, squeezed into a square: each pixel is the mean of its share of the original,
   * so that a rescaled copy gives the same. What the perceptual hash starts from.
   *
   * @param sidePx width and height of the result, whatever the shape of the picture
   */
  SmallPicture squeezed(int sidePx);
}
