package io.pairstream.feed.augment;

/**
 * Where in a picture the content of a place comes from: place (x, y) shows what stands at (xx x +
 * xy y + x0, yx x + yy y + y0). In pixels, x to the right, y down; the first pixel's centre is at
 * (0.5, 0.5).
 */
record Affine(double xx, double xy, double x0, double yx, double yy, double y0) {

  static final Affine IDENTITY = new Affine(1, 0, 0, 0, 1, 0);

  /** This map of places, and then {@code next} of where it leads. */
  Affine then(Affine next) {
    return new Affine(
        next.xx * xx + next.xy * yx,
        next.xx * xy + next.xy * yy,
        next.xx * x0 + next.xy * y0 + next.x0,
        next.yx * xx + next.yy * yx,
        next.yx * xy + next.yy * yy,
        next.yx * x0 + next.yy * y0 + next.y0);
  }
}
