package io.pairstream.drawing;

import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Arc2D;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;

/**
 * A thing that can be drawn, with its names.
 *
 * <p>Outlines lie within the square from -0.5 to 0.5, y downwards, and cover the middle of it.
 */
enum Figure {
  CIRCLE("circle", "circles", "个", "圆形", ellipse(-0.5, -0.5, 1, 1)),
  SQUARE("square", "squares", "个", "正方形", rectangle(-0.45, -0.45, 0.9, 0.9)),
  TRIANGLE("triangle", "triangles", "个", "三角形", polygon(0, -0.5, 0.5, 0.45, -0.5, 0.45)),
  STAR("star", "stars", "颗", "星星", star()),
  HEART("heart", "hearts", "颗", "爱心", heart()),
  HOUSE("house", "houses", "座", "房子", house()),
  TREE("tree", "trees", "棵", "树", tree()),
  SUN("sun", "suns", "个", "太阳", sun()),
  BOAT("boat", "boats", "艘", "小船", boat()),
  FISH("fish", "fish", "条", "鱼", fish()),
  FLOWER("flower", "flowers", "朵", "花", flower()),
  CUP("cup", "cups", "个", "杯子", cup()),
  CAR("car", "cars", "辆", "汽车", car()),
  UMBRELLA("umbrella", "umbrellas", "把", "雨伞", umbrella()),
  LEAF("leaf", "leaves", "片", "叶子", leaf());

  private final String singular;
  private final String plural;
  private final String measureWord;
  private final String chinese;
  private final Shape outline;

  Figure(String singular, String plural, String measureWord, String chinese, Shape outline) {
    this.singular = singular;
    this.plural = plural;
    this.measureWord = measureWord;
    this.chinese = chinese;
    this.outline = outline;
  }

  String singular() {
    return singular;
  }

  String plural() {
    return plural;
  }

  /** The Chinese measure word that counts such things. */
  String measureWord() {
    return measureWord;
  }

  String chinese() {
    return chinese;
  }

  /** The outline around a point, in pixels. */
  Shape outline(double centreX, double centreY, double size) {
    AffineTransform place = AffineTransform.getTranslateInstance(centreX, centreY);
    place.scale(size, size);
    return place.createTransformedShape(outline);
  }

  private static Shape ellipse(double x, double y, double width, double height) {
    return new Ellipse2D.Double(x, y, width, height);
  }

  private static Shape rectangle(double x, double y, double width, double height) {
    return new Rectangle2D.Double(x, y, width, height);
  }

  private static Shape polygon(double... coordinates) {
    Path2D path = new Path2D.Double();
    path.moveTo(coordinates[0], coordinates[1]);
    for (int i = 2; i < coordinates.length; i += 2) {
      path.lineTo(coordinates[i], coordinates[i + 1]);
    }
    path.closePath();
    return path;
  }

  private static Area union(Shape... shapes) {
    Area area = new Area();
    for (Shape shape : shapes) {
      area.add(new Area(shape));
    }
    return area;
  }

  private static Area without(Area area, Shape hole) {
    area.subtract(new Area(hole));
    return area;
  }

  private static Shape star() {
    double[] coordinates = new double[20];
    for (int i = 0; i < 10; i++) {
      double radius = i % 2 == 0 ? 0.5 : 0.22;
      double angle = Math.PI * i / 5 - Math.PI / 2;
      coordinates[2 * i] = radius * Math.cos(angle);
      coordinates[2 * i + 1] = radius * Math.sin(angle);
    }
    return polygon(coordinates);
  }

  private static Shape heart() {
    Path2D path = new Path2D.Double();
    path.moveTo(0, 0.48);
    path.curveTo(-0.75, -0.1, -0.4, -0.7, 0, -0.25);
    path.curveTo(0.4, -0.7, 0.75, -0.1, 0, 0.48);
    path.closePath();
    return path;
  }

  private static Shape house() {
    return without(
        union(rectangle(-0.38, -0.12, 0.76, 0.62), polygon(-0.5, -0.1, 0, -0.5, 0.5, -0.1)),
        rectangle(-0.08, 0.22, 0.16, 0.28));
  }

  private static Shape tree() {
    return union(rectangle(-0.07, 0.15, 0.14, 0.35), ellipse(-0.4, -0.5, 0.8, 0.75));
  }

  private static Shape sun() {
    Area sun = union(ellipse(-0.3, -0.3, 0.6, 0.6));
    for (int i = 0; i < 8; i++) {
      sun.add(
          new Area(
              AffineTransform.getRotateInstance(Math.PI * i / 4)
                  .createTransformedShape(rectangle(0.34, -0.035, 0.16, 0.07))));
    }
    return sun;
  }

  private static Shape boat() {
    return union(
        polygon(-0.5, 0.18, 0.5, 0.18, 0.32, 0.48, -0.32, 0.48),
        polygon(-0.16, -0.5, 0.42, 0.2, -0.16, 0.2));
  }

  private static Shape fish() {
    return without(
        union(ellipse(-0.5, -0.26, 0.76, 0.52), polygon(0.12, 0, 0.5, -0.25, 0.5, 0.25)),
        ellipse(-0.36, -0.1, 0.08, 0.08));
  }

  private static Shape flower() {
    Area flower = union(ellipse(-0.2, -0.2, 0.4, 0.4));
    for (int i = 0; i < 6; i++) {
      double angle = Math.PI * i / 3;
      flower.add(
          new Area(ellipse(0.29 * Math.cos(angle) - 0.2, 0.29 * Math.sin(angle) - 0.2, 0.4, 0.4)));
    }
    return flower;
  }

  private static Shape cup() {
    return union(
        polygon(-0.45, -0.4, 0.25, -0.4, 0.17, 0.42, -0.37, 0.42),
        without(union(ellipse(0.08, -0.26, 0.4, 0.44)), ellipse(0.16, -0.17, 0.24, 0.26)));
  }

  private static Shape car() {
    return union(
        rectangle(-0.5, -0.08, 1, 0.28),
        polygon(-0.24, -0.32, 0.2, -0.32, 0.34, -0.06, -0.36, -0.06),
        ellipse(-0.38, 0.06, 0.26, 0.26),
        ellipse(0.12, 0.06, 0.26, 0.26));
  }

  private static Shape umbrella() {
    return union(
        new Arc2D.Double(-0.5, -0.4, 1, 1, 0, 180, Arc2D.PIE), rectangle(-0.03, 0.05, 0.06, 0.45));
  }

  private static Shape leaf() {
    Path2D path = new Path2D.Double();
    path.moveTo(-0.5, 0.35);
    path.quadTo(-0.35, -0.55, 0.5, -0.4);
    path.quadTo(0.4, 0.5, -0.5, 0.35);
    path.closePath();
    return path;
  }
}
