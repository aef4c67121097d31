package io.pairstream.cleaning.image;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * The shapes among which a picture finds its own, so that a batch can be filled with pictures of
 * one shape.
 *
 * <p>For each width that is a multiple of the step, the table has the greatest height that is one
 * too, with at most so many pixels; each shape upright and on its side; none more elongated than
 * the greatest ratio. After NovelAI's "Aspect Ratio Bucketing" (2022,
 * https://github.com/NovelAI/novelai-aspect-ratio-bucketing), which bounds the longer side rather
 * than the ratio.
 *
 * @param shapes in the order of width over height
 */
public record AspectBuckets(List<Shape> shapes) {

  /** None, for modes that need no table. */
  public static final AspectBuckets NONE = new AspectBuckets(List.of());

  public AspectBuckets {
    shapes = List.copyOf(shapes);
  }

  /** One width and height, in pixels. */
  public record Shape(int widthPx, int heightPx) {
    double ratio() {
      return (double) widthPx / heightPx;
    }
  }

  /**
   * The table for at most {@code pixels} a picture.
   *
   * @param stepPx what every side is a multiple of; at least 1
   * @param maxRatio greatest longer/shorter ratio; at least 1.0
   * @param maxSidePx greatest side; no shape has a longer one
   */
  static AspectBuckets of(int pixels, int stepPx, double maxRatio, int maxSidePx) {
    List<Shape> found = new ArrayList<>();
    for (int width = stepPx; width <= maxSidePx; width += stepPx) {
      int height = Math.min(pixels / width, maxSidePx) / stepPx * stepPx;
      if (height == 0) {
        break;
      }
      found.add(new Shape(width, height));
      found.add(new Shape(height, width));
    }
    found.removeIf(shape -> Math.max(shape.ratio(), 1 / shape.ratio()) > maxRatio);
    found.sort(Comparator.comparingDouble(Shape::ratio).thenComparingInt(Shape::widthPx));
    // Of two shapes with one ratio, the bigger makes the smaller pointless.
    for (int i = found.size() - 2; i >= 0; i--) {
      if (found.get(i).ratio() == found.get(i + 1).ratio()) {
        found.remove(i);
      }
    }
    return new AspectBuckets(found);
  }

  /** The shape whose ratio's logarithm is nearest; of two, the one that is less wide. */
  Shape nearest(int widthPx, int heightPx) {
    double wanted = Math.log((double) widthPx / heightPx);
    return Collections.min(
        shapes, Comparator.comparingDouble(shape -> Math.abs(Math.log(shape.ratio()) - wanted)));
  }
}
