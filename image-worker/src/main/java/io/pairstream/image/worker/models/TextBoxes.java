package io.pairstream.image.worker.models;

import io.pairstream.image.plan.TextReading;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.MatVector;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.RotatedRect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size2f;

/**
 * The boxes of text lines, from a map that says where text is: what DBNet's authors do with theirs
 * (https://arxiv.org/abs/1911.08947), in the steps of RapidOCR's {@code DBPostProcess}. The
 * caller's {@code PointerScope} frees what this needs.
 */
record TextBoxes(TextReading reading) {

  /** Most spots of a map that are looked at. */
  private static final int MOST_SPOTS = 1_000;

  private static final int SHORTEST_SPOT = 3;
  private static final int SHORTEST_BOX = 5;
  private static final int SHORTEST_SIDE_PX = 3;

  /** Boxes of one line begin at heights that differ less than this, from one to the next. */
  private static final int SAME_LINE_PX = 10;

  private static final Scalar ONE = new Scalar(1);

  /** A point of the picture, in pixels. */
  record Corner(float x, float y) {

    double to(Corner other) {
      return Math.hypot(x - other.x, y - other.y);
    }
  }

  /** A quadrilateral with one line of text. */
  record TextBox(Corner topLeft, Corner topRight, Corner bottomRight, Corner bottomLeft) {

    /** The box with these corners, in any order. */
    static TextBox of(List<Corner> corners) {
      List<Corner> byX = corners.stream().sorted(Comparator.comparing(Corner::x)).toList();
      List<Corner> left = byY(byX.subList(0, 2));
      List<Corner> right = byY(byX.subList(2, 4));
      return new TextBox(left.get(0), right.get(0), right.get(1), left.get(1));
    }

    private static List<Corner> byY(List<Corner> two) {
      return two.stream().sorted(Comparator.comparing(Corner::y)).toList();
    }
  }

  /**
   * The boxes of a picture.
   *
   * @param boxes in reading order
   * @param share the part of the picture that they cover, 0 to 1
   */
  record Found(List<TextBox> boxes, double share) {}

  /**
   * @param map float32 [height, width], 0 to 1
   * @param widthPx width of the picture that the map is of
   * @param heightPx height of that picture
   */
  Found find(FloatPointer map, int height, int width, int widthPx, int heightPx) {
    Mat sure = new Mat(height, width, opencv_core.CV_32FC1, map);
    Mat text = new Mat();
    opencv_imgproc.threshold(sure, text, reading.above(), 255, opencv_imgproc.THRESH_BINARY);
    text.convertTo(text, opencv_core.CV_8U);
    MatVector spots = new MatVector();
    opencv_imgproc.findContours(
        text, spots, opencv_imgproc.RETR_LIST, opencv_imgproc.CHAIN_APPROX_SIMPLE);
    Mat covered = Mat.zeros(height, width, opencv_core.CV_8U).asMat();
    List<TextBox> boxes = new ArrayList<>();
    for (long i = 0; i < Math.min(MOST_SPOTS, spots.size()); i++) {
      RotatedRect spot = opencv_imgproc.minAreaRect(spots.get(i));
      if (shorterSide(spot) < SHORTEST_SPOT || !(mean(sure, spot) >= reading.boxAbove())) {
        continue;
      }
      RotatedRect grown = grown(spot);
      TextBox box =
          TextBox.of(
              corners(grown).stream()
                  .map(
                      corner ->
                          new Corner(
                              onPicture(corner.x(), width, widthPx),
                              onPicture(corner.y(), height, heightPx)))
                  .toList());
      if (shorterSide(grown) >= SHORTEST_BOX
          && (int) box.topLeft().to(box.topRight()) > SHORTEST_SIDE_PX
          && (int) box.topLeft().to(box.bottomLeft()) > SHORTEST_SIDE_PX) {
        boxes.add(box);
        fill(covered, corners(grown));
      }
    }
    double share = opencv_core.countNonZero(covered) / ((double) width * height);
    return new Found(inReadingOrder(boxes), share);
  }

  private static float shorterSide(RotatedRect box) {
    return Math.min(box.size().width(), box.size().height());
  }

  private RotatedRect grown(RotatedRect spot) {
    float width = spot.size().width();
    float height = spot.size().height();
    float by = (float) (2 * (width * height * reading.growth() / (2 * (width + height))));
    return new RotatedRect(spot.center(), new Size2f(width + by, height + by), spot.angle());
  }

  private static float onPicture(float at, int of, int sidePx) {
    return (float) Math.max(0, Math.min(sidePx - 1, Math.rint(at / of * sidePx)));
  }

  /** Corners of a box, one after the other around it. */
  private static List<Corner> corners(RotatedRect box) {
    Mat points = new Mat();
    opencv_imgproc.boxPoints(box, points);
    float[] numbers = new float[8];
    new FloatPointer(points.data()).get(numbers);
    List<Corner> corners = new ArrayList<>();
    for (int i = 0; i < numbers.length; i += 2) {
      corners.add(new Corner(numbers[i], numbers[i + 1]));
    }
    return corners;
  }

  /** Mean of the map in a box. */
  private static double mean(Mat sure, RotatedRect spot) {
    List<Corner> corners = corners(spot);
    DoubleSummaryStatistics x = corners.stream().mapToDouble(Corner::x).summaryStatistics();
    DoubleSummaryStatistics y = corners.stream().mapToDouble(Corner::y).summaryStatistics();
    int left = within(Math.floor(x.getMin()), sure.cols());
    int top = within(Math.floor(y.getMin()), sure.rows());
    int right = within(Math.ceil(x.getMax()), sure.cols());
    int bottom = within(Math.ceil(y.getMax()), sure.rows());
    Rect region = new Rect(left, top, right - left + 1, bottom - top + 1);
    Mat mask = Mat.zeros(region.height(), region.width(), opencv_core.CV_8U).asMat();
    fill(
        mask,
        corners.stream().map(corner -> new Corner(corner.x() - left, corner.y() - top)).toList());
    return opencv_core.mean(new Mat(sure, region), mask).get(0);
  }

  private static int within(double at, int size) {
    return (int) Math.max(0, Math.min(size - 1, at));
  }

  private static void fill(Mat mask, List<Corner> corners) {
    int[] points =
        corners.stream()
            .flatMapToInt(corner -> IntStream.of((int) corner.x(), (int) corner.y()))
            .toArray();
    Mat polygon = new Mat(corners.size(), 1, opencv_core.CV_32SC2, new IntPointer(points));
    opencv_imgproc.fillPoly(mask, new MatVector(polygon), ONE);
  }

  /** From top to bottom, and from left to right where the tops are close to each other. */
  private static List<TextBox> inReadingOrder(List<TextBox> boxes) {
    List<TextBox> byTop =
        boxes.stream().sorted(Comparator.comparing(box -> box.topLeft().y())).toList();
    List<TextBox> ordered = new ArrayList<>();
    List<TextBox> line = new ArrayList<>();
    for (TextBox box : byTop) {
      if (!line.isEmpty()
          && box.topLeft().y() - line.get(line.size() - 1).topLeft().y() >= SAME_LINE_PX) {
        ordered.addAll(fromLeft(line));
        line.clear();
      }
      line.add(box);
    }
    ordered.addAll(fromLeft(line));
    return ordered;
  }

  private static List<TextBox> fromLeft(List<TextBox> line) {
    return line.stream().sorted(Comparator.comparing(box -> box.topLeft().x())).toList();
  }
}
