package io.pairstream.image.worker.pixels;

import io.pairstream.cleaning.image.PixelBox;
import org.bytedeco.opencv.opencv_core.Rect;

/**
 * An image as its photographer saw it, and the way back to how it is stored.
 *
 * @param storedWidthPx width as stored
 * @param storedHeightPx height as stored
 * @param orientation how the camera was held
 */
record Upright(int storedWidthPx, int storedHeightPx, ExifOrientation orientation) {

  int widthPx() {
    return orientation.swapsSides() ? storedHeightPx : storedWidthPx;
  }

  int heightPx() {
    return orientation.swapsSides() ? storedWidthPx : storedHeightPx;
  }

  /** Where the pixels of an upright box are stored. */
  Rect stored(PixelBox box) {
    int left = orientation.mirrorsX() ? widthPx() - box.leftPx() - box.widthPx() : box.leftPx();
    int top = orientation.mirrorsY() ? heightPx() - box.topPx() - box.heightPx() : box.topPx();
    return orientation.swapsSides()
        ? new Rect(top, left, box.heightPx(), box.widthPx())
        : new Rect(left, top, box.widthPx(), box.heightPx());
  }
}
