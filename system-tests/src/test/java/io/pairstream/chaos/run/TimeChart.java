package io.pairstream.chaos.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A picture of values over time, as SVG that stands in a page.
 *
 * <p>It has the colours of the page's style sheet: the classes {@code s1}, {@code s2} … of its
 * lines, {@code band}, {@code grid} and {@code axis}.
 */
final class TimeChart {

  private static final int MARGIN_LEFT = 56;
  private static final int MARGIN_RIGHT = 10;
  private static final int MARGIN_BOTTOM = 18;

  private final int width;
  private final int height;
  private final int marginTop;
  private final double seconds;
  private final List<Line> lines = new ArrayList<>();
  private final StringBuilder bands = new StringBuilder();

  /**
   * @param width in pixels
   * @param height of the plot in pixels, without what stands above and below
   * @param seconds on the axis, from 0
   * @param lanes rows of numbers above the plot, 0 or more
   */
  TimeChart(int width, int height, double seconds, int lanes) {
    this.width = width;
    this.height = height;
    this.seconds = Math.max(seconds, 1);
    this.marginTop = 8 + 11 * lanes;
  }

  /** A value at a time; NaN breaks the line. */
  record Point(double atSeconds, double value) {}

  private record Line(int number, boolean filled, List<Point> points) {}

  /** Draws a line in the page's colour of that number. */
  TimeChart line(int number, List<Point> points) {
    lines.add(new Line(number, false, points));
    return this;
  }

  /** The same with the ground below it filled. */
  TimeChart area(int number, List<Point> points) {
    lines.add(new Line(number, true, points));
    return this;
  }

  /** Marks a time, with a number above it in one of the lanes. */
  TimeChart band(double from, double until, String number, int lane, String words) {
    double left = x(from);
    double wide = Math.max(x(until) - left, 1.5);
    bands.append(
        "<g><title>%s</title><rect class='band' x='%s' y='%d' width='%s' height='%d'/>"
            .formatted(Html.text(words), px(left), marginTop, px(wide), height));
    if (!number.isEmpty()) {
      bands.append(
          "<text class='mark' x='%s' y='%d'>%s</text>"
              .formatted(px(left), marginTop - 3 - 11 * lane, Html.text(number)));
    }
    bands.append("</g>");
    return this;
  }

  /** The picture; {@code unit} stands at the top of the axis, {@code words} say what it shows. */
  String svg(String unit, String words) {
    double step = step(greatest(), 5);
    double top = Math.max(step, Math.ceil(greatest() / step) * step);
    StringBuilder svg = new StringBuilder();
    svg.append(
        "<svg role='img' viewBox='0 0 %d %d' width='%d'><title>%s</title>"
            .formatted(width, marginTop + height + MARGIN_BOTTOM, width, Html.text(words)));
    svg.append(bands);
    for (double value = 0; value <= top * 1.001; value += step) {
      double y = y(value, top);
      svg.append(
          "<line class='grid' x1='%d' x2='%d' y1='%s' y2='%s'/>"
              .formatted(MARGIN_LEFT, width - MARGIN_RIGHT, px(y), px(y)));
      boolean highest = value + step > top * 1.001;
      svg.append(
          "<text class='axis end' x='%d' y='%s'>%s</text>"
              .formatted(
                  MARGIN_LEFT - 5, px(y + 3.5), number(value) + (highest ? " " + unit : "")));
    }
    appendTimes(svg);
    for (Line line : lines) {
      append(svg, line, top);
    }
    return svg.append("</svg>").toString();
  }

  private void appendTimes(StringBuilder svg) {
    double minutes = seconds / 60;
    double step = step(minutes, width / 80);
    for (double at = 0; at <= minutes; at += step) {
      svg.append(
          "<text class='axis mid' x='%s' y='%d'>%s</text>"
              .formatted(
                  px(x(at * 60)),
                  marginTop + height + 13,
                  number(at) + (at == 0 ? "\u00a0min" : "")));
    }
  }

  private void append(StringBuilder svg, Line line, double top) {
    StringBuilder path = new StringBuilder();
    double from = Double.NaN;
    double last = Double.NaN;
    for (Point point : line.points()) {
      if (Double.isNaN(point.value())) {
        close(path, line, from, last);
        from = Double.NaN;
        continue;
      }
      boolean begins = Double.isNaN(from);
      if (begins) {
        from = point.atSeconds();
      }
      if (begins && line.filled()) {
        path.append('M').append(px(x(from))).append(' ').append(px(y(0, top))).append('L');
      } else {
        path.append(begins ? 'M' : 'L');
      }
      last = point.atSeconds();
      path.append(px(x(last))).append(' ').append(px(y(point.value(), top)));
    }
    close(path, line, from, last);
    svg.append(
        "<path class='%s%d' d='%s'/>".formatted(line.filled() ? "a" : "s", line.number(), path));
  }

  private void close(StringBuilder path, Line line, double from, double last) {
    if (line.filled() && !Double.isNaN(from)) {
      path.append('L').append(px(x(last))).append(' ').append(px(marginTop + height)).append('Z');
    }
  }

  private double greatest() {
    return lines.stream()
        .flatMap(line -> line.points().stream())
        .mapToDouble(Point::value)
        .filter(value -> !Double.isNaN(value))
        .max()
        .orElse(0);
  }

  /** The least of 1, 2 and 5 times a power of ten of which at most so many make the greatest. */
  private static double step(double greatest, int most) {
    if (greatest <= 0) {
      return 1;
    }
    double power = Math.pow(10, Math.floor(Math.log10(greatest / most)));
    for (double factor : new double[] {1, 2, 5}) {
      if (greatest / (factor * power) <= most) {
        return factor * power;
      }
    }
    return 10 * power;
  }

  private double x(double atSeconds) {
    return MARGIN_LEFT + (width - MARGIN_LEFT - MARGIN_RIGHT) * Math.min(atSeconds / seconds, 1);
  }

  private double y(double value, double top) {
    return marginTop + height * (1 - value / top);
  }

  private static String px(double value) {
    String text = String.format(Locale.ROOT, "%.1f", value);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }

  private static String number(double value) {
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%,.0f", value).replace(',', '\u2009')
        : String.format(Locale.ROOT, "%.1f", value);
  }
}
