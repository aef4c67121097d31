package io.pairstream.feed.augment;

/**
 * Moves pixels as an {@link Affine} says, in one resampling.
 *
 * <p>Bilinear, without averaging where the picture shrinks. The map becomes whole numbers of 2^-20
 * pixels: with {@code fixed(v) = floor(v 2^20 + 0.5)}, the pixel in column x and row y is taken
 * from {@code u = fixed(xx) x + fixed(xy) y + fixed(x0 + 0.5 xx + 0.5 xy - 0.5)} and {@code v}
 * likewise. Its left and upper neighbours are {@code u >> 20} and {@code v >> 20}; the weights of
 * the right and lower ones are {@code fx = (u >> 9) & 2047} and {@code fy}, of 2048. With a to d
 * the neighbours in reading order, the result is {@code (((a (2048 - fx) + b fx) (2048 - fy) + (c
 * (2048 - fx) + d fx) fy) + 2^21) >> 22}. Neighbours beyond the edge are those of {@link Border};
 * where it is a value, every place whose nearest pixel lies beyond the edge has it, and all others
 * take the pixel at the edge for a neighbour beyond.
 */
final class Warp {

  private static final int BITS = 20;
  private static final long HALF = 1L << (BITS - 1);
  private static final int ONE = 2048;

  private final Border border;

  Warp(Border border) {
    this.border = border;
  }

  void apply(Affine map, Picture picture) {
    if (map.equals(Affine.IDENTITY)) {
      return;
    }
    long ux = fixed(map.xx());
    long uy = fixed(map.xy());
    long u0 = fixed(map.x0() + 0.5 * map.xx() + 0.5 * map.xy() - 0.5);
    long vx = fixed(map.yx());
    long vy = fixed(map.yy());
    long v0 = fixed(map.y0() + 0.5 * map.yx() + 0.5 * map.yy() - 0.5);
    byte[] from = picture.pixels();
    byte[] to = picture.spare();
    int width = picture.widthPx();
    int height = picture.heightPx();
    int channels = picture.channels();
    int at = 0;
    for (int y = 0; y < height; y++) {
      long u = uy * y + u0;
      long v = vy * y + v0;
      for (int x = 0; x < width; x++, u += ux, v += vx, at += channels) {
        int left = (int) (u >> BITS);
        int top = (int) (v >> BITS);
        int right = left + 1;
        int bottom = top + 1;
        if (left < 0 || top < 0 || right >= width || bottom >= height) {
          if (border.kind() == Border.Kind.FILL && isBeyond(u, width, v, height)) {
            for (int c = 0; c < channels; c++) {
              to[at + c] = (byte) border.value();
            }
            continue;
          }
          left = Border.reflected(left, width);
          right = Border.reflected(right, width);
          top = Border.reflected(top, height);
          bottom = Border.reflected(bottom, height);
        }
        int fx = (int) (u >> 9) & (ONE - 1);
        int fy = (int) (v >> 9) & (ONE - 1);
        int a = (top * width + left) * channels;
        if ((fx | fy) == 0) {
          // The formula gives the pixel itself, as everywhere in a picture that is only flipped.
          for (int channel = 0; channel < channels; channel++) {
            to[at + channel] = from[a + channel];
          }
          continue;
        }
        int b = (top * width + right) * channels;
        int c = (bottom * width + left) * channels;
        int d = (bottom * width + right) * channels;
        for (int channel = 0; channel < channels; channel++) {
          int upper = (from[a + channel] & 0xff) * (ONE - fx) + (from[b + channel] & 0xff) * fx;
          int lower = (from[c + channel] & 0xff) * (ONE - fx) + (from[d + channel] & 0xff) * fx;
          to[at + channel] = (byte) ((upper * (ONE - fy) + lower * fy + (1 << 21)) >> 22);
        }
      }
    }
    picture.takeSpare();
  }

  private static boolean isBeyond(long u, int width, long v, int height) {
    long x = u + HALF;
    long y = v + HALF;
    return x < 0 || y < 0 || x >= (long) width << BITS || y >= (long) height << BITS;
  }

  private static long fixed(double value) {
    return (long) Math.floor(value * (1 << BITS) + 0.5);
  }
}
